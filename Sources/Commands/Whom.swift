// Whom a person means: a PID, a named world, a container, or the path of a namespace.

internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// Somebody or something that was named on a command line.
enum Whom {
  case process(ProcessIdentity)
  case namespace(FilePath)

  /// Which process of a world that has a name stands for it.
  enum Representative {
    /// Its command, which has its own environment and working directory.
    case command
    /// Its first process, of which all others descend.
    case firstProcess
  }

  /// Finds out who is meant.
  ///
  /// - Parameter exitStatus: of a complaint.
  /// - Throws: a `Complaint` when nobody is, or several are.
  init(
    _ text: String, _ representative: Representative = .command, exitStatus: Int32 = 125
  ) throws(Complaint) {
    if text.contains("/") {
      self = .namespace(FilePath(text))
      return
    }
    let found: ProcessIdentity?
    do throws(SystemCallError) {
      found = try Whom.process(text, representative)
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

  /// The PID of a process that is to be looked at, whether it is typed or a world or container has it. A number is
  /// what it says, with a process or without.
  ///
  /// - Throws: a `Complaint` with status 1 when nobody is meant, or several are.
  static func processID(_ text: String, _ representative: Representative = .command) throws(Complaint) -> Int32 {
    if let processID = Int32(text) { return processID }
    if text.utf8.allSatisfy({ (48...57).contains($0) }) {
      throw Complaint(what: "no process has PID \(text)", exitStatus: 1)
    }
    guard case .process(let process) = try Whom(text, representative, exitStatus: 1) else {
      throw Complaint(what: "'\(text)' is no process", try: "a PID, or the name of a world or container", exitStatus: 1)
    }
    return process.processID
  }

  /// The process of a PID or of a world's name; nil when the text is neither.
  private static func process(
    _ text: String, _ representative: Representative
  ) throws(SystemCallError) -> ProcessIdentity? {
    if let processID = Int32(text), processID > 0 { return try ProcessRecord.read(processID, .stat).identity }
    guard let world = try WorldRegistry.own.find(text) else { return nil }
    return representative == .command ? try world.command() ?? world.process : world.process
  }

  /// The first process of the container that has the name, or whose identifier begins so.
  private static func container(_ text: String, _ exitStatus: Int32) throws(Complaint) -> ProcessIdentity {
    let records = ContainerRecords.ofMachine
    let named = text.isEmpty ? [] : records.identifiers(named: text)
    var found: [String: ProcessIdentity] = [:]
    for (identifier, process) in try inControlGroups(text, exitStatus) {
      if named.isEmpty ? identifier.hasPrefix(text) : named.contains(identifier) { found[identifier] = process }
    }
    for identifier in named where found[identifier] == nil { found[identifier] = records.process(of: identifier) }
    guard let first = found.values.first else { throw absent(text, isKnown: !named.isEmpty, exitStatus) }
    guard found.count == 1 else {
      throw Complaint(
        what: "'\(text)' could be \(found.count) containers", why: found.keys.sorted().joined(separator: ", "),
        try: "give more characters", exitStatus: exitStatus)
    }
    return first
  }

  /// Nobody is meant, or a container that is not running.
  static func absent(_ text: String, isKnown: Bool, _ exitStatus: Int32) -> Complaint {
    if isKnown {
      return Complaint(what: "the container '\(text)' is not running", exitStatus: exitStatus)
    }
    return Complaint(
      what: "there is no process, world or container '\(text)'", why: reasonNotKnown, exitStatus: exitStatus)
  }

  /// Why nobody of a name is found. Each user has names of worlds of their own.
  static var reasonNotKnown: String {
    "it is no PID, no name that `pangaea run --name` of this user or a container engine gave, and no container's "
      + "identifier" + (reasonNamesUnseen.map { "; \($0)" } ?? "")
  }

  /// That there may be a world of the name, but another's; nil where nobody else's names are known of.
  static var reasonNamesUnseen: String? {
    WorldRegistry.unreadable.map { "the names of root's worlds are in \($0), which this user may not read" }
  }

  /// The first process of each container that the control groups tell of, by identifier.
  private static func inControlGroups(
    _ text: String, _ exitStatus: Int32
  ) throws(Complaint) -> [String: ProcessIdentity] {
    let table: ProcessTable
    do throws(SystemCallError) {
      table = try ProcessTable(reading: .cgroup)
    } catch {
      throw Complaint(error, doing: "look for the container '\(text)'", exitStatus: exitStatus)
    }
    var firsts: [String: ProcessRecord] = [:]
    for record in table.records where !text.isEmpty && !record.stat.isZombie {
      guard let name = record.cgroup.value.flatMap(ContainerName.init(of:)), name.isContainer else { continue }
      if firsts[name.identifier].map({ record.startTime < $0.startTime }) ?? true { firsts[name.identifier] = record }
    }
    return firsts.mapValues(\.identity)
  }
}
