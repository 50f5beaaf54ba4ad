// The process section: which program is run, as whom, with which rights.

internal import JSON

extension Specification {
  /// The program that a container runs, or that is run in a container that runs already.
  ///
  /// Source: config.md, “Process” and “POSIX process”.
  public struct Process: Hashable, Sendable {
    /// Whether it gets a terminal.
    public var terminal = false
    /// The terminal's size; nil leaves it as the kernel makes it.
    public var consoleSize: ConsoleSize?
    /// The working directory, absolute.
    public var cwd: String
    /// Variables, each `NAME=value`.
    public var env: [String] = []
    /// The program and its arguments.
    public var args: [String] = []
    /// Limits, as setrlimit(2) sets them.
    public var rlimits: [ResourceLimit] = []
    /// Who it runs as.
    public var user = User()
    /// The capabilities that it has; nil: none is taken away nor given.
    public var capabilities: Capabilities?
    /// The AppArmor profile under which it runs.
    public var apparmorProfile: String?
    /// The SELinux label under which it runs.
    public var selinuxLabel: String?
    /// Whether execve(2) may give it more rights.
    public var noNewPrivileges = false
    /// How willingly the kernel ends it where memory is short, from -1000 to 1000; nil: as the runtime's own.
    public var oomScoreAdj: Int?
    /// How it is scheduled.
    public var scheduler: Scheduler?
    /// How its reading and writing is scheduled.
    public var ioPriority: IOPriority?
    /// On which processors a program is run that enters a container.
    public var execCPUAffinity: CPUAffinity?

    /// A program without arguments in a directory.
    public init(cwd: String) {
      self.cwd = cwd
    }

    /// Reads a process section by itself, as `exec --process` gives it.
    ///
    /// - Throws: as `Specification.init(json:)`.
    public init(json bytes: [UInt8]) throws(SpecificationError) {
      self = try reading(bytes)
      try validate()
    }
  }

  /// The size of a terminal, in characters.
  public struct ConsoleSize: Hashable, Sendable {
    /// Lines.
    public var height: UInt16
    /// Columns.
    public var width: UInt16

    /// A size.
    public init(height: UInt16, width: UInt16) {
      self.height = height
      self.width = width
    }
  }

  /// The user of a process, by the numbers of the container's user namespace.
  public struct User: Hashable, Sendable {
    /// The user ID.
    public var uid: UInt32 = 0
    /// The group ID.
    public var gid: UInt32 = 0
    /// Permissions that new files don't get; nil: whatever the runtime takes.
    public var umask: UInt32?
    /// Supplementary groups.
    public var additionalGids: [UInt32] = []

    /// A user; root unless said otherwise.
    public init(uid: UInt32 = 0, gid: UInt32 = 0) {
      self.uid = uid
      self.gid = gid
    }
  }

  /// The five sets of capabilities(7), by names such as `CAP_KILL`; names that this system doesn't know among them.
  public struct Capabilities: Hashable, Sendable {
    /// What may ever be had.
    public var bounding: [String] = []
    /// What the kernel looks at.
    public var effective: [String] = []
    /// What programs with inheritable file capabilities keep.
    public var inheritable: [String] = []
    /// What may be made effective.
    public var permitted: [String] = []
    /// What programs without file capabilities keep.
    public var ambient: [String] = []

    /// Empty sets.
    public init() {}
  }
}

extension Specification.Process: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var cwd: String?
    self.init(cwd: "")
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "terminal": terminal = try json.truth()
      case "consoleSize": consoleSize = try Specification.ConsoleSize(&json)
      case "user": user = try Specification.User(&json)
      case "args": args = try json.strings()
      case "env": env = try json.strings()
      case "cwd": cwd = try json.string()
      case "capabilities": capabilities = try Specification.Capabilities(&json)
      case "rlimits": rlimits = try json.list()
      case "noNewPrivileges": noNewPrivileges = try json.truth()
      case "apparmorProfile": apparmorProfile = try json.nonEmptyString()
      case "oomScoreAdj": oomScoreAdj = Int(try json.integer(in: -1000...1000))
      case "scheduler": scheduler = try Specification.Scheduler(&json)
      case "selinuxLabel": selinuxLabel = try json.nonEmptyString()
      case "ioPriority": ioPriority = try Specification.IOPriority(&json)
      case "execCPUAffinity": execCPUAffinity = try Specification.CPUAffinity(&json)
      default: try json.skip()
      }
    }
    self.cwd = try required(cwd, "cwd", ofObjectAt: start)
  }
}

extension Specification.ConsoleSize: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var height: UInt16?
    var width: UInt16?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "height": height = try json.uint16()
      case "width": width = try json.uint16()
      default: try json.skip()
      }
    }
    self.init(
      height: try required(height, "height", ofObjectAt: start), width: try required(width, "width", ofObjectAt: start))
  }
}

extension Specification.User: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "uid": uid = try json.uint32()
      case "gid": gid = try json.uint32()
      case "umask": umask = UInt32(try json.integer(in: 0...0o7777))
      case "additionalGids": additionalGids = try json.list { json throws(JSONError) in try json.uint32() }
      default: try json.skip()
      }
    }
  }
}

extension Specification.Capabilities: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "bounding": bounding = try json.strings()
      case "effective": effective = try json.strings()
      case "inheritable": inheritable = try json.strings()
      case "permitted": permitted = try json.strings()
      case "ambient": ambient = try json.strings()
      default: try json.skip()
      }
    }
  }
}
