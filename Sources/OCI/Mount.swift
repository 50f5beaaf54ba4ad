// The mounts section, and the mappings of owners that mounts and user namespaces share.

internal import JSON

extension Specification {
  /// One mount on top of the root.
  ///
  /// Source: config.md, “Mounts”.
  public struct Mount: Hashable, Sendable {
    /// The place in the container, absolute.
    public var destination: String
    /// The type of file system, for example `tmpfs`, `bind`, `cgroup`; nil where an option says enough.
    public var type: String?
    /// The device, directory or name.
    public var source: String?
    /// Options as fstab(5) has them, for example `nosuid`, `rbind`, `size=64m`.
    public var options: [String] = []
    /// How owners are shown, for a mount with `idmap` or `ridmap`.
    public var uidMappings: [IDMapping] = []
    /// How groups are shown.
    public var gidMappings: [IDMapping] = []

    /// A mount with nothing but a place.
    public init(destination: String) {
      self.destination = destination
    }
  }

  /// A range of user or group IDs and what it is mapped to.
  ///
  /// Source: user_namespaces(7).
  public struct IDMapping: Hashable, Sendable {
    /// The first ID in the container.
    public var containerID: UInt32
    /// The first ID on the host.
    public var hostID: UInt32
    /// How many follow one another, this one included.
    public var size: UInt32

    /// A range.
    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
      self.containerID = containerID
      self.hostID = hostID
      self.size = size
    }
  }
}

extension Specification.Mount: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var destination: String?
    self.init(destination: "")
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "destination": destination = try json.string()
      case "type": type = try json.nonEmptyString()
      case "source": source = try json.nonEmptyString()
      case "options": options = try json.strings()
      case "uidMappings": uidMappings = try json.list()
      case "gidMappings": gidMappings = try json.list()
      default: try json.skip()
      }
    }
    self.destination = try required(destination, "destination", ofObjectAt: start)
  }
}

extension Specification.IDMapping: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var containerID: UInt32?
    var hostID: UInt32?
    var size: UInt32?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "containerID": containerID = try json.uint32()
      case "hostID": hostID = try json.uint32()
      case "size": size = try json.uint32()
      default: try json.skip()
      }
    }
    self.init(
      containerID: try required(containerID, "containerID", ofObjectAt: start),
      hostID: try required(hostID, "hostID", ofObjectAt: start), size: try required(size, "size", ofObjectAt: start))
  }
}
