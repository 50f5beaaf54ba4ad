// The runtime specification's config.json as values: what a container is to be, as its engine wrote it down. Read by a
// pull reader straight into these types, since a runtime does so at each start.

internal import JSON

/// A container's configuration.
///
/// Each field has the name that it has in config.json; where a field is absent or null, an optional is nil, a list or a
/// map is empty, and a truth value is false. Strings that the specification lets be absent are nil also where they are
/// empty. Fields that are not known are ignored, the sections of other systems among them.
///
/// Source: OCI runtime specification 1.3, config.md and config-linux.md.
public struct Specification: Hashable, Sendable {
  /// The version of the specification that the configuration follows, for example `1.2.0`.
  public var ociVersion: String
  /// The root file system; nil only where a runtime of another kind may make do without.
  public var root: Root?
  /// What is mounted, in this order, on top of the root.
  public var mounts: [Mount] = []
  /// The program to be run; nil in a configuration that is only to be created.
  public var process: Process?
  /// The host name in the container's UTS namespace.
  public var hostname: String?
  /// The NIS domain name in the container's UTS namespace.
  public var domainname: String?
  /// Programs to be run at the turns of the container's life.
  public var hooks: Hooks?
  /// Free words about the container; they change nothing.
  public var annotations: [String: String] = [:]
  /// What Linux alone has.
  public var linux: LinuxSection?

  /// The version of the specification that these types follow.
  public static let version = "1.3.0"

  /// The most bytes that are read of a configuration: 16 MiB, a thousand times what engines write.
  public static let maximumLength = 16 << 20

  /// A configuration without anything.
  public init(ociVersion: String = Specification.version) {
    self.ociVersion = ociVersion
  }

  /// Reads a config.json.
  ///
  /// - Throws: `SpecificationError` that names the place by its JSON path, where the text is not JSON, is longer than
  ///   `maximumLength`, or a field is missing, given twice, of a wrong type, out of range or not in its vocabulary;
  ///   also as `validate()`.
  public init(json bytes: [UInt8]) throws(SpecificationError) {
    self = try reading(bytes)
    try validate()
  }

  /// The root file system.
  public struct Root: Hashable, Sendable {
    /// The directory, absolute or relative to the bundle.
    public var path: String
    /// Whether it is read-only for the container.
    public var readonly = false

    /// A root that may be written to.
    public init(path: String) {
      self.path = path
    }
  }
}

extension Specification: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    self.init(ociVersion: "")
    var version: String?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "ociVersion": version = try json.string()
      case "process": process = try Process(&json)
      case "root": root = try Root(&json)
      case "hostname": hostname = try json.nonEmptyString()
      case "domainname": domainname = try json.nonEmptyString()
      case "mounts": mounts = try json.list()
      case "hooks": hooks = try Hooks(&json)
      case "annotations": annotations = try json.stringMap()
      case "linux": linux = try LinuxSection(&json)
      default: try json.skip()
      }
    }
    ociVersion = try required(version, "ociVersion", ofObjectAt: start)
  }
}

extension Specification.Root: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var path: String?
    self.init(path: "")
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "path": path = try json.string()
      case "readonly": readonly = try json.truth()
      default: try json.skip()
      }
    }
    self.path = try required(path, "path", ofObjectAt: start)
  }
}
