// Steps of a program that make, change and take away mounts.

internal import CLinux
public import struct SystemPackage.FilePath

extension SystemCallProgram.Step {
  /// mount(2).
  ///
  /// - Parameter data: options of the file system, comma-separated.
  public static func mount(
    _ source: FilePath, on target: FilePath, type: String? = nil, _ flags: MountFlags, data: String? = nil
  ) -> Self {
    Self(
      "mount", .call(__NR_mount),
      [
        .path(source), .path(target), type.map { .path(FilePath($0)) } ?? .null,
        .value(flags.rawValue, shown: flags.description), data.map { .path(FilePath($0)) } ?? .null,
      ], on: target.string)
  }

  /// umount2(2).
  public static func unmount(_ target: FilePath, _ flags: UnmountFlags = []) -> Self {
    Self(
      "umount2", .call(__NR_umount2),
      [.path(target), .value(flags.rawValue, shown: flags.contains(.detach) ? "MNT_DETACH" : String(flags.rawValue))],
      on: target.string)
  }

  /// pivot_root(2).
  ///
  /// - Parameters:
  ///   - newRoot: a mount point, not the present root.
  ///   - oldRoot: at or below the new root; `.` for both stacks the old root on the new one, to be detached next.
  public static func pivotRoot(_ newRoot: FilePath, oldRoot: FilePath) -> Self {
    Self("pivot_root", .call(__NR_pivot_root), [.path(newRoot), .path(oldRoot)], on: newRoot.string)
  }

  /// fsopen(2), Linux 5.2; its result is a file system context.
  public static func openFileSystem(_ type: String) -> Self {
    Self("fsopen", .call(__NR_fsopen), [.path(FilePath(type)), .value(1, shown: "FSOPEN_CLOEXEC")], on: type)
  }

  /// fsconfig(2) FSCONFIG_SET_STRING.
  public static func configure(
    _ context: SystemCallProgram.Register, _ key: String, _ value: String
  ) -> Self {
    Self(
      "fsconfig", .call(__NR_fsconfig),
      [
        .register(context), .value(1, shown: "FSCONFIG_SET_STRING"), .path(FilePath(key)),
        .bytes(Array(value.utf8), shown: "\"\(value)\""), .value(0),
      ], on: "\(key)=\(value)")
  }

  /// fsconfig(2) FSCONFIG_SET_FLAG.
  public static func configure(_ context: SystemCallProgram.Register, _ key: String) -> Self {
    Self(
      "fsconfig", .call(__NR_fsconfig),
      [.register(context), .value(0, shown: "FSCONFIG_SET_FLAG"), .path(FilePath(key)), .null, .value(0)], on: key)
  }

  /// fsconfig(2) FSCONFIG_CMD_CREATE: makes the superblock.
  public static func createFileSystem(_ context: SystemCallProgram.Register, of type: String) -> Self {
    Self(
      "fsconfig", .call(__NR_fsconfig),
      [.register(context), .value(6, shown: "FSCONFIG_CMD_CREATE"), .null, .null, .value(0)], on: type)
  }

  /// fsmount(2), Linux 5.2; its result is a detached mount.
  public static func makeMount(
    _ context: SystemCallProgram.Register, _ attributes: MountAttributes, of type: String
  ) -> Self {
    Self(
      "fsmount", .call(__NR_fsmount),
      [
        .register(context), .value(1, shown: "FSMOUNT_CLOEXEC"),
        .value(attributes.bits, shown: attributes.description),
      ], on: type)
  }

  /// open_tree(2), Linux 5.2; with `.clone` its result is a detached copy.
  public static func openTree(
    _ path: FilePath, _ flags: OpenTreeFlags, in directory: SystemCallProgram.Argument = .descriptor(-100)
  ) -> Self {
    Self(
      "open_tree", .call(__NR_open_tree),
      [directory, .path(path), .value(flags.rawValue | 0o2000000, shown: "\(flags)|OPEN_TREE_CLOEXEC")],
      on: path.string)
  }

  /// move_mount(2), Linux 5.2: attaches a detached mount, or moves an attached one.
  ///
  /// - Parameter directory: where a relative target starts.
  public static func attach(
    _ mount: SystemCallProgram.Register, on target: FilePath,
    in directory: SystemCallProgram.Argument = .descriptor(-100)
  ) -> Self {
    Self(
      "move_mount", .call(__NR_move_mount),
      [
        .register(mount), .path(FilePath("")), directory, .path(target),
        .value(4, shown: "MOVE_MOUNT_F_EMPTY_PATH"),
      ], on: target.string)
  }

  /// move_mount(2) onto the file that a descriptor refers to, so that no name is resolved again.
  public static func attach(
    _ mount: SystemCallProgram.Register, onDescriptor target: SystemCallProgram.Register, named name: FilePath
  ) -> Self {
    Self(
      "move_mount", .call(__NR_move_mount),
      [
        .register(mount), .path(FilePath("")), .register(target), .path(FilePath("")),
        .value(0x44, shown: "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"),
      ], on: name.string)
  }

  /// mount_setattr(2), Linux 5.12.
  ///
  /// - Parameters:
  ///   - mount: where a relative or empty path starts.
  ///   - recursive: the whole tree of mounts.
  public static func setMountAttributes(
    _ mount: SystemCallProgram.Argument, path: FilePath = FilePath(""), set: MountAttributes,
    clear: MountAttributes = [], propagation: MountPropagation? = nil, recursive: Bool = false
  ) -> Self {
    Self(
      "mount_setattr", .call(__NR_mount_setattr),
      [
        mount, .path(path),
        .value(0x1000 | (recursive ? 0x8000 : 0), shown: recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"),
        .bytes(
          [set.bits, set.clearing(clear), propagation?.flag.rawValue ?? 0, 0].flatMap(bytes(of:)),
          shown: propagation.map { "{propagation=\($0.flag)}" } ?? "{attr_set=\(set), attr_clr=\(clear)}"), .value(32),
      ], on: path.string)
  }
}

extension SystemCallProgram.Argument {
  /// A null pointer.
  public static let null = SystemCallProgram.Argument.value(0, shown: "NULL")
}

/// The bytes of a number in the machine's order.
func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number.littleEndian >> (8 * $0)) }
}
