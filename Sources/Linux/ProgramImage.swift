// The file of the program that runs, and another program in its place by descriptor, where no path is looked up.

internal import CLinux
internal import Glibc
internal import struct SystemPackage.FilePath

/// The file that this process runs.
///
/// Source: proc_pid_exe(5); execveat(2).
public enum ProgramImage {
  /// Opens it for reading.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` without /proc.
  ///
  /// Source: proc_pid_exe(5).
  public static func open() throws(SystemCallError) -> FileDescriptor {
    try FileDescriptor.open("/proc/self/exe")
  }

  /// Executes the program of a file in this process's place; does not return.
  ///
  /// - Parameters:
  ///   - arguments: the program's name first; bytes without NUL.
  ///   - environment: `NAME=value` entries; bytes without NUL.
  /// - Throws: `SystemCallError` with `ENOEXEC`, `EACCES`, and any other errno of execve(2).
  ///
  /// Corresponds to execveat(2) with AT_EMPTY_PATH.
  public static func execute(
    _ file: borrowing FileDescriptor, _ arguments: [[UInt8]], environment: [[UInt8]]
  ) throws(SystemCallError) {
    let number = file.number
    try withTexts(arguments) { (argumentAddress) throws(SystemCallError) in
      try withTexts(environment) { (environmentAddress) throws(SystemCallError) in
        var empty: UInt8 = 0
        _ = try withMemory(of: &empty) { (path) throws(SystemCallError) in
          try systemCall(
            "execveat", __NR_execveat, UInt64(descriptor: number), path, argumentAddress, environmentAddress, 0x1000,
            on: "descriptor \(number)")
        }
      }
    }
  }

  /// Lends a NULL-terminated array of NUL-terminated texts by its address.
  private static func withTexts(
    _ texts: [[UInt8]], _ body: (UInt64) throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    var all: [UInt8] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(all.count)
      all += text + [0]
    }
    try unsafe all.withBytes { (memory, _) throws(SystemCallError) in
      let base = unsafe UInt64(address: memory)
      let pointers = starts.map { base + UInt64($0) } + [0]
      try unsafe pointers.withBytes { (array, _) throws(SystemCallError) in
        try body(unsafe UInt64(address: array))
      }
    }
  }
}

extension FileDescriptor {
  /// Whether the file is on a mount that `ProtectedStart` made: read-only, without devices and without access times of
  /// directories. A file system that is merely read-only may be made writable.
  ///
  /// - Throws: `SystemCallError` with any errno of fstatfs(2).
  public func isOnProtectedMount() throws(SystemCallError) -> Bool {
    // struct statfs has 120 bytes; the flags are the eleventh of its words of 8 bytes.
    var words = [UInt64](repeating: 0, count: 16)
    let number = number
    _ = try unsafe words.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "fstatfs", __NR_fstatfs, UInt64(descriptor: number), unsafe UInt64(address: pointer),
        on: "descriptor \(number)")
    }
    // ST_RDONLY, ST_NODEV, ST_NODIRATIME
    let flags: UInt64 = 1 | 4 | 2048
    return words[10] & flags == flags
  }
}
