// Whom a person means: a PID, a named world, a container, or the path of a namespace.

internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// Somebody or something that was named on a command line.
enum Whom {
  case process(ProcessIdentity)
  case namespace(FilePath)

  /// Finds out who is meant.
  ///
  /// - Parameter exitStatus: of a complaint.
  /// - Throws: a `Complaint` when nobody is, or several are.
  init(_ text: String, exitStatus: Int32 = 125) throws(Complaint) {
    if text.contains("/") {
      self = .namespace(FilePath(text))
      return
    }
    let found: ProcessIdentity?
    do throws(SystemCallError) {
      found = try Whom.process(text, exitStatus)
    } catch {
      if error.errno == .esrch, let processID = Int32(text) {
        throw .unseen(processID, absent: exitStatus, unseen: exitStatus)
      }
      throw Complaint(error, doing: "find '\(text)'", exitStatus: exitStatus)
    }
    if let found {
      self = .process(found)
    } else {
      self = .process(try Whom.container(text, exitStatus))
    }
  }

  /// The process of a PID or of a world's name; nil when the text is neither.
  private static func process(
    _ text: String, _ exitStatus: Int32
  ) throws(SystemCallError) -> ProcessIdentity? {
    if let processID = Int32(text), processID > 0 { return try ProcessRecord.read(processID, .stat).identity }
    guard let world = try WorldRegistry.own.find(text) else { return nil }
    return try world.command() ?? world.process
  }

  /// The first process of the container whose identifier begins so.
  private static func container(_ text: String, _ exitStatus: Int32) throws(Complaint) -> ProcessIdentity {
    let table: ProcessTable
    do throws(SystemCallError) {
      table = try ProcessTable(reading: .cgroup)
    } catch {
      throw Complaint(error, doing: "look for the container '\(text)'", exitStatus: exitStatus)
    }
    var firsts: [String: ProcessRecord] = [:]
    for record in table.records {
      guard let name = record.cgroup.value.flatMap(ContainerName.init(of:)), name.isContainer else { continue }
      guard !text.isEmpty, name.identifier.hasPrefix(text) else { continue }
      if firsts[name.identifier].map({ record.startTime < $0.startTime }) ?? true { firsts[name.identifier] = record }
    }
    guard let first = firsts.values.first else {
      throw Complaint(
        what: "there is no process, world or container '\(text)'",
        why: "it is no PID, no name that `pangaea run --name` gave, and no control group has it as a container",
        exitStatus: exitStatus)
    }
    guard firsts.count == 1 else {
      throw Complaint(
        what: "'\(text)' could be \(firsts.count) containers", why: firsts.keys.sorted().joined(separator: ", "),
        try: "give more characters", exitStatus: exitStatus)
    }
    return first.identity
  }
}
