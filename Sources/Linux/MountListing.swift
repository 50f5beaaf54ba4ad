// The mounts of a mount namespace, this process's or another, asked by number instead of read as text.

internal import CLinux

/// What is asked about a mount; each part costs the kernel some time.
///
/// Source: statmount(2), Linux 6.8.
public struct MountQuery: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The device and the magic number of the file system.
  public static let superblock = MountQuery(rawValue: UInt64(CLINUX_STATMOUNT_SB_BASIC))
  /// The ids of the mount and of its parent.
  public static let identity = MountQuery(rawValue: UInt64(CLINUX_STATMOUNT_MNT_BASIC))
  /// Which part of the file system is mounted.
  public static let root = MountQuery(rawValue: UInt64(CLINUX_STATMOUNT_MNT_ROOT))
  /// Where it is mounted.
  public static let mountPoint = MountQuery(rawValue: UInt64(CLINUX_STATMOUNT_MNT_POINT))
  /// The file system's type.
  public static let fileSystemType = MountQuery(rawValue: UInt64(CLINUX_STATMOUNT_FS_TYPE))
}

/// A mount as the kernel shows it; what was not asked for is 0 or empty.
///
/// Source: statmount(2); include/uapi/linux/mount.h.
public struct MountStatus: Hashable, Sendable {
  /// The file system's magic number, as statfs(2) gives it.
  public let magic: UInt64
  /// The device of the mounted file system.
  public let device: DeviceNumber
  /// Unique until the machine restarts.
  public let id: UInt64
  /// The mount that it lies on.
  public let parentID: UInt64
  /// The id in /proc/PID/mountinfo, used anew when the mount is gone.
  public let mountinfoID: UInt32
  /// The mounted part: a path from the file system's root; of a namespace its name, such as `uts:[4026531838]`.
  public let root: [UInt8]
  /// A path from the caller's root; empty when it is not below that.
  public let mountPoint: [UInt8]
  /// For example `tmpfs`.
  public let fileSystemType: [UInt8]

  /// The magic number of nsfs, the file system that namespaces' files are on.
  public static let namespaceMagic: UInt64 = 0x6e73_6673
}

/// Lists mounts of a mount namespace.
///
/// - Parameters:
///   - namespaceID: as `NamespaceDescriptor.mountNamespaceID()` gives it, Linux 6.11; 0 for the caller's own.
///   - mount: those below this mount; nil for those below the root.
///   - buffer: holds the ids; it keeps its size, and grows to what a large namespace needs.
/// - Returns: how many ids of the buffer were filled.
/// - Throws: `SystemCallError` with `ENOENT` when the namespace or the mount is gone, `EPERM` without CAP_SYS_ADMIN
///   in the owner of another mount namespace, `ENOSYS` before Linux 6.8.
///
/// Corresponds to listmount(2).
public func listMounts(
  of namespaceID: UInt64 = 0, below mount: UInt64? = nil, into buffer: inout [UInt64]
) throws(SystemCallError) -> Int {
  if buffer.isEmpty { buffer = Array(repeating: 0, count: 512) }
  var filled = 0
  while true {
    var request = mountRequest(
      mount ?? CLINUX_LSMT_ROOT, parameter: filled == 0 ? 0 : buffer[filled - 1], namespaceID: namespaceID)
    let room = buffer.count - filled
    let count = try withMemory(of: &request) { (request) throws(SystemCallError) in
      try unsafe buffer.withMutableBytes { (pointer, _) throws(SystemCallError) in
        try systemCall(
          "listmount", CLINUX_NR_listmount.rawValue, request, unsafe UInt64(address: pointer + filled * 8),
          UInt64(room), 0, on: "mount namespace \(namespaceID)")
      }
    }
    filled += count
    if count < room { return filled }
    buffer.append(contentsOf: repeatElement(0, count: buffer.count))
  }
}

/// Asks about mounts one after the other with the same buffer.
///
/// Source: statmount(2).
public struct MountReader: Sendable {
  private var buffer: [UInt64]

  /// Nothing read yet.
  public init() {
    buffer = Array(repeating: 0, count: 1280)
  }

  /// Asks about one mount.
  ///
  /// - Parameters:
  ///   - mount: as `listMounts` gives it.
  ///   - namespaceID: the mount namespace that it is in; 0 for the caller's own.
  /// - Throws: `SystemCallError` with `ENOENT` when the mount is gone, `EPERM` without CAP_SYS_ADMIN in the owner of
  ///   another mount namespace, `ENOSYS` before Linux 6.8.
  ///
  /// Corresponds to statmount(2).
  public mutating func status(
    of mount: UInt64, in namespaceID: UInt64 = 0, _ query: MountQuery
  ) throws(SystemCallError) -> MountStatus {
    while true {
      do {
        try ask(mount, namespaceID, query)
        return unsafe buffer.span.withUnsafeBytes { unsafe MountStatus(UnsafeRawBufferPointer($0)) }
      } catch  where error.errno == .eoverflow {
        buffer.append(contentsOf: repeatElement(0, count: buffer.count))
      }
    }
  }

  private mutating func ask(_ mount: UInt64, _ namespaceID: UInt64, _ query: MountQuery) throws(SystemCallError) {
    var request = mountRequest(mount, parameter: query.rawValue, namespaceID: namespaceID)
    _ = try withMemory(of: &request) { (request) throws(SystemCallError) in
      try unsafe buffer.withMutableBytes { (pointer, size) throws(SystemCallError) in
        try systemCall(
          "statmount", CLINUX_NR_statmount.rawValue, request, unsafe UInt64(address: pointer), UInt64(size), 0,
          on: "mount \(mount)")
      }
    }
  }
}

private func mountRequest(_ mount: UInt64, parameter: UInt64, namespaceID: UInt64) -> clinux_mnt_id_req {
  // The first published size, 24 bytes, is all that a kernel before 6.11 takes.
  clinux_mnt_id_req(
    size: namespaceID == 0 ? 24 : 32, spare: 0, mnt_id: mount, param: parameter, mnt_ns_id: namespaceID)
}

extension MountStatus {
  @unsafe
  fileprivate init(_ bytes: UnsafeRawBufferPointer) {
    let raw = unsafe bytes.loadUnaligned(as: clinux_statmount.self)
    func text(_ part: UInt32, _ offset: UInt32) -> [UInt8] {
      guard raw.mask & UInt64(part) != 0 else { return [] }
      let start = 512 + Int(offset)
      return unsafe Array(bytes[start...].prefix { $0 != 0 })
    }
    magic = raw.sb_magic
    device = DeviceNumber(major: raw.sb_dev_major, minor: raw.sb_dev_minor)
    id = raw.mnt_id
    parentID = raw.mnt_parent_id
    mountinfoID = raw.mnt_id_old
    root = text(CLINUX_STATMOUNT_MNT_ROOT, raw.mnt_root)
    mountPoint = text(CLINUX_STATMOUNT_MNT_POINT, raw.mnt_point)
    fileSystemType = text(CLINUX_STATMOUNT_FS_TYPE, raw.fs_type)
  }
}
