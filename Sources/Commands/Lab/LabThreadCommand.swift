// `lab thread`: a process with two threads in different namespaces, for a course to look at. No tool that every
// machine has can make one.

internal import ArgumentParser
internal import Linux

/// `lab thread`, typed by courses only.
struct LabThreadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thread",
    abstract: "Start a second thread, which moves to a new namespace alone, and wait to be ended.",
    shouldDisplay: false)

  @Argument(help: "The kind of namespace, for example uts.")
  var kind: String

  func run() throws {
    guard let kind = NamespaceKind(named: kind) else {
      throw Complaint(
        what: "\(kind) is no kind of namespace",
        try: "one of: " + NamespaceKind.allCases.map(\.procName).joined(separator: ", "), exitStatus: 2)
    }
    do throws(SystemCallError) {
      try startThread(in: kind.cloneFlag)
    } catch {
      throw Complaint(error, doing: "move a thread to a new \(kind.name) namespace")
    }
    while true { pause(nanoseconds: 1_000_000_000_000) }
  }
}
