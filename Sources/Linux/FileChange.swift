// Renaming and removing files, and giving them to somebody.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// Removes a file.
///
/// - Throws: `SystemCallError` with any errno of unlink(2).
///
/// Corresponds to unlinkat(2).
public func removeFile(
  _ path: FilePath, in directory: borrowing FileDescriptor = .workingDirectory
) throws(SystemCallError) {
  let start = directory.number
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "unlink", __NR_unlinkat, UInt64(descriptor: start), unsafe UInt64(address: text), 0, on: path.string)
  }
}

/// Gives a file another name, in the place of whatever has that name.
///
/// - Throws: `SystemCallError` with any errno of rename(2).
///
/// Corresponds to renameat(2).
public func renameFile(_ path: FilePath, to other: FilePath) throws(SystemCallError) {
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    try unsafe withPath(other) { (otherText) throws(SystemCallError) in
      let here = UInt64(descriptor: -100)
      _ = try systemCall(
        "rename", __NR_renameat2, here, unsafe UInt64(address: text), here, unsafe UInt64(address: otherText), 0,
        on: other.string)
    }
  }
}

/// Gives a file to a user; its group stays.
///
/// - Throws: `SystemCallError` with any errno of chown(2), `EINVAL` for a user that the user namespace does not know.
///
/// Corresponds to fchownat(2).
public func giveFile(_ path: FilePath, toUser user: UInt32) throws(SystemCallError) {
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "chown", __NR_fchownat, UInt64(descriptor: -100), unsafe UInt64(address: text), UInt64(user),
      UInt64(UInt32.max), 0, on: path.string)
  }
}
