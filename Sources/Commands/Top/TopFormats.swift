// Numbers as they fit into narrow columns.

internal import Cgroups

/// Texts of a few columns.
enum TopFormats {
  /// A share in at most five columns: 0.0 to 99.9, then whole.
  static func share(_ percent: Double) -> String {
    let tenths = Int((percent * 10).rounded())
    return tenths < 1000 ? "\(tenths / 10).\(tenths % 10)" : String(tenths / 10)
  }

  /// Bytes in at most five columns: 512, 1.5K, 20.0M, 1023M.
  static func bytes(_ count: UInt64) -> String {
    if count < 1024 { return String(count) }
    var (number, unit) = (Double(count) / 1024, 0)
    while number >= 1000, unit < 4 { (number, unit) = (number / 1024, unit + 1) }
    let tenths = Int((number * 10).rounded())
    return (tenths < 1000 ? "\(tenths / 10).\(tenths % 10)" : String(tenths / 10)) + ["K", "M", "G", "T", "P"][unit]
  }

  /// CPU time in at most eight columns: 0:01.23, 123:45.67, 30h12:45, 4d03h.
  static func time(ticks: UInt64, perSecond: Int) -> String {
    let hundredths = ticks * 100 / UInt64(max(perSecond, 1))
    let seconds = hundredths / 100
    if seconds < 60_000 { return "\(seconds / 60):\(two(seconds % 60)).\(two(hundredths % 100))" }
    if seconds < 360_000 { return "\(seconds / 3600)h\(two(seconds / 60 % 60)):\(two(seconds % 60))" }
    return "\(seconds / 86400)d\(two(seconds / 3600 % 24))h"
  }

  private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : String(number) }

  /// How long the machine has been up: 4:05, 3 days 12:34.
  static func uptime(_ nanoseconds: UInt64) -> String {
    let minutes = nanoseconds / 60_000_000_000
    let clock = "\(minutes / 60 % 24):\(two(minutes % 60))"
    let days = minutes / 1440
    return days == 0 ? clock : "\(days) \(days == 1 ? "day" : "days") \(clock)"
  }

  /// The limits of a cgroup in one cell: of memory alone where there is little room.
  static func limits(_ limits: CgroupLimits, width: Int) -> String {
    let memory = limits.memory.map(bytes)
    if width < 10 { return memory ?? (limits.isEmpty ? "" : "*") }
    return [memory, limits.cpus.map { "\(cpus($0))c" }, limits.processes.map { "\($0)p" }].compactMap { $0 }
      .joined(separator: " ")
  }

  /// The limits in words; empty where there are none.
  static func limitsInWords(_ limits: CgroupLimits) -> String {
    [
      limits.memory.map { "memory \(bytes($0))" },
      limits.cpus.map { "\(cpus($0)) CPUs" },
      limits.processes.map { "\($0) processes" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// At most two digits behind the point, and none that say nothing.
  private static func cpus(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    if hundredths % 100 == 0 { return String(hundredths / 100) }
    return hundredths % 10 == 0
      ? "\(hundredths / 100).\(hundredths / 10 % 10)" : "\(hundredths / 100).\(two(UInt64(hundredths % 100)))"
  }
}
