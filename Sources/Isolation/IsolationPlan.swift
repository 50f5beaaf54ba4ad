// What a new world is to be, as a value: it is built, printed and tested first, and carried out after.

public import Cgroups
public import Linux
public import struct SystemPackage.FilePath

/// A world for one command: the namespaces, their settings, its file system, its rights and its limits.
///
/// Nothing happens until `start()`. `steps` says what will.
public struct IsolationPlan: Sendable {
  /// What the world runs.
  public var command: IsolatedCommand
  /// The kinds of namespace that are made anew.
  public var namespaces: CloneFlags
  /// Namespaces of others that are joined, in order, before anything else.
  public var joins: [PlannedJoin] = []
  /// The maps of a new user namespace; nil leaves them unwritten.
  public var idMaps: IDMaps?
  /// The host name in a new UTS namespace; at most 64 bytes.
  public var hostname: String?
  /// Offsets of the clocks of a new time namespace.
  public var timeOffsets: TimeOffsets?
  /// How mounts inside and outside tell each other; for a new mount namespace.
  public var propagation: MountPropagation = .private
  /// The root directory of the world; nil keeps the caller's.
  public var root: RootDirectory?
  /// The root directory of a joined process; a descriptor that the caller holds. nil keeps that of the mount
  /// namespace.
  public var joinedRoot: Int32?
  /// The working directory of a joined process; a descriptor that the caller holds.
  public var joinedDirectory: Int32?
  /// Mounts that are added, in order.
  public var mounts: [PlannedMount] = []
  /// Mount a proc of the new PID namespace on /proc.
  public var hasFreshProc: Bool
  /// Where the command starts; nil keeps the caller's directory, or `/` in a new root.
  public var workingDirectory: FilePath?
  /// Who the command is, and what it may do.
  public var credentials = PlannedCredentials()
  /// The signal that the world gets when the caller ends.
  public var parentDeathSignal: Signal?
  /// The command's own terminal, which becomes its standard streams and controlling terminal.
  public var terminal: PlannedTerminal?
  /// Start the command in a session of its own.
  public var startsSession = false
  /// Descriptors other than 0, 1 and 2 that the command is to have.
  public var keptDescriptors: [Int32] = []
  /// The control group that is made for the world, with its limits; nil makes none.
  public var cgroup: CgroupPlan?
  /// The control group of a joined process, which the command becomes a member of; nil joins none.
  public var joinedCgroup: Cgroup?
  /// A plan with the kinds to make, and nothing else changed.
  ///
  /// With `.newPID` and `.newMount` a fresh /proc is planned too.
  public init(command: IsolatedCommand, namespaces: CloneFlags) {
    self.command = command
    self.namespaces = namespaces
    self.hasFreshProc = namespaces.isSuperset(of: [.newPID, .newMount])
  }

  /// Whether the first process attends to the command, as its parent: in a new PID namespace somebody has to reap;
  /// only a child enters a PID namespace that was joined, or a time namespace with offsets.
  public var hasInit: Bool {
    let joined = joins.reduce(into: CloneFlags()) { $0.formUnion($1.kinds) }
    return namespaces.contains(.newPID) || timeOffsets != nil || joined.contains(.newPID) || joined.contains(.newTime)
  }
}

/// A terminal for the command alone.
public enum PlannedTerminal: Hashable, Sendable {
  /// One that the caller made: the descriptor of the session's end.
  case made(Int32)
  /// One that is made inside, so that it has a name in the world's own /dev/pts. The caller gets the other end
  /// through a socket, before the command runs.
  case ofWorld(socket: Int32, size: WindowSize)
}

/// Namespaces that are joined by one setns(2).
public struct PlannedJoin: Hashable, Sendable {
  /// A pidfd, or a descriptor of a namespace; the caller holds it until the start.
  public var descriptor: Int32
  /// What is joined of a pidfd's process; of a namespace's descriptor its kind.
  public var kinds: CloneFlags
  /// What the descriptor refers to, for plans and errors, for example `PID 12`.
  public var object: String

  /// A namespace to be joined, and what to call it in an error.
  public init(descriptor: Int32, kinds: CloneFlags, object: String) {
    self.descriptor = descriptor
    self.kinds = kinds
    self.object = object
  }
}

/// The root directory of a world.
public struct RootDirectory: Hashable, Sendable {
  /// A directory outside.
  public var path: FilePath
  /// Nothing in it can be written; mounts that are added can.
  public var isReadOnly: Bool
  /// A new /dev with the usual devices is laid over the root's own, if it has a directory of that name.
  public var hasFreshDevices: Bool

  /// A root directory; by default writable, with a new /dev.
  public init(path: FilePath, isReadOnly: Bool = false, hasFreshDevices: Bool = true) {
    self.path = path
    self.isReadOnly = isReadOnly
    self.hasFreshDevices = hasFreshDevices
  }
}

/// A mount that is added to a world.
public enum PlannedMount: Hashable, Sendable {
  /// A file or directory from outside, with all mounts below it.
  case bind(source: FilePath, target: FilePath, isReadOnly: Bool)
  /// An empty file system in memory; options as in tmpfs(5), for example `size=64m`.
  case temporary(target: FilePath, options: [String: String])

  /// Where in the world it is.
  public var target: FilePath {
    switch self {
    case .bind(_, let target, _), .temporary(let target, _): target
    }
  }
}

/// Offsets of a time namespace's clocks, in seconds.
///
/// Source: time_namespaces(7).
public struct TimeOffsets: Hashable, Sendable {
  /// Seconds added to CLOCK_MONOTONIC; nil for none.
  public var monotonic: Int64?
  /// Seconds added to CLOCK_BOOTTIME; nil for none.
  public var boottime: Int64?

  /// The offsets of both clocks.
  public init(monotonic: Int64? = nil, boottime: Int64? = nil) {
    self.monotonic = monotonic
    self.boottime = boottime
  }

  /// The lines for /proc/self/timens_offsets.
  var text: String {
    let lines = [monotonic.map { "monotonic \($0) 0\n" }, boottime.map { "boottime \($0) 0\n" }]
    return lines.compactMap(\.self).joined()
  }
}

/// Who a command is, and what it may do.
public struct PlannedCredentials: Hashable, Sendable {
  /// The user ID inside the world; nil leaves it.
  public var userID: UInt32?
  /// The group ID inside the world; nil leaves it.
  public var groupID: UInt32?
  /// Supplementary groups; nil leaves them.
  public var supplementaryGroups: [UInt32]?
  /// Capabilities that the command has, bit n for capability n; a user other than 0 keeps them too. nil leaves them.
  public var capabilities: UInt64?
  /// Capabilities that the command, and what it executes, can ever have; nil leaves them.
  public var boundingSet: UInt64?
  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  public var hasNoNewPrivileges = false

  /// Nothing changed.
  public init() {}

  /// Whether the command has another user or group than the world's first process.
  var changesUser: Bool { userID != nil || groupID != nil || supplementaryGroups != nil }
}
