// Time: what the clocks say, and waiting.

internal import CLinux
internal import Glibc

/// Nanoseconds of a clock that never goes back.
///
/// Corresponds to clock_gettime(2) with CLOCK_MONOTONIC.
public func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Lets the calling thread sleep, the whole time although signals arrive.
///
/// Corresponds to clock_nanosleep(2) with CLOCK_MONOTONIC.
public func pause(nanoseconds: UInt64) {
  let end = monotonicNanoseconds() + nanoseconds
  var until = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
  while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil) == EINTR {}
}
