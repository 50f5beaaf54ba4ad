// What the calendar and the clock on the wall say, and since when the machine runs.

internal import Glibc

/// A moment in the local time zone.
///
/// Source: localtime(3); the zone is TZ, else /etc/localtime.
public struct LocalTime: Hashable, Sendable {
  /// The year of the Gregorian calendar.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int
  /// 0 to 23.
  public let hour: Int
  /// 0 to 59.
  public let minute: Int
  /// 0 to 60.
  public let second: Int
  /// Days since Sunday, 0 to 6.
  public let weekday: Int
  /// Days since the 1st of January, 0 to 365.
  public let dayOfYear: Int

  /// Converts a time in seconds since 1970.
  public init(secondsSince1970: Int64) {
    var time = time_t(secondsSince1970)
    var parts = unsafe tm()
    unsafe localtime_r(&time, &parts)
    year = unsafe Int(parts.tm_year) + 1900
    month = unsafe Int(parts.tm_mon) + 1
    day = unsafe Int(parts.tm_mday)
    hour = unsafe Int(parts.tm_hour)
    minute = unsafe Int(parts.tm_min)
    second = unsafe Int(parts.tm_sec)
    weekday = unsafe Int(parts.tm_wday)
    dayOfYear = unsafe Int(parts.tm_yday)
  }
}

/// Nanoseconds since 1970.
///
/// Corresponds to clock_gettime(2) with CLOCK_REALTIME.
public func realTimeNanoseconds() -> Int64 {
  nanoseconds(of: CLOCK_REALTIME)
}

/// Nanoseconds since boot, time asleep included, as the caller's time namespace counts them: the clock of the
/// start times in /proc.
///
/// Corresponds to clock_gettime(2) with CLOCK_BOOTTIME.
public func bootTimeNanoseconds() -> Int64 {
  nanoseconds(of: CLOCK_BOOTTIME)
}

/// Bytes in a page of memory.
///
/// Corresponds to getpagesize(2).
public var pageSize: Int { Int(getpagesize()) }

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
