// Directories, small files, links and statuses, read from this process's own /proc and from the root.

import Linux
import struct SystemPackage.FilePath
import Testing

private func openProc() throws -> FileDescriptor { try .open("/proc", .directory) }

@Test func numberedPathsAreLaidOutInPlace() {
  var path = NumberedPath("ns/mnt", number: 2_147_483_647)
  #expect(path.description == "2147483647/ns/mnt")
  path.number = 7
  #expect(path.description == "7/ns/mnt")
  path.number = nil
  #expect(path.description == "ns/mnt")
  #expect(NumberedPath("", number: 120).description == "120")
}

@Test func procHasThisProcessAmongItsNumbers() throws {
  var reader = DirectoryReader(bufferSize: 512)
  var numbers: [Int32] = [99]
  try reader.readNumbers(of: openProc(), into: &numbers)
  let own = try openProc().readLink("self")
  #expect(numbers.contains(Int32(String(decoding: own, as: UTF8.self)) ?? 0))
  #expect(numbers.first == 1)
}

@Test func entriesLeaveDotsOut() throws {
  let names = try FileDescriptor.open("/", .directory).entryNames()
  #expect(names.contains(Array("proc".utf8)))
  #expect(!names.contains(Array(".".utf8)) && !names.contains(Array("..".utf8)))
}

@Test func smallFilesFillReusedBuffers() throws {
  let proc = try openProc()
  var buffer = [UInt8](repeating: 0, count: 4096)
  let start = try proc.readBeginning(of: NumberedPath("stat", number: 1), into: &buffer)
  #expect(buffer.starts(with: Array("1 (".utf8)) && start > 10)
  var small = [UInt8](repeating: 0, count: 16)
  let whole = try proc.readWhole(NumberedPath("self/mountinfo"), into: &small)
  #expect(whole > 16 && small[whole - 1] == UInt8(ascii: "\n"))
  let link = try proc.readLink(NumberedPath("self/ns/uts"), into: &buffer)
  #expect(String(decoding: buffer[..<link], as: UTF8.self).hasPrefix("uts:["))
}

@Test func statusTellsFilesApart() throws {
  let proc = try openProc()
  let root = try FileDescriptor.workingDirectory.status(of: "/")
  #expect(try root.isDirectory && root.device != proc.status().device)
  #expect(try proc.status(of: "self", followsLink: false).isSymbolicLink)
  #expect(try proc.status(of: NumberedPath("1/ns/net"), followsLink: false).isSymbolicLink)
  let null = try FileDescriptor.workingDirectory.status(of: "/dev/null")
  #expect(null.isCharacterDevice && null.standsFor == DeviceNumber(major: 1, minor: 3))
}

@Test func missingFilesNameCallAndObject() throws {
  let error = #expect(throws: SystemCallError.self) {
    var buffer: [UInt8] = [0]
    _ = try openProc().readBeginning(of: NumberedPath("stat", number: 2_147_483_647), into: &buffer)
  }
  #expect(error == SystemCallError(call: "openat", errno: .enoent, object: "2147483647/stat"))
}

@Test func namespaceKindsHaveTheNamesOfProc() throws {
  #expect(NamespaceKind.allCases.map(\.procName) == ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"])
  for kind in NamespaceKind.allCases {
    #expect(NamespaceKind(named: kind.procName) == kind)
    #expect(NamespaceKind(cloneFlag: kind.cloneFlag) == kind)
  }
  #expect(NamespaceKind(named: "UTS") == .uts && NamespaceKind(named: "mount") == .mount)
  #expect(CloneFlags([NamespaceKind.uts, .mount]).kinds == [.mount, .uts])
}
