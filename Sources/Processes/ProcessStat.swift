// /proc/PID/stat: the one line that says of a process who it is, whose child, since when, and what it has used.

internal import Linux

/// The content of /proc/PID/stat.
///
/// Source: proc_pid_stat(5). Times are in clock ticks, 100 in a second.
public struct ProcessStat: Hashable, Sendable {
  /// Its number in the reader's PID namespace.
  public var processID: Int32
  /// At most 15 bytes of any value but NUL, more for kernel threads; parentheses and newlines included.
  public var commandName: [UInt8]
  /// One letter: `R`, `S`, `D`, `T`, `t`, `Z`, `X`, `I`, …
  public var state: UInt8
  /// 0 where the parent is outside of the PID namespace, or there is none.
  public var parentID: Int32
  /// The process group, by its leader's PID.
  public var processGroupID: Int32
  /// The session, by its leader's PID.
  public var sessionID: Int32
  /// The controlling terminal; none is 0.
  public var terminal: TerminalNumber
  /// The terminal's foreground process group; -1 without a terminal.
  public var foregroundProcessGroupID: Int32
  /// The kernel's PF_* flags.
  public var flags: UInt32
  /// Page faults that needed no reading from disk.
  public var minorFaults: UInt64
  /// The same of waited-for children.
  public var childMinorFaults: UInt64
  /// Page faults that waited for the disk.
  public var majorFaults: UInt64
  /// The same of waited-for children.
  public var childMajorFaults: UInt64
  /// In user mode, in clock ticks.
  public var userTime: UInt64
  /// In kernel mode, in clock ticks.
  public var systemTime: UInt64
  /// Of waited-for children, in user mode.
  public var childUserTime: UInt64
  /// Of waited-for children, in kernel mode.
  public var childSystemTime: UInt64
  /// The kernel's priority: 20 + nice, or -1 - real-time priority.
  public var priority: Int32
  /// 19 (low) to -20 (high).
  public var nice: Int32
  /// 1 for a program without threads.
  public var threadCount: Int32
  /// In clock ticks after boot.
  public var startTime: UInt64
  /// In bytes.
  public var virtualSize: UInt64
  /// In pages.
  public var residentPages: UInt64
  /// The soft limit in bytes; the largest number for none.
  public var residentLimit: UInt64
  /// Where its program text begins; 0, or 1, without the right to trace the process.
  public var startCode: UInt64
  /// Where its program text ends.
  public var endCode: UInt64
  /// Where its stack begins, at the highest address.
  public var startStack: UInt64
  /// 0 without the right to trace the process, as are the other addresses.
  public var stackPointer: UInt64
  /// Where it will go on.
  public var instructionPointer: UInt64
  /// Not 0 while the process is blocked; the symbol is in /proc/PID/wchan.
  public var waitChannel: UInt64
  /// The signal that the parent gets when it ends.
  public var exitSignal: Int32
  /// The CPU that it ran on last.
  public var processor: Int32
  /// 1 to 99 for real-time policies, else 0.
  public var realTimePriority: UInt32
  /// SCHED_OTHER 0, SCHED_FIFO 1, SCHED_RR 2, SCHED_BATCH 3, SCHED_IDLE 5, SCHED_DEADLINE 6.
  public var schedulingPolicy: UInt32
  /// Of one that has ended, how, as wait(2) has it; 0 without the right to trace the process.
  public var waitStatus: Int32

  /// The PID and the start time.
  public var identity: ProcessIdentity { ProcessIdentity(processID: processID, startTime: startTime) }
  /// PF_KTHREAD, include/linux/sched.h.
  public var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

  /// Whether it has executed a program since it was forked: it lacks PF_FORKNOEXEC, which ps(1) shows as the flag 1.
  public var hasExecuted: Bool { flags & 0x40 == 0 }
  /// Ended and not waited for yet.
  public var isZombie: Bool { state == UInt8(ascii: "Z") }
}

extension ProcessStat {
  private static let firstNumber = 4
  private static let lastNumber = 52
  /// Everything up to the start time has always been there.
  private static let lastRequired = 22

  /// Parses the file.
  ///
  /// The name ends at the last `)`, whatever is in it. Fields that an older kernel lacks are 0.
  /// - Returns: nil when the text is not such a line, or is cut off before the start time.
  public init?(_ text: Span<UInt8>) {
    var cursor = ByteCursor(text)
    guard let processID = cursor.number(), cursor.skip(32), cursor.skip(UInt8(ascii: "(")) else { return nil }
    let nameStart = cursor.position
    var nameEnd = text.count - 1
    while nameEnd >= nameStart, text[nameEnd] != UInt8(ascii: ")") { nameEnd -= 1 }
    guard nameEnd >= nameStart, nameEnd + 2 < text.count else { return nil }
    cursor.position = nameEnd + 3
    var fields = InlineArray<53, UInt64>(repeating: 0)
    for index in Self.firstNumber...Self.lastNumber {
      guard let value = cursor.number() else {
        if index <= Self.lastRequired { return nil }
        break
      }
      fields[index] = value
    }
    self.init(
      processID: Int32(truncatingIfNeeded: processID), commandName: text.copy(nameStart..<nameEnd),
      state: text[nameEnd + 2], fields)
  }

  private init(processID: Int32, commandName: [UInt8], state: UInt8, _ fields: borrowing InlineArray<53, UInt64>) {
    self.processID = processID
    self.commandName = commandName
    self.state = state
    parentID = Int32(truncatingIfNeeded: fields[4])
    processGroupID = Int32(truncatingIfNeeded: fields[5])
    sessionID = Int32(truncatingIfNeeded: fields[6])
    terminal = TerminalNumber(rawValue: UInt32(truncatingIfNeeded: fields[7]))
    foregroundProcessGroupID = Int32(truncatingIfNeeded: fields[8])
    flags = UInt32(truncatingIfNeeded: fields[9])
    minorFaults = fields[10]
    childMinorFaults = fields[11]
    majorFaults = fields[12]
    childMajorFaults = fields[13]
    userTime = fields[14]
    systemTime = fields[15]
    childUserTime = fields[16]
    childSystemTime = fields[17]
    priority = Int32(truncatingIfNeeded: fields[18])
    nice = Int32(truncatingIfNeeded: fields[19])
    threadCount = Int32(truncatingIfNeeded: fields[20])
    startTime = fields[22]
    virtualSize = fields[23]
    residentPages = fields[24]
    residentLimit = fields[25]
    startCode = fields[26]
    endCode = fields[27]
    startStack = fields[28]
    stackPointer = fields[29]
    instructionPointer = fields[30]
    waitChannel = fields[35]
    exitSignal = Int32(truncatingIfNeeded: fields[38])
    processor = Int32(truncatingIfNeeded: fields[39])
    realTimePriority = UInt32(truncatingIfNeeded: fields[40])
    schedulingPolicy = UInt32(truncatingIfNeeded: fields[41])
    waitStatus = Int32(truncatingIfNeeded: fields[52])
  }
}

/// A terminal's device number as /proc/PID/stat has it; 0 is no terminal.
///
/// Source: proc_pid_stat(5), field 7: the minor number in bits 31–20 and 7–0, the major in 19–8.
public struct TerminalNumber: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Joins a device's major and minor number.
  public init(major: UInt32, minor: UInt32) {
    rawValue = (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12
  }

  /// No terminal.
  public static let none = TerminalNumber(rawValue: 0)

  /// Which driver.
  public var major: UInt32 { rawValue >> 8 & 0xfff }
  /// Which of the driver's terminals.
  public var minor: UInt32 { rawValue & 0xff | rawValue >> 12 & 0xfff00 }

  /// The name below /dev, for example `pts/3`, `tty1`, `ttyS0`, `console`; `?` for none and for a device that
  /// is not known.
  public var name: String {
    switch major {
    case 136...143: "pts/\((major - 136) * 256 + minor)"
    case 4: minor < 64 ? "tty\(minor)" : "ttyS\(minor - 64)"
    case 5: [0: "tty", 1: "console", 2: "ptmx"][minor] ?? "?"
    case 204 where minor >= 64 && minor < 80: "ttyAMA\(minor - 64)"
    case 188: "ttyUSB\(minor)"
    case 166: "ttyACM\(minor)"
    case 229: "hvc\(minor)"
    default: "?"
    }
  }
}
