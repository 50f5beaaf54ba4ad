// Signals that carry a value.

internal import Glibc

/// Sends a signal with a value to one process.
///
/// - Throws: `SystemCallError` with `ESRCH` when there is none, `EPERM` without the right, `EAGAIN` when too many are waiting.
///
/// Corresponds to sigqueue(3).
public func queueSignal(_ signal: Signal, value: Int32, to processID: Int32) throws(SystemCallError) {
  guard unsafe sigqueue(processID, signal.rawValue, sigval(sival_ptr: .init(bitPattern: Int(value)))) == 0 else {
    throw SystemCallError(call: "sigqueue", errno: Errno(rawValue: errno), object: "PID \(processID)")
  }
}
