// Facts of the cgroup that a process is in: what the kernel counted there.

import Cgroups
import Linux
import Processes

extension Observer {
  /// Reads a counter of a process's cgroup, in the hierarchy that has it.
  func counter(_ name: String, of process: ProcessValue) throws(Unknown) -> Int {
    _ = try record(process, .stat)
    let usage = try asking { () throws(SystemCallError) in
      try CgroupHierarchies.read().cgroup(of: process.identity.processID).usage()
    }
    let counters: [String: UInt64?] = [
      "memory": usage.memory, "memoryPeak": usage.memoryPeak, "memoryKills": usage.outOfMemoryKills,
      "processes": usage.processes, "refusedForks": usage.processLimitHits, "throttled": usage.throttledPeriods,
      "cpuMilliseconds": usage.cpuNanoseconds.map { $0 / 1_000_000 },
    ]
    guard let counter = counters[name] else { throw .missing("\(name) is no counter") }
    guard let value = counter else { throw .refused("the kernel has no counter \(name) for this cgroup") }
    return Int(clamping: value)
  }
}
