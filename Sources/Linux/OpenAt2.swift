// Paths of others, resolved so that they cannot lead out of the directory that they belong in.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

extension FileDescriptor {
  /// Opens a file below this directory.
  ///
  /// - Parameters:
  ///   - mode: permissions of a file that is created, before the umask.
  ///   - resolve: what the path may not do.
  /// - Throws: `SystemCallError` with `EXDEV` for a path that would leave the directory, `ELOOP` for a link that may
  ///   not be followed, `ENOSYS` before Linux 5.6, and any errno of open(2).
  ///
  /// Corresponds to openat2(2).
  public func open(
    _ path: FilePath, _ flags: OpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
  ) throws(SystemCallError) -> FileDescriptor {
    let start = number
    let flagBits = UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC))
    var attempts = 128
    while true {
      var how = open_how(flags: flagBits, mode: UInt64(mode), resolve: resolve.rawValue)
      do {
        let opened = try withMemory(of: &how) { (how) throws(SystemCallError) in
          try unsafe withPath(path) { (text) throws(SystemCallError) in
            try systemCall(
              "openat2", __NR_openat2, UInt64(descriptor: start), unsafe UInt64(address: text), how, 24,
              on: path.string)
          }
        }
        return FileDescriptor(owning: Int32(opened))
      } catch  where error.errno == .eagain && attempts > 0 {
        // A rename or a mount elsewhere came between; the kernel asks for another try.
        attempts -= 1
      }
    }
  }
}
