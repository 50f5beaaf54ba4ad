// Mounts as descriptors: configured and made before they have a place, so that nothing is half mounted in sight.

internal import CLinux
public import struct SystemPackage.FilePath

/// A file system that is being configured.
///
/// Source: fsopen(2), fsconfig(2), fsmount(2), Linux 5.2.
public struct FileSystemContext: ~Copyable, Sendable {
  /// Refers to the mount; the mount goes with it unless it was attached.
  public let descriptor: FileDescriptor
  private let type: String

  /// - Throws: `SystemCallError` with `ENODEV` for an unknown file system, `EPERM` without CAP_SYS_ADMIN in the
  ///   owner of the mount namespace.
  ///
  /// Corresponds to fsopen(2).
  public init(_ type: String) throws(SystemCallError) {
    self.type = type
    var number = 0
    try unsafe withOptionalText(type) { (text) throws(SystemCallError) in
      number = try systemCall("fsopen", __NR_fsopen, unsafe UInt64(address: text), 1, on: type)
    }
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// Sets an option that has a value.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for an option that the file system does not know or take.
  ///
  /// Corresponds to fsconfig(2) FSCONFIG_SET_STRING.
  public func set(_ option: String, to value: String) throws(SystemCallError) {
    try configure(1, option, value)
  }

  /// Sets an option that has none.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for an option that the file system does not know or take.
  ///
  /// Corresponds to fsconfig(2) FSCONFIG_SET_FLAG.
  public func set(_ option: String) throws(SystemCallError) {
    try configure(0, option, nil)
  }

  /// Makes the file system as configured.
  ///
  /// - Throws: `SystemCallError` as the file system decides; `messages()` may tell more.
  ///
  /// Corresponds to fsconfig(2) FSCONFIG_CMD_CREATE.
  public func create() throws(SystemCallError) {
    try configure(6, nil, nil)
  }

  /// Makes a mount of the file system that was created.
  ///
  /// - Throws: `SystemCallError` with `EPERM` where more than the attributes hides parts of a /proc or /sys that
  ///   the user namespace does not own.
  ///
  /// Corresponds to fsmount(2).
  public func makeMount(_ attributes: MountAttributes = []) throws(SystemCallError) -> DetachedMount {
    let number = try systemCall(
      "fsmount", __NR_fsmount, UInt64(descriptor: descriptor.number), 1, attributes.bits, on: type)
    return DetachedMount(FileDescriptor(owning: Int32(number)))
  }

  private func configure(_ command: UInt64, _ option: String?, _ value: String?) throws(SystemCallError) {
    let number = descriptor.number
    let object = [option ?? type, value].compactMap(\.self).joined(separator: "=")
    try unsafe withOptionalText(option) { (option) throws(SystemCallError) in
      try unsafe withOptionalText(value) { (value) throws(SystemCallError) in
        _ = try systemCall(
          "fsconfig", __NR_fsconfig, UInt64(descriptor: number), command, unsafe UInt64(address: option),
          unsafe UInt64(address: value), 0, on: object)
      }
    }
  }

  /// What the file system said about the failure of a step, for example `e proc: Unknown parameter 'x'`.
  ///
  /// - Throws: `SystemCallError` with any errno of read(2).
  public func messages() throws(SystemCallError) -> [String] {
    var messages: [String] = []
    var buffer = [UInt8](repeating: 0, count: 1024)
    while true {
      do {
        let count = try descriptor.read(into: &buffer)
        if count == 0 { return messages }
        messages.append(String(decoding: buffer[..<count], as: UTF8.self))
      } catch  where error.errno == Errno(rawValue: 61) {
        // ENODATA: there is no further message.
        return messages
      }
    }
  }
}

/// A mount, or a tree of them, by descriptor; it goes with the descriptor unless it was attached.
///
/// Source: open_tree(2), move_mount(2), Linux 5.2.
public struct DetachedMount: ~Copyable, Sendable {
  /// Refers to the file system's context.
  public let descriptor: FileDescriptor

  /// Takes over a descriptor that fsmount(2) or open_tree(2) gave.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Copies the mount that a path is on, from the path down; with `.clone` left out, refers to it.
  ///
  /// - Parameter path: relative paths start at `directory`.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_ADMIN in the owner of the mount namespace, and any
  ///   errno of open(2).
  ///
  /// Corresponds to open_tree(2).
  public init(
    openingTree path: FilePath, _ flags: OpenTreeFlags = .clone,
    in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) {
    let start = directory.number
    let number = try unsafe withPath(path) { (text) throws(SystemCallError) in
      try systemCall(
        "open_tree", __NR_open_tree, UInt64(descriptor: start), unsafe UInt64(address: text),
        flags.rawValue | 0o2000000, on: path.string)
    }
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// Mounts it at a place, where it stays.
  ///
  /// - Parameter target: relative paths start at `directory`; empty for the file of `directory` itself.
  /// - Throws: `SystemCallError` with `EINVAL` when it is attached in another mount namespace, `ENOTDIR` for a
  ///   file on a directory or the reverse.
  ///
  /// Corresponds to move_mount(2).
  public func attach(
    on target: FilePath, in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) {
    let start = directory.number
    // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH
    let flags: UInt64 = target.isEmpty ? 0x44 : 0x04
    var empty: UInt8 = 0
    try withMemory(of: &empty) { (emptyPath) throws(SystemCallError) in
      try unsafe withPath(target) { (text) throws(SystemCallError) in
        _ = try systemCall(
          "move_mount", __NR_move_mount, UInt64(descriptor: descriptor.number), emptyPath,
          UInt64(descriptor: start), unsafe UInt64(address: text), flags, on: target.string)
      }
    }
  }

  /// Changes its attributes and how it tells its peers of mounts.
  ///
  /// - Parameters:
  ///   - userNamespace: that maps the owners of its files, with `.mappedIDs` set; the mount must be detached.
  ///   - recursive: the whole tree, all or nothing.
  /// - Throws: `SystemCallError` with `EPERM` for an attribute that another user namespace locked, `EINVAL` where
  ///   the file system cannot map owners.
  ///
  /// Corresponds to mount_setattr(2), Linux 5.12.
  public func setAttributes(
    _ attributes: MountAttributes, clearing cleared: MountAttributes = [], propagation: MountPropagation? = nil,
    userNamespace: borrowing FileDescriptor = FileDescriptor(borrowing: 0), recursive: Bool = false
  ) throws(SystemCallError) {
    var fields: [UInt64] = [
      attributes.bits, attributes.clearing(cleared), propagation?.flag.rawValue ?? 0, UInt64(userNamespace.number),
    ]
    var empty: UInt8 = 0
    let number = descriptor.number
    try withMemory(of: &empty) { (emptyPath) throws(SystemCallError) in
      try unsafe fields.withMutableBytes { (fields, size) throws(SystemCallError) in
        // AT_EMPTY_PATH, AT_RECURSIVE
        _ = try systemCall(
          "mount_setattr", __NR_mount_setattr, UInt64(descriptor: number), emptyPath,
          recursive ? 0x9000 : 0x1000, unsafe UInt64(address: fields), UInt64(size), on: "\(attributes)")
      }
    }
  }
}
