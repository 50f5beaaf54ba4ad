// The linux section: namespaces, owners, devices, limits, filters, and which paths are hidden.

internal import JSON

extension Specification {
  /// What a container has of Linux alone.
  ///
  /// Source: config-linux.md.
  public struct LinuxSection: Hashable, Sendable {
    /// The namespaces that are made or joined; of the others the container shares the runtime's.
    public var namespaces: [Namespace] = []
    /// How the user IDs of a new user namespace map to the host's.
    public var uidMappings: [IDMapping] = []
    /// How the group IDs of a new user namespace map to the host's.
    public var gidMappings: [IDMapping] = []
    /// How far the clocks of a new time namespace are off.
    public var timeOffsets: [OffsetClock: TimeOffset] = [:]
    /// Device nodes to be there besides the usual ones.
    public var devices: [Device] = []
    /// The host's network interfaces that are moved into the container, by their names on the host.
    public var netDevices: [String: NetworkDevice] = [:]
    /// The control group; its form depends on who manages control groups.
    public var cgroupsPath: String?
    /// The limits of the control group.
    public var resources: Resources?
    /// How mounts below the root propagate.
    public var rootfsPropagation: RootPropagation?
    /// Kernel parameters, for example `net.core.somaxconn`.
    public var sysctl: [String: String] = [:]
    /// Which system calls are allowed.
    public var seccomp: Seccomp?
    /// Paths in the container that can't be read.
    public var maskedPaths: [String] = []
    /// Paths in the container that can't be written.
    public var readonlyPaths: [String] = []
    /// The SELinux label of the container's mounts.
    public var mountLabel: String?
    /// The execution domain.
    public var personality: Personality?
    /// Cache and memory bandwidth.
    public var intelRdt: IntelRDT?
    /// On which memory nodes memory is taken.
    public var memoryPolicy: MemoryPolicy?

    /// A section without anything.
    public init() {}
  }

  /// A namespace to be made or joined.
  public struct Namespace: Hashable, Sendable {
    /// The type.
    public var type: Kind
    /// The file of a namespace to join, absolute; nil: a new one is made.
    public var path: String?

    /// A new namespace, or one that there is.
    public init(type: Kind, path: String? = nil) {
      self.type = type
      self.path = path
    }

    /// The types by their names in the specification.
    public enum Kind: String, CaseIterable, Sendable {
      /// As clone(2) has them, by short names.
      case pid, network, mount, ipc, uts, user, cgroup, time
    }
  }

  /// The clocks that a time namespace moves.
  public enum OffsetClock: String, CaseIterable, Sendable {
    /// As clock_gettime(2) has them.
    case monotonic, boottime
  }

  /// How far a clock is off.
  public struct TimeOffset: Hashable, Sendable {
    /// Whole seconds.
    public var secs: Int64 = 0
    /// Nanoseconds on top, below 10⁹.
    public var nanosecs: UInt32 = 0

    /// An offset.
    public init(secs: Int64 = 0, nanosecs: UInt32 = 0) {
      self.secs = secs
      self.nanosecs = nanosecs
    }
  }

  /// A network interface in the container.
  public struct NetworkDevice: Hashable, Sendable {
    /// Its name in the container; nil: as on the host.
    public var name: String?

    /// An interface.
    public init(name: String? = nil) {
      self.name = name
    }
  }

  /// How mounts propagate, with `r` for the whole tree.
  public enum RootPropagation: String, CaseIterable, Sendable {
    /// As mount(2) has them.
    case shared, slave, `private`, unbindable, rshared, rslave, rprivate, runbindable
  }
}

extension Specification.LinuxSection: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "namespaces": namespaces = try json.list()
      case "uidMappings": uidMappings = try json.list()
      case "gidMappings": gidMappings = try json.list()
      case "devices": devices = try json.list()
      case "cgroupsPath": cgroupsPath = try json.nonEmptyString()
      case "resources": resources = try Specification.Resources(&json)
      case "sysctl": sysctl = try json.stringMap()
      case "seccomp": seccomp = try Specification.Seccomp(&json)
      case "maskedPaths": maskedPaths = try json.strings()
      case "readonlyPaths": readonlyPaths = try json.strings()
      case "mountLabel": mountLabel = try json.nonEmptyString()
      default: try readRarer(field, &json)
      }
    }
  }

  private mutating func readRarer(_ field: String, _ json: inout JSONReader) throws(JSONError) {
    switch field {
    case "rootfsPropagation": rootfsPropagation = try json.nonEmptyWord()
    case "timeOffsets":
      timeOffsets = try json.map { name, error throws(JSONError) in
        guard let clock = Specification.OffsetClock(rawValue: name) else { throw error }
        return clock
      } value: { json throws(JSONError) in
        try Specification.TimeOffset(&json)
      }
    case "netDevices":
      netDevices = try json.map { name, _ in
        name
      } value: { json throws(JSONError) in
        try Specification.NetworkDevice(&json)
      }
    case "personality": personality = try Specification.Personality(&json)
    case "intelRdt": intelRdt = try Specification.IntelRDT(&json)
    case "memoryPolicy": memoryPolicy = try Specification.MemoryPolicy(&json)
    default: try json.skip()
    }
  }
}

extension Specification.Namespace: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var type: Kind?
    var path: String?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "type": type = try json.word()
      case "path": path = try json.nonEmptyString()
      default: try json.skip()
      }
    }
    self.init(type: try required(type, "type", ofObjectAt: start), path: path)
  }
}

extension Specification.TimeOffset: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "secs": secs = try json.int64()
      case "nanosecs": nanosecs = UInt32(try json.integer(in: 0...999_999_999))
      default: try json.skip()
      }
    }
  }
}

extension Specification.NetworkDevice: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "name": name = try json.nonEmptyString()
      default: try json.skip()
      }
    }
  }
}
