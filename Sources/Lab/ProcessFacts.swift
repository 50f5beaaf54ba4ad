// Facts of one process: its family, what it is doing, and what it inherited.

import Linux
import Processes
import struct SystemPackage.FilePath

extension Observer {
  /// Reads a property of a process.
  func read(_ property: Property, of process: ProcessValue, _ arguments: [Argument]) throws(Unknown) -> Value {
    switch property {
    case .threads: .processes(Set(try threads(of: process)))
    case .thread: .process(try thread(arguments[0], of: process))
    case .parent, .children, .child, .descendants, .foreground, .session:
      try readFamily(property, of: process, arguments)
    case .pid, .innerPID, .machinePID, .pidLevels, .startTime, .cpuPercent: try readNumber(property, of: process)
    case .alive, .name, .executable, .arguments, .state, .systemCall, .pendingSignals:
      try readDoing(property, of: process)
    case .credentials, .userID, .workingDirectory, .root, .umask, .limits, .terminal, .controlGroups, .environment,
      .environmentBlock:
      try readInherited(property, of: process, arguments)
    case .file, .number, .rows, .column: try readWritten(property, by: process, arguments)
    case .counter: .number(try counter(arguments[0], of: process))
    default: try readNamespaces(property, of: process, arguments)
    }
  }

  private func readFamily(
    _ property: Property, of process: ProcessValue, _ arguments: [Argument]
  ) throws(Unknown) -> Value {
    let processID = process.identity.processID
    switch property {
    case .parent: return .process(try self.process(try record(process, .stat).parentID))
    case .session: return .process(try self.process(try record(process, .stat).stat.sessionID))
    case .children: return .processes(Set(try tree(range(of: process)).children(of: processID).map { value(of: $0) }))
    case .descendants:
      return .processes(Set(try tree(range(of: process)).descendants(of: processID).map { value(of: $0) }))
    case .foreground:
      let group = try record(process, .stat).stat.foregroundProcessGroupID
      if group <= 0 { throw .missing("it has no terminal") }
      return .process(try self.process(group))
    default:
      let wanted = arguments[0]
      let found = try tree(range(of: process)).descendants(of: processID).first {
        text(ofCommand: $0).hasPrefix(wanted)
      }
      guard let found else { throw .missing("no descendant was started as \"\(wanted)\"") }
      return .process(value(of: found))
    }
  }

  /// A process's threads in the order of their IDs, the one that it began with first.
  private func threads(of process: ProcessValue) throws(Unknown) -> [ProcessValue] {
    _ = try record(process, .stat)
    let numbers = try asking { () throws(SystemCallError) in
      try FileDescriptor.open(FilePath("/proc/\(process.identity.processID)/task"), .directory).entryNames()
    }
    let threadIDs = numbers.compactMap { Int32(String(decoding: $0, as: UTF8.self)) }.sorted()
    var threads: [ProcessValue] = []
    for threadID in threadIDs { threads.append(try self.process(threadID)) }
    return threads
  }

  private func thread(_ which: String, of process: ProcessValue) throws(Unknown) -> ProcessValue {
    let threads = try threads(of: process)
    guard let place = Int(which), threads.indices.contains(place - 1) else {
      throw .missing("it has \(threads.count) threads")
    }
    return threads[place - 1]
  }

  /// The command line with spaces between its arguments.
  private func text(ofCommand record: ProcessRecord) -> String {
    (record.commandLine.value?.arguments ?? []).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  private func readNumber(_ property: Property, of process: ProcessValue) throws(Unknown) -> Value {
    switch property {
    case .machinePID: return .number(Int(process.identity.processID))
    case .startTime: return .number(Int(process.identity.startTime))
    case .cpuPercent: return .number(try cpuPercent(of: process))
    case .pid:
      guard let number = process.worldID else { throw .missing("it is not in the terminals' world") }
      return .number(Int(number))
    default:
      let numbers = try field(try record(process, .status).status, "status").processIDs
      return .number(property == .pidLevels ? numbers.count : Int(numbers.last ?? 0))
    }
  }

  /// Ticks of 10 ms that it ran within a second.
  private func cpuPercent(of process: ProcessValue) throws(Unknown) -> Int {
    let before = try record(process, .stat).stat
    pause(nanoseconds: 1_000_000_000)
    let after = try record(process, .stat).stat
    return Int(after.userTime + after.systemTime - before.userTime - before.systemTime)
  }

  private func readDoing(_ property: Property, of process: ProcessValue) throws(Unknown) -> Value {
    switch property {
    case .alive: return .flag(isAlive(process))
    case .name: return .text(String(decoding: try record(process, .stat).commandName, as: UTF8.self))
    case .executable:
      let path = try field(try record(process, .executable).executable, "exe")
      return .text(String(decoding: path, as: UTF8.self))
    case .arguments: return .text(text(ofCommand: try record(process, .commandLine)))
    case .state:
      let letter = try record(process, .stat).state
      return .text(stateNames[letter] ?? String(decoding: [letter], as: UTF8.self))
    case .systemCall:
      let call = CurrentSystemCall(try procFile(process, "syscall"))
      guard let call else { return .absent }
      return .text(call.number.name ?? "number \(call.number.rawValue)")
    default:
      let signals = try field(try record(process, .status).status, "status").signals
      let pending = SignalSet(rawValue: signals.pendingForThread | signals.pendingForProcess)
      let names = (1...64).map { Signal(rawValue: $0) }.filter { pending.contains(SignalSet($0)) }.map(\.name)
      return names.isEmpty ? .absent : .text(names.joined(separator: " "))
    }
  }

  private var stateNames: [UInt8: String] {
    [
      UInt8(ascii: "R"): "running", UInt8(ascii: "S"): "sleeping", UInt8(ascii: "D"): "waiting",
      UInt8(ascii: "T"): "stopped", UInt8(ascii: "t"): "traced", UInt8(ascii: "Z"): "zombie",
    ]
  }

  /// Whether a process has not ended; a zombie has.
  private func isAlive(_ process: ProcessValue) -> Bool {
    do throws(SystemCallError) {
      return try !ProcessRecord.read(process.identity, .stat).stat.isZombie
    } catch {
      return false
    }
  }

  private func readInherited(
    _ property: Property, of process: ProcessValue, _ arguments: [Argument]
  ) throws(Unknown) -> Value {
    switch property {
    case .credentials: return credentials(try field(try record(process, .status).status, "status"))
    case .userID: return .number(Int(try field(try record(process, .status).status, "status").userIDs.effective))
    case .umask:
      guard let mask = try field(try record(process, .status).status, "status").umask else { return .absent }
      return .text("0" + String(mask, radix: 8))
    case .workingDirectory: return text(try field(try record(process, .workingDirectory).workingDirectory, "cwd"))
    case .root: return text(try field(try record(process, .rootDirectory).rootDirectory, "root"))
    case .limits:
      let limits = try field(try record(process, .limits).limits, "limits")
      return .record(try procFile(process, "limits"), shown: "\(limits.count) limits")
    case .terminal: return .text(try record(process, .stat).stat.terminal.name)
    case .controlGroups:
      let groups = try field(try record(process, .cgroup).cgroup, "cgroup")
      return .record(try procFile(process, "cgroup"), shown: "its place in \(groups.count) hierarchies")
    case .environmentBlock:
      let environment = try field(try record(process, .environment).environment, "environ")
      return .record(environment.block, shown: "\(environment.entries.count) variables")
    default:
      let environment = try field(try record(process, .environment).environment, "environ")
      guard let value = environment.value(of: Array(arguments[0].utf8)) else { return .absent }
      return .text(String(decoding: value, as: UTF8.self))
    }
  }

  private func text(_ link: DirectoryLink) -> Value {
    .text(String(decoding: link.target, as: UTF8.self))
  }

  private func credentials(_ status: ProcessStatus) -> Value {
    let sets = status.capabilities
    let numbers =
      [status.userIDs, status.groupIDs].flatMap { [$0.real, $0.effective, $0.saved, $0.fileSystem] }
      + status.supplementaryGroupIDs
    let words = numbers.map(String.init) + [sets.permitted, sets.effective, sets.bounding].map { String($0) }
    let shown = "user \(status.userIDs.effective), group \(status.groupIDs.effective), its capabilities"
    return .record(Array(words.joined(separator: " ").utf8), shown: shown)
  }

  /// Reads a property of a set of processes.
  func read(_ property: Property, of processes: Set<ProcessValue>) throws(Unknown) -> Value {
    if property == .count { return .number(processes.count) }
    let isOfWorld = processes.allSatisfy { range(of: $0) == .world }
    let parents = try tree(isOfWorld ? .world : .machine, [.status])
    let roots = processes.filter { process in
      guard let parent = parents.parent(of: process.identity.processID) else { return true }
      return !processes.contains(value(of: parent))
    }
    if property == .roots { return .processes(roots) }
    return .processes(roots.filter { isStray($0, among: parents.table) })
  }

  /// Whether a process names a parent whom nobody knows.
  private func isStray(_ process: ProcessValue, among known: ProcessTable) -> Bool {
    guard let parentID = known[process.identity.processID]?.parentID, parentID != 0, known[parentID] == nil else {
      return false
    }
    do throws(Unknown) {
      _ = try self.process(parentID)
      return false
    } catch {
      return true
    }
  }
}
