// What the calling process is and where it stands: its numbers, directory, umask, and signals to others.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// The process that calls.
///
/// Source: getpid(2), credentials(7).
public enum CallingProcess {
  /// Its PID in its own PID namespace.
  public static var processID: Int32 { Int32(clinux_call(Int64(__NR_getpid), 0, 0, 0, 0, 0, 0)) }
  /// Its parent's PID; 0 when the parent is outside the PID namespace.
  public static var parentID: Int32 { Int32(clinux_call(Int64(__NR_getppid), 0, 0, 0, 0, 0, 0)) }
  /// The calling thread's ID.
  public static var threadID: Int32 { Int32(clinux_call(Int64(__NR_gettid), 0, 0, 0, 0, 0, 0)) }
  /// Its session.
  public static var sessionID: Int32 { Int32(clinux_call(Int64(__NR_getsid), 0, 0, 0, 0, 0, 0)) }
  /// Its process group.
  public static var processGroupID: Int32 { Int32(clinux_call(Int64(__NR_getpgid), 0, 0, 0, 0, 0, 0)) }

  /// Sets the permissions that new files do not get, and returns the former ones.
  ///
  /// Corresponds to umask(2).
  @discardableResult
  public static func setUmask(_ mask: UInt32) -> UInt32 {
    UInt32(clinux_call(Int64(__NR_umask), UInt64(mask), 0, 0, 0, 0, 0))
  }

  /// The working directory's path.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it was removed.
  ///
  /// Corresponds to getcwd(2).
  public static func workingDirectory() throws(SystemCallError) -> FilePath {
    var path = [UInt8](repeating: 0, count: 4096)
    let count = try unsafe path.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall("getcwd", __NR_getcwd, unsafe UInt64(address: pointer), UInt64(count))
    }
    return FilePath(String(decoding: path[..<(count - 1)], as: UTF8.self))
  }

  /// Changes the working directory.
  ///
  /// - Throws: `SystemCallError` with any errno of chdir(2).
  public static func changeDirectory(_ path: FilePath) throws(SystemCallError) {
    try unsafe withPath(path) { (text) throws(SystemCallError) in
      _ = try systemCall("chdir", __NR_chdir, unsafe UInt64(address: text), on: path.string)
    }
  }

  /// Changes the working directory to an open one.
  ///
  /// - Throws: `SystemCallError` with any errno of fchdir(2).
  public static func changeDirectory(to directory: borrowing FileDescriptor) throws(SystemCallError) {
    let number = directory.number
    _ = try systemCall("fchdir", __NR_fchdir, UInt64(descriptor: number), on: "descriptor \(number)")
  }

  /// Changes the root directory; the working directory stays where it is.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_CHROOT, and any other errno of chroot(2).
  public static func changeRoot(_ path: FilePath) throws(SystemCallError) {
    try unsafe withPath(path) { (text) throws(SystemCallError) in
      _ = try systemCall("chroot", __NR_chroot, unsafe UInt64(address: text), on: path.string)
    }
  }

  /// Starts a session without a controlling terminal.
  ///
  /// - Throws: `SystemCallError` with `EPERM` when the process leads its process group.
  ///
  /// Corresponds to setsid(2).
  public static func startSession() throws(SystemCallError) {
    _ = try systemCall("setsid", __NR_setsid)
  }
}

/// Sends a signal by number, where a pidfd will not do: to a process group, or to all.
///
/// - Parameter target: a PID; negative for a process group; -1 for all that the caller may signal.
/// - Throws: `SystemCallError` with `ESRCH` when there is none, `EPERM` without the right.
///
/// Corresponds to kill(2).
public func sendSignal(_ signal: Signal, to target: Int32) throws(SystemCallError) {
  _ = try systemCall("kill", __NR_kill, UInt64(descriptor: target), UInt64(signal.rawValue), on: "PID \(target)")
}
