// The flags of the calls that make, change and take away mounts.

/// Flags of mount(2): options of a mount and what is to be done with it (MS_*).
public struct MountFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// MS_RDONLY: nothing can be written.
  public static let readOnly = MountFlags(rawValue: 0x1)
  /// MS_NOSUID: set-ID bits and file capabilities have no effect.
  public static let noSetUID = MountFlags(rawValue: 0x2)
  /// MS_NODEV: device files cannot be opened.
  public static let noDevices = MountFlags(rawValue: 0x4)
  /// MS_NOEXEC: nothing can be executed.
  public static let noExecution = MountFlags(rawValue: 0x8)
  /// MS_SYNCHRONOUS: what is written is on the disk when the call returns.
  public static let synchronous = MountFlags(rawValue: 0x10)
  /// MS_MANDLOCK: locks bind everybody; without effect since 5.15.
  public static let mandatoryLocks = MountFlags(rawValue: 0x40)
  /// MS_DIRSYNC: the same of changes of directories as MS_SYNCHRONOUS of files.
  public static let synchronousDirectories = MountFlags(rawValue: 0x80)
  /// MS_LAZYTIME: times are kept in memory for a while.
  public static let lazyTime = MountFlags(rawValue: 0x200_0000)
  /// MS_REMOUNT: changes a mount that there is.
  public static let remount = MountFlags(rawValue: 0x20)
  /// MS_BIND: the same tree at a second place.
  public static let bind = MountFlags(rawValue: 0x1000)
  /// MS_MOVE: the mount goes to another place.
  public static let move = MountFlags(rawValue: 0x2000)
  /// MS_REC: with all mounts below.
  public static let recursive = MountFlags(rawValue: 0x4000)
  /// MS_SILENT: the kernel's log stays quiet.
  public static let silent = MountFlags(rawValue: 0x8000)
  /// MS_UNBINDABLE: private, and cannot be bound elsewhere.
  public static let unbindable = MountFlags(rawValue: 0x2_0000)
  /// MS_PRIVATE: mounts neither come nor go.
  public static let `private` = MountFlags(rawValue: 0x4_0000)
  /// MS_SLAVE: mounts come, and none go.
  public static let slave = MountFlags(rawValue: 0x8_0000)
  /// MS_SHARED: mounts come and go.
  public static let shared = MountFlags(rawValue: 0x10_0000)
  /// MS_RELATIME: access times are written once a day, or after a change.
  public static let relativeAccessTime = MountFlags(rawValue: 0x20_0000)
}

extension MountFlags: CustomStringConvertible {
  /// The flags as a C programmer writes them, for example `MS_REC|MS_PRIVATE`; `0` when empty.
  public var description: String {
    let names: [(MountFlags, String)] = [
      (.readOnly, "MS_RDONLY"), (.noSetUID, "MS_NOSUID"), (.noDevices, "MS_NODEV"),
      (.noExecution, "MS_NOEXEC"), (.synchronous, "MS_SYNCHRONOUS"), (.mandatoryLocks, "MS_MANDLOCK"),
      (.synchronousDirectories, "MS_DIRSYNC"), (.lazyTime, "MS_LAZYTIME"), (.remount, "MS_REMOUNT"), (.bind, "MS_BIND"),
      (.move, "MS_MOVE"),
      (.recursive, "MS_REC"), (.silent, "MS_SILENT"), (.unbindable, "MS_UNBINDABLE"),
      (.private, "MS_PRIVATE"), (.slave, "MS_SLAVE"), (.shared, "MS_SHARED"),
      (.relativeAccessTime, "MS_RELATIME"),
    ]
    return flagText(names.filter { contains($0.0) }.map(\.1))
  }
}

/// Attributes of one mount, for fsmount(2) and mount_setattr(2) (MOUNT_ATTR_*).
public struct MountAttributes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// MOUNT_ATTR_RDONLY: nothing can be written.
  public static let readOnly = MountAttributes(rawValue: 0x1)
  /// MOUNT_ATTR_NOSUID: set-ID bits and file capabilities have no effect.
  public static let noSetUID = MountAttributes(rawValue: 0x2)
  /// MOUNT_ATTR_NODEV: device files cannot be opened.
  public static let noDevices = MountAttributes(rawValue: 0x4)
  /// MOUNT_ATTR_NOEXEC: nothing can be executed.
  public static let noExecution = MountAttributes(rawValue: 0x8)
  /// MOUNT_ATTR_RELATIME: access times are written once a day, or after a change; the kind that has no bit.
  public static let relativeAccessTime = MountAttributes(rawValue: 1 << 32)
  /// MOUNT_ATTR_NOATIME: access times are not written.
  public static let noAccessTime = MountAttributes(rawValue: 0x10)
  /// MOUNT_ATTR_STRICTATIME: access times are always written.
  public static let strictAccessTime = MountAttributes(rawValue: 0x20)
  /// MOUNT_ATTR_NODIRATIME: access times of directories are not written.
  public static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
  /// MOUNT_ATTR_NOSYMFOLLOW: symbolic links are not followed, since 5.10.
  public static let noSymbolicLinks = MountAttributes(rawValue: 0x20_0000)
  /// The owners of files are mapped by a user namespace (MOUNT_ATTR_IDMAP, Linux 5.12).
  public static let mappedIDs = MountAttributes(rawValue: 0x10_0000)

  /// The kinds of access time, of which a mount has one: the kernel changes them together (MOUNT_ATTR__ATIME).
  static let accessTimes: MountAttributes = [.relativeAccessTime, .noAccessTime, .strictAccessTime]
  /// As the kernel has them.
  var bits: UInt64 { rawValue & 0xffff_ffff }

  /// What is to be cleared before these are set, as the kernel has it.
  func clearing(_ cleared: MountAttributes) -> UInt64 {
    let changesAccessTime = !union(cleared).isDisjoint(with: .accessTimes)
    return changesAccessTime ? cleared.bits | 0x70 : cleared.bits
  }
}

extension MountAttributes: CustomStringConvertible {
  /// The attributes as a C programmer writes them; `0` when empty.
  public var description: String {
    let names: [(MountAttributes, String)] = [
      (.readOnly, "MOUNT_ATTR_RDONLY"), (.noSetUID, "MOUNT_ATTR_NOSUID"), (.noDevices, "MOUNT_ATTR_NODEV"),
      (.noExecution, "MOUNT_ATTR_NOEXEC"), (.relativeAccessTime, "MOUNT_ATTR_RELATIME"),
      (.noAccessTime, "MOUNT_ATTR_NOATIME"), (.strictAccessTime, "MOUNT_ATTR_STRICTATIME"),
      (.noDirectoryAccessTime, "MOUNT_ATTR_NODIRATIME"), (.noSymbolicLinks, "MOUNT_ATTR_NOSYMFOLLOW"),
      (.mappedIDs, "MOUNT_ATTR_IDMAP"),
    ]
    return flagText(names.filter { contains($0.0) }.map(\.1))
  }
}

/// How a mount and its peers tell each other of mounts below them; mount_namespaces(7).
public enum MountPropagation: String, Hashable, Sendable, CaseIterable {
  /// Mounts go neither way, come only, go both ways, or cannot be bound elsewhere.
  case `private`, shared, slave, unbindable

  /// The flag for mount(2) and for `propagation` of mount_setattr(2).
  public var flag: MountFlags {
    switch self {
    case .private: .private
    case .shared: .shared
    case .slave: .slave
    case .unbindable: .unbindable
    }
  }
}

/// Flags of umount2(2).
public struct UnmountFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Detach now, clean up when no longer busy (MNT_DETACH).
  public static let detach = UnmountFlags(rawValue: 2)
  /// Do not follow a symbolic link (UMOUNT_NOFOLLOW).
  public static let noFollow = UnmountFlags(rawValue: 8)
}

/// Flags of open_tree(2).
public struct OpenTreeFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Make a detached copy of the mount (OPEN_TREE_CLONE).
  public static let clone = OpenTreeFlags(rawValue: 1)
  /// The whole tree of mounts (AT_RECURSIVE).
  public static let recursive = OpenTreeFlags(rawValue: 0x8000)
  /// The path is empty: the descriptor itself (AT_EMPTY_PATH).
  public static let emptyPath = OpenTreeFlags(rawValue: 0x1000)
  /// Do not follow a symbolic link at the end (AT_SYMLINK_NOFOLLOW).
  public static let noFollow = OpenTreeFlags(rawValue: 0x100)
}

extension OpenTreeFlags: CustomStringConvertible {
  /// The flags as a C programmer writes them; `0` when empty.
  public var description: String {
    let names: [(OpenTreeFlags, String)] = [
      (.clone, "OPEN_TREE_CLONE"), (.recursive, "AT_RECURSIVE"), (.emptyPath, "AT_EMPTY_PATH"),
      (.noFollow, "AT_SYMLINK_NOFOLLOW"),
    ]
    return flagText(names.filter { contains($0.0) }.map(\.1))
  }
}

private func flagText(_ names: [String]) -> String {
  names.isEmpty ? "0" : names.joined(separator: "|")
}
