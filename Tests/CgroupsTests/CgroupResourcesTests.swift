// Resources of the specification as settings: what is written, and in which order.

import Linux
import Testing

@testable import Cgroups

@Suite struct CgroupResourcesTests {
  private func written(
    _ resources: CgroupResources, _ version: CgroupVersion, _ present: CgroupPresent = .new
  ) -> [String] {
    resources.controllers.compactMap { version == .v1 ? $0.v1 : $0.v2 }
      .flatMap { resources.settings(of: $0, version, present: present) }.map { "\($0.file)=\($0.value)" }
  }

  @Test(arguments: [(0, 1), (2, 1), (3, 2), (1024, 100), (262_144, 10_000), (500_000, 10_000)] as [(UInt64, UInt64)])
  func weights(_ shares: UInt64, _ weight: UInt64) {
    #expect(CgroupResources.weight(ofShares: shares) == weight)
  }

  @Test func processorTime() {
    // spec: linux.cpu.shares linux.cpu.idle
    var resources = CgroupResources()
    resources.cpu.shares = 512
    resources.cpu.quota = 20_000
    resources.cpu.period = 50_000
    resources.cpu.burst = 10_000
    #expect(
      written(resources, .v1) == [
        "cpu.shares=512", "cpu.cfs_period_us=50000", "cpu.cfs_quota_us=20000", "cpu.cfs_burst_us=10000",
      ])
    #expect(written(resources, .v2) == ["cpu.weight=59", "cpu.max=20000 50000", "cpu.max.burst=10000"])
    resources.cpu.idle = 1
    #expect(written(resources, .v2).prefix(2) == ["cpu.idle=1", "cpu.max=20000 50000"])
  }

  @Test func onePartOfAQuota() {
    var resources = CgroupResources()
    resources.cpu.quota = 20_000
    #expect(written(resources, .v2, CgroupPresent(quota: 9000, period: 30_000)) == ["cpu.max=20000 30000"])
    resources.cpu.quota = -1
    #expect(written(resources, .v2) == ["cpu.max=max 100000"])
    resources.cpu.quota = nil
    resources.cpu.period = 10_000
    #expect(written(resources, .v2, CgroupPresent(quota: 5000)) == ["cpu.max=5000 10000"])
    #expect(written(resources, .v1, CgroupPresent(quota: 5000)) == ["cpu.cfs_period_us=10000"])
  }

  @Test func shareBetweenTwoWritesIsNoGreater() {
    var resources = CgroupResources()
    resources.cpu.quota = 50_000
    resources.cpu.period = 50_000
    #expect(
      written(resources, .v1, CgroupPresent(quota: 20_000)) == ["cpu.cfs_period_us=50000", "cpu.cfs_quota_us=50000"])
    resources.cpu.quota = 10_000
    resources.cpu.period = 10_000
    #expect(
      written(resources, .v1, CgroupPresent(quota: 90_000)) == ["cpu.cfs_quota_us=10000", "cpu.cfs_period_us=10000"])
  }

  @Test func memory() {
    // spec: linux.memory.limits linux.memory.swappiness linux.memory.oomkiller linux.unified.conversion
    var resources = CgroupResources()
    resources.memory.limit = 100 << 20
    resources.memory.swap = 300 << 20
    resources.memory.reservation = 50 << 20
    #expect(
      written(resources, .v1) == [
        "memory.limit_in_bytes=104857600", "memory.memsw.limit_in_bytes=314572800",
        "memory.soft_limit_in_bytes=52428800",
      ])
    #expect(
      written(resources, .v1, CgroupPresent(memory: 1, memoryAndSwap: 2)).first
        == "memory.memsw.limit_in_bytes=314572800")
    #expect(
      written(resources, .v2) == ["memory.max=104857600", "memory.swap.max=209715200", "memory.low=52428800"])
    resources = CgroupResources()
    resources.memory.limit = -1
    #expect(written(resources, .v2) == ["memory.max=max", "memory.swap.max=max"])
    #expect(written(resources, .v1) == ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"])
    resources.memory = .init()
    resources.memory.limit = 4096
    resources.memory.swap = 4096
    resources.memory.swappiness = 10
    resources.memory.disablesOutOfMemoryKiller = true
    #expect(written(resources, .v2) == ["memory.max=4096", "memory.swap.max=0"])
    #expect(written(resources, .v1).suffix(2) == ["memory.oom_control=1", "memory.swappiness=10"])
    #expect(throws: CgroupError.onlyInVersion1("memory.disableOOMKiller")) {
      try resources.validate(forVersion2: .memory)
    }
  }

  @Test func blockDevices() {
    // spec: linux.blockio.weight linux.blockio.throttle
    var resources = CgroupResources()
    resources.blockIO.weight = 500
    resources.blockIO.devices = [.init(major: 8, minor: 0, weight: 1000)]
    resources.blockIO.readBytes = [.init(major: 8, minor: 16, rate: 1000)]
    resources.blockIO.writes = [.init(major: 8, minor: 16, rate: 0)]
    #expect(
      written(resources, .v1) == [
        "blkio.weight=500", "blkio.weight_device=8:0 1000", "blkio.throttle.read_bps_device=8:16 1000",
        "blkio.throttle.write_iops_device=8:16 0",
      ])
    #expect(
      written(resources, .v2) == [
        "io.bfq.weight=500", "io.bfq.weight=8:0 1000", "io.max=8:16 rbps=1000", "io.max=8:16 wiops=max",
      ])
    let other = resources.settings(of: .io, .v2).compactMap(\.alternative).map { "\($0.file)=\($0.value)" }
    #expect(other == ["io.weight=4950", "io.weight=8:0 10000"])
  }

  @Test func theRest() {
    // spec: linux.cpu.sets linux.hugepages linux.network linux.rdma.limits
    var resources = CgroupResources()
    resources.cpu.cpus = "0-1"
    resources.cpu.memoryNodes = "0"
    resources.processes = -1
    resources.hugepages = [.init(pageSize: "2MB", limit: 1 << 21)]
    resources.network.classID = 1_048_577
    resources.network.priorities = [.init(name: "eth0", priority: 5)]
    resources.rdma = [.init(device: "mlx5_1", handles: 3, objects: 10)]
    #expect(
      written(resources, .v1) == [
        "cpuset.cpus=0-1", "cpuset.mems=0", "pids.max=max", "hugetlb.2MB.limit_in_bytes=2097152",
        "hugetlb.2MB.rsvd.limit_in_bytes=2097152", "net_cls.classid=1048577", "net_prio.ifpriomap=eth0 5",
        "rdma.max=mlx5_1 hca_handle=3 hca_object=10",
      ])
    // Nobody but the first process.
    resources.processes = 0
    #expect(written(resources, .v2).contains("pids.max=1") && written(resources, .v1).contains("pids.max=1"))
    resources.processes = nil
    #expect(!written(resources, .v2).contains { $0.hasPrefix("pids") })
    resources.unified = ["memory.high": "1000", "io.max": "8:0 rbps=1\n8:16 rbps=2"]
    #expect(resources.unifiedSettings.map(\.value) == ["8:0 rbps=1", "8:16 rbps=2", "1000"])
  }

  @Test func wrongValuesNameTheirPlace() {
    func problem(_ change: (inout CgroupResources) -> Void) -> String? {
      var resources = CgroupResources()
      change(&resources)
      do throws(CgroupError) { try resources.validate() } catch { return error.description }
      return nil
    }
    #expect(problem { $0.cpu.idle = 2 } == "linux.resources.cpu.idle: 2 is neither 0 nor 1")
    #expect(problem { $0.blockIO.weight = 5 } == "linux.resources.blockIO.weight: 5 is not from 10 to 1000")
    #expect(problem { ($0.memory.limit, $0.memory.swap) = (10, 5) }?.hasPrefix("linux.resources.memory.swap: ") == true)
    #expect(problem { $0.unified = ["../x": "1"] }?.hasPrefix("linux.resources.unified: `../x`") == true)
    #expect(problem { $0.memory.limit = -1 } == nil)
  }

  @Test(
    arguments: [
      ("memory.max", "5", "max\n", "max"), ("cpu.max", "5 10", "max 100000\n", "max 100000"),
      ("io.max", "8:0 rbps=5", "8:16 rbps=1 wbps=max\n", "8:0 rbps=max wbps=max riops=max wiops=max"),
      ("io.max", "8:16 rbps=5", "8:16 rbps=1 wbps=max\n", "8:16 rbps=1 wbps=max"),
      ("io.weight", "50", "default 100\n8:0 7\n", "default 100"),
      ("memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\n", "0"),
      ("blkio.throttle.read_bps_device", "8:0 7", "", "8:0 0"),
    ])
  func formerValue(_ file: String, _ value: String, _ content: String, _ former: String) {
    #expect(CgroupSetting.former(of: value, file, content) == former)
  }
}
