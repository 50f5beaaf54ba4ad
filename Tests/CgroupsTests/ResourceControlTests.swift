// Shares of cache and bandwidth: planned as values; carried out where no such file system is, with directories alone.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

@Suite struct ResourceControlTests {
  /// Something like resctrl with one group, `shared`.
  private func withRoot(_ body: (FilePath) throws -> Void) throws {
    let root = FilePath("/tmp/pangaea-test-resctrl-\(monotonicNanoseconds())")
    let group = root.appending("shared")
    for directory in [root, group] { try makeDirectory(directory) }
    defer {
      #expect(throws: Never.self) {
        for file in ["schemata", "tasks"] { try removeFile(group.appending(file)) }
        for directory in [group, root] { try removeDirectory(directory) }
      }
    }
    for (file, text) in [("schemata", "    L3:0=0f;1=f0\n    MB:0=100\n"), ("tasks", "")] {
      try FileDescriptor.open(group.appending(file), [.writeOnly, .create]).write(text)
    }
    try body(root)
  }

  @Test func findsTheMount() {
    let line = "30 23 0:26 / /sys/fs/resctrl rw,relatime shared:9 - resctrl resctrl rw\n"
    #expect(ResourceControl.mountPoint(in: "22 1 0:2 / / rw - ext4 a rw\n" + line) == "/sys/fs/resctrl")
    #expect(ResourceControl.mountPoint(in: "") == nil)
  }

  @Test func withoutTheFileSystem() {
    // spec: linux.rdt.unmounted
    #expect(throws: ResourceControlError.missing) { try ResourceControl().plan(container: "x", below: nil) }
  }

  @Test func aGroupOfItsOwn() throws {
    // spec: linux.rdt.order linux.rdt.create
    var control = ResourceControl()
    control.l3CacheSchema = "L3:0=f\nMB:0=50"
    control.memoryBandwidthSchema = "MB:0=20"
    control.schemata = ["L2:0=3"]
    control.enablesMonitoring = true
    let plan = try control.plan(container: "x", below: "/nowhere")
    #expect(plan.isMade && plan.group == "/nowhere/x" && plan.monitor == "/nowhere/x/mon_groups/x")
    #expect(plan.lines == ["L3:0=f", "MB:0=20", "L2:0=3"])
    #expect(throws: ResourceControlError.self) { try plan.carryOut(1) }
  }

  @Test func whatIsRemoved() throws {
    // spec: linux.rdt.remove
    try withRoot { root throws in
      var control = ResourceControl()
      func owned() throws -> [FilePath] { try control.plan(container: "x", below: root).ownedDirectories }
      control.schemata = ["L3:0=f;1=f0"]
      #expect(try owned() == [root.appending("x")])
      control.enablesMonitoring = true
      #expect(try owned() == [root.appending("x/mon_groups/x"), root.appending("x")])
      for name in ["shared", "new"] {
        control.closID = name
        #expect(try owned() == [root.appending(name).appending("mon_groups/x")])
      }
      control.closID = "/"
      control.schemata = []
      #expect(try owned() == [root.appending("mon_groups/x")])
    }
  }

  @Test func theGroupThatEverybodyIsIn() throws {
    // spec: linux.rdt.root
    var control = ResourceControl()
    control.closID = "/"
    let plan = try control.plan(container: "x", below: "/nowhere")
    #expect(plan.group == "/nowhere" && !plan.isMade && plan.lines.isEmpty && plan.monitor == nil)
    try withRoot { root throws in
      // The default group is like any other that is there: others' shares are not changed.
      control.schemata = ["L3:0=f;1=f0"]
      #expect(try control.plan(container: "x", below: root.appending("shared")).group == root.appending("shared"))
      control.schemata = ["L3:0=1"]
      #expect(throws: ResourceControlError.self) {
        try control.plan(container: "x", below: root.appending("shared"))
      }
    }
  }

  private static let processes = Machine.hierarchies?.all.first {
    $0.version == .v1 && $0.controllers.contains(.processes)
  }

  /// In version 1 of the control groups too a new directory has a file `tasks`, into which processes are written.
  @Test(.enabled(if: Machine.ownsHierarchies && processes != nil)) func aGroupThatCounts() throws {
    // spec: linux.rdt.monitoring
    let top = try #require(Self.processes).mountPoint
    let root = top.appending("pangaea-test-resctrl-\(monotonicNanoseconds())")
    let groups = root.appending("mon_groups")
    for directory in [root, groups] { try makeDirectory(directory) }
    defer { #expect(throws: Never.self) { for directory in [groups, root] { try removeDirectory(directory) } } }
    var control = ResourceControl()
    control.closID = "/"
    control.enablesMonitoring = true
    let plan = try control.plan(container: "x", below: root)
    let child = try CgroupTests().start("exec sleep 60", in: Cgroup(places: []))
    try plan.carryOut(child.processID)
    #expect(try CgroupFile.words(groups.appending("x/tasks")) == ["\(child.processID)"])
    try child.pidfd.send(.kill)
    _ = try child.pidfd.wait()
    for directory in plan.ownedDirectories { try removeDirectory(directory) }
    // A process that isn't there: what was made is removed.
    #expect(throws: ResourceControlError.self) { try plan.carryOut(child.processID) }
    #expect(!CgroupFile.exists(groups.appending("x")))
  }

  @Test func aSharedGroup() throws {
    // spec: linux.rdt.tasks linux.rdt.mismatch
    try withRoot { root in
      var control = ResourceControl()
      control.closID = "shared"
      control.schemata = ["L3:0=f;1=f0"]
      let plan = try control.plan(container: "x", below: root)
      #expect(!plan.isMade && plan.lines.isEmpty)
      try plan.carryOut(77)
      #expect(try FileDescriptor.workingDirectory.readFile(root.appending("shared/tasks")) == Array("77".utf8))
      #expect(plan.ownedDirectories.isEmpty)
      control.schemata = ["L3:0=1"]
      let group = root.appending("shared")
      #expect(throws: ResourceControlError.differs(group, line: "L3:0=1")) {
        try control.plan(container: "x", below: root)
      }
    }
  }

  @Test(arguments: ["..", "a/b", "", "absent"])
  func noGroup(_ name: String) {
    // spec: linux.rdt.preconfigured
    var control = ResourceControl()
    control.closID = name
    #expect(throws: ResourceControlError.self) { try control.plan(container: "x", below: "/nowhere") }
  }
}
