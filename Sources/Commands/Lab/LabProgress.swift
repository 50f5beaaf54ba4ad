// Where a learner's progress is kept: a small file in the user's state directory, replaced as a whole so that no
// crash can leave half of it.

internal import Lab
internal import Linux
internal import struct SystemPackage.FilePath

/// The progress of one course, and its file.
struct LabProgress {
  private(set) var progress: CourseProgress
  private let file: FilePath

  /// Where the former progress is kept after a reset.
  var formerFile: String { file.string + ".former" }

  /// Reads the progress; a course that was never begun has none.
  ///
  /// - Throws: `Complaint` when there is a file that cannot be read.
  init(course: String) throws(Complaint) {
    file = try LabProgress.directory().appending("lab-\(course)")
    do throws(SystemCallError) {
      progress = CourseProgress(try FileDescriptor.open(file).readAll())
    } catch {
      if error.errno != .enoent && error.errno != .enotdir { throw Complaint(error, doing: "read \(file)") }
      progress = CourseProgress()
    }
  }

  private static func directory() throws(Complaint) -> FilePath {
    if let state = environmentVariable("XDG_STATE_HOME"), state.hasPrefix("/") {
      return FilePath(state).appending("pangaea")
    }
    guard let home = environmentVariable("HOME"), home.hasPrefix("/") else {
      throw Complaint(
        what: "cannot tell where to keep your progress", why: "neither XDG_STATE_HOME nor HOME is set",
        try: "XDG_STATE_HOME=/tmp/state pangaea lab …")
    }
    return FilePath(home).appending(".local").appending("state").appending("pangaea")
  }

  /// How a claim came out last; nil when it was not run.
  func word(of claim: Claim) -> String? { progress.entry(of: claim)?.word }

  /// Whether a claim has been seen, with evidence or told.
  func isDone(_ claim: Claim) -> Bool { progress.isDone(claim) }

  /// How a claim is marked in a list: seen, not to be told here, or neither.
  static func mark(of claim: Claim, in progress: CourseProgress) -> String {
    if progress.isDone(claim) { return "✓" }
    return progress.reasonUntold(of: claim) == nil ? " " : "–"
  }

  /// Where the learner goes on; nil when nothing is left that can be told here.
  func next(in course: Course) -> Claim? { progress.next(in: course) }

  /// Takes up again what could not be told, and can be by this laboratory.
  mutating func reopen(in course: Course, by laboratory: Laboratory) {
    progress.reopen(in: course, where: laboratory.canTell)
  }

  /// Notes how a claim came out.
  ///
  /// - Throws: `Complaint` when the file cannot be written.
  mutating func note(_ outcome: Outcome, in course: Course) throws(Complaint) {
    progress.note(outcome.claim, in: course, outcome.result, evidence: outcome.evidence.filter(\.isMet))
    try save(to: file)
  }

  /// Keeps a session's progress.
  ///
  /// - Throws: `Complaint` when the file cannot be written.
  mutating func keep(_ progress: CourseProgress) throws(Complaint) {
    self.progress = progress
    try save(to: file)
  }

  /// Forgets claims; what was known before is kept aside.
  ///
  /// - Throws: `Complaint` when the file cannot be written.
  mutating func forget(_ claims: [Claim]) throws(Complaint) {
    try save(to: FilePath(formerFile))
    progress.forget(claims)
    try save(to: file)
  }

  private func save(to file: FilePath) throws(Complaint) {
    do throws(SystemCallError) {
      try LabProgress.makeDirectories(file.removingLastComponent())
      try replace(file, through: FilePath(file.string + ".draft-\(CallingProcess.processID)"))
    } catch {
      throw Complaint(error, doing: "keep your progress in \(file)")
    }
  }

  /// Writes the whole of it aside, then puts it in the file's place; a draft that came to nothing is taken away.
  private func replace(_ file: FilePath, through draft: FilePath) throws(SystemCallError) {
    do throws(SystemCallError) {
      try FileDescriptor.open(draft, [.writeOnly, .create, .truncate]).write(progress.text)
      try renameFile(draft, to: file)
    } catch {
      // Why it could not be kept is said, not that the draft is not there.
      do throws(SystemCallError) { try removeFile(draft) } catch {}
      throw error
    }
  }

  private static func makeDirectories(_ path: FilePath) throws(SystemCallError) {
    if path.components.isEmpty { return }
    do throws(SystemCallError) {
      try makeDirectory(path, mode: 0o755)
    } catch {
      switch error.errno {
      case .eexist: return
      case .enoent:
        try makeDirectories(path.removingLastComponent())
        try makeDirectory(path, mode: 0o755)
      default: throw error
      }
    }
  }
}
