// What happens to processes between two looks, where the kernel announces it.

internal import Linux

/// The announcements of forks, execs and ends, gathered for a tenth of a second.
struct LiveEvents: ~Copyable {
  /// What was announced.
  enum Heard {
    /// The PIDs of processes that began, ended or became another program, ascending.
    case processes([Int32])
    /// So much, or with losses, that everything is to be looked at.
    case much
  }

  /// When to hear what was announced; never while nothing was.
  private(set) var due = UInt64.max
  private var socket: ProcessEventSocket?
  private var lastHearing: UInt64 = 0
  private let nothing = FileDescriptor(borrowing: -1)
  /// More processes than this are looked at sooner all together.
  private static let limit = 256

  /// Begins to listen, where the kernel lets this program.
  init() {
    do throws(SystemCallError) { socket = try ProcessEventSocket.listen() } catch { socket = nil }
  }

  /// Readable while there is something to hear; -1 where the kernel announces nothing.
  var descriptor: FileDescriptor {
    switch socket {
    case .some(let socket): FileDescriptor(borrowing: socket.descriptor.number)
    case .none: FileDescriptor(borrowing: -1)
    }
  }

  /// Takes note that something was announced.
  mutating func wake() {
    if due == .max { due = max(monotonicNanoseconds(), lastHearing + 100_000_000) }
  }

  /// Takes what was announced since the last time.
  mutating func hear() -> Heard {
    due = .max
    lastHearing = monotonicNanoseconds()
    do throws(SystemCallError) {
      guard let batch = try socket?.waiting(limit: 4096), batch.lost == 0, !batch.isIncomplete else { return .much }
      let heard = Set(batch.events.lazy.filter { !$0.isOfThread }.map(\.processID))
      return heard.count > LiveEvents.limit ? .much : .processes(heard.sorted())
    } catch {
      return .much
    }
  }
}
