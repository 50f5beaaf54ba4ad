// /proc/PID/fd: what a process has open.

internal import Linux

/// An open descriptor of a process.
///
/// Source: proc_pid_fd(5).
public struct OpenFile: Hashable, Sendable {
  /// The descriptor's number.
  public let number: Int32
  /// Where the link leads: a path, `pipe:[8372]`, `socket:[9182]`, `anon_inode:[eventpoll]`.
  public let target: [UInt8]

  /// A descriptor from its parts.
  public init(number: Int32, target: [UInt8]) {
    self.number = number
    self.target = target
  }

  /// Reads the descriptors of a process, in ascending order; one that is closed meanwhile is left out.
  ///
  /// - Returns: `.unreadable` with `EACCES` without the right to look, `ENOENT` when there is no such process.
  public static func read(of processID: Int32, from source: Procfs = .machine) -> Reading<[OpenFile]> {
    do throws(SystemCallError) {
      try source.verify()
      let directory = try source.directory.open(NumberedPath("fd", number: processID), [.directory])
      var numbers: [Int32] = []
      var reader = DirectoryReader(bufferSize: 16384)
      try reader.readNumbers(of: directory, into: &numbers)
      return .value(numbers.compactMap { read($0, in: directory) })
    } catch {
      return .unreadable(error.errno)
    }
  }

  private static func read(_ number: Int32, in directory: borrowing FileDescriptor) -> OpenFile? {
    var target = [UInt8](repeating: 0, count: 4096)
    do throws(SystemCallError) {
      let count = try directory.readLink(NumberedPath("", number: number), into: &target)
      return OpenFile(number: number, target: Array(target[..<count]))
    } catch {
      return nil
    }
  }
}
