// The hooks section: programs of others, run at the turns of a container's life.

internal import JSON

extension Specification {
  /// The hooks by the time at which they run.
  ///
  /// Source: config.md, “POSIX-platform hooks”; runtime.md, “Lifecycle”.
  public struct Hooks: Hashable, Sendable {
    /// Once the namespaces are made, in the runtime's namespaces; deprecated, and run before `createRuntime`.
    public var prestart: [Hook] = []
    /// Once the namespaces are made and before the root changes, in the runtime's namespaces.
    public var createRuntime: [Hook] = []
    /// At the same time, in the container's namespaces.
    public var createContainer: [Hook] = []
    /// Before the container's program is run, in the container's namespaces.
    public var startContainer: [Hook] = []
    /// After the container's program is run, in the runtime's namespaces.
    public var poststart: [Hook] = []
    /// After the container is deleted, in the runtime's namespaces.
    public var poststop: [Hook] = []

    /// No hooks.
    public init() {}
  }

  /// A program to be run, which gets the container's state on its standard input.
  public struct Hook: Hashable, Sendable {
    /// The program, absolute.
    public var path: String
    /// Its arguments, its own name included, as execv(3) takes them; empty: the path alone.
    public var args: [String] = []
    /// Its variables.
    public var env: [String] = []
    /// After how many seconds it is given up, more than 0; nil: never.
    public var timeout: Int?

    /// A program without arguments.
    public init(path: String) {
      self.path = path
    }
  }
}

extension Specification.Hooks: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "prestart": prestart = try json.list()
      case "createRuntime": createRuntime = try json.list()
      case "createContainer": createContainer = try json.list()
      case "startContainer": startContainer = try json.list()
      case "poststart": poststart = try json.list()
      case "poststop": poststop = try json.list()
      default: try json.skip()
      }
    }
  }
}

extension Specification.Hook: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var path: String?
    self.init(path: "")
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "path": path = try json.string()
      case "args": args = try json.strings()
      case "env": env = try json.strings()
      case "timeout": timeout = Int(try json.integer(in: 1...Int64(Int32.max)))
      default: try json.skip()
      }
    }
    self.path = try required(path, "path", ofObjectAt: start)
  }
}
