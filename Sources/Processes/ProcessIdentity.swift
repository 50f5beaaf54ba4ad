// A PID is reused within seconds: a process is known by its PID and the time when it started.

/// One process among all that ever have its PID.
///
/// Source: proc_pid_stat(5), fields 1 and 22.
public struct ProcessIdentity: Hashable, Sendable {
  /// The PID as the reader's procfs numbers it.
  public let processID: Int32
  /// In clock ticks after boot, 100 in a second.
  public let startTime: UInt64

  /// A process by its number and its start.
  public init(processID: Int32, startTime: UInt64) {
    self.processID = processID
    self.startTime = startTime
  }
}
