// The cgroup of a container: planned as a value, made on the machine's hierarchies, changed and removed.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

extension Machine {
  /// Whether the kernel takes programs for devices from this user.
  static let loadsDevicePrograms =
    if let top = hierarchies?.unified?.mountPoint, let directory = try? FileDescriptor.open(top, .directory),
      (try? BPFDeviceProgram.attached(to: directory)) != nil
    { true } else { false }

  /// Whether a directory can be made at the top of each hierarchy.
  static let ownsHierarchies =
    hierarchies.map { all in
      !all.all.isEmpty && all.all.allSatisfy { isWritable($0.mountPoint) }
    } ?? false

  /// Whether a resource can be limited.
  static func limits(_ change: (inout CgroupResources) -> Void) -> Bool {
    var resources = CgroupResources()
    change(&resources)
    guard ownsHierarchies, let hierarchies else { return false }
    return (try? hierarchies.plan(containerAt: "/pangaea-test-probe", resources: resources)) != nil
  }
}

@Suite struct ContainerCgroupTests {
  private func inContainer(
    _ resources: CgroupResources = CgroupResources(), name: String = #function, _ body: (Cgroup) throws -> Void
  ) throws {
    let parent = FilePath("/pangaea-test-\(name.prefix { $0 != "(" })-\(monotonicNanoseconds())")
    let plan = try CgroupHierarchies.read().plan(containerAt: parent.appending("box"), resources: resources)
    let above = Cgroup(places: plan.cgroup.places.compactMap(\.parent))
    defer { #expect(throws: Never.self) { try above.remove() } }
    let cgroup = try plan.carryOut()
    defer { #expect(throws: Never.self) { try cgroup.kill() } }
    try body(cgroup)
  }

  private func content(_ cgroup: Cgroup, _ v1: (CgroupController, String), _ v2: String) throws -> String? {
    if let place = cgroup.place(of: v1.0, .v1) {
      return try CgroupFile.text(place.directory.appending(v1.1)).map { String($0.dropLast()) }
    }
    return try cgroup.unified.flatMap { try CgroupFile.text($0.directory.appending(v2)) }.map { String($0.dropLast()) }
  }

  @Test(.enabled(if: Machine.ownsHierarchies))
  func hasADirectoryEverywhere() throws {
    try inContainer { cgroup in
      #expect(cgroup.places.count == Machine.hierarchies?.all.count)
      let child = try CgroupTests().start("exec sleep 60", in: cgroup)
      #expect(try cgroup.members() == [child.processID])
      let found = try CgroupHierarchies.read().cgroup(of: child.processID)
      #expect(Set(found.places) == Set(cgroup.places))
      let again = Cgroup(directories: cgroup.directories)
      #expect(Set(again.places.map(\.directory)) == Set(cgroup.places.map(\.directory)))
      #expect(again.directories == cgroup.directories)
      let plan = try CgroupHierarchies.read()
      #expect(throws: CgroupError.self) { try plan.plan(containerAt: cgroup.places[0].path) }
      try again.setFrozen(true)
      #expect(try again.isFrozen() == true)
      try again.setFrozen(false)
      try again.kill()
      #expect(try child.pidfd.wait() == .signaled(.kill))
    }
  }

  @Test(.enabled(if: Machine.limits { $0.processes = 1 }))
  func updateChangesAllOrNothing() throws {
    // spec: linux.pids.limit linux.unified.unknown
    var resources = CgroupResources()
    resources.processes = 30
    try inContainer(resources) { cgroup in
      #expect(try content(cgroup, (.processes, "pids.max"), "pids.max") == "30")
      var change = CgroupResources()
      change.processes = 40
      change.unified = Machine.hierarchies?.unified == nil ? [:] : ["cgroup.max.depth": "7"]
      try cgroup.update(change)
      #expect(try content(cgroup, (.processes, "pids.max"), "pids.max") == "40")
      change.processes = 50
      change.unified = ["cgroup.max.depth": "nonsense"]
      if Machine.hierarchies?.unified != nil {
        #expect(throws: CgroupError.self) { try cgroup.update(change) }
        #expect(try content(cgroup, (.processes, "pids.max"), "pids.max") == "40")
      }
    }
  }

  @Test(.enabled(if: Machine.limits { $0.memory.limit = 1 << 20 }))
  func memoryGrowsAndShrinks() throws {
    // spec: linux.memory.limits linux.memory.check
    var resources = CgroupResources()
    resources.memory.limit = 64 << 20
    try inContainer(resources) { cgroup in
      for limit in [128 << 20, 32 << 20, 64 << 20, -1] as [Int64] {
        resources.memory.limit = limit
        try cgroup.update(resources)
        let text = try content(cgroup, (.memory, "memory.limit_in_bytes"), "memory.max")
        #expect(limit == -1 ? text == "max" || text == "9223372036854771712" : text == "\(limit)")
      }
      let child = try CgroupTests().start("x=$(head -c 8000000 /dev/zero | tr '\\0' x); echo >&2; sleep 60", in: cgroup)
      while try cgroup.usage().memory ?? 0 < 8_000_000 { pause(nanoseconds: 5_000_000) }
      resources.memory.limit = 4096
      resources.memory.checksBeforeUpdate = true
      let error = #expect(throws: CgroupError.self) { try cgroup.update(resources) }
      #expect(error?.description.hasPrefix("rejecting memory limit 4096: ") == true)
      _ = child
    }
  }

  @Test(.enabled(if: Machine.limits { $0.cpu.quota = 1000 }))
  func quotaAndShares() throws {
    // spec: linux.cpu.shares
    var resources = CgroupResources()
    resources.cpu.shares = 512
    resources.cpu.quota = 20_000
    resources.cpu.period = 50_000
    try inContainer(resources) { cgroup in
      #expect(try content(cgroup, (.cpu, "cpu.shares"), "cpu.weight").map { ["512", "59"].contains($0) } == true)
      #expect(
        try content(cgroup, (.cpu, "cpu.cfs_quota_us"), "cpu.max").map { ["20000", "20000 50000"].contains($0) } == true
      )
      var change = CgroupResources()
      change.cpu.quota = 90_000
      change.cpu.period = 100_000
      try cgroup.update(change)
      #expect(
        try content(cgroup, (.cpu, "cpu.cfs_quota_us"), "cpu.max").map { ["90000", "90000 100000"].contains($0) }
          == true)
    }
  }

  @Test(.enabled(if: Machine.limits { $0.cpu.cpus = "0" }))
  func processors() throws {
    // spec: linux.cpu.sets
    var resources = CgroupResources()
    resources.cpu.cpus = "0"
    try inContainer(resources) { cgroup in
      let child = try CgroupTests().start("exec sleep 60", in: cgroup)
      let status = String(
        decoding: try FileDescriptor.open(FilePath("/proc/\(child.processID)/status")).readAll(), as: UTF8.self)
      #expect(status.contains("Cpus_allowed_list:\t0\n"))
    }
  }

  @Test(.enabled(if: Machine.hierarchies?.layout == .v2 && Machine.ownsHierarchies))
  func controllersAreHandedOnDownTheLine() throws {
    try inContainer { cgroup in
      let place = try #require(cgroup.unified)
      let top = try CgroupFile.words(place.hierarchy.mountPoint.appending("cgroup.controllers"))
      #expect(try CgroupFile.words(place.directory.appending("cgroup.controllers")) == top)
      #expect(try CgroupFile.words(place.directory.appending("cgroup.subtree_control")).isEmpty)
    }
  }
}

@Suite struct ContainerCgroupPlanTests {
  private static let nowhere = CgroupHierarchies(
    all: [CgroupHierarchy(version: .v2, controllers: [.memory], mountPoint: "/nowhere")], memberships: [])

  @Test func withoutRightsNothingIsMade() throws {
    let plan = try Self.nowhere.plan(containerAt: "/a/b")
    #expect(plan.steps.isEmpty && plan.cgroup.places.isEmpty)
  }

  @Test func aLimitNeedsRights() {
    var resources = CgroupResources()
    resources.memory.limit = 1 << 30
    #expect(throws: CgroupError.notDelegated("/nowhere")) {
      try Self.nowhere.plan(containerAt: "/a/b", resources: resources)
    }
  }

  @Test func versionTwoHasNoMarksOfPackets() {
    var resources = CgroupResources()
    resources.network.classID = 3
    #expect(throws: CgroupError.onlyInVersion1("network")) {
      try Self.nowhere.plan(containerAt: "/a/b", resources: resources)
    }
    resources = CgroupResources()
    resources.unified = ["io.max": "8:0 rbps=5"]
    #expect(throws: CgroupError.notInVersion2(file: "io.max", .v2)) {
      try Self.nowhere.plan(containerAt: "/a/b", resources: resources)
    }
  }

  @Test func theTopIsNoContainers() {
    #expect(throws: CgroupError.top("/nowhere")) { try Self.nowhere.plan(containerAt: "/../..") }
  }
}
