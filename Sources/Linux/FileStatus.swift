// What a file is: whose, how large, on which device. Asked by statx(2), whose answer is the same on every
// architecture.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// A device's number.
///
/// Source: makedev(3).
public struct DeviceNumber: Hashable, Sendable {
  /// Which driver.
  public let major: UInt32
  /// Which of the driver's devices.
  public let minor: UInt32

  /// A number from its two parts.
  public init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }
}

/// What the kernel says of a file.
///
/// Source: statx(2), inode(7).
public struct FileStatus: Hashable, Sendable {
  /// The device of the file system that the file is on.
  public let device: DeviceNumber
  /// The device that a device file stands for.
  public let standsFor: DeviceNumber
  /// The inode's number, unique on its device.
  public let inode: UInt64
  /// The type (S_IFMT) and the permissions.
  public let mode: UInt16
  /// The owner.
  public let userID: UInt32
  /// The owning group.
  public let groupID: UInt32
  /// The size in bytes; of /proc/PID/fd, how many descriptors there are since Linux 6.2.
  public let size: UInt64
  /// How many names the inode has.
  public let linkCount: UInt32
  /// The id of the mount that the file was found on, as in /proc/PID/mountinfo, Linux 5.8; 0 before.
  public let mountID: UInt64
  /// Last change of the content, in seconds since 1970.
  public let modificationTime: Int64

  init(_ raw: clinux_statx) {
    device = DeviceNumber(major: raw.dev_major, minor: raw.dev_minor)
    standsFor = DeviceNumber(major: raw.rdev_major, minor: raw.rdev_minor)
    inode = raw.ino
    mode = raw.mode
    userID = raw.uid
    groupID = raw.gid
    size = raw.size
    linkCount = raw.nlink
    mountID = raw.mask & UInt32(CLINUX_STATX_MNT_ID) == 0 ? 0 : raw.mnt_id
    modificationTime = raw.mtime.sec
  }

  /// The permissions with set-user-ID, set-group-ID and sticky bits: the lowest 12 bits of the mode.
  public var permissions: UInt16 { mode & 0o7777 }
  /// Whether it is a directory.
  public var isDirectory: Bool { mode & 0o170000 == 0o040000 }
  /// Whether it is a regular file.
  public var isFile: Bool { mode & 0o170000 == 0o100000 }
  /// Whether it is a symbolic link.
  public var isSymbolicLink: Bool { mode & 0o170000 == 0o120000 }
  /// Whether it is a socket's name.
  public var isSocket: Bool { mode & 0o170000 == 0o140000 }
  /// Whether it is a character device.
  public var isCharacterDevice: Bool { mode & 0o170000 == 0o020000 }
  /// Whether it is a block device.
  public var isBlockDevice: Bool { mode & 0o170000 == 0o060000 }
  /// Whether it is a named pipe.
  public var isFIFO: Bool { mode & 0o170000 == 0o010000 }
}

extension FileDescriptor {
  /// The status of the open file.
  ///
  /// - Throws: `SystemCallError` with any errno of statx(2).
  public func status() throws(SystemCallError) -> FileStatus {
    let number = number
    var empty: UInt8 = 0
    return try unsafe statx(number, &empty, 0x1000) { "descriptor \(number)" }
  }

  /// The status of a file.
  ///
  /// - Parameters:
  ///   - path: relative paths start at this directory.
  ///   - followsLink: whether the status is that of a link's target.
  /// - Throws: `SystemCallError` with any errno of statx(2).
  public func status(of path: FilePath, followsLink: Bool = true) throws(SystemCallError) -> FileStatus {
    let number = number
    return try unsafe withPath(path) { (text) throws(SystemCallError) in
      try unsafe statx(number, text, followsLink ? 0 : UInt64(AT_SYMLINK_NOFOLLOW)) { path.string }
    }
  }

  /// The status of a file of this directory.
  ///
  /// - Parameter asksServer: whether a network file system is asked anew; else what is known here is enough, and a
  ///   server that does not answer cannot hold up the call (AT_STATX_DONT_SYNC).
  /// - Throws: `SystemCallError` with any errno of statx(2).
  public func status(
    of path: NumberedPath, followsLink: Bool = true, asksServer: Bool = true
  ) throws(SystemCallError) -> FileStatus {
    let number = number
    return try unsafe path.withText { (text) throws(SystemCallError) in
      let flags = (followsLink ? 0 : AT_SYMLINK_NOFOLLOW) | (asksServer ? 0 : 0x4000)
      return try unsafe statx(number, text, UInt64(flags)) { path.description }
    }
  }
}

private func statx(
  _ directory: Int32, _ path: UnsafeRawPointer, _ flags: UInt64, on object: () -> String
) throws(SystemCallError) -> FileStatus {
  var raw = clinux_statx()
  _ = try withMemory(of: &raw) { (address) throws(SystemCallError) in
    try systemCall(
      "statx", __NR_statx, UInt64(descriptor: directory), unsafe UInt64(address: path), flags,
      UInt64(CLINUX_STATX_WANTED), address, on: object())
  }
  return FileStatus(raw)
}
