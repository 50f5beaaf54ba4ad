// What the kernel announces of processes, and how its messages are read.

/// One announcement of the kernel about a process or thread.
///
/// The numbers are those of the machine's first PID namespace. Source: include/uapi/linux/cn_proc.h.
public struct ProcessEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: Hashable, Sendable {
    /// A process, or a thread of one, begot this process or thread. A thread belongs to the process that begot it.
    case fork(parentID: Int32)
    /// It became another program.
    case exec
    /// It ended, with a status as wait(2) gives it; nil where its end was seen and not heard.
    case exit(ExitStatus?, parentID: Int32)
    /// Its real and effective user changed.
    case userID(real: UInt32, effective: UInt32)
    /// Its real and effective group changed.
    case groupID(real: UInt32, effective: UInt32)
    /// It began a session.
    case session
    /// It gave itself another name, of at most 15 bytes.
    case commandName([UInt8])
    /// A signal ended it, and its memory is being written down.
    case coreDump
  }

  /// When, in nanoseconds of CLOCK_MONOTONIC.
  public let time: UInt64
  /// The process.
  public let processID: Int32
  /// The thread; of a process's first the same number.
  public let threadID: Int32
  /// What happened.
  public let kind: Kind

  /// An announcement from its parts.
  public init(time: UInt64, processID: Int32, threadID: Int32, kind: Kind) {
    self.time = time
    self.processID = processID
    self.threadID = threadID
    self.kind = kind
  }

  /// Whether it is about a thread other than a process's first.
  public var isOfThread: Bool { processID != threadID }
}

/// A message of the process-event connector: struct cn_msg, then struct proc_event.
struct ProcessEventMessage {
  /// Counts the events of a processor from 0; a gap tells of lost ones.
  let sequence: UInt32
  /// The processor that it happened on.
  let processor: UInt32
  /// nil for an event that is of no interest here, such as that of tracing.
  let event: ProcessEvent?

  /// - Parameter words: the message from struct nlmsghdr on. Four words of it; of struct cn_msg the index, value,
  ///   sequence, acknowledgement, length and flags; of struct proc_event what, processor, time, then what is of its kind.
  init?(_ words: Span<UInt32>) {
    guard words.count >= 15 else { return nil }
    sequence = words[6]
    processor = words[10]
    let time = UInt64(words[11]) | UInt64(words[12]) << 32
    event = Self.event(words[9], time, words)
  }

  /// The errno of the kernel's answer to a subscription, 0 where it was granted; nil for any other message.
  static func acknowledgedError(_ words: Span<UInt32>) -> Int32? {
    guard words.count >= 14, words[9] == 0 else { return nil }
    return Int32(bitPattern: words[13])
  }

  private static func event(_ what: UInt32, _ time: UInt64, _ words: Span<UInt32>) -> ProcessEvent? {
    func word(_ index: Int) -> UInt32 { index < words.count ? words[index] : 0 }
    func number(_ index: Int) -> Int32 { Int32(bitPattern: word(index)) }
    func ofProcess(_ kind: ProcessEvent.Kind) -> ProcessEvent {
      ProcessEvent(time: time, processID: number(14), threadID: number(13), kind: kind)
    }
    return switch what {
    case 0x1:
      ProcessEvent(time: time, processID: number(16), threadID: number(15), kind: .fork(parentID: number(14)))
    case 0x2: ofProcess(.exec)
    case 0x4: ofProcess(.userID(real: word(15), effective: word(16)))
    case 0x40: ofProcess(.groupID(real: word(15), effective: word(16)))
    case 0x80: ofProcess(.session)
    case 0x200: ofProcess(.commandName(words.text(from: 15, words: 4)))
    case 0x4000_0000: ofProcess(.coreDump)
    case 0x8000_0000: ofProcess(.exit(ExitStatus(waitStatus: number(15)), parentID: number(18)))
    default: nil
    }
  }
}
