// Columns of the process's state: what it does, how it is scheduled, which signals it waits for, its memory.

internal import Linux
internal import Processes

extension Column {
  /// State, terminal and flags.
  static let states: [Column] = {
    let s = Column.text("s", "S", 1, .left, .thread) { record, _, cell in cell.put(record.state) }
    let flags = Column.text("f", "F", 1, .right) { record, _, cell in
      cell.put(number: UInt64(record.stat.flags >> 6 & 7))
    }
    let tty = Column.text("tname", "TTY", 8, .left, .process) { record, _, cell in
      let terminal = record.stat.terminal
      if terminal == .none { cell.put(UInt8(ascii: "?")) } else { cell.put(terminal.name) }
    }
    return [
      s, s.named("state"), flags, flags.named("flag"), flags.named("flags"),
      .text(
        "stat", "STAT", 4, .left, .thread, .status, order: { record, _ in .number(Int64(record.state)) }, writeState),
      tty, tty.named("longtname"), tty.named("tty8"), tty.named("tt", "TT"), tty.named("tty", "TT"),
      .text("tty4", "TTY", 4, .left, .process) { record, _, cell in
        let name = record.stat.terminal.name
        cell.put(name.hasPrefix("pts/") ? String(name.dropFirst(4)) : name)
      },
    ]
  }()

  /// The letter, and what else is to be known at a glance.
  private static let writeState: Writing = { record, _, cell in
    let stat = record.stat
    cell.put(stat.state)
    if stat.nice < 0 { cell.put(UInt8(ascii: "<")) }
    if stat.nice > 0 { cell.put(UInt8(ascii: "N")) }
    if (record.status.value?.memory.locked ?? 0) > 0 { cell.put(UInt8(ascii: "L")) }
    if stat.sessionID == record.threadGroupID { cell.put(UInt8(ascii: "s")) }
    if stat.threadCount > 1 { cell.put(UInt8(ascii: "l")) }
    if stat.processGroupID == stat.foregroundProcessGroupID { cell.put(UInt8(ascii: "+")) }
  }

  /// Priorities and CPUs.
  static let scheduling: [Column] = {
    let nice = Column.number("ni", "NI", 3, .thread) { record, _ in
      [0, 3].contains(record.stat.schedulingPolicy) ? Int64(record.stat.nice) : nil
    }
    let processor = Column.number("psr", "PSR", 3, .thread) { record, _ in Int64(record.stat.processor) }
    let policy = Column.text("class", "CLS", 3, .left, .thread) { record, _, cell in
      cell.put(policyName(record.stat.schedulingPolicy))
    }
    let priorities: [(String, String, @Sendable (Int64) -> Int64)] = [
      ("priority", "PRI", { $0 }), ("opri", "PRI", { 60 + $0 }), ("intpri", "PRI", { 60 + $0 }),
      ("pri", "PRI", { 39 - $0 }), ("pri_api", "API", { -1 - $0 }), ("pri_bar", "BAR", { $0 + 1 }),
      ("pri_baz", "BAZ", { $0 + 100 }), ("pri_foo", "FOO", { $0 - 20 }),
    ]
    return priorities.map { name, heading, scale in
      .number(name, heading, 3, .thread) { record, _ in scale(Int64(record.stat.priority)) }
    } + [
      nice, nice.named("nice"), processor, processor.named("cpuid", "CPUID", width: 5),
      processor.named("lastcpu", "C"),
      .text("sgi_p", "P", 1, .right, .thread) { record, _, cell in
        if record.state == UInt8(ascii: "R") { cell.put(signed: Int64(record.stat.processor)) } else { cell.put("*") }
      },
      policy, policy.named("policy", "POL"), policy.named("cls", nil, .right),
      .number("rtprio", "RTPRIO", 6, .thread) { record, _ in
        record.stat.schedulingPolicy == 0 ? nil : Int64(record.stat.realTimePriority)
      },
      .number("sched", "SCH", 3, .thread) { record, _ in Int64(record.stat.schedulingPolicy) },
      .number("oom", "OOM", 4, .thread, .outOfMemory) { record, _ in
        Int64(record.outOfMemory.value?.score ?? 0)
      },
      .number("oomadj", "OOMADJ", 5, .thread, .outOfMemory) { record, _ in
        Int64(record.outOfMemory.value?.adjustment ?? 0)
      },
      waitChannel, waitChannel.named("wname"), .absent("nwchan", "WCHAN", 6, .right, .thread),
    ]
  }()

  private static func policyName(_ policy: UInt32) -> String {
    let names: [UInt32: String] = [0: "TS", 1: "FF", 2: "RR", 3: "B", 4: "ISO", 5: "IDL", 6: "DLN"]
    return names[policy] ?? "?"
  }

  /// The kernel function that it sleeps in; never wider than its column.
  private static let waitChannel = Column.text("wchan", "WCHAN", 6, .name, .thread, .waitChannel) { record, _, cell in
    let name = record.waitChannel.value ?? []
    if name.isEmpty || name.elementsEqual("0".utf8) { return cell.put(UInt8(ascii: "-")) }
    cell.put(escaped: name.drop { $0 == UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "_") })
  }

  /// Sets of signals.
  static let signals: [Column] = {
    let pending = signalSet("pending", "PENDING", .both) {
      $0.signals.pendingForThread | $0.signals.pendingForProcess
    }
    let blocked = signalSet("blocked", "BLOCKED", .thread) { $0.signals.blocked }
    let ignored = signalSet("ignored", "IGNORED", .thread) { $0.signals.ignored }
    let caught = signalSet("caught", "CAUGHT", .thread) { $0.signals.caught }
    return [
      pending, pending.named("sig"), pending.named("sig_pend", "SIGNAL"),
      signalSet("tsig", "PENDING", .both) { $0.signals.pendingForThread },
      blocked, blocked.named("sigmask"), blocked.named("sig_block"),
      ignored, ignored.named("sigignore"), ignored.named("sig_ignore"),
      caught, caught.named("sigcatch"), caught.named("sig_catch", "CATCHED"),
    ]
  }()

  private static func signalSet(
    _ name: String, _ heading: String, _ scope: Scope, _ value: @escaping @Sendable (ProcessStatus) -> UInt64
  ) -> Column {
    .text(name, heading, 9, .signals, scope, .status) { record, snapshot, cell in
      let digits = Array(String(record.status.value.map(value) ?? 0, radix: 16).utf8)
      if snapshot.hasWideSignals {
        cell.put(String(repeating: "0", count: 16 - digits.count))
        cell.put(ascii: digits)
      } else {
        if digits.count > 8 { cell.put("<") }
        cell.put(String(repeating: "0", count: max(0, 8 - digits.count)))
        cell.put(ascii: digits.suffix(8))
      }
    }
  }

  /// Memory.
  static let memory: [Column] = {
    let vsz = Column.number("vsz", "VSZ", 6, .process) { record, _ in Int64(record.stat.virtualSize >> 10) }
    let rss = Column.number("rss", "RSS", 5, .process, .status) { record, _ in
      Int64(record.status.value?.memory.resident ?? 0)
    }
    let pmem = Column.text("pmem", "%MEM", 4, .right, .process, .status, order: rss.order, writeMemoryShare)
    let data = Column.number("drs", "DRS", 5, .process) { record, _ in textAndData(record.stat).data }
    let text = Column.number("trs", "TRS", 4, .process) { record, _ in textAndData(record.stat).text }
    let majors = Column.number("majflt", "MAJFLT", 6) { record, snapshot in
      let children = snapshot.options.includesChildren ? record.stat.childMajorFaults : 0
      return Int64(bitPattern: record.stat.majorFaults &+ children)
    }
    let minors = Column.number("minflt", "MINFLT", 6) { record, snapshot in
      let children = snapshot.options.includesChildren ? record.stat.childMinorFaults : 0
      return Int64(bitPattern: record.stat.minorFaults &+ children)
    }
    return [
      vsz, vsz.named("vsize"), rss, rss.named("rssize"), rss.named("rsz", "RSZ"),
      rss.named("sgi_rss", width: 4, .left), pmem, pmem.named("%mem"),
      .number("sz", "SZ", 5, .process) { record, snapshot in Int64(record.stat.virtualSize / snapshot.bytesPerPage) },
      .number("m_size", "SIZE", 5, .process) { record, _ in Int64(bitPattern: record.stat.virtualSize) },
      .number("size", "SIZE", 5, .process, .status) { record, _ in
        let memory = record.status.value?.memory
        return Int64((memory?.data ?? 0) + (memory?.stack ?? 0))
      },
      data, data.named("m_drs"), data.named("dsiz", "DSIZ", width: 4),
      text, text.named("m_trs", width: 5), text.named("tsiz", "TSIZ"), text.named("trss", "TRSS"),
      majors, majors.named("maj_flt", "MAJFL"), majors.named("pagein", "PAGEIN"),
      minors, minors.named("min_flt", "MINFL"),
      .text("lim", "LIM", 5, .right) { record, _, cell in
        if record.stat.residentLimit == .max {
          cell.put("xx")
        } else {
          cell.put(number: record.stat.residentLimit >> 10)
        }
      },
      address("stackp", "STACKP") { $0.startStack }, address("start_stack", "STACKP") { $0.startStack },
      address("esp", "ESP", .thread) { $0.stackPointer }, address("eip", "EIP", .thread) { $0.instructionPointer },
    ]
  }()

  private static let writeMemoryShare: Writing = { record, snapshot, cell in
    let share = min((record.status.value?.memory.resident ?? 0) * 1000 / snapshot.memoryTotal, 999)
    if share < 100 { cell.put(32) }
    cell.put(number: share / 10)
    cell.put(UInt8(ascii: "."))
    cell.put(number: share % 10)
  }

  /// In KiB; both 0 without an address space.
  private static func textAndData(_ stat: ProcessStat) -> (text: Int64, data: Int64) {
    if stat.virtualSize == 0 { return (0, 0) }
    let text = stat.endCode &- stat.startCode
    return (Int64(bitPattern: text) >> 10, Int64(bitPattern: stat.virtualSize &- text) >> 10)
  }

  private static func address(
    _ name: String, _ heading: String, _ scope: Scope = .process,
    _ value: @escaping @Sendable (ProcessStat) -> UInt64
  ) -> Column {
    .text(name, heading, 16, .right, scope) { record, _, cell in
      let digits = String(value(record.stat), radix: 16)
      cell.put(String(repeating: "0", count: 16 - digits.utf8.count))
      cell.put(digits)
    }
  }
}
