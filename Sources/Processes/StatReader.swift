// /proc/PID/stat is what every look at processes begins with, and all that most of them need: read for one process
// after the other, into the same buffer.

public import Linux

/// Reads the `stat` of processes and threads.
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
    do throws(SystemCallError) {
      let count = try directory.readBeginning(of: path, into: &buffer)
      if let stat = ProcessStat(buffer.span.extracting(0..<count)) { return stat }
    } catch {
      if error.errno == .enoent || error.errno == .esrch { return nil }
      throw error
    }
    throw SystemCallError(call: "read", errno: .einval, object: path.description)
  }
}
