// Numbers that the kernel was built or started with, which the files of /proc are counted in.

internal import Glibc

/// Sizes, counts and times of the running system.
///
/// Source: sysconf(3), clock_gettime(2).
public enum SystemConfiguration {
  /// The size of a page of memory, in bytes.
  public static let pageSize = sysconf(Int32(_SC_PAGESIZE))

  /// How many clock ticks of /proc/PID/stat a second has.
  public static let clockTicksPerSecond = sysconf(Int32(_SC_CLK_TCK))

  /// How many processors are in use.
  public static var onlineProcessorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// Nanoseconds since the machine started, its sleep included, in the caller's time namespace.
  ///
  /// Corresponds to CLOCK_BOOTTIME.
  public static var uptimeNanoseconds: UInt64 { nanoseconds(of: CLOCK_BOOTTIME) }

  /// Nanoseconds since 1970.
  ///
  /// Corresponds to CLOCK_REALTIME.
  public static var realTimeNanoseconds: UInt64 { nanoseconds(of: CLOCK_REALTIME) }

  private static func nanoseconds(of clock: Int32) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
