// systemd: names and properties as values, a conversation with a peer that answers as systemd does, and, where one
// runs, systemd itself.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

@Suite struct DBusMessageTests {
  @Test func everyKindOfValueComesBack() throws {
    let body: [DBusValue] = [
      .byte(7), .boolean(true), .uint32(0xdead_beef), .uint64(.max), .string("a…b"), .objectPath("/a"),
      .signature("a(sv)"),
      .array(
        of: "(sv)",
        [
          .structure([.string("PIDs"), .variant(.array(of: "u", [.uint32(1), .uint32(2)]))]),
          .structure([.string("Delegate"), .variant(.boolean(true))]),
        ]),
      .array(of: "(sa(sv))", []), .array(of: "t", [.uint64(1)]),
    ]
    var message = DBusMessage(kind: .call)
    (message.serial, message.path, message.interface, message.member) = (3, "/x", "a.b", "Do")
    (message.destination, message.body) = ("c.d", body)
    #expect(DBusMessage(message.bytes) == message)
    for length in 0..<message.bytes.count { #expect(DBusMessage(Array(message.bytes.prefix(length))) == nil) }
  }

  @Test func bytesOfAKnownMessage() {
    var hello = DBusMessage(kind: .call)
    (hello.serial, hello.path, hello.interface) = (1, "/org/freedesktop/DBus", "org.freedesktop.DBus")
    (hello.member, hello.destination) = ("Hello", "org.freedesktop.DBus")
    let bytes = hello.bytes
    #expect(bytes.prefix(16) == [0x6c, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0x6d, 0, 0, 0])
    #expect(bytes.dropFirst(16).prefix(8) == [1, 0x01, 0x6f, 0, 0x15, 0, 0, 0])
    #expect(bytes.count == 128)
  }

  @Test func mostSignificantByteFirst() {
    let bytes: [UInt8] =
      [0x42, 2, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 0x0f]
      + [5, 1, 0x75, 0, 0, 0, 0, 7, 8, 1, 0x67, 0, 1, 0x75, 0, 0] + [0, 0, 1, 2]
    let message = DBusMessage(bytes)
    #expect(message?.replySerial == 7 && message?.serial == 9)
    #expect(message?.body == [.uint32(258)])
  }
}

@Suite struct SystemdNameTests {
  @Test func units() throws {
    let unit = try SystemdUnit(cgroupsPath: "machine-a.slice:libpod:5a", container: "x", isUsers: false)
    #expect(unit.name == "libpod-5a.scope" && unit.slice == "machine-a.slice")
    #expect(try unit.path() == "/machine.slice/machine-a.slice/libpod-5a.scope")
    #expect(try SystemdUnit(cgroupsPath: "", container: "x", isUsers: false).path() == "/system.slice/pangaea-x.scope")
    #expect(try SystemdUnit(cgroupsPath: "::x", container: "y", isUsers: true).path() == "/user.slice/x.scope")
    #expect(try SystemdUnit(cgroupsPath: "-.slice:a:b", container: "x", isUsers: false).path() == "/a-b.scope")
    #expect(try SystemdUnit(cgroupsPath: "a.slice::a-b.slice", container: "x", isUsers: false).isSlice)
  }

  @Test(arguments: ["/a/b", "a:b", "a.slice:b:", "a--b.slice:c:d", "a:b:c", "-a.slice:b:c"])
  func noUnits(_ path: String) {
    #expect(throws: SystemdError.self) { try SystemdUnit(cgroupsPath: path, container: "x", isUsers: false) }
  }

  @Test func devices() throws {
    let policy = try DevicePolicy([
      DeviceRule(isAllowed: true, .character, major: 10, minor: 200),
      DeviceRule(isAllowed: true, .block, access: .makeNode),
      DeviceRule(isAllowed: true, .character, major: 136, access: [.read, .write]),
    ])
    #expect(
      policy.systemdProperties() == [
        SystemdProperty("DevicePolicy", .string("strict")),
        SystemdProperty(
          "DeviceAllow",
          .array(
            of: "(ss)",
            [("/dev/char/10:200", "rwm"), ("block-*", "m"), ("char-pts", "rw")].map {
              .structure([.string($0.0), .string($0.1)])
            })),
      ])
    let all = try DevicePolicy([DeviceRule(isAllowed: true)])
    #expect(all.systemdProperties() == [SystemdProperty("DevicePolicy", .string("auto"))])
    let drivers = DeviceDrivers("Character devices:\n  1 mem\n  4 tty\n  4 ttyS\n\nBlock devices:\n  1 ramdisk\n")
    #expect(drivers.name(of: .character, 4) == "tty" && drivers.name(of: .block, 1) == "ramdisk")
    #expect(drivers.name(of: .block, 4) == nil)
  }

  @Test func properties() {
    var resources = CgroupResources()
    resources.memory.limit = 1 << 20
    resources.memory.swap = 3 << 20
    resources.cpu.shares = 1024
    resources.cpu.quota = 12_345
    resources.cpu.cpus = "0-2,9"
    resources.processes = -1
    let properties = Dictionary(
      uniqueKeysWithValues: resources.systemdProperties(.v2).map { ($0.name, $0.value) })
    #expect(properties["MemoryMax"] == .uint64(1 << 20) && properties["MemorySwapMax"] == .uint64(2 << 20))
    #expect(properties["CPUWeight"] == .uint64(100) && properties["TasksMax"] == .uint64(.max))
    #expect(properties["CPUQuotaPerSecUSec"] == .uint64(130_000))
    #expect(properties["AllowedCPUs"] == .array(of: "y", [.byte(7), .byte(2)]))
    #expect(CgroupResources.bits("3-1") == nil)
  }
}

@Suite struct SystemdConversationTests {
  private func reply(_ kind: DBusMessage.Kind, _ name: String? = nil, _ body: [DBusValue] = []) -> DBusMessage {
    var message = DBusMessage(kind: kind)
    message.serial = 1
    if kind == .signal { message.member = name } else { message.errorName = name }
    message.body = body
    return message
  }

  private func removed(_ job: String, _ result: String) -> DBusMessage {
    reply(.signal, "JobRemoved", [.uint32(1), .objectPath(job), .string("a-b.scope"), .string(result)])
  }

  private let unit = SystemdUnit(slice: "machine.slice", name: "a-b.scope")

  /// What systemd answers is written beforehand, as it is known what it will be asked; that is looked at afterwards.
  private func converse(
    _ answers: [(String, [DBusMessage])], _ body: (inout Systemd) throws -> Void
  ) throws -> [DBusMessage] {
    let pair = try UnixSocketPair()
    for line in ["DATA\r\n", "OK 0123456789abcdef\r\n"] { try pair.second.send(Array(line.utf8)) }
    for (index, (_, replies)) in answers.enumerated() {
      for var reply in replies {
        reply.replySerial = reply.kind == .signal ? nil : UInt32(index + 1)
        try pair.second.send(reply.bytes)
      }
    }
    var systemd = Systemd(
      try DBusConnection.greet(try pair.first.descriptor.duplicate(), isBus: false), isUsers: false)
    try body(&systemd)
    #expect(try pair.second.receive().bytes == Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
    var asked: [DBusMessage] = []
    for (member, _) in answers {
      let message = try #require(DBusMessage(try pair.second.receive().bytes))
      #expect(message.member == member)
      asked.append(message)
    }
    return asked
  }

  @Test func startWaitsForItsJob() throws {
    let job = reply(.reply, nil, [.objectPath("/job/7")])
    let asked = try converse([
      ("Subscribe", [reply(.reply)]),
      ("StartTransientUnit", [removed("/job/6", "failed"), job, removed("/job/7", "done")]),
    ]) { systemd in
      try systemd.start(unit, processes: [42], version: .v2, description: "container b")
    }
    let body = try #require(asked.last?.body)
    #expect(body[0] == .string("a-b.scope") && body[1] == .string("replace"))
    guard case .array(_, let properties) = body[2] else { throw SystemdError.refused("test", "no properties") }
    #expect(properties.contains(SystemdProperty("PIDs", .array(of: "u", [.uint32(42)])).argument))
    #expect(properties.contains(SystemdProperty("Slice", .string("machine.slice")).argument))
    #expect(properties.contains(SystemdProperty("Delegate", .boolean(true)).argument))
  }

  @Test func aFailedUnitIsForgottenFirst() throws {
    let job = reply(.reply, nil, [.objectPath("/job/7")])
    _ = try converse([
      ("Subscribe", [reply(.reply)]),
      ("StartTransientUnit", [reply(.error, "org.freedesktop.systemd1.UnitExists", [.string("exists")])]),
      ("ResetFailedUnit", [reply(.reply)]), ("StartTransientUnit", [job, removed("/job/7", "done")]),
    ]) { systemd in
      try systemd.start(unit, processes: [42], version: .v2, description: "container b")
    }
  }

  @Test func failuresAreTold() throws {
    let job = reply(.reply, nil, [.objectPath("/job/7")])
    _ = try converse([
      ("Subscribe", [reply(.reply)]), ("StartTransientUnit", [job, removed("/job/7", "timeout")]),
      ("Subscribe", [reply(.reply)]),
      ("StopUnit", [reply(.error, "org.freedesktop.systemd1.NoSuchUnit", [.string("not loaded")])]),
      ("SetUnitProperties", [reply(.error, "org.freedesktop.DBus.Error.InvalidArgs", [.string("no")])]),
    ]) { systemd in
      #expect(throws: SystemdError.jobFailed("a-b.scope", "timeout")) {
        try systemd.start(unit, processes: [42], version: .v2, description: "container b")
      }
      try systemd.stop(unit)
      var resources = CgroupResources()
      resources.processes = 5
      #expect(throws: SystemdError.refused("org.freedesktop.DBus.Error.InvalidArgs", "no")) {
        try systemd.update(unit, resources, version: .v2)
      }
    }
  }

  @Test func whereNoneRuns() {
    #expect(throws: SystemdError.self) { _ = try Systemd(runtimeDirectory: "/proc/nowhere") }
  }
}

@Suite(.enabled(if: CgroupFile.exists("/run/systemd/private"))) struct SystemdItselfTests {
  @Test func makesChangesAndRemovesAUnit() throws {
    var resources = CgroupResources()
    resources.processes = 30
    resources.memory.limit = 64 << 20
    let name = "test\(monotonicNanoseconds())"
    let plan = try CgroupHierarchies.read().plan(
      systemdContainer: name, at: "pangaea-test.slice:pangaea:\(name)", resources: resources)
    let child = try CgroupTests().start("exec sleep 60", in: Cgroup(places: []))
    let cgroup = try plan.carryOut()
    try plan.join(child.processID)
    let unit = try #require(plan.keeper?.unit)
    #expect(try cgroup.members() == [child.processID])
    #expect(try cgroup.limits().memory == 64 << 20)
    #expect(try cgroup.limits().processes == 30)
    resources.processes = 40
    try cgroup.update(resources, of: unit)
    #expect(try cgroup.limits().processes == 40)
    try cgroup.kill()
    _ = try child.pidfd.wait()
    try cgroup.remove(unit)
    #expect(cgroup.places.allSatisfy { !CgroupFile.exists($0.directory) })
    try cgroup.remove(unit)
  }
}
