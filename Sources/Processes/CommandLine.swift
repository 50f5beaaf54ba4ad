// /proc/PID/cmdline: the arguments that execve(2) was given, unless the program has written over them since.

internal import Linux

/// The arguments of a process, byte for byte.
///
/// Source: proc_pid_cmdline(5).
public struct CommandLine: Hashable, Sendable {
  /// The file's bytes as they are; empty for a kernel thread and a zombie.
  public let bytes: [UInt8]

  /// The bytes of /proc/PID/cmdline.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Whether there is none, as of a kernel thread or a zombie.
  public var isEmpty: Bool { bytes.isEmpty }

  /// The arguments; the NUL that ends each is left out. A program that wrote over them may leave one only.
  public var arguments: [[UInt8]] {
    var parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    if parts.last?.isEmpty == true { parts.removeLast() }
    return parts
  }
}
