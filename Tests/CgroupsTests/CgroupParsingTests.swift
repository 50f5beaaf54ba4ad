// The pure part: what /proc says becomes hierarchies and places, limits become settings.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

@Suite struct CgroupParsingTests {
  static let hybridMounts = Array(
    """
    22 27 0:21 / /proc rw,relatime - proc proc rw
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    40 31 0:37 / /sys/fs/cgroup/sys\\040temd rw,relatime - cgroup cgroup rw,xattr,name=systemd
    41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
    42 31 0:32 /a /elsewhere rw,relatime - cgroup cgroup rw,memory
    broken line

    """.utf8)
  static let hybridMemberships = Array(
    """
    3:name=systemd:/init.scope
    2:memory:/a/b:c
    1:cpu,cpuacct:/
    0::/user.slice (deleted)
    nonsense
    x:y

    """.utf8)

  private var hybrid: CgroupHierarchies {
    let memberships = CgroupMembership.parse(CgroupParsingTests.hybridMemberships.span)
    let all = CgroupHierarchies.hierarchies(CgroupMount.parse(CgroupParsingTests.hybridMounts), memberships) {
      $0 == "/sys/fs/cgroup/unified" ? ["hugetlb"] : []
    }
    return CgroupHierarchies(all: all, memberships: memberships)
  }

  @Test func membershipLines() {
    let found = CgroupMembership.parse(CgroupParsingTests.hybridMemberships.span)
    #expect(found.count == 4)
    #expect(found[0].hierarchyName == "systemd" && found[0].cgroupControllers.isEmpty && found[0].version == .v1)
    #expect(found[1].filePath == "/a/b:c" && found[1].cgroupControllers == [.memory])
    #expect(found[2].cgroupControllers == [.cpu, .cpuAccounting])
    #expect(found[3].version == .v2 && found[3].isDeleted && found[3].filePath == "/user.slice")
  }

  @Test func membershipPathThatIsNotText() {
    let line = Array("0::/".utf8) + [0xff, 0xfe, 10]
    #expect(CgroupMembership.parse(line.span).first?.filePath == FilePath(bytes: [0x2f, 0xff, 0xfe]))
  }

  @Test func hybridLayout() {
    #expect(hybrid.layout == .hybrid)
    #expect(hybrid.hierarchy(of: .memory)?.mountPoint == "/sys/fs/cgroup/memory")
    #expect(hybrid.hierarchy(of: .cpu)?.mountPoint == "/sys/fs/cgroup/cpu,cpuacct")
    #expect(hybrid.hierarchy(of: .processes) == nil)
    #expect(hybrid.all.contains { $0.name == "systemd" && $0.mountPoint == "/sys/fs/cgroup/sys temd" })
    #expect(hybrid.unified?.controllers == [CgroupController(rawValue: "hugetlb")])
  }

  @Test func ownPlaces() {
    let directories = hybrid.own.places.map(\.directory)
    #expect(
      directories == [
        "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory/a/b:c", "/sys/fs/cgroup/sys temd/init.scope",
      ])
  }

  @Test func layouts() {
    let unified = CgroupHierarchy(version: .v2, controllers: [.memory], mountPoint: "/sys/fs/cgroup")
    let memory = CgroupHierarchy(version: .v1, controllers: [.memory], mountPoint: "/m")
    #expect(CgroupHierarchies(all: [], memberships: []).layout == .none)
    #expect(CgroupHierarchies(all: [unified], memberships: []).layout == .v2)
    #expect(CgroupHierarchies(all: [memory], memberships: []).layout == .v1)
    #expect(CgroupHierarchies(all: [memory, unified], memberships: []).layout == .hybrid)
  }

  @Test func directoryBelowTheRootOfAMount() {
    let part = CgroupHierarchy(version: .v2, controllers: [], mountPoint: "/mnt", root: "/box")
    #expect(part.directory(of: "/box/a") == "/mnt/a")
    #expect(part.directory(of: "/box") == "/mnt")
    #expect(part.directory(of: "/boxer") == nil)
    let whole = CgroupHierarchy(version: .v2, controllers: [], mountPoint: "/mnt")
    #expect(whole.directory(of: "/../outside") == nil)
  }

  @Test func missingControllerIsNamed() {
    let error = #expect(throws: CgroupError.self) {
      try hybrid.plan("x", limits: CgroupLimits(processes: 3))
    }
    #expect(error == .controllerMissing(.processes, .hybrid))
    #expect(error?.description == "cannot limit pids: no cgroup hierarchy has that controller")
    #expect(error?.reason?.contains("hybrid") == true)
  }

  @Test func limitsThatNoKernelTakes() {
    #expect(throws: CgroupError.limitOutOfRange(.cpu, "0.0 CPUs")) {
      try hybrid.plan("x", limits: CgroupLimits(cpus: 0))
    }
    #expect(throws: CgroupError.limitOutOfRange(.memory, "0 bytes")) {
      try hybrid.plan("x", limits: CgroupLimits(memory: 0))
    }
  }
}

@Suite struct CgroupLimitsTests {
  private func written(_ limits: CgroupLimits, _ version: CgroupVersion) -> [String] {
    limits.controllers.flatMap { limits.settings(of: $0, version) }.map { "\($0.file)=\($0.value)" }
  }

  @Test func version2() {
    let limits = CgroupLimits(cpus: 1.5, memory: 1 << 20, processes: 7)
    #expect(
      written(limits, .v2) == ["cpu.max=150000 100000", "memory.max=1048576", "memory.swap.max=0", "pids.max=7"])
  }

  @Test func version1() {
    let limits = CgroupLimits(cpus: 0.25, memory: 1 << 20, swap: 1 << 10, processes: 7)
    #expect(
      written(limits, .v1) == [
        "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=25000", "memory.limit_in_bytes=1048576",
        "memory.memsw.limit_in_bytes=1049600", "pids.max=7",
      ])
  }

  @Test func smallShareHasALongPeriod() {
    #expect(written(CgroupLimits(cpus: 0.001), .v2) == ["cpu.max=1000 1000000"])
  }

  @Test func noSwapLimit() {
    #expect(written(CgroupLimits(memory: 4096, swap: nil), .v2) == ["memory.max=4096"])
    #expect(CgroupLimits().isEmpty && CgroupLimits().controllers.isEmpty)
  }

  @Test(
    arguments: [
      ("1048576", 1_048_576), ("64M", 64 << 20), ("64m", 64 << 20), ("1.5G", 3 << 29), ("2GiB", 2 << 30), ("1kb", 1024),
      ("1T", 1 << 40), ("0", 0), ("512b", 512),
    ] as [(String, UInt64)])
  func bytes(_ text: String, _ expected: UInt64) {
    #expect(CgroupLimits.bytes(text) == expected)
  }

  @Test(arguments: ["", "M", "-1", "1e3", "12Q", "1 G", "99999999999999999999", "99999999999T", "1..5G", "inf"])
  func noBytes(_ text: String) {
    #expect(CgroupLimits.bytes(text) == nil)
  }

  @Test func keyedValues() {
    let values = CgroupFile.parseValues(Array("oom_kill 3\nmax 18446744073709551615\nbad\nx y z\n".utf8))
    #expect(values == ["oom_kill": 3, "max": .max])
  }
}
