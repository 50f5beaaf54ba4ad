// Facts of the namespaces that a process is in, and of what it sees there.

import Linux
import Processes
import struct SystemPackage.FilePath

extension Observer {
  /// Reads a property of a process that its namespaces decide.
  func readNamespaces(
    _ property: Property, of process: ProcessValue, _ arguments: [Argument]
  ) throws(Unknown) -> Value {
    switch property {
    case .namespace: return .namespace(try namespace(kind(arguments[0]), of: process))
    case .namespaceForChildren: return .namespace(try namespaceForChildren(kind(arguments[0]), of: process))
    case .namespaces:
      var inodes: [String] = []
      for kind in NamespaceKind.allCases { inodes.append(try namespace(kind, of: process).link.description) }
      return .record(Array(inodes.joined(separator: " ").utf8), shown: "\(inodes.count) namespaces")
    case .hostname: return .text(try utsName("hostname", of: process))
    case .domainname: return .text(try utsName("domainname", of: process))
    case .mounts:
      let text = try procFile(process, "mountinfo")
      let mounts = MountInfo.parse(text.span)
      return .number(mounts.count { $0.mountPoint == Array(arguments[0].utf8) })
    case .interfaces:
      let lines = try procFile(process, "net/dev").split(separator: UInt8(ascii: "\n"))
      return .number(max(lines.count - 2, 0))
    case .userMap: return .text(try map("uid_map", of: process))
    case .innerUserID: return .number(try innerUserID(of: process))
    default: return .number(try clockOffset(arguments[0], of: process))
    }
  }

  /// The namespace that the lab itself is in.
  func namespaceOfLab(_ kind: NamespaceKind) throws(Unknown) -> NamespaceValue {
    try asking { () throws(SystemCallError) in
      try NamespaceValue(kind, NamespaceDescriptor(opening: FilePath("/proc/self/ns/\(kind.procName)")))
    }
  }

  private func kind(_ name: String) throws(Unknown) -> NamespaceKind {
    guard let kind = NamespaceKind(named: name) else { throw .missing("\(name) is no kind of namespace") }
    return kind
  }

  private func namespace(_ kind: NamespaceKind, of process: ProcessValue) throws(Unknown) -> NamespaceValue {
    try namespace("ns/\(kind.procName)", kind, of: process)
  }

  private func namespaceForChildren(
    _ kind: NamespaceKind, of process: ProcessValue
  ) throws(Unknown) -> NamespaceValue {
    try namespace("ns/\(kind.procName)_for_children", kind, of: process)
  }

  /// The namespace that a link below /proc/PID leads to.
  private func namespace(
    _ link: String, _ kind: NamespaceKind, of process: ProcessValue
  ) throws(Unknown) -> NamespaceValue {
    _ = try record(process, .stat)
    let path = FilePath("/proc/\(process.identity.processID)/\(link)")
    return try asking { () throws(SystemCallError) in
      try NamespaceValue(kind, NamespaceDescriptor(opening: path))
    }
  }

  /// A map of IDs as lines of inside, outside and length, each with single spaces.
  private func map(_ file: String, of process: ProcessValue) throws(Unknown) -> String {
    let text = String(decoding: try procFile(process, file), as: UTF8.self)
    return text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: ", ")
  }

  /// The effective user as the process's own user namespace numbers it; the overflow user where it has no number.
  private func innerUserID(of process: ProcessValue) throws(Unknown) -> Int {
    let outside = Int(try field(try record(process, .status).status, "status").userIDs.effective)
    for range in try map("uid_map", of: process).split(separator: ",") {
      let numbers = range.split(separator: " ").compactMap { Int($0) }
      if numbers.count == 3, (numbers[1]..<numbers[1] + numbers[2]).contains(outside) {
        return numbers[0] + outside - numbers[1]
      }
    }
    return 65534
  }

  private func clockOffset(_ clock: String, of process: ProcessValue) throws(Unknown) -> Int {
    let text = String(decoding: try procFile(process, "timens_offsets"), as: UTF8.self)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    guard let line = lines.first(where: { $0.count == 3 && $0[0] == clock }), let seconds = Int(line[1]) else {
      throw .missing("\(clock) is no clock of a time namespace")
    }
    return seconds
  }

  /// A name of a process's UTS namespace, read by a child that joins it through a pidfd.
  private func utsName(_ name: String, of process: ProcessValue) throws(Unknown) -> String {
    var kinds: CloneFlags = []
    for kind in [NamespaceKind.uts, .user] where try namespace(kind, of: process) != namespaceOfLab(kind) {
      kinds.insert(kind.cloneFlag)
    }
    let joined = kinds
    let path = FilePath("/proc/sys/kernel/\(name)")
    let processID = process.identity.processID
    let text = try asking { () throws(SystemCallError) in try Observer.readJoined(processID, joined, path) }
    return String(decoding: text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...], as: UTF8.self)
  }

  private static func readJoined(
    _ processID: Int32, _ kinds: CloneFlags, _ path: FilePath
  ) throws(SystemCallError) -> [UInt8] {
    let target = try PIDFD(opening: processID)
    let pipe = try Pipe()
    let program = reader(target.descriptor.number, kinds, path, output: pipe.writing.number)
    return try output(of: program, from: pipe)
  }

  /// A program that joins namespaces of a process and writes what a file says there.
  private static func reader(
    _ target: Int32, _ kinds: CloneFlags, _ path: FilePath, output: Int32
  ) -> SystemCallProgram {
    var program = SystemCallProgram()
    if !kinds.isEmpty { program.append(.setns(.descriptor(target), kinds, on: "the process's namespaces")) }
    let file = program.appendKeepingResult(.open(path, .readOnly))
    program.append(.sendFile(from: .register(file), to: .descriptor(output), count: 4096, on: path.string))
    program.append(.exit(0))
    return program
  }

  private static func output(
    of program: SystemCallProgram, from pipe: borrowing Pipe
  ) throws(SystemCallError) -> [UInt8] {
    let child = try program.start()
    try child.report.awaitExecution()
    _ = try child.pidfd.wait()
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = try pipe.reading.read(into: &buffer)
    return Array(buffer[..<count])
  }
}
