// Rules for devices: what a list of them comes to, and what the kernel then lets pass, in both versions.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

@Suite struct DevicePolicyTests {
  @Test func laterRulesChangeEarlierOnes() throws {
    // spec: linux.devicerules.order
    let policy = try DevicePolicy([
      DeviceRule(isAllowed: true, .character, major: 1, minor: 3, access: .read),
      DeviceRule(isAllowed: false),
      DeviceRule(isAllowed: true, .character, major: 1, minor: 5, access: .read),
      DeviceRule(isAllowed: true, .character, major: 1, minor: 5, access: [.write, .makeNode]),
      DeviceRule(isAllowed: true, .block, major: 8, access: .read),
      DeviceRule(isAllowed: true, .character, major: 1, minor: 8),
      DeviceRule(isAllowed: false, .character, major: 1, minor: 8, access: .write),
      DeviceRule(isAllowed: false, .character, major: 9, minor: 9),
    ])
    #expect(!policy.allowsByDefault)
    #expect(policy.exceptions.map(\.description) == ["c 1:5 rwm", "b 8:* r", "c 1:8 rm"])
    #expect(policy.settings.map(\.value) == ["a", "c 1:5 rwm", "b 8:* r", "c 1:8 rm"])
  }

  @Test func everythingButSome() throws {
    let policy = try DevicePolicy([
      DeviceRule(isAllowed: true), DeviceRule(isAllowed: false, .character, major: 1, minor: 3, access: .write),
    ])
    #expect(policy.allowsByDefault)
    #expect(policy.settings.map { "\($0.file)=\($0.value)" } == ["devices.allow=a", "devices.deny=c 1:3 w"])
  }

  @Test func noHoleInAWiderRule() {
    #expect(throws: CgroupError.self) {
      try DevicePolicy([
        DeviceRule(isAllowed: true, .character, access: .makeNode),
        DeviceRule(isAllowed: false, .character, major: 1, minor: 3, access: .makeNode),
      ])
    }
  }

  @Test func changeGrantsBeforeItTakes() throws {
    let former = try #require(DevicePolicy(list: "c *:* m\nb 8:0 rw\n"))
    let policy = try DevicePolicy([
      DeviceRule(isAllowed: true, .character, access: .makeNode),
      DeviceRule(isAllowed: true, .block, major: 8, minor: 0, access: .read),
      DeviceRule(isAllowed: true, .character, major: 1, minor: 3),
    ])
    #expect(
      policy.settings(from: former).map { "\($0.file)=\($0.value)" }
        == ["devices.allow=c 1:3 rwm", "devices.deny=b 8:0 w"])
    #expect(DevicePolicy(list: "a *:* rwm\n") == nil)
  }

  @Test func defaultsOfContainers() throws {
    let policy = try DevicePolicy(DeviceRule.containerDefaults)
    #expect(policy.exceptions.count == 11)
    #expect(policy.exceptions.first?.description == "c *:* m")
    #expect(policy.exceptions.last?.description == "c 136:* rwm")
  }
}

@Suite struct DeviceAccessTests {
  /// Whether a shell in a cgroup may read /dev/null, write to it, read /dev/zero and read /dev/full.
  private func access(in cgroup: Cgroup) throws -> String {
    let script = """
      try() { if (eval "$1") 2>&-; then printf y; else printf n; fi; }
      try '</dev/null'; try '>/dev/null'; try '</dev/zero'; try '</dev/full'
      """
    let pipe = try Pipe()
    var program = SystemCallProgram()
    for file in cgroup.joinFiles {
      let descriptor = program.appendKeepingResult(.open(file, .writeOnly))
      program.append(.write(Array("0".utf8), to: .register(descriptor), named: file))
    }
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
    program.append(
      .execute(["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: [Array("PATH=/bin".utf8)]))
    let child = try program.start()
    let output = pipe.closeWriting()
    let said = String(decoding: try output.readAll(), as: UTF8.self)
    _ = try child.pidfd.wait()
    return said
  }

  private static let readNull = [DeviceRule(isAllowed: true, .character, major: 1, minor: 3, access: .read)]

  private func inPlace(
    _ version: CgroupVersion, _ body: (Cgroup) throws -> Void
  ) throws {
    let hierarchies = try CgroupHierarchies.read()
    let hierarchy = version == .v1 ? hierarchies.hierarchy(of: .devices) : hierarchies.unified
    let own = try #require(hierarchies.own.places.first { $0.hierarchy == hierarchy })
    let cgroup = Cgroup(places: [own.appending("pangaea-test-devices-\(monotonicNanoseconds())")])
    try makeDirectory(cgroup.places[0].directory)
    defer { #expect(throws: Never.self) { try cgroup.remove() } }
    try body(cgroup)
  }

  private func check(_ cgroup: Cgroup) throws {
    #expect(try access(in: cgroup) == "yyyy")
    try cgroup.update(try DevicePolicy(Self.readNull))
    #expect(try access(in: cgroup) == "ynnn")
    try cgroup.update(try DevicePolicy(Self.readNull + [DeviceRule(isAllowed: true, .character, major: 1, minor: nil)]))
    #expect(try access(in: cgroup) == "yyyy")
    try cgroup.update(
      try DevicePolicy([
        DeviceRule(isAllowed: true), DeviceRule(isAllowed: false, .character, major: 1, minor: 3, access: .write),
        DeviceRule(isAllowed: false, .character, major: 1, minor: 5),
      ]))
    #expect(try access(in: cgroup) == "ynny")
  }

  @Test(.enabled(if: Machine.hierarchies?.hierarchy(of: .devices) != nil && Machine.admits(CgroupLimits())))
  func version1() throws {
    try inPlace(.v1, check)
  }

  @Test(.enabled(if: Machine.hierarchies?.unified != nil && Machine.loadsDevicePrograms))
  func version2() throws {
    try inPlace(.v2) { cgroup in
      try check(cgroup)
      let directory = try FileDescriptor.open(cgroup.places[0].directory, .directory)
      #expect(try BPFDeviceProgram.attached(to: directory).count == 1)
    }
  }
}
