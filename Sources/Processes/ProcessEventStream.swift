// What happens to processes, as it happens: from the kernel where it tells, else by looking again and again.

public import Linux

/// The stream of forks, execs, exits and changes of processes.
///
/// From the process-event connector nothing is missed, however short it lives. Where that is not to be had, /proc is
/// looked at so many times a second, and whoever was seen is held by pidfd. Then there is not told: what begins and ends
/// between two looks, and what it begot; of several execs or changes between two looks all but the last; what threads do;
/// the state of an end that the kernel does not tell this program, which is that of somebody else's process before Linux
/// 6.15, and of one that could not be held (`unheldCount`). An end is heard at once, all else at the next look.
///
/// Source: Documentation/driver-api/connector.rst, include/uapi/linux/cn_proc.h; pidfd_open(2).
public struct ProcessEventStream: ~Copyable {
  /// Where the events come from.
  public enum Source: Hashable, Sendable {
    /// The kernel announces each.
    case connector
    /// /proc is compared with what it was so many nanoseconds before; the connector refused with this errno.
    case polling(interval: UInt64, refusal: Errno)
  }

  /// What happened since the last look.
  public struct Batch: Sendable {
    /// About in the order of time: two processors may be told of in turn.
    public var events: [ProcessEvent] = []
    /// What those had used that ended, where the kernel tells it; never later than the exit that they belong to.
    public var statistics: [TaskStatistics] = []
    /// What processes became, where the kernel tells it in the moment of the exec; never later than its event.
    public var executions: [ProcessExecution] = []
    /// How many events of the machine did not come through, as far as is known by now.
    public var lost: UInt64 = 0
    /// Of how many tasks of the machine that ended the statistics did not come through.
    public var lostStatistics: UInt64 = 0
    /// After a loss: what /proc showed when these events had been heard. Whoever else was known has ended.
    public var snapshot: ProcessTable?

    /// Nothing.
    public init() {}

    /// Whether nothing happened.
    public var isEmpty: Bool {
      events.isEmpty && statistics.isEmpty && executions.isEmpty && lost == 0 && lostStatistics == 0
        && snapshot == nil
    }
  }

  /// Where the events come from.
  public let source: Source
  /// The processes that there were when listening began; what was forked until its end may be announced still.
  public let firstSnapshot: ProcessTable
  private var connector: ProcessEventSocket?
  private var statistics: TaskStatisticsSocket?
  private var probe: ExecutionProbe?
  /// Rings at each exec.
  private var bell: ExecutionBell?
  /// Readable while events wait, and while an exec does.
  private var descriptors: (all: Int32, executions: Int32) = (-1, -1)
  /// Whether anything is to wake who waits: the last look found nothing, or left something.
  private var hearsAll = true
  /// What is looked at where the kernel does not announce.
  private var watch: ProcessWatch
  /// What was heard before `next` asked for it, and whose program or process it says was replaced.
  private var ahead = ProcessEventSocket.Batch()
  private var replaced: Set<Int32> = []

  /// How long anything but an exec may wait to be heard, in nanoseconds, where much happens: a program must be read before
  /// it ends, and all else is the same later, when it costs less.
  private static let leisure: UInt64 = 10_000_000

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - interval: in nanoseconds, from one look to the next where the kernel does not announce; longer where a look
  ///     takes more than a fifth of it.
  ///   - isOfBranch: whether `follow(branch:)` will say what matters; until then no process is held.
  ///   - size: of what may wait to be heard; see `ProcessEventSocket.listen(buffering:)`.
  /// - Throws: `SystemCallError` when neither the connector nor /proc is to be had.
  ///
  /// Source: Documentation/driver-api/connector.rst, include/uapi/linux/cn_proc.h.
  public init(
    pollingEvery interval: UInt64 = 20_000_000, isOfBranch: Bool = false, buffering size: Int32 = 16 << 20
  ) throws(SystemCallError) {
    var refusal: Errno?
    do throws(SystemCallError) {
      let bell = try ExecutionBell.hang()
      let connector = try ProcessEventSocket.listen(buffering: size)
      descriptors = (connector.descriptor.number, bell.descriptor.number)
      self.bell = consume bell
      self.connector = consume connector
    } catch {
      refusal = error.errno
    }
    if refusal == nil {
      // Without them the peak of memory is not known, and nothing else is amiss.
      do throws(SystemCallError) { statistics = try .listen(buffering: size) } catch { statistics = nil }
      // Without it what processes become is read from /proc, unless they are faster.
      do throws(SystemCallError) { probe = try ExecutionProbe() } catch { probe = nil }
    }
    // Everything is listened to before anything is looked at.
    watch = try ProcessWatch(every: interval, holds: refusal != nil && !isOfBranch)
    firstSnapshot = watch.latest.table
    let rate = isOfBranch ? interval : watch.interval
    source = refusal.map { .polling(interval: rate, refusal: $0) } ?? .connector
    if refusal != nil { descriptors = (watch.descriptor.number, watch.descriptor.number) }
  }

  /// Says that a process and what it begets are all that matters. Where the kernel announces, everything is told all the
  /// same; where it does not, nobody else is looked at any more.
  public mutating func follow(branch processID: Int32) {
    if source != .connector { watch.follow(branch: processID) }
  }

  /// Where /proc is looked at, has `next` do so however short ago the last look was: for the last call of all.
  public mutating func hasten() { watch.hasten() }

  /// How many processes have ended that could not be held where /proc is looked at, since no more descriptors may be open
  /// (RLIMIT_NOFILE), or it shows another PID namespace: their end is told at the next look, without how it came.
  public var unheldCount: UInt64 { watch.unheldCount }

  /// What to wait for; see `poll(_:timeout:)`. Of what happens much only an exec wakes who waits; see `patience`.
  public var requests: [PollRequest] {
    [PollRequest(FileDescriptor(borrowing: hearsAll ? descriptors.all : descriptors.executions))]
  }

  /// How long to wait at most, in nanoseconds; nil without end: the kernel wakes who waits. 0 while something has been heard
  /// already that would not wake.
  public var patience: UInt64? {
    if hearsAll, ahead.isIncomplete || !ahead.events.isEmpty { return 0 }
    if source != .connector { return watch.nextLook - min(watch.nextLook, monotonicNanoseconds()) }
    return hearsAll ? nil : Self.leisure
  }

  /// Waits until something may have happened.
  ///
  /// - Parameter nanoseconds: how long at most; nil without end.
  /// - Throws: `SystemCallError` with any errno of poll(2).
  public func wait(atMost nanoseconds: UInt64? = nil) throws(SystemCallError) {
    var requests = requests
    _ = try poll(&requests, timeout: [nanoseconds, patience].compactMap { $0 }.min())
  }

  /// What has happened since the last call. A loss is healed at once, by a snapshot.
  ///
  /// - Parameter limit: of events that are taken at a time, about.
  /// - Throws: `SystemCallError` when the socket or /proc cannot be read.
  ///
  /// Source: include/uapi/linux/cn_proc.h, include/uapi/linux/taskstats.h.
  public mutating func next(limit: Int = 4096) throws(SystemCallError) -> Batch {
    var batch = Batch()
    try bell?.silence()
    guard let heard = try hear(limit: limit) else {
      batch.events = try watch.next()
      return batch
    }
    batch.events = heard.events
    batch.lost = heard.lost
    if heard.isIncomplete {
      // What is in the socket now is older than what /proc shows.
      let rest = try connector?.waiting(limit: ProcessEventStream.backlog)
      batch.events += rest?.events ?? []
      batch.lost += rest?.lost ?? 0
      batch.snapshot = try ProcessTable(reading: .stat)
    }
    hearsAll = batch.events.isEmpty || batch.events.count >= limit
    batch.executions = probe?.waiting() ?? []
    if heard.isIncomplete || batch.events.contains(where: \.isExit) {
      let used = try statistics?.waiting() ?? TaskStatisticsSocket.Batch()
      batch.statistics = used.statistics
      batch.lostStatistics = used.lost
    }
    return batch
  }

  /// What was heard before it was asked for, and what has come since; nil without a connector.
  private mutating func hear(limit: Int) throws(SystemCallError) -> ProcessEventSocket.Batch? {
    var heard = ahead
    ahead = ProcessEventSocket.Batch()
    replaced.removeAll()
    guard let later = try connector?.waiting(limit: limit - min(limit, heard.events.count)) else { return nil }
    heard.append(later)
    return heard
  }

  /// Whether a process may have become another program, or its PID another process's, after what `next` told last: then what
  /// /proc says of it is not of the one that was told of.
  ///
  /// Asked after a reading, it says whether that can be trusted. What is heard for the answer is told by `next`.
  ///
  /// Source: include/uapi/linux/cn_proc.h.
  public mutating func mayBeReplaced(_ processID: Int32) -> Bool {
    guard source == .connector else { return watch.mayBeReplaced(processID) }
    do throws(SystemCallError) {
      guard ahead.events.count < Self.backlog, let heard = try connector?.waiting(limit: Self.backlog) else {
        return true
      }
      ahead.append(heard)
      for event in heard.events where event.replacesProgram { replaced.insert(event.processID) }
    } catch {
      return true  // `next` will say why.
    }
    return ahead.isIncomplete || ahead.lost > 0 || replaced.contains(processID)
  }

  /// How many events are taken at most after a loss: more than the socket holds.
  private static let backlog = 1 << 17
}

extension ProcessEventSocket.Batch {
  fileprivate mutating func append(_ later: Self) {
    events += later.events
    lost += later.lost
    isIncomplete = isIncomplete || later.isIncomplete
  }
}

extension ProcessEvent {
  /// Whether what was read of this PID before is not of who has it from then on.
  var replacesProgram: Bool {
    switch kind {
    case .exec: true
    case .fork: !isOfThread
    default: false
    }
  }

  fileprivate var isExit: Bool {
    if case .exit = kind { return true }
    return false
  }
}
