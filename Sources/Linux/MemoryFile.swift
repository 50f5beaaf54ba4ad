// Files without a name that live in memory: what is handed to another program as a file, and a copy of a program that
// nobody can change.

internal import CLinux
internal import Glibc

extension FileDescriptor {
  /// Makes an empty file in memory, which ends with its last descriptor.
  ///
  /// - Parameters:
  ///   - name: shown in /proc/PID/fd.
  ///   - isExecutable: whether it can be executed; else, on Linux 6.3 and later, it never can be.
  /// - Throws: `SystemCallError` with `EMFILE` or `ENOMEM`.
  ///
  /// Corresponds to memfd_create(2) with MFD_CLOEXEC and MFD_ALLOW_SEALING.
  public static func inMemory(
    named name: StaticString, isExecutable: Bool = false
  ) throws(SystemCallError) -> FileDescriptor {
    let text = unsafe UInt64(UInt(bitPattern: name.utf8Start))
    let marks: UInt64 = isExecutable ? 0x10 : 0x8
    do {
      return FileDescriptor(owning: Int32(try systemCall("memfd_create", __NR_memfd_create, text, 3 | marks, on: "")))
    } catch  where error.errno == .einval {
      // Before Linux 6.3 there was no such mark.
      return FileDescriptor(owning: Int32(try systemCall("memfd_create", __NR_memfd_create, text, 3, on: "")))
    }
  }

  /// Goes to a place of the file, in bytes from its beginning.
  ///
  /// - Throws: `SystemCallError` with `ESPIPE` for what has no places.
  ///
  /// Corresponds to lseek(2) with SEEK_SET.
  public func seek(to offset: UInt64) throws(SystemCallError) {
    let number = number
    _ = try systemCall("lseek", __NR_lseek, UInt64(descriptor: number), offset, 0, on: "descriptor \(number)")
  }

  /// Makes the content of a file in memory unchangeable for ever, and the seals too.
  ///
  /// - Throws: `SystemCallError` with `EPERM` when it does not take seals, `EBUSY` while it is mapped for writing.
  ///
  /// Corresponds to fcntl(2) F_ADD_SEALS with F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE.
  public func seal() throws(SystemCallError) {
    let number = number
    _ = try systemCall("fcntl", __NR_fcntl, UInt64(descriptor: number), 1033, 0xf, on: "descriptor \(number)")
  }

  /// Whether the content can never be changed: it is a file in memory with every seal.
  public var isSealed: Bool {
    let number = number
    do throws(SystemCallError) {
      return try systemCall("fcntl", __NR_fcntl, UInt64(descriptor: number), 1034, on: "") & 0xf == 0xf
    } catch {
      return false
    }
  }

  /// Appends another file, from its position to its end.
  ///
  /// - Throws: `SystemCallError` with any errno of sendfile(2).
  public func append(contentOf source: borrowing FileDescriptor) throws(SystemCallError) {
    let (target, origin) = (number, source.number)
    let portion: UInt64 = 1 << 30
    while true {
      let count = try systemCall(
        "sendfile", __NR_sendfile, UInt64(descriptor: target), UInt64(descriptor: origin), 0, portion,
        on: "descriptor \(origin)")
      if count == 0 { return }
    }
  }
}
