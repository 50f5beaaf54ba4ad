// Control groups by name, as a tree, changed and removed: on the machine's hierarchies, in cgroups made for the test.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

extension CgroupTests {
  private static let limited = CgroupLimits(cpus: 0.5, memory: 32 << 20, processes: 20)

  @Test(.enabled(if: Machine.admits(CgroupLimits())))
  func isFoundByEachOfItsNames() throws {
    try inCgroup { cgroup in
      let hierarchies = try CgroupHierarchies.read()
      let name = try #require(cgroup.places[0].path.lastComponent)
      #expect(hierarchies.cgroup(named: FilePath(root: nil, [name])) == cgroup)
      for place in cgroup.places {
        #expect(hierarchies.cgroup(named: place.directory) == Cgroup(places: [place]))
        #expect(hierarchies.cgroup(named: place.path)?.places.contains(place) == true)
      }
      #expect(hierarchies.cgroup(named: "/no/such") == nil && hierarchies.cgroup(named: "no-such") == nil)
      #expect(hierarchies.cgroup(named: FilePath("../\(name.string)")) == nil)
    }
  }

  @Test(.enabled(if: Machine.admits(limited)))
  func treeJoinsHierarchies() throws {
    try inCgroup(Self.limited) { cgroup in
      let inner = try CgroupHierarchies.read().make("inner", below: cgroup)
      let child = try start("exec sleep 60", in: cgroup)
      let tree = try cgroup.tree()
      #expect(tree.places == cgroup.places)
      #expect(tree.members == [.init(processID: child.processID, hierarchies: cgroup.places.map(\.hierarchy))])
      #expect(tree.children.count == 1 && tree.children[0].places == inner.places)
      #expect(tree.children[0].path == inner.places[0].path && tree.children[0].members.isEmpty)
      #expect(tree.unreadable.isEmpty)
    }
  }

  @Test(.enabled(if: Machine.admits(limited)))
  func limitsAreReadBack() throws {
    try inCgroup(Self.limited) { cgroup in
      var limits = try cgroup.limits()
      // Swap is limited where the kernel accounts it.
      limits.swap = 0
      #expect(limits == Self.limited)
    }
  }

  @Test(.enabled(if: Machine.admits(limited)))
  func limitsChangeAlone() throws {
    try inCgroup(Self.limited) { cgroup in
      var change = CgroupChange()
      change.memory = .most(64 << 20)
      try cgroup.apply(change)
      #expect(try cgroup.limits().memory == 64 << 20)
      #expect(try cgroup.limits().cpus == 0.5)
      change.memory = .most(16 << 20)
      change.swap = .most(1 << 20)
      change.cpus = .most(2)
      change.processes = CgroupChange.Limit.none
      try cgroup.apply(change)
      let limits = try cgroup.limits()
      #expect(limits.memory == 16 << 20 && limits.cpus == 2 && limits.processes == nil)
      #expect(limits.swap == nil || limits.swap == 1 << 20)
      change.cpus = CgroupChange.Limit.none
      change.memory = CgroupChange.Limit.none
      change.swap = CgroupChange.Limit.none
      try cgroup.apply(change)
      #expect(try cgroup.limits() == CgroupLimits(swap: nil))
    }
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits())))
  func tellsWhetherItIsFrozen() throws {
    try inCgroup { cgroup in
      #expect(try cgroup.isFrozen() == false)
      _ = try start("exec sleep 60", in: cgroup)
      try cgroup.setFrozen(true)
      #expect(try cgroup.isFrozen() == true)
      try cgroup.setFrozen(false)
    }
  }

  @Test(.enabled(if: Machine.admits(limited)))
  func refusesToRemoveWhatIsInUse() throws {
    try inCgroup(Self.limited) { cgroup in
      let path = try #require(cgroup.places.first).path
      let inner = try CgroupHierarchies.read().make("inner", below: cgroup)
      let refusal = CgroupError.notEmpty(path, members: [], children: [path.appending("inner")])
      #expect(throws: refusal) { try cgroup.removeEmpty() }
      try inner.removeEmpty()
      let child = try start("exec sleep 60", in: cgroup)
      #expect(throws: CgroupError.notEmpty(path, members: [child.processID], children: [])) {
        try cgroup.removeEmpty()
      }
      try cgroup.killAndRemove()
      #expect(try child.pidfd.wait() == .signaled(.kill))
    }
  }

  @Test(.enabled(if: Machine.hierarchies?.cgroup(named: "/") != nil))
  func refusesTheTop() throws {
    let top = try #require(CgroupHierarchies.read().cgroup(named: "/"))
    #expect(throws: CgroupError.top(top.places[0].directory)) { try top.killAndRemove() }
    #expect(throws: CgroupError.top(top.places[0].directory)) { try top.removeEmpty() }
  }
}

@Suite struct CgroupChangeTests {
  private func cgroup(_ version: CgroupVersion) -> Cgroup {
    let hierarchy = CgroupHierarchy(version: version, controllers: [.memory], mountPoint: "/nowhere")
    return Cgroup(places: [.init(hierarchy: hierarchy, path: "/a", directory: "/nowhere/a")])
  }

  @Test func needsTheController() {
    var change = CgroupChange()
    change.processes = .most(3)
    #expect(throws: CgroupError.notControlled(.processes, "/a")) { try cgroup(.v1).steps(of: change) }
    change.processes = nil
    #expect(change.isEmpty)
    change.memory = .most(4096)
    #expect(throws: CgroupError.controllerNotHandedOn(.memory, parent: "/nowhere")) {
      try cgroup(.v2).steps(of: change)
    }
  }

  @Test func refusesWhatNoKernelTakes() {
    var change = CgroupChange()
    change.memory = .most(0)
    #expect(throws: CgroupError.limitOutOfRange(.memory, "0 bytes")) { try cgroup(.v1).steps(of: change) }
  }

  @Test func version1WritesBothLimitsOfMemory() throws {
    var change = CgroupChange()
    change.memory = .most(1 << 20)
    change.swap = .most(1 << 10)
    let written = try cgroup(.v1).steps(of: change).map { "\($0.setting.file)=\($0.setting.value)" }
    #expect(written == ["memory.limit_in_bytes=1048576", "memory.memsw.limit_in_bytes=1049600"])
  }

  @Test func refusalsSayWhatIsInTheWay() {
    let error = CgroupError.notEmpty("/a", members: [4, 5], children: ["/a/b"])
    #expect(error.description == "cannot remove /a: it has 2 members and 1 cgroup below it")
    #expect(error.reason == "it holds PID 4 5, and /a/b")
  }
}
