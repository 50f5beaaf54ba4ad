// What a runtime says of a container: to its engine, to hooks on their standard input, to listeners of seccomp.

internal import JSON

/// The state of a container.
///
/// Source: runtime.md, “State”.
public struct ContainerState: Hashable, Sendable {
  /// The version of the specification that the state follows.
  public var ociVersion = Specification.version
  /// The container's name in its runtime.
  public var id: String
  /// Where it is in its life.
  public var status: Status
  /// The container's first process, as whoever reads the state sees it; 0 where there is none any more.
  public var pid: Int32
  /// The bundle's directory, absolute.
  public var bundle: String
  /// The annotations of the configuration.
  public var annotations: [String: String] = [:]
  /// The root directory, absolute; an addition of runc and crun.
  public var rootfs: String?
  /// When it was created, as RFC 3339 has it; an addition of runc and crun.
  public var created: String?
  /// The user who created it; an addition of runc and crun.
  public var owner: String?

  /// A state without additions.
  public init(id: String, status: Status, pid: Int32, bundle: String) {
    self.id = id
    self.status = status
    self.pid = pid
    self.bundle = bundle
  }

  /// The turns of a container's life.
  public enum Status: String, CaseIterable, Sendable {
    /// It is being made.
    case creating
    /// It is made, and its program waits to be run.
    case created
    /// Its program runs.
    case running
    /// Its first process has ended.
    case stopped
    /// Its processes are frozen; an addition of runc and crun.
    case paused
  }

  /// The state as JSON, with a line break at its end.
  ///
  /// - Parameter isIndented: for people and engines; hooks get one line.
  public func json(isIndented: Bool) -> [UInt8] {
    var json = JSONWriter(isIndented ? .indented : .line)
    write(to: &json)
    return json.bytes + [UInt8(ascii: "\n")]
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("ociVersion", ociVersion)
      json.member("id", id)
      json.member("pid", pid)
      json.member("status", status.rawValue)
      json.member("bundle", bundle)
      if let rootfs { json.member("rootfs", rootfs) }
      if let created { json.member("created", created) }
      if !annotations.isEmpty { json.member("annotations", annotations) }
      if let owner { json.member("owner", owner) }
    }
  }
}

/// What the listener of `SCMP_ACT_NOTIFY` is sent beside the descriptor.
///
/// Source: config-linux.md, “The Container Process State”.
public struct ContainerProcessState: Hashable, Sendable {
  /// The names of the descriptors that are sent along, in their order.
  public var fds = ["seccompFd"]
  /// The process, as the runtime sees it.
  public var pid: Int32
  /// The free words of the configuration.
  public var metadata: String?
  /// The container.
  public var state: ContainerState

  /// The state of a process, sent with the one descriptor that there is.
  public init(pid: Int32, metadata: String?, state: ContainerState) {
    self.pid = pid
    self.metadata = metadata
    self.state = state
  }

  /// The state as JSON, in one line.
  public func json() -> [UInt8] {
    var json = JSONWriter(.line)
    json.object { json in
      json.member("ociVersion", Specification.version)
      json.member("fds", fds)
      json.member("pid", pid)
      if let metadata { json.member("metadata", metadata) }
      json.member("state") { state.write(to: &$0) }
    }
    return json.bytes
  }
}
