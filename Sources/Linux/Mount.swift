// Mounts made, moved and taken away in this process's mount namespace, by path.

internal import CLinux
public import struct SystemPackage.FilePath

/// Makes, binds, moves or changes a mount.
///
/// - Parameters:
///   - source: a device, a directory or any word, as the file system wants it.
///   - type: the file system; nil where `flags` say that none is needed.
///   - data: options of the file system, comma-separated.
/// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_ADMIN in the owner of the mount namespace, `ENODEV` for
///   an unknown file system, and any other errno of mount(2).
///
/// Corresponds to mount(2).
public func mount(
  _ source: FilePath, on target: FilePath, type: String? = nil, _ flags: MountFlags, data: String? = nil
) throws(SystemCallError) {
  try unsafe withPath(source) { (source) throws(SystemCallError) in
    try unsafe withPath(target) { (place) throws(SystemCallError) in
      try unsafe withOptionalText(type) { (type) throws(SystemCallError) in
        try unsafe withOptionalText(data) { (data) throws(SystemCallError) in
          _ = try systemCall(
            "mount", __NR_mount, unsafe UInt64(address: source), unsafe UInt64(address: place),
            unsafe UInt64(address: type), flags.rawValue, unsafe UInt64(address: data), on: target.string)
        }
      }
    }
  }
}

/// Takes a mount away.
///
/// - Throws: `SystemCallError` with `EBUSY` while it is used, `EINVAL` where nothing is mounted.
///
/// Corresponds to umount2(2).
public func unmount(_ target: FilePath, _ flags: UnmountFlags = []) throws(SystemCallError) {
  try unsafe withPath(target) { (text) throws(SystemCallError) in
    _ = try systemCall("umount2", __NR_umount2, unsafe UInt64(address: text), flags.rawValue, on: target.string)
  }
}

/// Makes a mount the root of the mount namespace.
///
/// - Parameters:
///   - newRoot: a mount point, not the present root.
///   - oldRoot: where the present root goes, at or below the new one; `.` for both stacks it on the new one.
/// - Throws: `SystemCallError` with `EINVAL` for a root that cannot be one, `EBUSY` for the present root.
///
/// Corresponds to pivot_root(2).
public func pivotRoot(_ newRoot: FilePath, oldRoot: FilePath) throws(SystemCallError) {
  try unsafe withPath(newRoot) { (new) throws(SystemCallError) in
    try unsafe withPath(oldRoot) { (old) throws(SystemCallError) in
      _ = try systemCall(
        "pivot_root", __NR_pivot_root, unsafe UInt64(address: new), unsafe UInt64(address: old), on: newRoot.string)
    }
  }
}

/// Lends a text, NUL-terminated, or a null pointer.
func withOptionalText(
  _ text: String?, _ body: (UnsafeRawPointer?) throws(SystemCallError) -> Void
) throws(SystemCallError) {
  guard let text else { return try body(nil) }
  try unsafe (Array(text.utf8) + [0]).withBytes { (bytes, _) throws(SystemCallError) in try unsafe body(bytes) }
}
