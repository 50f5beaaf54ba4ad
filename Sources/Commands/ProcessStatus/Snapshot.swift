// What holds for all rows of one run: the time, the machine, names of users, and the options that change fields.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The circumstances of one run.
///
/// Owned by the run, which is single-threaded; names are looked up once.
final class Snapshot {
  /// Ticks in a second of the times in /proc/PID/stat.
  static let ticksPerSecond: UInt64 = 100

  let options: FieldOptions
  let source: Procfs
  /// Seconds since 1970.
  let now: Int64
  /// Ticks since boot.
  let uptime: Double
  /// Seconds since 1970 when the machine started.
  let bootTime: Int64
  lazy var today = LocalTime(secondsSince1970: now)
  lazy var memoryTotal = Snapshot.readMemoryTotal(source)
  lazy var bytesPerPage = UInt64(pageSize)
  private lazy var accounts = Accounts()
  private var userNames: [UInt32: [UInt8]] = [:]
  private var groupNames: [UInt32: [UInt8]] = [:]
  private var lastTime: (seconds: Int64, local: LocalTime)?
  /// What stands before the command in a forest.
  var forestPrefix: [UInt8] = []
  /// Whether sets of signals have 16 columns.
  var hasWideSignals = false

  /// Options that change what fields say.
  struct FieldOptions {
    /// Users and groups by number.
    var isNumeric = false
    /// Count what children used that have ended.
    var includesChildren = false
    /// `c`: the name of the program instead of its arguments.
    var showsNameForArguments = false
    /// `-f`: the arguments instead of the name of the program.
    var showsArgumentsForName = false
    /// `e`: the environment after the command.
    var showsEnvironment = false
  }

  init(options: FieldOptions, source: Procfs) {
    self.options = options
    self.source = source
    let real = realTimeNanoseconds()
    let boot = bootTimeNanoseconds()
    now = real / 1_000_000_000
    // /proc/uptime and so procps know hundredths of a second.
    uptime = Double(boot / 10_000_000)
    bootTime = (real - boot) / 1_000_000_000
  }

  /// When a process started, in seconds since 1970.
  func start(of record: ProcessRecord) -> Int64 {
    bootTime + Int64(record.startTime / Snapshot.ticksPerSecond)
  }

  /// How long a process has run, in seconds.
  func elapsed(of record: ProcessRecord) -> Double {
    max(0, uptime - Double(record.startTime)) / Double(Snapshot.ticksPerSecond)
  }

  /// Ticks of CPU time.
  func cpuTime(of record: ProcessRecord, children: Bool = false) -> UInt64 {
    let stat = record.stat
    let own = stat.userTime &+ stat.systemTime
    return children ? own &+ stat.childUserTime &+ stat.childSystemTime : own
  }

  /// The local time; neighbours in the table often started in the same second.
  func localTime(_ seconds: Int64) -> LocalTime {
    if let lastTime, lastTime.seconds == seconds { return lastTime.local }
    let local = LocalTime(secondsSince1970: seconds)
    lastTime = (seconds, local)
    return local
  }

  /// A user's name, or the number where there is none.
  func userName(_ id: UInt32) -> [UInt8] {
    if let name = userNames[id] { return name }
    let name = Array((accounts.userName(id) ?? String(id)).utf8)
    userNames[id] = name
    return name
  }

  /// A group's name, or the number where there is none.
  func groupName(_ id: UInt32) -> [UInt8] {
    if let name = groupNames[id] { return name }
    let name = Array((accounts.groupName(id) ?? String(id)).utf8)
    groupNames[id] = name
    return name
  }

  /// In KiB; 1 where it cannot be read.
  private static func readMemoryTotal(_ source: Procfs) -> UInt64 {
    do throws(SystemCallError) {
      let text = String(decoding: try source.read("meminfo").prefix(64), as: UTF8.self)
      let words = text.split(separator: " ", maxSplits: 2)
      guard words.count > 1, let total = UInt64(words[1]) else { return 1 }
      return max(total, 1)
    } catch {
      return 1
    }
  }
}
