// Sockets, polls, timers, signals and namespaces by descriptor, each in this process alone.

import Linux
import struct SystemPackage.FilePath
import Testing

@Test func socketsCarryOneDescriptorWithAMessage() throws {
  let pair = try UnixSocketPair()
  let pipe = try Pipe()
  try pair.first.send([1, 2, 3], attaching: pipe.writing)
  try pair.first.send([4])
  let message = try pair.second.receive()
  #expect(message.bytes == [1, 2, 3])
  switch message.attachment {
  case .some(let descriptor): try descriptor.write("through")
  case .none: Issue.record("no descriptor came")
  }
  var buffer = [UInt8](repeating: 0, count: 16)
  #expect(try pipe.reading.read(into: &buffer) == 7)
  let second = try pair.second.receive()
  #expect(second.bytes == [4])
  if case .some = second.attachment { Issue.record("a descriptor came that nobody sent") }
}

@Test func pollTellsWhichDescriptorIsReady() throws {
  let quiet = try Pipe()
  let busy = try Pipe()
  var requests = [PollRequest(quiet.reading), PollRequest(busy.reading)]
  #expect(try poll(&requests, timeout: 0) == 0)
  try busy.writing.write("x")
  #expect(try poll(&requests) == 1)
  #expect(requests[0].ready == [] && requests[1].ready == .readable)
}

@Test func eventPollGivesTagsBack() throws {
  let events = try EventPoll()
  let pipe = try Pipe()
  try events.add(pipe.reading, .readable, tag: .max)
  #expect(try events.wait(milliseconds: 0) == [])
  try pipe.writing.write("x")
  let ready = try events.wait()
  #expect(ready.map(\.tag) == [.max] && ready.map(\.ready) == [.readable])
  try events.change(pipe.reading, [], tag: 1)
  #expect(try events.wait(milliseconds: 0) == [])
  try events.remove(pipe.reading)
}

@Test func timersExpire() throws {
  let timer = try TimerDescriptor()
  #expect(try timer.expirations() == 0)
  try timer.start(after: 1_000_000)
  var requests = [PollRequest(timer.descriptor)]
  #expect(try poll(&requests) == 1)
  #expect(try timer.expirations() == 1)
}

@Test func signalDescriptorsAreEmptyAtFirst() throws {
  let signals = try SignalDescriptor(SignalSet(.user2))
  #expect(try signals.next() == nil)
}

@Test(arguments: NamespaceKind.allCases)
func namespaceDescriptorsKnowTheirKind(_ kind: NamespaceKind) throws {
  let own = try NamespaceDescriptor(opening: FilePath("/proc/self/ns/\(kind.procName)"))
  #expect(try own.kind() == kind)
  let text = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self/ns/\(kind.procName)"))
  #expect(try String(decoding: text, as: UTF8.self) == "\(kind.procName):[\(own.inode())]")
}

@Test func filesAreNoNamespaces() throws {
  let error = #expect(throws: SystemCallError.self) { try NamespaceDescriptor(opening: "/dev/null").kind() }
  #expect(error?.errno == .enotty && error?.call == "ioctl(NS_GET_NSTYPE)")
}

@Test func pidfdsTellOfTheirProcess() throws {
  let own = try PIDFD(opening: CallingProcess.processID)
  let information = try own.information()
  #expect(information.processID == CallingProcess.processID && information.parentID == CallingProcess.parentID)
  #expect(information.userIDs == UserIDs.current && information.groupIDs == GroupIDs.current)
  #expect(try own.namespace(.uts).kind() == .uts)
  #expect(try own.namespace(.pid, forChildren: true).kind() == .pid)
}

@Test func mountsAreListedAsMountinfoHasThem() throws {
  var ids: [UInt64] = [0]
  let count = try listMounts(into: &ids)
  var reader = MountReader()
  let proc = try FileDescriptor.workingDirectory.status(of: "/proc/self/ns")
  let found = try ids[..<count].map { (id) throws(SystemCallError) in
    try reader.status(of: id, [.superblock, .identity, .mountPoint, .fileSystemType, .root])
  }
  let mounted = try #require(found.first { UInt64($0.mountinfoID) == proc.mountID })
  #expect(mounted.fileSystemType == Array("proc".utf8) && mounted.device == proc.device)
  #expect(mounted.mountPoint == Array("/proc".utf8) && mounted.root == Array("/".utf8))
}

@Test func pathsStayInsideTheirDirectory() throws {
  let directory = try FileDescriptor.open("/proc/self", .directory)
  #expect(throws: Never.self) { _ = try directory.open("status", .readOnly, resolve: .beneath) }
  let above = #expect(throws: SystemCallError.self) {
    _ = try directory.open("../1/status", .readOnly, resolve: .beneath)
  }
  #expect(above?.errno == Errno(rawValue: 18))
  let link = #expect(throws: SystemCallError.self) { _ = try directory.open("exe", .readOnly, resolve: .noMagicLinks) }
  #expect(link?.errno == .eloop)
}
