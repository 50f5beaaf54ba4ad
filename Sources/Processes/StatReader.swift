// /proc/PID/stat is what every look at processes begins with, and all that most of them need: read for one process
// after the other, into the same buffer.

public import Linux

/// Reads the `stat` of processes and threads.
///
/// Source: proc_pid_stat(5).
public struct StatReader: Sendable {
  private var path = NumberedPath("stat")
  private var buffer = [UInt8](repeating: 0, count: 2048)

  /// A reader with a buffer of its own.
  public init() {}

  /// Reads one.
  ///
  /// - Parameters:
  ///   - number: of an entry of the directory; nil when the directory is the process itself.
  ///   - directory: of processes or threads, or of one of them.
  /// - Returns: nil when there is no such process, or it vanished before it was read.
  /// - Throws: `SystemCallError` when it cannot be read or understood for any other reason.
  ///
  /// Source: proc_pid_stat(5).
  public mutating func read(
    _ number: Int32?, in directory: borrowing FileDescriptor
  ) throws(SystemCallError) -> ProcessStat? {
    path.number = number
    return try parsed { (path, buffer) throws(SystemCallError) in try directory.readBeginning(of: path, into: &buffer) }
  }

  /// Opens one, to be read again and again; what is read through it is never another process's.
  ///
  /// - Returns: nil when there is no such process.
  /// - Throws: `SystemCallError` with any errno of open(2), such as `EMFILE`.
  public mutating func open(
    _ number: Int32, in directory: borrowing FileDescriptor
  ) throws(SystemCallError) -> FileDescriptor? {
    path.number = number
    do throws(SystemCallError) {
      return try directory.open(path)
    } catch {
      if error.errno == .enoent || error.errno == .esrch { return nil }
      throw error
    }
  }

  /// Reads one that is open.
  ///
  /// - Returns: nil when the process is gone.
  /// - Throws: `SystemCallError` when it cannot be read or understood for any other reason.
  ///
  /// Source: proc_pid_stat(5).
  public mutating func read(again file: borrowing FileDescriptor) throws(SystemCallError) -> ProcessStat? {
    try parsed { (_, buffer) throws(SystemCallError) in try file.readBeginning(into: &buffer) }
  }

  private mutating func parsed(
    _ read: (NumberedPath, inout [UInt8]) throws(SystemCallError) -> Int
  ) throws(SystemCallError) -> ProcessStat? {
    do throws(SystemCallError) {
      let count = try read(path, &buffer)
      if let stat = ProcessStat(buffer.span.extracting(0..<count)) { return stat }
    } catch {
      if error.errno == .enoent || error.errno == .esrch { return nil }
      throw error
    }
    throw SystemCallError(call: "read", errno: .einval, object: path.description)
  }
}
