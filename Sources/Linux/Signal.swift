// Signals by number and by name, and sets of them.

internal import CLinux
internal import Glibc

/// A signal's number.
///
/// Source: signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The controlling terminal went away.
  public static let hangup = Signal(rawValue: SIGHUP)
  /// Control-C.
  public static let interrupt = Signal(rawValue: SIGINT)
  /// Control-backslash; dumps core.
  public static let quit = Signal(rawValue: SIGQUIT)
  /// Ends the process; cannot be caught.
  public static let kill = Signal(rawValue: SIGKILL)
  /// The ordinary request to end.
  public static let terminate = Signal(rawValue: SIGTERM)
  /// A write that nobody can read.
  public static let pipe = Signal(rawValue: SIGPIPE)
  /// A child ended, stopped or went on.
  public static let child = Signal(rawValue: SIGCHLD)
  /// Resumes a stopped process.
  public static let resume = Signal(rawValue: SIGCONT)
  /// Stops the process; cannot be caught.
  public static let stop = Signal(rawValue: SIGSTOP)
  /// Control-Z.
  public static let terminalStop = Signal(rawValue: SIGTSTP)
  /// The terminal's size changed.
  public static let windowChange = Signal(rawValue: SIGWINCH)
  /// The program's own, first.
  public static let user1 = Signal(rawValue: SIGUSR1)
  /// The program's own, second.
  public static let user2 = Signal(rawValue: SIGUSR2)

  /// The lowest real-time signal of the kernel, SIGRTMIN of the C library.
  public static let realTimeMinimum = Signal(rawValue: 34)
  /// The highest signal.
  public static let realTimeMaximum = Signal(rawValue: 64)

  /// The names without `SIG`, in the order of their numbers from 1.
  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
    "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
    "WINCH", "POLL", "PWR", "SYS",
  ]
  private static let aliases = ["IO": 29, "IOT": 6, "CLD": 17]

  /// Finds a signal by number, or by name with or without `SIG`, in any case; `RTMIN+n` and `RTMAX-n` too.
  public init?(named text: String) {
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let number = Int32(name), (0...64).contains(number) {
      self.init(rawValue: number)
    } else if let index = Signal.names.firstIndex(of: name) {
      self.init(rawValue: Int32(index + 1))
    } else if let number = Signal.aliases[name] {
      self.init(rawValue: Int32(number))
    } else if let number = Signal.realTimeNumber(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  private static func realTimeNumber(_ name: String) -> Int32? {
    let (start, sign): (Int32, Int32)
    switch name.prefix(5) {
    case "RTMIN": (start, sign) = (realTimeMinimum.rawValue, 1)
    case "RTMAX": (start, sign) = (realTimeMaximum.rawValue, -1)
    default: return nil
    }
    let rest = name.dropFirst(5)
    if rest.isEmpty { return start }
    guard rest.first == (sign > 0 ? "+" : "-"), let offset = Int32(rest.dropFirst()), (0...30).contains(offset)
    else { return nil }
    return start + sign * offset
  }

  /// The name without `SIG`, for example `TERM`, `RTMIN+2`.
  public var name: String {
    if (1...31).contains(rawValue) { return Signal.names[Int(rawValue) - 1] }
    if rawValue == 64 { return "RTMAX" }
    if rawValue > 34 { return "RTMIN+\(rawValue - 34)" }
    return rawValue == 34 ? "RTMIN" : String(rawValue)
  }
}

/// A set of signals, as the kernel's 64-bit mask: bit number − 1.
///
/// Source: sigprocmask(2), the raw system call.
public struct SignalSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The set of these signals.
  public init(_ signals: Signal...) {
    rawValue = signals.reduce(0) { $0 | 1 << UInt64($1.rawValue - 1) }
  }

  /// Every signal; the kernel leaves out SIGKILL and SIGSTOP where they cannot be.
  public static let all = SignalSet(rawValue: .max)

  /// The signals that the calling thread blocks.
  public static var blocked: SignalSet { change(0, nil) }

  /// Blocks exactly these signals in the calling thread, and returns what was blocked before.
  @discardableResult
  public func setAsMask() -> SignalSet { SignalSet.change(UInt64(SIG_SETMASK), self) }

  /// Blocks these signals too in the calling thread, and returns what was blocked before.
  @discardableResult
  public func block() -> SignalSet { SignalSet.change(UInt64(SIG_BLOCK), self) }

  private static func change(_ how: UInt64, _ set: SignalSet?) -> SignalSet {
    var new = set?.rawValue ?? 0
    var former: UInt64 = 0
    unsafe withUnsafePointer(to: &new) { new in
      unsafe withUnsafeMutablePointer(to: &former) { former in
        let newAddress = unsafe set == nil ? 0 : UInt64(address: new)
        _ = unsafe clinux_call(
          Int64(__NR_rt_sigprocmask), how, newAddress, UInt64(address: former), 8, 0, 0)
      }
    }
    return SignalSet(rawValue: former)
  }
}
