// What nsenter(1) is asked for, as a value: the process itself moves into namespaces of others, and then becomes a
// command.

public import Linux
public import struct SystemPackage.FilePath

/// Where something that is joined comes from.
public enum JoinSource: Hashable, Sendable {
  /// The target process.
  case target
  /// A file: a link of /proc/PID/ns or what a namespace is mounted on; of a directory, the directory.
  case file(FilePath)
}

/// A user or group ID that a command is given.
public enum JoinedID: Hashable, Sendable {
  /// This ID.
  case number(UInt32)
  /// That of the target process, as the joined user namespace has it.
  case ofTarget
}

/// A namespace that is joined.
public struct JoinedNamespace: Hashable, Sendable {
  /// Which of the eight.
  public var kind: NamespaceKind
  /// Where it is found.
  public var source: JoinSource

  /// Describes one namespace to join.
  public init(_ kind: NamespaceKind, from source: JoinSource) {
    self.kind = kind
    self.source = source
  }
}

/// A move of this process into namespaces that exist, and the command that it becomes there.
///
/// Nothing happens until `run()`.
///
/// Source: nsenter(1) of util-linux 2.41.
public struct JoinPlan: Sendable {
  /// What the process becomes; without arguments, the login shell of the environment that it has then.
  public var command: IsolatedCommand
  /// The process whose namespaces and other contexts are meant by `.target`.
  public var target: Int32?
  /// The namespaces to join; the last of a kind counts.
  public var namespaces: [JoinedNamespace] = []
  /// Every other namespace of the target is joined too, except a user namespace that is the caller's own.
  public var joinsAll = false
  /// The parent of the user namespace that would be joined is joined instead.
  public var joinsParentUserNamespace = false
  /// A descriptor of a socket in the target process, whose network namespace is joined.
  public var socket: Int32?
  /// The root directory, opened before anything is joined; nil keeps it.
  public var root: JoinSource?
  /// The working directory, opened before anything is joined; nil keeps it.
  public var workingDirectory: JoinSource?
  /// The working directory, looked up after everything is joined.
  public var innerWorkingDirectory: FilePath?
  /// The user ID of the command; nil is 0 with a user namespace, and no change without.
  public var userID: JoinedID?
  /// The group ID of the command; nil is 0 with a user namespace, and no change without.
  public var groupID: JoinedID?
  /// A joined user namespace leaves user, group and supplementary groups as they are.
  public var preservesCredentials = false
  /// With a user namespace, the command keeps the capabilities that joining it gave.
  public var keepsCapabilities = false
  /// The command's environment is the target's.
  public var takesEnvironment = false
  /// The process moves into the target's control group, of version 2.
  public var joinsCgroup = false
  /// The command gets the target's SELinux context, where SELinux is enabled.
  public var followsSecurityContext = false
  /// The command runs in a child; nil: where a PID namespace is joined.
  public var forks: Bool?

  /// A plan that joins nothing yet.
  public init(command: IsolatedCommand) {
    self.command = command
  }
}

/// Why a plan of joining cannot be carried out.
public enum JoinError: Error, Hashable, Sendable {
  /// The target process is needed and not given.
  case noTarget
  /// Neither the target nor a file is given for `ns/uts`, `root`, `cwd`, …
  case noSource(String)
  /// There is nothing to join.
  case nothingToJoin
  /// /sys/fs/cgroup is not a hierarchy of version 2.
  case noUnifiedCgroups
  /// The target's control group is not to be read from /proc/PID/cgroup.
  case noCgroup
  /// A call on the way failed; its purpose is as a person would say it.
  case failed(purpose: String, SystemCallError)
}

extension JoinPlan {
  /// The order in which namespaces are joined: the user namespace gives or takes rights, so it is first or last.
  static let order: [NamespaceKind] = [.user, .cgroup, .ipc, .uts, .network, .pid, .mount, .time]
}
