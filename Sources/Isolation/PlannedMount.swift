// The mounts of a world, as values: what is mounted where, with which attributes, and what is hidden or made
// read-only afterwards.

public import Linux
public import struct SystemPackage.FilePath

/// One mount that is added to a world, or one change of a mount that is there.
///
/// Of an entry of a container's `mounts`: `source`, `type` and the options that the file system understands are
/// `source`; the options that stand for attributes of the mount (`ro`, `nosuid`, `noatime` …) are `attributes`, their
/// recursive form (`rro` …) is `recursiveAttributes`; `rprivate` and its like are `propagation`; `uidMappings` with
/// `idmap` or `ridmap` are `idMap`; `tmpcopyup` is `copiesUp`.
///
/// Source: mount(2), mount_setattr(2); runtime-spec 1.3, config.md "Mounts".
public struct PlannedMount: Hashable, Sendable {
  /// What comes to lie on the target.
  public enum Source: Hashable, Sendable {
    /// A file or directory outside, with all mounts below it if recursive; a relative one starts at the caller's
    /// directory.
    case bind(FilePath, isRecursive: Bool)
    /// A new file system, for example `tmpfs` or `overlay`; what it is of (the first argument of mount(8)), or nothing; its own
    /// options, `name` or `name=value` each, also `sync`, `dirsync`, `lazytime` and `mand`.
    case fileSystem(String, device: String, options: [String])
    /// What is mounted there already, which takes the new attributes.
    case remount
    /// No mount, but a symbolic link with this content.
    case symbolicLink(FilePath)
  }

  /// What is mounted.
  public var source: Source
  /// Where in the world; its symbolic links never lead out of the root directory.
  public var target: FilePath
  /// Changes of the attributes that the mount has by itself.
  public var attributes = AttributeChange()
  /// The same for the whole tree of mounts, made before those of `attributes`. Needs Linux 5.12.
  public var recursiveAttributes = AttributeChange()
  /// How the mount and its peers tell each other of mounts below them; applied in order.
  public var propagation: [PropagationChange] = []
  /// How the owners of its files are mapped; nil shows them as they are. Needs Linux 5.12, and rights in the user
  /// namespace that owns the file system, so the caller does this part.
  public var idMap: MountIDMap?
  /// Makes a target that is missing, a directory or a file as the source is, and what is missing above it.
  public var createsTarget = false
  /// A new file system begins with a copy of what the target held before.
  public var copiesUp = false

  /// A mount with the attributes that it has by itself, on a target that there must be.
  public init(_ source: Source, on target: FilePath) {
    self.source = source
    self.target = target
  }

  /// A file or directory from outside, with all mounts below it.
  public static func bind(source: FilePath, target: FilePath, isReadOnly: Bool) -> PlannedMount {
    var mount = PlannedMount(.bind(source, isRecursive: true), on: target)
    if isReadOnly { mount.recursiveAttributes.set = .readOnly }
    return mount
  }

  /// An empty file system in memory; options as in tmpfs(5), for example `size=64m`.
  public static func temporary(target: FilePath, options: [String: String]) -> PlannedMount {
    let sorted = options.sorted { $0.key < $1.key }.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }
    var mount = PlannedMount(.fileSystem("tmpfs", device: "", options: sorted), on: target)
    mount.attributes.set = [.noSetUID, .noDevices]
    return mount
  }
}

/// Attributes of a mount that are set, and those that are cleared.
///
/// Source: mount_setattr(2).
public struct AttributeChange: Hashable, Sendable {
  /// What is set. Of the kinds of access time at most one.
  public var set: MountAttributes
  /// What is cleared; a kind of access time that is set needs nothing cleared.
  public var cleared: MountAttributes

  /// A change; by default none.
  public init(set: MountAttributes = [], cleared: MountAttributes = []) {
    self.set = set
    self.cleared = cleared
  }

  /// Whether nothing is changed.
  public var isEmpty: Bool { self.set.isEmpty && cleared.isEmpty }
}

/// A propagation, of one mount or of all below it too.
///
/// Source: mount_namespaces(7), "Shared subtrees".
public struct PropagationChange: Hashable, Sendable {
  /// What the mounts become.
  public var kind: MountPropagation
  /// Whether the mounts below become so too.
  public var isRecursive: Bool

  /// A change of propagation.
  public init(_ kind: MountPropagation, isRecursive: Bool) {
    self.kind = kind
    self.isRecursive = isRecursive
  }
}

/// How a mount shows the owners of its files.
///
/// Source: mount_setattr(2), MOUNT_ATTR_IDMAP.
public struct MountIDMap: Hashable, Sendable {
  /// The maps: inner is what the file system stores, outer is what the mount shows.
  public var maps: IDMaps
  /// Whether the mounts below are mapped too.
  public var isRecursive: Bool

  /// Maps for a mount.
  public init(_ maps: IDMaps, isRecursive: Bool) {
    self.maps = maps
    self.isRecursive = isRecursive
  }
}

/// A device file of a world.
///
/// Source: mknod(2).
public struct PlannedDevice: Hashable, Sendable {
  /// What kind of file.
  public enum Kind: Hashable, Sendable {
    /// A stream of bytes, a disk, or a named pipe.
    case character, block, pipe
  }

  /// Where in the world.
  public var path: FilePath
  /// What it is.
  public var kind: Kind
  /// The driver; 0 for a pipe.
  public var major: UInt32
  /// The driver's device; 0 for a pipe.
  public var minor: UInt32
  /// The permissions, as chmod(2) has them; the umask takes nothing away.
  public var mode: UInt32
  /// Who owns it, inside.
  public var userID: UInt32
  /// The group that owns it, inside.
  public var groupID: UInt32

  /// A device file. Where a user namespace forbids to make one, the file of that path outside is bound.
  public init(
    path: FilePath, kind: Kind, major: UInt32, minor: UInt32, mode: UInt32 = 0o666, userID: UInt32 = 0,
    groupID: UInt32 = 0
  ) {
    self.path = path
    self.kind = kind
    self.major = major
    self.minor = minor
    self.mode = mode
    self.userID = userID
    self.groupID = groupID
  }

  /// The devices that every container has: null, zero, full, random, urandom and tty.
  public static let standard = [
    ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),
  ].map { PlannedDevice(path: FilePath("/dev/\($0.0)"), kind: .character, major: $0.1, minor: $0.2) }
}

/// A symbolic link of a world.
///
/// Source: symlink(2).
public struct PlannedLink: Hashable, Sendable {
  /// Where in the world; what there is already stays.
  public var path: FilePath
  /// Where it leads.
  public var target: FilePath

  /// A link.
  public init(path: FilePath, target: FilePath) {
    self.path = path
    self.target = target
  }

  /// The links that every container has in /dev.
  public static let standard: [PlannedLink] = [
    PlannedLink(path: "/dev/fd", target: "/proc/self/fd"), PlannedLink(path: "/dev/stdin", target: "/proc/self/fd/0"),
    PlannedLink(path: "/dev/stdout", target: "/proc/self/fd/1"),
    PlannedLink(path: "/dev/stderr", target: "/proc/self/fd/2"),
    PlannedLink(path: "/dev/ptmx", target: "pts/ptmx"),
  ]
}
