// What the caller may do with a file, asked beforehand.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// Whether the caller's effective user may write to a file, or make entries in a directory; false too where
/// nothing is found, or on a read-only mount.
///
/// Corresponds to faccessat2(2) with AT_EACCESS, Linux 5.8.
public func isWritable(_ path: FilePath) -> Bool {
  do throws(SystemCallError) {
    return try unsafe withPath(path) { (text) throws(SystemCallError) in
      _ = try systemCall(
        "faccessat2", __NR_faccessat2, UInt64(descriptor: -100), unsafe UInt64(address: text), UInt64(W_OK),
        UInt64(AT_EACCESS), on: path.string)
      return true
    }
  } catch {
    return false
  }
}
