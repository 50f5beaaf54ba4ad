// For who shows processes as they are: which are to be looked at again, since the kernel announced something of them.

public import Linux

/// The announcements of forks, execs and ends, gathered for a tenth of a second.
///
/// `descriptor` becomes readable with the first announcement; `wake()` then says when to `hear()`: at once after a rest, and
/// never twice within the tenth of a second. Until then the descriptor is best not waited for.
///
/// Source: Documentation/driver-api/connector.rst, include/uapi/linux/cn_proc.h.
public struct ProcessEventDigest: ~Copyable {
  /// What was announced.
  public enum Heard: Hashable, Sendable {
    /// The PIDs of processes that began, ended, changed their credentials or became another program, ascending; none where
    /// only threads did.
    case processes([Int32])
    /// So much, or with losses, that everything is to be looked at.
    case much
  }

  /// When to hear what was announced, in nanoseconds of CLOCK_MONOTONIC; `.max`, never, while nothing was.
  public private(set) var due = UInt64.max
  /// How many announcements of the machine did not come through, as far as is known by now.
  public private(set) var lost: UInt64 = 0
  /// Why the kernel announces nothing here; nil where it does.
  public let refusal: Errno?
  private var socket: ProcessEventSocket?
  private var lastHearing: UInt64 = 0
  private static let pause: UInt64 = 100_000_000
  /// More processes than this are looked at sooner all together.
  private static let limit = 256

  /// Begins to listen, where the kernel lets this program.
  ///
  /// Source: drivers/connector/cn_proc.c.
  public init(buffering size: Int32 = 16 << 20) {
    do throws(SystemCallError) {
      socket = try ProcessEventSocket.listen(buffering: size)
      refusal = nil
    } catch {
      socket = nil
      refusal = error.errno
    }
  }

  /// Readable while there is something to hear; -1 where the kernel announces nothing.
  public var descriptor: FileDescriptor {
    switch socket {
    case .some(let socket): FileDescriptor(borrowing: socket.descriptor.number)
    case .none: FileDescriptor(borrowing: -1)
    }
  }

  /// Takes note that something was announced.
  public mutating func wake() {
    if due == .max { due = max(monotonicNanoseconds(), lastHearing + Self.pause) }
  }

  /// Takes what was announced since the last time.
  public mutating func hear() -> Heard {
    due = .max
    lastHearing = monotonicNanoseconds()
    do throws(SystemCallError) {
      guard let batch = try socket?.waiting(limit: 4096) else { return .much }
      lost += batch.lost
      if batch.lost > 0 || batch.isIncomplete { return .much }
      let heard = Set(batch.events.lazy.filter { !$0.isOfThread }.map(\.processID))
      return heard.count > Self.limit ? .much : .processes(heard.sorted())
    } catch {
      return .much
    }
  }
}
