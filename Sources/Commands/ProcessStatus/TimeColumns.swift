// Columns that say since when a process runs, and how much time on the CPU it had.

internal import Linux
internal import Processes

extension Column {
  /// Moments and durations.
  static let times: [Column] = {
    let time = Column.text("time", "TIME", 8, .right, order: byCPUTime) { record, snapshot, cell in
      cell.put(clock: snapshot.cpuTime(of: record) / Snapshot.ticksPerSecond)
    }
    let seconds = Column.number("times", "TIME", 8) { record, snapshot in
      Int64(snapshot.cpuTime(of: record) / Snapshot.ticksPerSecond)
    }
    let stime = Column.text("stime", "STIME", 5, .right, order: byStart, writeStartTime)
    return [
      time, time.named("cputime"), time.named("atime"), seconds, seconds.named("cputimes"),
      .text("bsdtime", "TIME", 6, .right, order: byCPUTime, writeBSDTime),
      .text("etime", "ELAPSED", 11, .right, order: byElapsed, writeElapsed),
      .number("etimes", "ELAPSED", 7) { record, snapshot in Int64(snapshot.elapsed(of: record)) },
      stime, stime.named("start_time", "START"),
      .text("start", "STARTED", 8, .right, order: byStart, writeStart),
      .text("bsdstart", "START", 6, .right, order: byStart, writeBSDStart),
      .text("lstart", "STARTED", 24, .right, order: byStart, writeLongStart),
    ]
  }()

  /// Shares of a CPU.
  static let shares: [Column] = {
    let c = Column.text("c", "C", 2, .right, order: byShare) { record, snapshot, cell in
      let share = min(perMille(record, snapshot) / 10, 99)
      if share < 10 { cell.put(32) }
      cell.put(number: share)
    }
    let pcpu = Column.text("pcpu", "%CPU", 4, .right, order: byShare) { record, snapshot, cell in
      let share = perMille(record, snapshot)
      cell.put(number: share / 10)
      if share <= 999 {
        cell.put(UInt8(ascii: "."))
        cell.put(number: share % 10)
      }
    }
    return [
      c, c.named("util"), pcpu, pcpu.named("%cpu"),
      .text("cp", "CP", 3, .right, order: byShare) { record, snapshot, cell in
        let share = min(perMille(record, snapshot), 999)
        for limit: UInt64 in [100, 10] where share < limit { cell.put(32) }
        cell.put(number: share)
      },
      .text("cuu", "%CUU", 6, .right, order: byShare) { record, snapshot, cell in
        cell.put(utilization: utilization(record, snapshot, children: false))
      },
      .text("cuc", "%CUC", 7, .right, order: byShare) { record, snapshot, cell in
        cell.put(utilization: utilization(record, snapshot, children: true))
      },
    ]
  }()

  private static let byStart: Ordering = { record, _ in .number(Int64(bitPattern: record.startTime)) }
  private static let byElapsed: Ordering = { record, snapshot in .fraction(snapshot.elapsed(of: record)) }
  private static let byCPUTime: Ordering = { record, snapshot in
    .number(Int64(bitPattern: snapshot.cpuTime(of: record, children: snapshot.options.includesChildren)))
  }
  private static let byShare: Ordering = { record, snapshot in
    .fraction(utilization(record, snapshot, children: snapshot.options.includesChildren))
  }

  /// CPU time in thousandths of the time since the start.
  private static func perMille(_ record: ProcessRecord, _ snapshot: Snapshot) -> UInt64 {
    let ticks = UInt64(snapshot.elapsed(of: record) * Double(Snapshot.ticksPerSecond))
    if ticks == 0 { return 0 }
    return snapshot.cpuTime(of: record, children: snapshot.options.includesChildren) &* 1000 / ticks
  }

  private static func utilization(_ record: ProcessRecord, _ snapshot: Snapshot, children: Bool) -> Double {
    let elapsed = snapshot.elapsed(of: record)
    if elapsed == 0 { return 0 }
    return Double(snapshot.cpuTime(of: record, children: children)) / elapsed
  }

  private static let writeBSDTime: Writing = { record, snapshot, cell in
    let ticks = snapshot.cpuTime(of: record, children: snapshot.options.includesChildren)
    let seconds = ticks / Snapshot.ticksPerSecond
    for limit: UInt64 in [100, 10] where seconds / 60 < limit { cell.put(32) }
    cell.put(number: seconds / 60)
    cell.put(UInt8(ascii: ":"))
    cell.put(number: seconds % 60, digits: 2)
  }

  /// `[[DD-]hh:]mm:ss`.
  private static let writeElapsed: Writing = { record, snapshot, cell in
    let seconds = UInt64(snapshot.elapsed(of: record))
    let hours = seconds / 3600
    if hours >= 24 {
      cell.put(number: hours / 24)
      cell.put(UInt8(ascii: "-"))
    }
    if hours > 0 {
      cell.put(number: hours % 24, digits: 2)
      cell.put(UInt8(ascii: ":"))
    }
    cell.put(number: seconds / 60 % 60, digits: 2)
    cell.put(UInt8(ascii: ":"))
    cell.put(number: seconds % 60, digits: 2)
  }

  /// `hh:mm` of the same day, `Mmmdd` of the same year, else the year.
  private static let writeStartTime: Writing = { record, snapshot, cell in
    let start = snapshot.localTime(snapshot.start(of: record))
    if start.year != snapshot.today.year {
      cell.put(signed: Int64(start.year))
    } else if start.dayOfYear != snapshot.today.dayOfYear {
      cell.put(month: start)
      cell.put(number: UInt64(start.day), digits: 2)
    } else {
      cell.put(hoursAndMinutes: start)
    }
  }

  /// `hh:mm:ss` of the last 24 hours, else `Mmm dd`.
  private static let writeStart: Writing = { record, snapshot, cell in
    let seconds = snapshot.start(of: record)
    let start = snapshot.localTime(seconds)
    if seconds + 86400 > snapshot.now {
      cell.put(hoursAndMinutes: start)
      cell.put(UInt8(ascii: ":"))
      cell.put(number: UInt64(start.second), digits: 2)
    } else {
      cell.put("  ")
      cell.put(month: start)
      cell.put(32)
      cell.put(number: UInt64(start.day), digits: 2)
    }
  }

  /// ` hh:mm` of the last 24 hours, else `Mmm dd`.
  private static let writeBSDStart: Writing = { record, snapshot, cell in
    let seconds = snapshot.start(of: record)
    let start = snapshot.localTime(seconds)
    if snapshot.now - seconds > 86400 {
      cell.put(month: start)
      cell.put(start.day < 10 ? "  " : " ")
      cell.put(number: UInt64(start.day))
    } else {
      cell.put(32)
      cell.put(hoursAndMinutes: start)
    }
  }

  /// `Www Mmm dd hh:mm:ss yyyy`.
  private static let writeLongStart: Writing = { record, snapshot, cell in
    let start = snapshot.localTime(snapshot.start(of: record))
    cell.put(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][start.weekday])
    cell.put(32)
    cell.put(month: start)
    cell.put(start.day < 10 ? "  " : " ")
    cell.put(number: UInt64(start.day))
    cell.put(32)
    cell.put(hoursAndMinutes: start)
    cell.put(UInt8(ascii: ":"))
    cell.put(number: UInt64(start.second), digits: 2)
    cell.put(32)
    cell.put(signed: Int64(start.year))
  }
}

extension Cell {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `[DD-]hh:mm:ss`.
  fileprivate mutating func put(clock seconds: UInt64) {
    let hours = seconds / 3600
    if hours >= 24 {
      put(number: hours / 24)
      put(UInt8(ascii: "-"))
    }
    put(number: hours % 24, digits: 2)
    put(UInt8(ascii: ":"))
    put(number: seconds / 60 % 60, digits: 2)
    put(UInt8(ascii: ":"))
    put(number: seconds % 60, digits: 2)
  }

  fileprivate mutating func put(month time: LocalTime) {
    put(Cell.months[time.month - 1])
  }

  fileprivate mutating func put(hoursAndMinutes time: LocalTime) {
    put(number: UInt64(time.hour), digits: 2)
    put(UInt8(ascii: ":"))
    put(number: UInt64(time.minute), digits: 2)
  }

  /// Three decimals; no more than 99.999.
  fileprivate mutating func put(utilization share: Double) {
    let thousandths = share > 99 ? 99999 : UInt64((share * 1000).rounded(.toNearestOrEven))
    put(number: thousandths / 1000)
    put(UInt8(ascii: "."))
    put(number: thousandths % 1000, digits: 3)
  }
}
