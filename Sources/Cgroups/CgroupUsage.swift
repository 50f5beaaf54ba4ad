// What the members of a cgroup have used together, and how often they ran into a limit.

public import Linux
internal import struct SystemPackage.FilePath

/// Counters of a cgroup with those below it. One that the kernel or the hierarchy does not have is nil.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, cgroup-v1/cpuacct.rst.
public struct CgroupUsage: Hashable, Sendable {
  /// Processor time of all members, ended ones too, in nanoseconds.
  public var cpuNanoseconds: UInt64?
  /// In how many periods the members used up their quota.
  public var throttledPeriods: UInt64?
  /// How long the members were kept from running, in nanoseconds.
  public var throttledNanoseconds: UInt64?
  /// Memory now, in bytes.
  public var memory: UInt64?
  /// The most memory so far, in bytes; version 2 since Linux 5.19.
  public var memoryPeak: UInt64?
  /// How often the memory limit was reached.
  public var memoryLimitHits: UInt64?
  /// How many members were killed because the memory limit was reached; version 1 since Linux 4.13.
  public var outOfMemoryKills: UInt64?
  /// Processes and threads now.
  public var processes: UInt64?
  /// How many forks failed at the limit of processes.
  public var processLimitHits: UInt64?

  /// Nothing known.
  public init() {}
}

extension Cgroup {
  /// Reads the counters.
  ///
  /// - Throws: `SystemCallError` when a counter cannot be read; one that does not exist is nil.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, cpuacct.rst.
  public func usage() throws(SystemCallError) -> CgroupUsage {
    var usage = CgroupUsage()
    for place in places {
      switch place.hierarchy.version {
      case .v1: try usage.addVersion1(place)
      case .v2: try usage.addVersion2(place.directory)
      }
    }
    return usage
  }
}

extension CgroupUsage {
  fileprivate mutating func addVersion1(_ place: Cgroup.Place) throws(SystemCallError) {
    let directory = place.directory
    if place.hierarchy.controllers.contains(.cpuAccounting) {
      cpuNanoseconds = try CgroupFile.number(directory.appending("cpuacct.usage"))
    }
    if place.hierarchy.controllers.contains(.cpu) {
      let values = try CgroupFile.values(directory.appending("cpu.stat"))
      throttledPeriods = values["nr_throttled"]
      throttledNanoseconds = values["throttled_time"]
    }
    if place.hierarchy.controllers.contains(.memory) {
      memory = try CgroupFile.number(directory.appending("memory.usage_in_bytes"))
      memoryPeak = try CgroupFile.number(directory.appending("memory.max_usage_in_bytes"))
      memoryLimitHits = try CgroupFile.number(directory.appending("memory.failcnt"))
      outOfMemoryKills = try CgroupFile.values(directory.appending("memory.oom_control"))["oom_kill"]
    }
    if place.hierarchy.controllers.contains(.processes) {
      processes = try CgroupFile.number(directory.appending("pids.current"))
      processLimitHits = try CgroupFile.values(directory.appending("pids.events"))["max"]
    }
  }

  /// Beside version 1 some files of version 2 exist that count nothing: what version 1 told is kept.
  fileprivate mutating func addVersion2(_ directory: FilePath) throws(SystemCallError) {
    let cpu = try CgroupFile.values(directory.appending("cpu.stat"))
    cpuNanoseconds = cpuNanoseconds ?? cpu["usage_usec"].map { $0 &* 1000 }
    throttledPeriods = throttledPeriods ?? cpu["nr_throttled"]
    throttledNanoseconds = throttledNanoseconds ?? cpu["throttled_usec"].map { $0 &* 1000 }
    let events = try CgroupFile.values(directory.appending("memory.events"))
    memoryLimitHits = memoryLimitHits ?? events["max"]
    outOfMemoryKills = outOfMemoryKills ?? events["oom_kill"]
    let current = try CgroupFile.number(directory.appending("memory.current"))
    memory = memory ?? current
    let peak = try CgroupFile.number(directory.appending("memory.peak"))
    memoryPeak = memoryPeak ?? peak
    let count = try CgroupFile.number(directory.appending("pids.current"))
    processes = processes ?? count
    let hits = try CgroupFile.values(directory.appending("pids.events"))["max"]
    processLimitHits = processLimitHits ?? hits
  }
}
