// How `top` writes numbers, limits, meters and command lines, as values.

import Cgroups
import Processes
import Testing

@testable import Commands

@Suite struct TopFormatTests {
  @Test func numbersFitTheirColumns() {
    #expect(TopFormats.bytes(1000) == "1000")
    #expect(TopFormats.bytes(1536) == "1.5K")
    #expect(TopFormats.bytes(1023 << 10) == "1.0M")
    #expect(TopFormats.bytes(20 << 30) == "20.0G")
    #expect(TopFormats.share(99.96) == "100")
    #expect(TopFormats.share(0.04) == "0.0")
    #expect(TopFormats.time(ticks: 12345, perSecond: 100) == "2:03.45")
    #expect(TopFormats.time(ticks: 8_640_000 * 4, perSecond: 100) == "96h00:00")
    #expect(TopFormats.uptime(93_784_000_000_000) == "1 day 2:03")
  }

  @Test func limitsAreToldShortAndInWords() {
    let limits = CgroupLimits(cpus: 0.5, memory: 512 << 20, processes: 64)
    #expect(TopFormats.limits(limits, width: 5) == "512M")
    #expect(TopFormats.limits(limits, width: 16) == "512M 0.5c 64p")
    #expect(TopFormats.limitsInWords(limits) == "memory 512M, 0.5 CPUs, 64 processes")
    #expect(TopFormats.limits(CgroupLimits(processes: 64), width: 5) == "*")
    #expect(TopFormats.limitsInWords(CgroupLimits()) == "")
  }

  @Test func theMachinesMetersAreRead() {
    var machine = MachineLoad()
    machine.readProcessors("cpu  10 0 10 80 0 0 0 0 0 0\ncpu0 1 2 3\n")
    machine.readProcessors("cpu  40 0 30 130 0 0 0 0 0 0\n")
    #expect(machine.cpuShare == 50)
    machine.readMemory("MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n")
    #expect(machine.memoryUsed == 600)
  }

  @Test func argumentsFollowTheNameOrStandWhole() {
    func shown(_ arguments: [String], _ name: String) -> String {
      let line = CommandLine(bytes: Array(arguments.map { $0 + "\0" }.joined().utf8))
      return String(decoding: line.shown(besides: Array(name.utf8)), as: UTF8.self)
    }
    #expect(shown(["/bin/sleep", "100"], "sleep") == "100")
    #expect(shown(["/usr/bin/a-name-longer-than-comm", "x"], "a-name-longer-t") == "x")
    #expect(shown(["sshd: root@pts/0"], "sshd") == "sshd: root@pts/0")
    #expect(shown([], "x") == "")
  }
}
