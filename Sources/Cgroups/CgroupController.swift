// What a control group controls.

/// A controller, by the name that /proc/cgroups and cgroup.controllers give it.
///
/// Source: cgroups(7).
public struct CgroupController: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Shares and quota of CPU time.
  public static let cpu = CgroupController(rawValue: "cpu")
  /// Accounting of CPU time; version 1 alone, version 2 always accounts.
  public static let cpuAccounting = CgroupController(rawValue: "cpuacct")
  /// Memory, and swap where the kernel accounts it.
  public static let memory = CgroupController(rawValue: "memory")
  /// The number of processes and threads.
  public static let processes = CgroupController(rawValue: "pids")
  /// Freezing; version 1 alone, version 2 can always freeze.
  public static let freezer = CgroupController(rawValue: "freezer")
  /// Which processors and memory nodes.
  public static let cpuset = CgroupController(rawValue: "cpuset")
  /// Block devices in version 1.
  public static let blockIO = CgroupController(rawValue: "blkio")
  /// Block devices in version 2.
  public static let io = CgroupController(rawValue: "io")
  /// Huge pages.
  public static let hugepages = CgroupController(rawValue: "hugetlb")
  /// Remote direct memory access.
  public static let rdma = CgroupController(rawValue: "rdma")
  /// Which class packets are of; version 1 alone.
  public static let networkClass = CgroupController(rawValue: "net_cls")
  /// Which priority packets have; version 1 alone.
  public static let networkPriority = CgroupController(rawValue: "net_prio")
  /// Which devices may be used; version 1 alone, version 2 has programs for it.
  public static let devices = CgroupController(rawValue: "devices")
}

extension CgroupController: CustomStringConvertible {
  public var description: String { rawValue }
}

/// Which of the kernel's two interfaces a hierarchy has.
///
/// Source: cgroups(7).
public enum CgroupVersion: Int, Sendable {
  /// Documentation/admin-guide/cgroup-v1: a hierarchy for each controller or group of controllers.
  case v1 = 1
  /// Documentation/admin-guide/cgroup-v2.rst: one hierarchy for all.
  case v2 = 2
}
