// `lab web` from the workbench that is set up before the link is printed to what is said once the course is left.

internal import Lab
internal import Linux
internal import Web

/// A course that is about to be gone through in the browser.
struct CourseServer {
  /// What ends the program in order.
  private static let signals: SignalSet = [SignalSet(.terminate, .hangup, .interrupt, .quit)]

  let course: Course
  /// Where to begin; nil for where the learner left off.
  let start: Claim?
  let ownTools: Bool
  /// 0 for one that is free.
  let port: UInt16

  /// Serves it until the learner leaves or a signal comes.
  ///
  /// - Returns: the exit status.
  /// - Throws: `Complaint` when there is no world to be had, or the port is taken.
  func run() throws(Complaint) -> Int32 {
    let progress = try LabProgress(course: course.name)
    let laboratory = try Laboratory.make(ownTools: ownTools)
    let keeper = ProgressKeeper(progress, of: course, in: laboratory)
    let session = LearnerSession(course: course, progress: keeper.progress.progress, at: start)
    let formerMask = CourseServer.signals.block()
    defer { formerMask.setAsMask() }
    let signals: SignalDescriptor
    do throws(SystemCallError) { signals = try SignalDescriptor(CourseServer.signals) } catch {
      throw Complaint(error, doing: "wait for signals")
    }
    let bench: Workbench
    do throws(LabFailure) {
      bench = try Workbench(session, in: laboratory) { keeper.keep($0) }
    } catch {
      throw Complaint(error)
    }
    let page = CoursePage(bench, signals)
    do throws(Complaint) {
      try LinkedPage(page).serve(port: port) { (server) throws(SystemCallError) in try page.begin(server) }
    } catch {
      // Why it could not be served is said, not that nothing is left.
      do throws(LabFailure) { _ = try bench.close() } catch {}
      throw error
    }
    let status = page.endedBy.map { 128 + $0.rawValue } ?? 0
    return try CourseEnd.come(to: bench, keeper, status: status, goesOn: "pangaea lab web")
  }
}
