// The limits of a container's control group, in the words of the first version of control groups.

internal import JSON

extension Specification {
  /// What a container may use.
  ///
  /// Source: config-linux.md, “Control groups”.
  public struct Resources: Hashable, Sendable {
    /// Rules about devices, in order.
    public var devices: [DeviceRule] = []
    /// Memory.
    public var memory: Memory?
    /// Processors.
    public var cpu: CPU?
    /// The number of processes.
    public var pids: PIDs?
    /// Reading and writing of block devices.
    public var blockIO: BlockIO?
    /// Huge pages.
    public var hugepageLimits: [HugepageLimit] = []
    /// The marks of network packets.
    public var network: Network?
    /// RDMA, by the device's name.
    public var rdma: [String: RDMALimit] = [:]
    /// Files of version 2 and what is written into them, as they are.
    public var unified: [String: String] = [:]

    /// No limits.
    public init() {}

    /// Reads the limits by themselves, as `update --resources` gives them.
    ///
    /// - Throws: as `Specification.init(json:)`.
    public init(json bytes: [UInt8]) throws(SpecificationError) {
      self = try reading(bytes)
      try validate()
    }
  }

  /// Limits of memory, in bytes; -1: none.
  public struct Memory: Hashable, Sendable {
    /// The most that may be used.
    public var limit: Int64?
    /// What the kernel tries to keep to where memory is short.
    public var reservation: Int64?
    /// The most of memory and swap together.
    public var swap: Int64?
    /// The most of the kernel's memory; deprecated.
    public var kernel: Int64?
    /// The most of the kernel's memory for TCP.
    public var kernelTCP: Int64?
    /// How willingly memory is swapped out, from 0 to 100.
    public var swappiness: UInt64?
    /// Whether processes wait for memory instead of being ended.
    public var disableOOMKiller: Bool?
    /// Whether lower control groups are counted in.
    public var useHierarchy: Bool?
    /// Whether an update is refused that is below what is in use.
    public var checkBeforeUpdate: Bool?

    /// No limits.
    public init() {}
  }

  /// Limits of processors; times in microseconds.
  public struct CPU: Hashable, Sendable {
    /// The weight beside other control groups, in the scale of version 1 (1024 is usual).
    public var shares: UInt64?
    /// The time that may be used in each period; -1: any.
    public var quota: Int64?
    /// How much unused time may be saved up.
    public var burst: UInt64?
    /// The period.
    public var period: UInt64?
    /// The time that real-time processes may use in each of their periods.
    public var realtimeRuntime: Int64?
    /// The period of real-time processes.
    public var realtimePeriod: UInt64?
    /// The processors, for example `0-3,7`.
    public var cpus: String?
    /// The memory nodes, for example `0-1`.
    public var mems: String?
    /// 1: only where nothing else wants to run; 0: as usual.
    public var idle: Int64?

    /// No limits.
    public init() {}
  }

  /// The number of processes.
  public struct PIDs: Hashable, Sendable {
    /// The most there may be; -1: any; nil: as it is.
    public var limit: Int64?

    /// A limit.
    public init(limit: Int64? = nil) {
      self.limit = limit
    }
  }
}

extension Specification.Resources: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "devices": devices = try json.list()
      case "memory": memory = try Specification.Memory(&json)
      case "cpu": cpu = try Specification.CPU(&json)
      case "pids": pids = try Specification.PIDs(&json)
      case "blockIO": blockIO = try Specification.BlockIO(&json)
      case "hugepageLimits": hugepageLimits = try json.list()
      case "network": network = try Specification.Network(&json)
      case "rdma":
        rdma = try json.map { name, _ in
          name
        } value: { json throws(JSONError) in
          try Specification.RDMALimit(&json)
        }
      case "unified": unified = try json.stringMap()
      default: try json.skip()
      }
    }
  }
}

extension Specification.Memory: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "limit": limit = try json.int64()
      case "reservation": reservation = try json.int64()
      case "swap": swap = try json.int64()
      case "kernel": kernel = try json.int64()
      case "kernelTCP": kernelTCP = try json.int64()
      case "swappiness": swappiness = UInt64(try json.integer(in: 0...100))
      case "disableOOMKiller": disableOOMKiller = try json.truth()
      case "useHierarchy": useHierarchy = try json.truth()
      case "checkBeforeUpdate": checkBeforeUpdate = try json.truth()
      default: try json.skip()
      }
    }
  }
}

extension Specification.CPU: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "shares": shares = try json.unsignedInteger()
      case "quota": quota = try json.int64()
      case "burst": burst = try json.unsignedInteger()
      case "period": period = try json.unsignedInteger()
      case "realtimeRuntime": realtimeRuntime = try json.int64()
      case "realtimePeriod": realtimePeriod = try json.unsignedInteger()
      case "cpus": cpus = try json.nonEmptyString()
      case "mems": mems = try json.nonEmptyString()
      case "idle": idle = try json.integer(in: 0...1)
      default: try json.skip()
      }
    }
  }
}

extension Specification.PIDs: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "limit": limit = try json.int64()
      default: try json.skip()
      }
    }
  }
}
