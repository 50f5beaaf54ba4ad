// Signals read from a descriptor, in the order of a program's own loop instead of in the midst of it.

internal import CLinux

/// A descriptor from which blocked signals are read.
///
/// Source: signalfd(2).
public struct SignalDescriptor: ~Copyable, Sendable {
  /// Readable (poll) while a signal of the set is pending.
  public let descriptor: FileDescriptor

  /// A signal that was read.
  public struct Received: Hashable, Sendable {
    /// Which signal it was.
    public let signal: Signal
    /// The sender, as the reader's PID namespace numbers it; 0 when outside it or the kernel.
    public let senderID: Int32
    /// The sender's real user.
    public let userID: UInt32
    /// Whether a process sent it, by kill(2) for instance. What a key on the terminal sends comes from the kernel,
    /// and goes to the whole foreground process group.
    public let isFromProcess: Bool
  }

  /// Makes one that does not block.
  ///
  /// - Parameter signals: to be blocked in every thread, or they are delivered instead.
  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Corresponds to signalfd(2) with SFD_CLOEXEC and SFD_NONBLOCK.
  public init(_ signals: SignalSet) throws(SystemCallError) {
    var mask = signals.rawValue
    let number = try withMemory(of: &mask) { (address) throws(SystemCallError) in
      // SFD_CLOEXEC | SFD_NONBLOCK
      try systemCall("signalfd", __NR_signalfd4, UInt64(descriptor: -1), address, 8, 0o2004000)
    }
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// Reads one pending signal; nil when there is none.
  ///
  /// - Throws: `SystemCallError` with any errno of read(2).
  ///
  /// Source: signalfd(2), `struct signalfd_siginfo`.
  public func next() throws(SystemCallError) -> Received? {
    // struct signalfd_siginfo: signo, errno, code, pid, uid, … 128 bytes in all.
    var words = [UInt32](repeating: 0, count: 32)
    let number = descriptor.number
    do {
      _ = try unsafe words.withMutableBytes { (pointer, count) throws(SystemCallError) in
        try systemCall(
          "read", __NR_read, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count),
          on: "signalfd \(number)")
      }
    } catch  where error.errno == .eagain {
      return nil
    }
    return Received(
      signal: Signal(rawValue: Int32(words[0])), senderID: Int32(bitPattern: words[3]), userID: words[4],
      isFromProcess: Int32(bitPattern: words[2]) <= 0)
  }
}
