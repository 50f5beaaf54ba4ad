// What unshare(1) is asked for, as a value: the process itself moves into new namespaces, and then becomes a
// command.

public import Linux
public import struct SystemPackage.FilePath

/// A new namespace that a file keeps alive.
public struct PersistentNamespace: Hashable, Sendable {
  /// Which of the eight.
  public var kind: NamespaceKind
  /// An existing file, which the namespace is mounted on.
  public var file: FilePath

  /// Describes one namespace to keep.
  public init(_ kind: NamespaceKind, file: FilePath) {
    self.kind = kind
    self.file = file
  }
}

/// A move of this process into new namespaces, and the command that it becomes there.
///
/// Nothing happens until `run()`. `program()` says what will.
///
/// Source: unshare(1) of util-linux 2.41.
public struct UnsharePlan: Sendable {
  /// What the process becomes.
  public var command: IsolatedCommand
  /// The kinds of namespace that are made anew; none is allowed.
  public var namespaces: CloneFlags = []
  /// The new namespaces that are to outlive their members; at most one of a kind.
  public var persistent: [PersistentNamespace] = []
  /// The command runs in a child, which `.newPID` and `.newTime` put into the new namespaces.
  public var forks = false
  /// The signal that the child gets when this process ends; only where it forks.
  public var childDeathSignal: Signal?
  /// Who this process is inside a new user namespace.
  public var users = PlannedIDs()
  /// Which group this process has inside a new user namespace.
  public var groups = PlannedIDs()
  /// Ranges are written by newuidmap(1) and newgidmap(1), for lack of the right to write them.
  public var rangesAreWrittenByTools = false
  /// What setgroups(2) is allowed in the new user namespace; nil leaves it, but an own group alone denies it.
  public var setgroups: SetgroupsPolicy?
  /// For a new mount namespace, how its mounts and those outside tell each other; nil leaves that as it is.
  public var propagation: MountPropagation? = .private
  /// Offsets of a new time namespace's clocks.
  public var timeOffsets = TimeOffsets()
  /// The root directory; nil keeps it.
  public var root: FilePath?
  /// The working directory, in the new root; nil keeps it, or is the root itself where that is new.
  public var workingDirectory: FilePath?
  /// Where a proc of the new PID namespace is mounted.
  public var procMountPoint: FilePath?
  /// Where a binfmt_misc of the new user namespace is mounted.
  public var binfmtMountPoint: FilePath?
  /// A line for binfmt_misc's `register`: how files of a kind are executed.
  public var binaryFormat: [UInt8]?
  /// The user ID that the command has, inside.
  public var userID: UInt32?
  /// The group ID that the command has, inside; its supplementary groups are dropped.
  public var groupID: UInt32?
  /// In a new user namespace the command keeps the capabilities that making one gave.
  public var keepsCapabilities = false

  /// A plan that changes nothing yet.
  public init(command: IsolatedCommand) {
    self.command = command
  }
}

/// What users or groups of a new user namespace stand for.
public struct PlannedIDs: Hashable, Sendable {
  /// The caller's own ID, a range of one; nil leaves it without a number inside.
  public var own: IDMapRange?
  /// Ranges besides it; with them the whole map is written from outside.
  public var ranges: [RequestedIDs] = []

  /// No map.
  public init() {}

  /// The map that is written from outside; nil where there are no ranges.
  var rangesWithOwn: [IDMapRange]? {
    ranges.isEmpty ? nil : [IDMapRange](ranges, own: own)
  }

  /// The line that the process writes for itself; nil where it has none, or everything is written from outside.
  var ownAlone: IDMapRange? {
    ranges.isEmpty ? own : nil
  }
}

extension UnsharePlan {
  /// The order in which namespaces are mounted on their files.
  private static let persistenceOrder: [NamespaceKind] = [.user, .cgroup, .ipc, .uts, .network, .pid, .mount, .time]

  /// The namespaces to keep, in the order in which they are mounted on their files.
  var persistentInOrder: [PersistentNamespace] {
    Self.persistenceOrder.compactMap { kind in persistent.last { $0.kind == kind } }
  }

  /// Whether the maps are written by somebody who has stayed outside.
  var hasRanges: Bool { !(users.ranges.isEmpty && groups.ranges.isEmpty) }

  /// Whether the process itself has lost, by moving, the right or the place to mount a namespace on its file.
  var persistsFromOutside: Bool {
    !persistent.isEmpty && !namespaces.isDisjoint(with: [.newMount, .newUser])
  }
}
