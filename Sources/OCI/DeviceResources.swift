// Limits that are about devices: blocks, networks, RDMA, huge pages.

internal import JSON

extension Specification {
  /// Limits of reading and writing of block devices.
  public struct BlockIO: Hashable, Sendable {
    /// The weight beside other control groups, from 10 to 1000.
    public var weight: UInt16?
    /// The weight of the group's own processes beside its subgroups, from 10 to 1000.
    public var leafWeight: UInt16?
    /// Weights for single devices.
    public var weightDevice: [DeviceWeight] = []
    /// Bytes read each second.
    public var throttleReadBpsDevice: [DeviceRate] = []
    /// Bytes written each second.
    public var throttleWriteBpsDevice: [DeviceRate] = []
    /// Reads each second.
    public var throttleReadIOPSDevice: [DeviceRate] = []
    /// Writes each second.
    public var throttleWriteIOPSDevice: [DeviceRate] = []

    /// No limits.
    public init() {}
  }

  /// The weight of a group for one block device.
  public struct DeviceWeight: Hashable, Sendable {
    /// The device's major number.
    public var major: Int64
    /// The device's minor number.
    public var minor: Int64
    /// The weight.
    public var weight: UInt16?
    /// The weight beside subgroups.
    public var leafWeight: UInt16?

    /// A device without a weight.
    public init(major: Int64, minor: Int64) {
      self.major = major
      self.minor = minor
    }
  }

  /// The rate up to which one block device is used.
  public struct DeviceRate: Hashable, Sendable {
    /// The device's major number.
    public var major: Int64
    /// The device's minor number.
    public var minor: Int64
    /// Bytes or operations each second.
    public var rate: UInt64

    /// A rate.
    public init(major: Int64, minor: Int64, rate: UInt64) {
      self.major = major
      self.minor = minor
      self.rate = rate
    }
  }

  /// A limit of huge pages of one size.
  public struct HugepageLimit: Hashable, Sendable {
    /// The size, for example `2MB`.
    public var pageSize: String
    /// The most bytes of them.
    public var limit: UInt64

    /// A limit.
    public init(pageSize: String, limit: UInt64) {
      self.pageSize = pageSize
      self.limit = limit
    }
  }

  /// The marks that the network packets of a container bear.
  public struct Network: Hashable, Sendable {
    /// The class of net_cls.
    public var classID: UInt32?
    /// Priorities for interfaces, of net_prio.
    public var priorities: [InterfacePriority] = []

    /// No marks.
    public init() {}
  }

  /// The priority of packets that leave through an interface.
  public struct InterfacePriority: Hashable, Sendable {
    /// The interface, by its name in the runtime's network namespace.
    public var name: String
    /// The priority.
    public var priority: UInt32

    /// A priority.
    public init(name: String, priority: UInt32) {
      self.name = name
      self.priority = priority
    }
  }

  /// Limits of an RDMA device; nil: any.
  public struct RDMALimit: Hashable, Sendable {
    /// The most handles.
    public var hcaHandles: UInt32?
    /// The most objects.
    public var hcaObjects: UInt32?

    /// No limits.
    public init() {}
  }
}

extension Specification.BlockIO: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "weight": weight = try json.uint16()
      case "leafWeight": leafWeight = try json.uint16()
      case "weightDevice": weightDevice = try json.list()
      case "throttleReadBpsDevice": throttleReadBpsDevice = try json.list()
      case "throttleWriteBpsDevice": throttleWriteBpsDevice = try json.list()
      case "throttleReadIOPSDevice": throttleReadIOPSDevice = try json.list()
      case "throttleWriteIOPSDevice": throttleWriteIOPSDevice = try json.list()
      default: try json.skip()
      }
    }
  }
}

extension Specification.DeviceWeight: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var major: Int64?
    var minor: Int64?
    self.init(major: 0, minor: 0)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "major": major = try json.int64()
      case "minor": minor = try json.int64()
      case "weight": weight = try json.uint16()
      case "leafWeight": leafWeight = try json.uint16()
      default: try json.skip()
      }
    }
    self.major = try required(major, "major", ofObjectAt: start)
    self.minor = try required(minor, "minor", ofObjectAt: start)
  }
}

extension Specification.DeviceRate: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var major: Int64?
    var minor: Int64?
    var rate: UInt64?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "major": major = try json.int64()
      case "minor": minor = try json.int64()
      case "rate": rate = try json.unsignedInteger()
      default: try json.skip()
      }
    }
    self.init(
      major: try required(major, "major", ofObjectAt: start), minor: try required(minor, "minor", ofObjectAt: start),
      rate: try required(rate, "rate", ofObjectAt: start))
  }
}

extension Specification.HugepageLimit: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var pageSize: String?
    var limit: UInt64?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "pageSize": pageSize = try json.string()
      case "limit": limit = try json.unsignedInteger()
      default: try json.skip()
      }
    }
    self.init(
      pageSize: try required(pageSize, "pageSize", ofObjectAt: start),
      limit: try required(limit, "limit", ofObjectAt: start))
  }
}

extension Specification.Network: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "classID": classID = try json.uint32()
      case "priorities": priorities = try json.list()
      default: try json.skip()
      }
    }
  }
}

extension Specification.InterfacePriority: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var name: String?
    var priority: UInt32?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "name": name = try json.string()
      case "priority": priority = try json.uint32()
      default: try json.skip()
      }
    }
    self.init(
      name: try required(name, "name", ofObjectAt: start),
      priority: try required(priority, "priority", ofObjectAt: start))
  }
}

extension Specification.RDMALimit: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "hcaHandles": hcaHandles = try json.uint32()
      case "hcaObjects": hcaObjects = try json.uint32()
      default: try json.skip()
      }
    }
  }
}
