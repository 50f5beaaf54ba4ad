// The names of the system calls that processes sleep in, so that /proc/PID/syscall can be read by people.

internal import CLinux

/// A system call by its number on this architecture.
///
/// Source: proc_pid_syscall(5), syscalls(2).
public struct SystemCallNumber: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  private static let common: [(Int32, String)] = [
    (__NR_read, "read"), (__NR_write, "write"), (__NR_wait4, "wait4"), (__NR_waitid, "waitid"),
    (__NR_pselect6, "pselect6"), (__NR_ppoll, "ppoll"), (__NR_nanosleep, "nanosleep"),
    (__NR_clock_nanosleep, "clock_nanosleep"), (__NR_futex, "futex"), (__NR_epoll_pwait, "epoll_pwait"),
    (__NR_rt_sigsuspend, "rt_sigsuspend"), (__NR_rt_sigtimedwait, "rt_sigtimedwait"),
    (__NR_recvmsg, "recvmsg"), (__NR_recvfrom, "recvfrom"), (__NR_accept4, "accept4"), (__NR_openat, "openat"),
    (__NR_flock, "flock"), (__NR_execve, "execve"), (__NR_ioctl, "ioctl"), (__NR_readv, "readv"),
  ]

  #if arch(x86_64)
    private static let old: [(Int32, String)] = [
      (__NR_select, "select"), (__NR_poll, "poll"), (__NR_pause, "pause"), (__NR_epoll_wait, "epoll_wait"),
      (__NR_open, "open"), (__NR_fork, "fork"), (__NR_vfork, "vfork"),
    ]
  #else
    private static let old: [(Int32, String)] = []
  #endif

  /// The name, for a call that a process may sleep in; nil for others.
  public var name: String? {
    (SystemCallNumber.common + SystemCallNumber.old).first { Int($0.0) == rawValue }?.1
  }
}

/// The system call that a process is in.
///
/// Source: proc_pid_syscall(5).
public struct CurrentSystemCall: Hashable, Sendable {
  /// Which call.
  public let number: SystemCallNumber
  /// The first argument, a descriptor for many.
  public let firstArgument: UInt64

  /// Parses /proc/PID/syscall, for example `0 0x0 0x7ffd 0x1 …`; nil when the process runs or stopped outside a call.
  public init?(_ text: [UInt8]) {
    let words = text.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard words.count > 1, let number = Int(words[0]), number >= 0,
      let argument = UInt64(words[1].hasPrefix("0x") ? words[1].dropFirst(2) : "", radix: 16)
    else { return nil }
    self.number = SystemCallNumber(rawValue: number)
    firstArgument = argument
  }

  /// Whether the process waits for something to be read from standard input, or for one of several descriptors.
  public var awaitsInput: Bool {
    switch number.name {
    case "read": firstArgument == 0
    case "pselect6", "select", "ppoll", "poll": true
    default: false
    }
  }
}
