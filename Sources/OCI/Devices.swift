// Device nodes, and the rules about which devices may be used.

internal import JSON

extension Specification {
  /// A device node in the container.
  ///
  /// Source: config-linux.md, “Devices”.
  public struct Device: Hashable, Sendable {
    /// The place in the container, absolute.
    public var path: String
    /// The type.
    public var type: Kind
    /// The major number; of no meaning for a FIFO.
    public var major: Int64 = 0
    /// The minor number; of no meaning for a FIFO.
    public var minor: Int64 = 0
    /// Permissions; nil: 0666.
    public var fileMode: UInt32?
    /// The owner in the container; nil: root.
    public var uid: UInt32?
    /// The group in the container; nil: root.
    public var gid: UInt32?

    /// A device.
    public init(path: String, type: Kind, major: Int64 = 0, minor: Int64 = 0) {
      self.path = path
      self.type = type
      self.major = major
      self.minor = minor
    }

    /// The types of mknod(1).
    public enum Kind: String, CaseIterable, Sendable {
      /// Character devices.
      case character = "c"
      /// Unbuffered character devices, which Linux has no other way for than `character`.
      case unbufferedCharacter = "u"
      /// Block devices.
      case block = "b"
      /// A FIFO, which has no numbers.
      case fifo = "p"
    }
  }

  /// A rule about devices; of the rules, later ones go before earlier ones.
  ///
  /// Source: config-linux.md, “Allowed Device list”.
  public struct DeviceRule: Hashable, Sendable {
    /// Whether it allows or denies.
    public var allow: Bool
    /// Which devices.
    public var type = Kind.all
    /// The major number; nil: any.
    public var major: Int64?
    /// The minor number; nil: any.
    public var minor: Int64?
    /// Of `r`, `w` and `m` (mknod) those that it is about; nil: none is named.
    public var access: String?

    /// A rule about all devices.
    public init(allow: Bool) {
      self.allow = allow
    }

    /// The types in rules.
    public enum Kind: String, CaseIterable, Sendable {
      /// All devices.
      case all = "a"
      /// Character devices.
      case character = "c"
      /// Block devices.
      case block = "b"
    }
  }
}

extension Specification.Device: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var path: String?
    var type: Kind?
    var major: Int64?
    var minor: Int64?
    self.init(path: "", type: .character)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "path": path = try json.string()
      case "type": type = try json.word()
      case "major": major = Int64(try json.uint32())
      case "minor": minor = Int64(try json.uint32())
      case "fileMode": fileMode = UInt32(try json.integer(in: 0...0o177777))
      case "uid": uid = try json.uint32()
      case "gid": gid = try json.uint32()
      default: try json.skip()
      }
    }
    self.path = try required(path, "path", ofObjectAt: start)
    self.type = try required(type, "type", ofObjectAt: start)
    self.major = try self.type == .fifo ? major ?? 0 : required(major, "major", ofObjectAt: start)
    self.minor = try self.type == .fifo ? minor ?? 0 : required(minor, "minor", ofObjectAt: start)
  }
}

extension Specification.DeviceRule: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var allow: Bool?
    self.init(allow: false)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "allow": allow = try json.truth()
      case "type": type = try json.nonEmptyWord() ?? .all
      case "major": major = try json.deviceNumber()
      case "minor": minor = try json.deviceNumber()
      case "access": access = try json.nonEmptyString()
      default: try json.skip()
      }
    }
    self.allow = try required(allow, "allow", ofObjectAt: start)
  }
}

extension JSONReader {
  /// A major or minor number; nil for -1, which older engines write for any.
  fileprivate mutating func deviceNumber() throws(JSONError) -> Int64? {
    let number = try integer(in: -1...Int64(UInt32.max))
    return number == -1 ? nil : number
  }
}
