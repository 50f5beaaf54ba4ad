// Processes held by descriptor, not by number.

internal import CLinux
internal import Glibc

/// A descriptor that refers to one process for good: its PID cannot be taken for another's.
///
/// Source: pidfd_open(2), Linux 5.3.
public struct PIDFD: ~Copyable, Sendable {
  /// The descriptor; readable (poll) once the process has exited.
  public let descriptor: FileDescriptor

  /// Takes over a descriptor that clone3, SCM_PIDFD or a peer gave.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Opens the process of a PID.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when there is none, `EINVAL` for a thread that is not the leader.
  ///
  /// Corresponds to pidfd_open(2).
  public init(opening processID: Int32) throws(SystemCallError) {
    let number = try systemCall(
      "pidfd_open", __NR_pidfd_open, UInt64(processID), on: "PID \(processID)")
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// Sends a signal.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when the process has been reaped, `EPERM` without the right.
  ///
  /// Corresponds to pidfd_send_signal(2).
  public func send(_ signal: Signal) throws(SystemCallError) {
    _ = try systemCall(
      "pidfd_send_signal", __NR_pidfd_send_signal, UInt64(descriptor: descriptor.number),
      UInt64(signal.rawValue), on: "SIG\(signal.name)")
  }

  /// Sends a signal with a value.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when the process has been reaped, `EPERM` without the right, `EAGAIN`
  ///   when too many are waiting.
  ///
  /// Corresponds to pidfd_send_signal(2) with what sigqueue(3) says of the sender.
  public func send(_ signal: Signal, value: Int32) throws(SystemCallError) {
    // siginfo_t: si_signo, si_errno, si_code (SI_QUEUE), padding, si_pid, si_uid, si_value.
    var information: [Int32] = [
      signal.rawValue, 0, -1, 0, CallingProcess.processID, Int32(bitPattern: UserIDs.current.real), value,
    ]
    information += Array(repeating: 0, count: 32 - information.count)
    let number = descriptor.number
    _ = try unsafe information.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "pidfd_send_signal", __NR_pidfd_send_signal, UInt64(descriptor: number), UInt64(signal.rawValue),
        unsafe UInt64(address: pointer), on: "SIG\(signal.name)")
    }
  }

  /// Sends a signal to a process that may have ended meanwhile.
  ///
  /// - Returns: whether there was still somebody to get it.
  /// - Throws: `SystemCallError` with `EPERM` without the right.
  ///
  /// Corresponds to pidfd_send_signal(2).
  @discardableResult
  public func sendIfAlive(_ signal: Signal) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      try send(signal)
      return true
    } catch {
      guard error.errno == .esrch else { throw error }
      return false
    }
  }

  /// Ends a child for good: kills and reaps it, whatever state it is in.
  ///
  /// - Throws: `SystemCallError` with `ECHILD` when it is not a child of the caller.
  ///
  /// Source: pidfd_send_signal(2), waitid(2).
  public func end() throws(SystemCallError) {
    try sendIfAlive(.kill)
    _ = try wait()
  }

  /// Waits for the end of a child and reaps it.
  ///
  /// - Throws: `SystemCallError` with `ECHILD` when it is not a child of the caller.
  ///
  /// Corresponds to waitid(2) with P_PIDFD, Linux 5.4.
  public func wait() throws(SystemCallError) -> ExitStatus {
    guard let status = try waitForChange([.exited]) else { return .exited(0) }
    return status
  }

  /// Reaps a child that has ended; nil while it runs.
  ///
  /// - Throws: `SystemCallError` with `ECHILD` when it is not a child of the caller.
  ///
  /// Corresponds to waitid(2) with P_PIDFD and WNOHANG, Linux 5.4.
  public func waitNow() throws(SystemCallError) -> ExitStatus? {
    try waitForChange([.exited, .withoutBlocking])
  }

  /// Waits for a change of a child's state; nil when `.withoutBlocking` found none.
  ///
  /// - Throws: `SystemCallError` with `ECHILD` when it is not a child of the caller.
  ///
  /// Corresponds to waitid(2) with P_PIDFD, Linux 5.4.
  public func waitForChange(_ options: WaitOptions) throws(SystemCallError) -> ExitStatus? {
    var information: [Int32] = Array(repeating: 0, count: 32)
    let number = descriptor.number
    _ = try unsafe information.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "waitid", __NR_waitid, 3, UInt64(descriptor: number), unsafe UInt64(address: pointer),
        UInt64(options.rawValue), 0, on: "pidfd \(number)")
    }
    // siginfo_t: si_signo, si_errno, si_code, padding, si_pid, si_uid, si_status.
    return ExitStatus(code: information[2], status: information[6])
  }
}

/// What waitid(2) is to wait for.
public struct WaitOptions: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Returns at once when there is no change (WNOHANG).
  public static let withoutBlocking = WaitOptions(rawValue: 1)
  /// A child that a signal stopped (WSTOPPED).
  public static let stopped = WaitOptions(rawValue: 2)
  /// A child that has ended (WEXITED).
  public static let exited = WaitOptions(rawValue: 4)
  /// A child that SIGCONT resumed (WCONTINUED).
  public static let continued = WaitOptions(rawValue: 8)
  /// Leave the child in a waitable state.
  public static let withoutReaping = WaitOptions(rawValue: 0x0100_0000)
}

/// How a process ended, or that it stopped or went on.
///
/// Source: waitid(2), wait(2).
public enum ExitStatus: Hashable, Sendable {
  /// It ended by itself, with the status it gave to _exit(2), 0…255.
  case exited(Int32)
  /// A signal ended it.
  case signaled(Signal)
  /// A signal stopped it.
  case stopped(Signal)
  /// SIGCONT resumed it.
  case continued

  /// From si_code (CLD_*) and si_status of siginfo_t; nil when nothing changed.
  init?(code: Int32, status: Int32) {
    switch code {
    case 1: self = .exited(status)
    case 2, 3: self = .signaled(Signal(rawValue: status))
    case 4, 5: self = .stopped(Signal(rawValue: status))
    case 6: self = .continued
    default: return nil
    }
  }

  /// From the status of wait(2), whose macros take it apart.
  public init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited(waitStatus >> 8 & 0xff) : .signaled(Signal(rawValue: signal))
  }

  /// As a shell shows it: the exit status, or 128 + the signal's number.
  public var shellStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal), .stopped(let signal): 128 + signal.rawValue
    case .continued: 0
    }
  }
}
