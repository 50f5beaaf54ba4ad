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
