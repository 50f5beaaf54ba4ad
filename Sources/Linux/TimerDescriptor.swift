// A timer that is waited for like any other descriptor.

internal import CLinux
internal import Glibc

/// A timer of the monotonic clock.
///
/// Source: timerfd_create(2).
public struct TimerDescriptor: ~Copyable, Sendable {
  /// Readable (poll) once the time is over.
  public let descriptor: FileDescriptor

  /// Makes a timer that is not running.
  ///
  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  public init() throws(SystemCallError) {
    // TFD_CLOEXEC | TFD_NONBLOCK
    let number = try systemCall("timerfd_create", __NR_timerfd_create, UInt64(CLOCK_MONOTONIC), 0o2004000)
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// Starts the timer anew.
  ///
  /// - Parameters:
  ///   - delay: nanoseconds until it expires first; 0 stops it.
  ///   - interval: nanoseconds from one expiration to the next; 0 for one expiration.
  /// - Throws: `SystemCallError` with any errno of timerfd_settime(2).
  public func start(after delay: UInt64, every interval: UInt64 = 0) throws(SystemCallError) {
    // struct itimerspec: interval, then value.
    var times: [UInt64] = [interval, delay].flatMap { [$0 / 1_000_000_000, $0 % 1_000_000_000] }
    let number = descriptor.number
    _ = try unsafe times.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "timerfd_settime", __NR_timerfd_settime, UInt64(descriptor: number), 0, unsafe UInt64(address: pointer), 0)
    }
  }

  /// How many times it has expired since it was asked last.
  ///
  /// - Throws: `SystemCallError` with any errno of read(2).
  public func expirations() throws(SystemCallError) -> UInt64 {
    var count: UInt64 = 0
    let number = descriptor.number
    do {
      _ = try withMemory(of: &count) { (address) throws(SystemCallError) in
        try systemCall("read", __NR_read, UInt64(descriptor: number), address, 8, on: "timerfd \(number)")
      }
    } catch  where error.errno == .eagain {
      return 0
    }
    return count
  }
}
