// Everything that the kernel counts about a control group, in the words that engines know from `runc events --stats`.

/// Counters of a cgroup with those below it. What the hierarchies do not count is 0, empty or nil.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/*.rst; accounting/psi.rst.
public struct CgroupStatistics: Hashable, Sendable {
  /// Processor time.
  public var cpu = Processor()
  /// Memory.
  public var memory = Memory()
  /// Processes and threads.
  public var processes = Processes()
  /// Block devices.
  public var blockIO = BlockIO()
  /// Huge pages, by their size such as `2MB`.
  public var hugepages: [String: Amount] = [:]

  /// Nothing counted.
  public init() {}

  /// Processor time in nanoseconds.
  public struct Processor: Hashable, Sendable {
    /// All of it.
    public var total: UInt64 = 0
    /// In the kernel.
    public var kernel: UInt64 = 0
    /// In programs.
    public var user: UInt64 = 0
    /// All of it, for each processor; version 1 alone.
    public var perProcessor: [UInt64] = []
    /// In the kernel, for each processor; version 1 alone.
    public var perProcessorKernel: [UInt64] = []
    /// In programs, for each processor; version 1 alone.
    public var perProcessorUser: [UInt64] = []
    /// Periods of a quota in which somebody wanted to run.
    public var periods: UInt64 = 0
    /// Those in which the quota was used up.
    public var throttledPeriods: UInt64 = 0
    /// How long members were kept from running.
    public var throttledTime: UInt64 = 0
    /// How long members waited for a processor.
    public var pressure: Pressure?
  }

  /// An amount of something that is limited.
  public struct Amount: Hashable, Sendable {
    /// The limit; the highest number for none.
    public var limit: UInt64 = 0
    /// What is in use.
    public var usage: UInt64 = 0
    /// The most that ever was.
    public var maximum: UInt64 = 0
    /// How often the limit was hit.
    public var failures: UInt64 = 0
  }

  /// Memory in bytes.
  public struct Memory: Hashable, Sendable {
    /// Contents of files.
    public var cache: UInt64 = 0
    /// All memory.
    public var usage = Amount()
    /// Memory and swap together.
    public var swap = Amount()
    /// What the kernel uses for the members; version 1 alone.
    public var kernel = Amount()
    /// What buffers of TCP use; version 1 alone.
    public var kernelTCP = Amount()
    /// memory.stat as it is.
    public var details: [String: UInt64] = [:]
    /// How long members waited for memory.
    public var pressure: Pressure?
  }

  /// Processes and threads.
  public struct Processes: Hashable, Sendable {
    /// Now.
    public var current: UInt64 = 0
    /// The limit; 0 for none.
    public var limit: UInt64 = 0
  }

  /// Block devices.
  public struct BlockIO: Hashable, Sendable {
    /// Bytes transferred.
    public var bytes: [Entry] = []
    /// Operations.
    public var operations: [Entry] = []
    /// How long members waited for devices.
    public var pressure: Pressure?
  }

  /// A counter of a device.
  public struct Entry: Hashable, Sendable {
    /// The device's driver.
    public var major: UInt64
    /// Which of the driver's devices.
    public var minor: UInt64
    /// `Read`, `Write`, `Sync`, `Async`, `Discard` or `Total`.
    public var operation: String
    /// How much.
    public var value: UInt64
  }

  /// How much time was lost by waiting.
  public struct Pressure: Hashable, Sendable {
    /// While some were waiting.
    public var some = Stall()
    /// While all were waiting.
    public var full = Stall()
  }

  /// Shares of time in percent over 10, 60 and 300 seconds, and in microseconds since the beginning.
  public struct Stall: Hashable, Sendable {
    /// Over 10 seconds.
    public var average10: Double = 0
    /// Over 60 seconds.
    public var average60: Double = 0
    /// Over 300 seconds.
    public var average300: Double = 0
    /// Since the beginning.
    public var total: UInt64 = 0
  }
}
