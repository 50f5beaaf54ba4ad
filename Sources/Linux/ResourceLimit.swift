// How much of each resource a process may use, and to what it may raise that, asked and set by number.

internal import CLinux

/// A resource that is limited; the raw value is the kernel's RLIMIT_*.
///
/// Source: getrlimit(2).
public enum Resource: UInt32, CaseIterable, Hashable, Sendable {
  /// Processor seconds; bytes of files, data, stack, core dumps and resident memory; counts of processes and files.
  case cpuTime, fileSize, data, stack, coreFileSize, residentSet, processes, openFiles, lockedMemory
  /// Bytes of address space and locked memory; counts of locks, signals and queue bytes; priorities and time.
  case addressSpace, fileLocks, pendingSignals, messageQueues, nicePriority, realTimePriority, realTimeTimeout

  private static let names = [
    "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
    "msgqueue", "nice", "rtprio", "rttime",
  ]

  /// The name as prlimit(1) has it, for example `nofile`.
  public var name: String { Resource.names[Int(rawValue)] }

  /// What a process may use, and what it may raise that to.
  ///
  /// - Parameter processID: 0 for the calling process.
  /// - Returns: bytes, seconds or a count; the highest number for no limit.
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process, `EPERM` without the right to look.
  ///
  /// Corresponds to prlimit(2).
  public func limits(of processID: Int32 = 0) throws(SystemCallError) -> (soft: UInt64, hard: UInt64) {
    var limits: (soft: UInt64, hard: UInt64) = (0, 0)
    _ = try withMemory(of: &limits) { (address) throws(SystemCallError) in
      try systemCall(
        "prlimit", __NR_prlimit64, UInt64(descriptor: processID), UInt64(rawValue), 0, address,
        on: "PID \(processID)")
    }
    return limits
  }

  /// Sets both limits of a process.
  ///
  /// - Throws: `SystemCallError` with `EPERM` when the hard limit would rise without CAP_SYS_RESOURCE, `EINVAL` when
  ///   the soft is above the hard one.
  ///
  /// Corresponds to prlimit(2).
  public func setLimits(soft: UInt64, hard: UInt64, of processID: Int32 = 0) throws(SystemCallError) {
    var limits = (soft, hard)
    _ = try withMemory(of: &limits) { (address) throws(SystemCallError) in
      try systemCall(
        "prlimit", __NR_prlimit64, UInt64(descriptor: processID), UInt64(rawValue), address, 0,
        on: "\(name) of PID \(processID)")
    }
  }
}
