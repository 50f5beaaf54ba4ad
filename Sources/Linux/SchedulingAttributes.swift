// How a process is scheduled, on which processors, with which memory and how soon its blocks are read: values for the
// calls that set them.

/// How a process is scheduled.
///
/// Source: sched_setattr(2).
public struct SchedulingAttributes: Hashable, Sendable {
  /// The raw value is the kernel's SCHED_*.
  public enum Policy: UInt32, Hashable, Sendable {
    /// By turns; in turns of real time, first come first served or round robin.
    case other = 0, firstInFirstOut, roundRobin
    /// For long computations; only when nothing else runs; by deadlines.
    case batch = 3, idle = 5, deadline = 6
  }

  /// SCHED_*.
  public var policy: Policy
  /// SCHED_FLAG_*.
  public var flags: UInt64 = 0
  /// -20 to 19, for `.other` and `.batch`.
  public var nice: Int32 = 0
  /// 1 to 99, for `.firstInFirstOut` and `.roundRobin`.
  public var priority: UInt32 = 0
  /// Nanoseconds of work per period, for `.deadline`.
  public var runtime: UInt64 = 0
  /// Nanoseconds until the work is to be done, for `.deadline`.
  public var deadline: UInt64 = 0
  /// Nanoseconds between two beginnings, for `.deadline`.
  public var period: UInt64 = 0

  /// A policy, with nothing else set.
  public init(_ policy: Policy) {
    self.policy = policy
  }
}

/// How soon the blocks of a process are read and written.
///
/// Source: ioprio_set(2).
public struct InputOutputPriority: Hashable, Sendable {
  /// The raw value is the kernel's IOPRIO_CLASS_*.
  public enum Class: UInt16, Hashable, Sendable {
    /// Before all; as others; when nobody else wants.
    case realTime = 1, bestEffort, idle
  }

  /// IOPRIO_CLASS_*.
  public var kind: Class
  /// 0, the first, to 7.
  public var level: UInt16

  /// A class, and the place in it.
  public init(_ kind: Class, level: UInt16) {
    self.kind = kind
    self.level = level
  }
}

/// Where the memory of a process comes from.
///
/// Source: set_mempolicy(2).
public struct MemoryPolicy: Hashable, Sendable {
  /// MPOL_*, for example 2 for MPOL_BIND.
  public var mode: UInt32
  /// MPOL_F_*.
  public var flags: UInt32
  /// Numbers of NUMA nodes.
  public var nodes: [Int]

  /// A policy for some nodes.
  public init(mode: UInt32, flags: UInt32 = 0, nodes: [Int]) {
    self.mode = mode
    self.flags = flags
    self.nodes = nodes
  }
}
