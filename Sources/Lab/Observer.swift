// Reads facts from outside of the world: the lab looks at /proc and at the kernel's own values, never at what a
// command printed on a terminal.

import Linux
import Processes
import struct SystemPackage.FilePath

/// What can be seen of a world, and the names that a claim has given to what it saw.
struct Observer {
  /// The world's init, as the lab numbers it.
  let initProcess: ProcessIdentity
  let terminals: [TerminalName: LabTerminal]
  /// How many PID namespaces lie above the world's, as the lab sees it: the place of its PIDs in `NSpid`.
  let level = 1
  private(set) var bindings: [String: Value] = [:]
  private let census: WorldCensus
  /// The world's own procfs.
  var procfs: Procfs { census.procfs }

  /// Knows the shells and the init by their names, also when they have ended.
  init(initProcess: ProcessIdentity, terminals: [TerminalName: LabTerminal]) throws(Unknown) {
    self.initProcess = initProcess
    self.terminals = terminals
    do throws(SystemCallError) { census = try WorldCensus(initProcess) } catch { throw Unknown(error) }
    bindings["init"] = .process(try process(initProcess.processID))
    for (name, terminal) in terminals {
      bindings[name.rawValue] = .process(try process(terminal.shell.processID))
    }
  }

  /// The PIDs of the shells in their world, as they were at the beginning.
  var shellNumbers: [TerminalName: Int32] {
    terminals.compactMapValues { terminal in
      guard case .process(let shell)? = bindings[terminal.name.rawValue] else { return nil }
      return shell.worldID
    }
  }

  /// Gives a name to what an expression is now.
  mutating func bind(_ name: String, to expression: Expression) throws(Unknown) {
    bindings[name] = try value(of: expression)
  }

  /// What an expression is now.
  func value(of expression: Expression) throws(Unknown) -> Value {
    switch expression {
    case .number(let number): .number(number)
    case .text(let text): .text(text)
    case .flag(let flag): .flag(flag)
    case .absent: .absent
    case .noProcesses: .processes([])
    case .name(let name, _): try value(named: name)
    case .property(let receiver, let property, let arguments):
      try read(property, of: try value(of: receiver), arguments)
    }
  }

  private func value(named name: String) throws(Unknown) -> Value {
    if let bound = bindings[name] { return bound }
    switch name {
    case "lab": return .process(try process(try labProcessID()))
    case "world": return .processes(try worldProcesses())
    case "machine": return .processes(Set(try table(.machine, [.status]).records.map { value(of: $0) }))
    default: break
    }
    throw .missing("nothing is named \(name)")
  }

  private func read(_ property: Property, of receiver: Value, _ arguments: [Argument]) throws(Unknown) -> Value {
    switch receiver {
    case .process(let process): try read(property, of: process, arguments)
    case .processes(let processes): try read(property, of: processes)
    case .namespace(let namespace): try read(property, of: namespace)
    case .absent: throw .missing("there is none")
    default: throw .missing("\(property.rawValue) has no meaning there")
    }
  }

  /// Tells whether a comparison is true now.
  func isTrue(_ left: Value, _ relation: Relation, _ right: Value) -> Bool {
    switch (relation, left, right) {
    case (.is, _, _): left.equals(right)
    case (.isNot, _, _): !left.equals(right)
    case (.isAtLeast, .number(let left), .number(let right)): left >= right
    case (.isAtMost, .number(let left), .number(let right)): left <= right
    case (.contains, .processes(let set), .process(let process)): set.contains(process)
    case (.lacks, .processes(let set), .process(let process)): !set.contains(process)
    case (.contains, .text(let text), .text(let part)): text.contains(part)
    case (.lacks, .text(let text), .text(let part)): !text.contains(part)
    default: false
    }
  }
}

// What the properties are read with.
extension Observer {
  /// Makes a call of the kernel, and a reason of its failure.
  func asking<Result>(_ call: () throws(SystemCallError) -> Result) throws(Unknown) -> Result {
    do throws(SystemCallError) { return try call() } catch { throw Unknown(error) }
  }

  /// The lab's own PID, as the /proc it reads numbers it.
  func labProcessID() throws(Unknown) -> Int32 {
    let link = try asking { () throws(SystemCallError) in
      try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self"))
    }
    return Int32(String(decoding: link, as: UTF8.self)) ?? 0
  }

  /// The process of a PID of the lab's own PID namespace.
  func process(_ processID: Int32) throws(Unknown) -> ProcessValue {
    value(of: try asking { () throws(SystemCallError) in try ProcessRecord.read(processID, [.status]) })
  }

  /// A record of a process that was named before.
  func record(_ process: ProcessValue, _ fields: ProcessFields) throws(Unknown) -> ProcessRecord {
    try asking { () throws(SystemCallError) in try ProcessRecord.read(process.identity, fields) }
  }

  /// A record's field.
  func field<Field>(_ reading: Reading<Field>, _ what: String) throws(Unknown) -> Field {
    switch reading {
    case .value(let value): value
    case .unreadable(let reason): throw Unknown(SystemCallError(call: "read", errno: reason, object: what))
    case .notAsked: throw .missing("\(what) was not asked for")
    }
  }

  /// A process as a value; its record holds the status.
  func value(of record: ProcessRecord) -> ProcessValue {
    let numbers = record.status.value?.processIDs ?? []
    return ProcessValue(
      identity: record.identity, worldID: isInWorld(record) && numbers.count > level ? numbers[level] : nil,
      name: String(decoding: record.commandName, as: UTF8.self).escapingControls)
  }

  private func isInWorld(_ record: ProcessRecord) -> Bool {
    (record.status.value?.processIDs.count ?? 0) > level
  }

  /// Which processes are looked at.
  enum Range {
    case world, machine
  }

  /// Where a process's relatives are: in the world for a process of the world.
  func range(of process: ProcessValue) -> Range { process.worldID == nil ? .machine : .world }

  /// A snapshot of the world, or of all that the lab can see.
  func table(_ range: Range, _ fields: ProcessFields) throws(Unknown) -> ProcessTable {
    try asking { () throws(SystemCallError) in
      try range == .world ? census.table(fields) : ProcessTable(reading: fields)
    }
  }

  /// The tree of a snapshot, with status and command lines.
  func tree(
    _ range: Range, _ fields: ProcessFields = [.status, .commandLine]
  ) throws(Unknown) -> ProcessTree {
    ProcessTree(try table(range, fields))
  }

  /// The world's processes.
  func worldProcesses() throws(Unknown) -> Set<ProcessValue> {
    Set(try table(.world, [.status]).records.map { value(of: $0) })
  }

  /// Reads a file below /proc/PID.
  func procFile(_ process: ProcessValue, _ name: String) throws(Unknown) -> [UInt8] {
    _ = try record(process, .stat)
    return try asking { () throws(SystemCallError) in
      try FileDescriptor.workingDirectory.readFile(FilePath("/proc/\(process.identity.processID)/\(name)"))
    }
  }
}
