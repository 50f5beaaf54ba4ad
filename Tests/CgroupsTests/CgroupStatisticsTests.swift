// Counters: the texts as values, and those of a cgroup with a member.

import Linux
import Testing

@testable import Cgroups

@Suite struct CgroupStatisticsTests {
  @Test func pressure() {
    let text = "some avg10=1.50 avg60=0.25 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"
    let pressure = CgroupStatistics.Pressure.parse(text)
    #expect(pressure.some == .init(average10: 1.5, average60: 0.25, average300: 0, total: 1234))
    #expect(pressure.full.total == 7)
  }

  @Test func blockDevicesOfVersion2() {
    var counters = CgroupStatistics.BlockIO()
    counters.read("8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\nbroken\n259:1 rbytes=x wios=3\n")
    #expect(counters.bytes.map(\.value) == [4096, 8192, 0])
    #expect(
      counters.operations == [
        .init(major: 8, minor: 0, operation: "Read", value: 1), .init(major: 8, minor: 0, operation: "Write", value: 2),
        .init(major: 8, minor: 0, operation: "Discard", value: 0),
        .init(major: 259, minor: 1, operation: "Write", value: 3),
      ])
  }

  @Test func blockDevicesOfVersion1() {
    #expect(
      CgroupStatistics.Entry.parse("8:0 Read 4096\n8:0 Total 4096\nTotal 4096\n").map(\.operation) == ["Read", "Total"])
  }

  @Test func sizesOfPages() {
    #expect(Cgroup.hugepageSize("hugepages-2048kB") == "2MB")
    #expect(Cgroup.hugepageSize("hugepages-1048576kB") == "1GB")
    #expect(Cgroup.hugepageSize("hugepages-64kB") == "64KB")
    #expect(Cgroup.hugepageSize("other") == nil)
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits(memory: 1 << 30, processes: 10))))
  func ofAMember() throws {
    try CgroupTests().inCgroup(CgroupLimits(cpus: 0.5, memory: 1 << 30, processes: 10)) { cgroup in
      let child = try CgroupTests().start("while :; do :; done", in: cgroup)
      while try cgroup.statistics().cpu.periods == 0 {
        pause(nanoseconds: 10_000_000)
      }
      let statistics = try cgroup.statistics()
      #expect(statistics.memory.usage.limit == 1 << 30)
      #expect(statistics.memory.usage.usage > 0 && !statistics.memory.details.isEmpty)
      #expect(statistics.processes.current >= 1 && statistics.processes.limit == 10)
      #expect(statistics.cpu.periods > 0)
      try cgroup.kill()
      _ = try child.pidfd.wait()
    }
  }
}
