// Making and removing directories.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// Makes a directory.
///
/// - Parameters:
///   - path: relative paths start at `directory`.
///   - mode: permissions, before the umask.
/// - Throws: `SystemCallError` with any errno of mkdir(2).
///
/// Corresponds to mkdirat(2).
public func makeDirectory(
  _ path: FilePath, mode: UInt32 = 0o755, in directory: borrowing FileDescriptor = .workingDirectory
) throws(SystemCallError) {
  let start = directory.number
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "mkdir", __NR_mkdirat, UInt64(descriptor: start), unsafe UInt64(address: text), UInt64(mode), on: path.string)
  }
}

/// Removes an empty directory.
///
/// - Throws: `SystemCallError` with any errno of rmdir(2); of a cgroup `EBUSY` while it has members or children.
///
/// Corresponds to unlinkat(2) with AT_REMOVEDIR.
public func removeDirectory(
  _ path: FilePath, in directory: borrowing FileDescriptor = .workingDirectory
) throws(SystemCallError) {
  let start = directory.number
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "rmdir", __NR_unlinkat, UInt64(descriptor: start), unsafe UInt64(address: text), 0x200, on: path.string)
  }
}
