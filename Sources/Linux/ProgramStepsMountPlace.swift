// Steps of a program that lay mounts on places inside a root directory by mount(2), which knows a descriptor by its name
// in /proc, and that cover what is there.

internal import CLinux
public import struct SystemPackage.FilePath

extension SystemCallProgram.Step {
  /// open_tree(2) and move_mount(2): a copy of a mount hides a file, that of another a directory; passed over where
  /// there is neither.
  ///
  /// - Parameter isByName: by mount(2) instead, with a look whether the path leads to the copy (`EXDEV` if not).
  public static func mask(
    _ path: FilePath, file: SystemCallProgram.Argument, directory: SystemCallProgram.Argument,
    in root: SystemCallProgram.Argument, isByName: Bool = false
  ) -> Self {
    Self(
      isByName ? "mount" : "open_tree+move_mount", .file(.mask),
      [root, .path(path), file, directory, .value(isByName ? 1 : 0, shown: isByName ? "MS_BIND" : "0")],
      on: path.string)
  }

  /// open_tree(2), mount_setattr(2) and move_mount(2): a read-only copy of a file or directory, with what is mounted
  /// below, is laid over it; passed over where there is none.
  ///
  /// - Parameter stage: a directory that nobody else sees: there the copy is made, and moved from, by mount(2) instead.
  ///   What is mounted below stays as it is then.
  public static func makeReadOnly(
    _ path: FilePath, in root: SystemCallProgram.Argument, stage: SystemCallProgram.Argument? = nil
  ) -> Self {
    Self(
      stage == nil ? "open_tree+mount_setattr+move_mount" : "mount", .file(.restrict),
      [
        root, .path(path), stage ?? .null,
        .value(stage == nil ? 0 : 1, shown: stage == nil ? "0" : "MS_BIND|MS_REC|MS_RDONLY"),
      ], on: path.string)
  }

  /// mount(2) MS_REMOUNT|MS_BIND of an attached mount by its descriptor: what mount_setattr(2) does, before Linux 5.12.
  public static func remount(
    _ mount: SystemCallProgram.Register, set: MountAttributes, clear: MountAttributes, named name: FilePath
  ) -> Self {
    let cleared: UInt64 = set.clearing(clear) & 0x70 == 0 ? 0 : 0x120_0400
    return Self(
      "mount", .file(.remount),
      [
        .register(mount), .value(set.mountFlags.rawValue, shown: "MS_REMOUNT|MS_BIND|\(set)"),
        .value(clear.mountFlags.rawValue | cleared, shown: "/* not \(clear) */"),
      ], on: name.string)
  }

  /// mount(2) on what a descriptor refers to, by its name below /proc/self/fd.
  ///
  /// - Parameter data: options of the file system, comma-separated.
  public static func mount(
    _ source: FilePath, onDescriptor place: SystemCallProgram.Register, type: String? = nil, _ flags: MountFlags,
    data: String? = nil, named name: FilePath
  ) -> Self {
    Self(
      "mount", .file(.mountAt),
      [
        .register(place), .path(source), type.map { .path(FilePath($0)) } ?? .null,
        .value(flags.rawValue, shown: flags.description),
        data.map { data in .bytes(Array(data.utf8), shown: "\"\(data)\"") } ?? .null,
      ], on: name.string)
  }

  /// mount(2) of what a descriptor refers to on what another refers to, by their names below /proc/self/fd: `.bind`, or
  /// `.move` of a mount.
  public static func mount(
    _ source: SystemCallProgram.Argument, onDescriptor place: SystemCallProgram.Register, _ flags: MountFlags,
    named name: FilePath
  ) -> Self {
    Self(
      "mount", .file(.mountFrom),
      [source, .register(place), .value(flags.rawValue, shown: flags.description)], on: name.string)
  }

  /// umount2(2) of the mount whose root a descriptor refers to, by its name below /proc/self/fd.
  public static func unmount(
    _ root: SystemCallProgram.Register, _ flags: UnmountFlags, named name: FilePath
  ) -> Self {
    let shown = flags.contains(.detach) ? "MNT_DETACH" : String(flags.rawValue)
    return Self(
      "umount2", .file(.unmountAt), [.register(root), .value(flags.rawValue, shown: shown)], on: name.string)
  }
}

extension MountAttributes {
  /// The same as flags of mount(2), which has other numbers for access times.
  ///
  /// Source: mount(2), mount_setattr(2).
  public var mountFlags: MountFlags {
    var flags = bits & 0xf
    if contains(.noAccessTime) { flags |= 0x400 }
    if contains(.noDirectoryAccessTime) { flags |= 0x800 }
    if contains(.strictAccessTime) { flags |= 0x100_0000 }
    if contains(.relativeAccessTime) { flags |= 0x20_0000 }
    if contains(.noSymbolicLinks) { flags |= 0x100 }
    return MountFlags(rawValue: flags)
  }
}
