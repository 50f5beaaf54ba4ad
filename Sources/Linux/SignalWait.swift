// Signals that are waited for instead of handled: no handler runs, so nothing is interrupted.

internal import CLinux
internal import Glibc

/// A signal that arrived.
public struct ReceivedSignal: Hashable, Sendable {
  public let signal: Signal
  /// Who sent it, in the receiver's PID namespace; 0 for the kernel or a process outside.
  public let sender: Int32
  /// Whether a process sent it, by kill(2) for instance. What a key on the terminal sends goes to the whole
  /// foreground process group and comes from the kernel.
  public let isFromProcess: Bool
}

extension SignalSet {
  /// Waits for one of these signals, which must be blocked.
  ///
  /// Corresponds to sigwaitinfo(2).
  public func waitForOne() -> ReceivedSignal {
    var set = rawValue
    while true {
      var information = [Int32](repeating: 0, count: 32)
      let number = unsafe information.withUnsafeMutableBytes { buffer in
        unsafe withUnsafePointer(to: &set) { set in
          unsafe clinux_call(
            Int64(__NR_rt_sigtimedwait), UInt64(address: set), UInt64(address: buffer.baseAddress), 0, 8, 0, 0)
        }
      }
      if number > 0 {
        // siginfo_t: si_signo, si_errno, si_code, padding, si_pid.
        return ReceivedSignal(
          signal: Signal(rawValue: Int32(number)), sender: information[4], isFromProcess: information[2] <= 0)
      }
    }
  }
}

extension Signal {
  /// Gives the signal its default action in this process, should it have been started with it ignored.
  public func restoreDefaultAction() {
    _ = Glibc.signal(rawValue, SIG_DFL)
  }

  /// Ignores the signal in this process and, across exec, in what it becomes.
  public func ignore() {
    _ = Glibc.signal(rawValue, SIG_IGN)
  }
}
