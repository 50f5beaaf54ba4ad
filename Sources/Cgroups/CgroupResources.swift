// What the members of a control group may use, in the words of the OCI runtime specification: one value for both
// versions of the kernel's interface.

/// Limits and weights of a cgroup. What is nil or empty is not set.
///
/// Source: runtime-spec 1.3, config-linux.md "Control groups".
public struct CgroupResources: Hashable, Sendable {
  /// Memory and swap.
  public var memory = Memory()
  /// Processor time, and which processors.
  public var cpu = Processor()
  /// How many processes and threads; -1 for no limit.
  public var processes: Int64?
  /// Weights and rates of block devices.
  public var blockIO = BlockIO()
  /// Limits of huge pages, one for each size.
  public var hugepages: [Hugepages] = []
  /// Marks of packets; version 1 alone.
  public var network = Network()
  /// Limits of remote direct memory access, one for each device.
  public var rdma: [RemoteMemory] = []
  /// Files of version 2 and what is written to them, a line at a time.
  public var unified: [String: String] = [:]

  /// Nothing set.
  public init() {}

  /// Whether nothing is set.
  public var isEmpty: Bool { self == CgroupResources() }

  /// Memory in bytes; -1 is no limit, 0 is as good as nil.
  public struct Memory: Hashable, Sendable {
    /// At most so much.
    public var limit: Int64?
    /// What is left to the members as long as others have memory to give.
    public var reservation: Int64?
    /// Memory and swap together.
    public var swap: Int64?
    /// Memory for buffers of TCP; version 1 alone, and gone from newer kernels.
    public var kernelTCP: Int64?
    /// How much the kernel likes to swap, 0 to 100; version 1 alone.
    public var swappiness: UInt64?
    /// Members wait for memory instead of being killed; version 1 alone.
    public var disablesOutOfMemoryKiller: Bool?
    /// What lies below counts too; version 1 alone, and always so in newer kernels.
    public var usesHierarchy: Bool?
    /// A limit below what is in use is refused, instead of reclaiming and killing.
    public var checksBeforeUpdate = false

    /// Nothing set.
    public init() {}
  }

  /// Processor time; times are in microseconds.
  public struct Processor: Hashable, Sendable {
    /// Weight against neighbours, 2 to 262,144, of which 1024 is usual; 0 is as good as nil.
    public var shares: UInt64?
    /// Time in each period; -1 for no limit, 0 is as good as nil.
    public var quota: Int64?
    /// Time that may be saved up beside the quota.
    public var burst: UInt64?
    /// How long a period is; 0 is as good as nil.
    public var period: UInt64?
    /// Time for realtime scheduling in each of its periods; version 1 alone.
    public var realtimeRuntime: Int64?
    /// The period of realtime scheduling; version 1 alone.
    public var realtimePeriod: UInt64?
    /// Which processors, as a list such as `0-2,5`.
    public var cpus: String?
    /// Which memory nodes, as a list.
    public var memoryNodes: String?
    /// 1 to run only when nobody else wants to.
    public var idle: Int64?

    /// Nothing set.
    public init() {}
  }

  /// Weights and rates of block devices.
  public struct BlockIO: Hashable, Sendable {
    /// Weight against neighbours, 10 to 1000; 0 is as good as nil.
    public var weight: UInt16?
    /// Weight of the own members against those below; version 1 alone.
    public var leafWeight: UInt16?
    /// Weights for single devices.
    public var devices: [DeviceWeight] = []
    /// Bytes read a second.
    public var readBytes: [DeviceRate] = []
    /// Bytes written a second.
    public var writtenBytes: [DeviceRate] = []
    /// Reads a second.
    public var reads: [DeviceRate] = []
    /// Writes a second.
    public var writes: [DeviceRate] = []

    /// Nothing set.
    public init() {}
  }

  /// A weight for a device.
  public struct DeviceWeight: Hashable, Sendable {
    /// The device's driver.
    public var major: Int64
    /// Which of the driver's devices.
    public var minor: Int64
    /// 10 to 1000.
    public var weight: UInt16?
    /// 10 to 1000; version 1 alone.
    public var leafWeight: UInt16?

    /// A weight for a device.
    public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
      self.major = major
      self.minor = minor
      self.weight = weight
      self.leafWeight = leafWeight
    }
  }

  /// A rate for a device.
  public struct DeviceRate: Hashable, Sendable {
    /// The device's driver.
    public var major: Int64
    /// Which of the driver's devices.
    public var minor: Int64
    /// Bytes or operations a second.
    public var rate: UInt64

    /// A rate for a device.
    public init(major: Int64, minor: Int64, rate: UInt64) {
      self.major = major
      self.minor = minor
      self.rate = rate
    }
  }

  /// A limit of huge pages of one size.
  public struct Hugepages: Hashable, Sendable {
    /// The size as the kernel writes it: `64KB`, `2MB`, `1GB`.
    public var pageSize: String
    /// In bytes.
    public var limit: UInt64

    /// A limit of huge pages of one size.
    public init(pageSize: String, limit: UInt64) {
      self.pageSize = pageSize
      self.limit = limit
    }
  }

  /// Marks of packets.
  public struct Network: Hashable, Sendable {
    /// The class that traffic control sees.
    public var classID: UInt32?
    /// The priority on each interface.
    public var priorities: [InterfacePriority] = []

    /// Nothing set.
    public init() {}
  }

  /// A priority on an interface.
  public struct InterfacePriority: Hashable, Sendable {
    /// The interface's name.
    public var name: String
    /// The priority.
    public var priority: UInt32

    /// A priority on an interface.
    public init(name: String, priority: UInt32) {
      self.name = name
      self.priority = priority
    }
  }

  /// Limits of remote direct memory access on a device.
  public struct RemoteMemory: Hashable, Sendable {
    /// The device's name.
    public var device: String
    /// How many handles.
    public var handles: UInt32?
    /// How many objects.
    public var objects: UInt32?

    /// Limits on a device.
    public init(device: String, handles: UInt32? = nil, objects: UInt32? = nil) {
      self.device = device
      self.handles = handles
      self.objects = objects
    }
  }
}
