// How the kernel treats a container's processes besides limits: execution domain, cache and bandwidth, memory nodes.

internal import JSON

extension Specification {
  /// The execution domain.
  ///
  /// Source: config-linux.md, “Personality”; personality(2).
  public struct Personality: Hashable, Sendable {
    /// The domain.
    public var domain: Domain
    /// Further flags; the specification has none yet.
    public var flags: [String] = []

    /// A domain.
    public init(domain: Domain) {
      self.domain = domain
    }

    /// The domains.
    public enum Domain: String, CaseIterable, Sendable {
      /// Linux of the machine.
      case linux = "LINUX"
      /// Linux with 32 bits, for uname(2).
      case linux32 = "LINUX32"
    }
  }

  /// Cache and memory bandwidth, through resctrl.
  ///
  /// Source: config-linux.md, “IntelRdt”; `Documentation/filesystems/resctrl.rst`.
  public struct IntelRDT: Hashable, Sendable {
    /// The class of service, a directory's name.
    public var closID: String?
    /// Lines of the file `schemata`, written after the two others.
    public var schemata: [String] = []
    /// The line about the cache of level 3.
    public var l3CacheSchema: String?
    /// The line about memory bandwidth.
    public var memBwSchema: String?
    /// Whether a monitoring group is made for the container.
    public var enableMonitoring = false

    /// Nothing asked for.
    public init() {}
  }

  /// On which memory nodes memory is taken.
  ///
  /// Source: config-linux.md, “Memory policy”; set_mempolicy(2).
  public struct MemoryPolicy: Hashable, Sendable {
    /// The mode.
    public var mode: Mode
    /// The nodes, for example `0-1,3`.
    public var nodes: String?
    /// What else is asked for.
    public var flags: [Flag] = []

    /// A mode.
    public init(mode: Mode) {
      self.mode = mode
    }

    /// The modes of set_mempolicy(2).
    public enum Mode: String, CaseIterable, Sendable {
      /// As without a policy.
      case `default` = "MPOL_DEFAULT"
      /// One node first, then others.
      case preferred = "MPOL_PREFERRED"
      /// No other nodes.
      case bind = "MPOL_BIND"
      /// Each node in turn.
      case interleave = "MPOL_INTERLEAVE"
      /// The node of the processor.
      case local = "MPOL_LOCAL"
      /// Some nodes first, then others.
      case preferredMany = "MPOL_PREFERRED_MANY"
      /// Each node in turn, by weights.
      case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
    }

    /// The flags of set_mempolicy(2).
    public enum Flag: String, CaseIterable, Sendable {
      /// Pages move to where they are used.
      case numaBalancing = "MPOL_F_NUMA_BALANCING"
      /// Nodes are counted within those that are allowed.
      case relativeNodes = "MPOL_F_RELATIVE_NODES"
      /// Nodes stay when those that are allowed change.
      case staticNodes = "MPOL_F_STATIC_NODES"
    }
  }
}

extension Specification.Personality: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var domain: Domain?
    self.init(domain: .linux)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "domain": domain = try json.word()
      case "flags": flags = try json.strings()
      default: try json.skip()
      }
    }
    self.domain = try required(domain, "domain", ofObjectAt: start)
  }
}

extension Specification.IntelRDT: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "closID": closID = try json.nonEmptyString()
      case "schemata": schemata = try json.strings()
      case "l3CacheSchema": l3CacheSchema = try json.nonEmptyString()
      case "memBwSchema": memBwSchema = try json.nonEmptyString()
      case "enableMonitoring": enableMonitoring = try json.truth()
      default: try json.skip()
      }
    }
  }
}

extension Specification.MemoryPolicy: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var mode: Mode?
    self.init(mode: .default)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "mode": mode = try json.word()
      case "nodes": nodes = try json.nonEmptyString()
      case "flags": flags = try json.list { json throws(JSONError) in try json.word() }
      default: try json.skip()
      }
    }
    self.mode = try required(mode, "mode", ofObjectAt: start)
  }
}
