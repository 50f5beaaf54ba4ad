// One program at a time: locks that end with the open file they are on, however their holder ends.

internal import CLinux
internal import Glibc
internal import struct SystemPackage.FilePath

extension FileDescriptor {
  /// Waits until nobody else has the lock on this file, and takes it. It belongs to the open file: processes that
  /// inherited the descriptor hold it too, and the last close gives it back.
  ///
  /// - Throws: `SystemCallError` with `EBADF` for a descriptor of O_PATH.
  ///
  /// Corresponds to flock(2) LOCK_EX.
  public func lock() throws(SystemCallError) {
    _ = try systemCall("flock", __NR_flock, UInt64(descriptor: number), UInt64(LOCK_EX), on: "descriptor \(number)")
  }

  /// Takes the lock on this file if nobody else has it.
  ///
  /// - Returns: whether it is taken now.
  /// - Throws: `SystemCallError` with `EBADF` for a descriptor of O_PATH.
  ///
  /// Corresponds to flock(2) LOCK_EX | LOCK_NB.
  public func lockNow() throws(SystemCallError) -> Bool {
    do {
      _ = try systemCall(
        "flock", __NR_flock, UInt64(descriptor: number), UInt64(LOCK_EX | LOCK_NB), on: "descriptor \(number)")
      return true
    } catch  where error.errno == .eagain {
      return false
    }
  }

  /// Gives the lock back, whoever else has the open file.
  ///
  /// - Throws: `SystemCallError` with `EBADF` for a descriptor of O_PATH.
  ///
  /// Corresponds to flock(2) LOCK_UN.
  public func unlock() throws(SystemCallError) {
    _ = try systemCall("flock", __NR_flock, UInt64(descriptor: number), UInt64(LOCK_UN), on: "descriptor \(number)")
  }

  /// Sees to it that descriptors 0, 1 and 2 are taken, so that what is opened later is never mistaken for a standard
  /// stream. Where one was closed, reading it or writing to it fails as before, and a program that is executed finds it
  /// closed.
  ///
  /// - Throws: `SystemCallError` with any errno of open(2).
  public static func occupyStandardStreams() throws(SystemCallError) {
    for number: Int32 in 0...2 where !isOpen(number) { _ = try open("/", .path).release() }
  }

  private static func isOpen(_ number: Int32) -> Bool { flags(of: number) != nil }

  /// Whether a descriptor is open since the program began, and will be in the next one too. What this library opens is
  /// close-on-exec, and never taken for it.
  ///
  /// Corresponds to fcntl(2) F_GETFD.
  public static func isInherited(_ number: Int32) -> Bool {
    flags(of: number).map { $0 & Int(FD_CLOEXEC) == 0 } ?? false
  }

  /// F_GETFD fails for what is not open alone.
  private static func flags(of number: Int32) -> Int? {
    do throws(SystemCallError) {
      return try systemCall("fcntl", __NR_fcntl, UInt64(number), UInt64(F_GETFD), on: "")
    } catch {
      return nil
    }
  }
}
