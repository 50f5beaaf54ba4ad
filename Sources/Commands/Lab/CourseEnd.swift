// How a course that was gone through by hand comes to its end, on the screen or in the browser: the world is ended, the
// machine compared, and the learner told where they are.

internal import Lab

/// Keeps the progress as the session goes on; what went wrong is told at the end.
final class ProgressKeeper {
  private(set) var progress: LabProgress
  private(set) var complaint: Complaint?

  /// - Parameter laboratory: what takes up again what could not be told before.
  init(_ progress: LabProgress, of course: Course, in laboratory: Laboratory) {
    self.progress = progress
    self.progress.reopen(in: course, by: laboratory)
  }

  func keep(_ value: CourseProgress) {
    do throws(Complaint) { try progress.keep(value) } catch { complaint = error }
  }
}

enum CourseEnd {
  /// Ends the world, and says how the machine was left.
  ///
  /// - Parameters:
  ///   - status: the exit status where all is well.
  ///   - command: what takes the course up again.
  /// - Returns: the exit status.
  /// - Throws: `Complaint` when the machine cannot be looked at, or the progress could not be kept.
  static func come(
    to bench: Workbench, _ keeper: ProgressKeeper, status: Int32, goesOn command: String
  ) throws(Complaint) -> Int32 {
    let remains: [String]
    do throws(LabFailure) { remains = try bench.close() } catch { throw Complaint(error) }
    try tell(bench.session, remains, goesOn: command)
    if let complaint = keeper.complaint { throw complaint }
    return remains.isEmpty ? status : 1
  }

  /// Says where the learner is; to who has finished, what they can say.
  private static func tell(
    _ session: LearnerSession, _ remains: [String], goesOn command: String
  ) throws(Complaint) {
    let course = session.course
    let done = course.claims.count { session.progress.isDone($0) }
    var lines =
      session.isFinished
      ? closing(of: session) : ["\(done) of \(course.claims.count) lessons seen; `\(command)` goes on."]
    lines.append("Machine: " + (remains.isEmpty ? "clean" : "not as before: " + remains.joined(separator: "; ")))
    var output = OutputBuffer()
    for line in lines { try output.write(line + "\n") }
    try output.flush()
  }

  /// What who has finished can say, with the evidence, in 80 columns.
  static func closing(of session: LearnerSession) -> [String] {
    ["You have finished the course: \(session.course.title)"]
      + LessonPage(width: 80).lines(of: session.closing).map(\.text)
  }
}
