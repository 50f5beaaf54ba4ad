// Who begot whom, what each became and how it ended: the events of a stream put together with what /proc shows.

public import Linux

/// The lives of the processes of a branch, or of the whole machine.
///
/// What is kept is bounded: of those that ended longest ago only their number remains, with their nearest ancestor.
///
/// Source: include/uapi/linux/cn_proc.h; proc_pid_stat(5).
public struct ProcessHistory: Sendable {
  /// Whose lives are kept.
  public enum Scope: Hashable, Sendable {
    /// A process and everything that it begets.
    case branch(Int32)
    /// Everybody.
    case machine
  }

  /// The lives that are kept, by their numbers.
  public private(set) var lives: [Int: ProcessLife] = [:]
  /// How many events of the machine were lost on the way.
  public private(set) var lost: UInt64 = 0
  /// Whether events were lost, perhaps without their number being known.
  public private(set) var isIncomplete = false
  /// Of how many tasks of the machine that ended the statistics were lost: peaks of memory and times may be missing.
  public private(set) var lostStatistics: UInt64 = 0
  /// Whether /proc was looked at again and again, since the kernel announced nothing: who lived shorter than from one look
  /// to the next is not here.
  public let isPolled: Bool
  /// How many lives began in the scope, be they heard or found after a loss; threads do not count.
  public private(set) var births = 0
  /// How many lives there were that are not kept, and whose ancestors are not either.
  public private(set) var unkept = 0
  private let scope: Scope
  /// How many bytes of lives are kept, about.
  private let limit: Int
  private var weight = 0
  private var next = 0
  /// By their PIDs, those that live.
  private var living: [Int32: Int] = [:]
  /// Those that have ended, in that order.
  private var ended: [Int] = []
  /// Of tasks whose end has not been heard yet.
  private var statistics: [Int32: TaskStatistics] = [:]
  /// Of execs that have not been heard yet.
  private var executions: [Int32: [ProcessExecution]] = [:]
  /// When the latest snapshot was taken: a fork before it whose process it shows is no news.
  private var snapshotTime: UInt64 = 0
  private var reader: ProgramReader

  /// How many programs and changes are kept of one life.
  private static let eventLimit = 64

  /// Begins with those of a snapshot that are in the scope.
  ///
  /// - Parameters:
  ///   - limit: about how many bytes of ended lives are kept.
  ///   - readsEnvironment: whether the environment of each program is compared with its parent's.
  ///   - isPolled: whether the events come from looks at /proc.
  public init(
    _ scope: Scope, from snapshot: ProcessTable, keeping limit: Int = 64 << 20, readsEnvironment: Bool = false,
    isPolled: Bool = false
  ) {
    self.scope = scope
    self.isPolled = isPolled
    self.limit = limit
    reader = ProgramReader(readsEnvironment: readsEnvironment)
    adopt(snapshot)
  }

  /// Puts together lives that were kept elsewhere, parents before their children.
  public init(
    _ lives: [ProcessLife], lost: UInt64, isIncomplete: Bool, isPolled: Bool = false, lostStatistics: UInt64 = 0
  ) {
    scope = .machine
    self.isPolled = isPolled
    limit = .max
    reader = ProgramReader(readsEnvironment: false)
    self.lost = lost
    self.lostStatistics = lostStatistics
    self.isIncomplete = isIncomplete
    births = lives.count { !$0.wasThere }
    for life in lives {
      self.lives[life.number] = life
      if let parent = life.parent { self.lives[parent]?.children.append(life.number) }
    }
  }

  /// Takes in what happened.
  ///
  /// - Parameters:
  ///   - tell: called with each event that is in the scope, and the life that it is about.
  ///   - mayBeReplaced: asked of a process after it was read: `ProcessEventStream.mayBeReplaced(_:)` of the stream that the
  ///     batch is from. Without it a program that is replaced before it is read may be taken for the one before.
  public mutating func take(
    _ batch: ProcessEventStream.Batch, _ tell: (ProcessEvent, ProcessLife) -> Void = { _, _ in },
    mayBeReplaced: (Int32) -> Bool = { _ in false }
  ) {
    lost += batch.lost
    lostStatistics += batch.lostStatistics
    isIncomplete = isIncomplete || batch.lost > 0 || batch.snapshot != nil
    for one in batch.statistics { statistics[one.taskID] = one }
    for one in batch.executions { executions[one.processID, default: []].append(one) }
    let last = batch.lastReplacements
    for (index, event) in batch.events.enumerated() {
      let isReplaced = last[event.processID].map { $0 > index } ?? false
      guard let number = take(event, isReplaced: isReplaced, mayBeReplaced), let life = lives[number] else { continue }
      tell(event, life)
    }
    if let snapshot = batch.snapshot { heal(snapshot, tell) }
    // Of those whose end was lost, or whose exec.
    if statistics.count > 1 << 16 { statistics.removeAll() }
    if executions.count > 1 << 12 { executions.removeAll() }
    if weight > limit { fold() }
  }

  /// The life of a process that lives; nil where it is not in the scope.
  public func life(of processID: Int32) -> ProcessLife? { living[processID].flatMap { lives[$0] } }

  /// The numbers of those whose parent is not kept, in order.
  public var roots: [Int] {
    lives.values.filter { $0.parent.map { lives[$0] == nil } ?? true }.map(\.number).sorted()
  }
}

// MARK: Events

extension ProcessHistory {
  /// - Parameters:
  ///   - isReplaced: whether the process has executed once more, so that what it became cannot be read any more.
  ///   - mayBeReplaced: asked the same after a reading.
  /// - Returns: the life that it changed; nil for an event out of the scope, and for one of threads alone.
  private mutating func take(
    _ event: ProcessEvent, isReplaced: Bool, _ mayBeReplaced: (Int32) -> Bool
  ) -> Int? {
    if case .fork(let parentID) = event.kind { return takeFork(event, parentID) }
    let execution = event.kind == .exec ? takeExecution(event) : nil
    guard let number = living[event.processID] else {
      if case .exit = event.kind { statistics[event.threadID] = nil }
      return nil
    }
    switch event.kind {
    case .exec:
      lives[number]?.threads = 1
      let before = reader.startStack(of: event.processID)
      let program = reader.read(
        event.processID, parentID: lives[number]?.parentID, at: event.time, told: execution, isReplaced: isReplaced,
        mayBeReplaced: mayBeReplaced)
      // A snapshot showed the program already.
      if event.time <= snapshotTime, let before, before == reader.startStack(of: event.processID) { return nil }
      keep(program, of: number)
    case .exit(let status, _): return takeExit(event, status, number)
    default:
      if event.isOfThread { return nil }
      keep(ProcessChange(time: event.time, kind: event.kind), of: number)
    }
    return number
  }

  /// What was told of an exec: the last before the event, and nothing of another's.
  private mutating func takeExecution(_ event: ProcessEvent) -> ProcessExecution? {
    guard let told = executions.removeValue(forKey: event.processID) else { return nil }
    let later = told.drop { $0.time <= event.time }
    if !later.isEmpty { executions[event.processID] = Array(later) }
    return told.prefix(told.count - later.count).last
  }

  private mutating func takeFork(_ event: ProcessEvent, _ parentID: Int32) -> Int? {
    if event.isOfThread {
      if let number = living[event.processID] { lives[number]?.threads += 1 }
      return nil
    }
    if let number = living[event.processID] {
      if event.time <= snapshotTime { return nil }
      // Its end was lost, and its PID is another's now.
      finish(number, at: event.time)
    }
    guard isInScope(event.processID, begottenBy: parentID) else { return nil }
    reader.inherit(event.processID, from: parentID)
    births += 1
    return add(event.processID, begottenBy: parentID, at: event.time)
  }

  private func isInScope(_ processID: Int32, begottenBy parentID: Int32) -> Bool {
    scope == .machine || scope == .branch(processID) || living[parentID] != nil
  }

  private mutating func add(
    _ processID: Int32, begottenBy parentID: Int32, at time: UInt64, wasThere: Bool = false
  ) -> Int {
    let life = ProcessLife(
      number: next, processID: processID, parentID: parentID, parent: living[parentID], begin: time, wasThere: wasThere)
    next += 1
    weight += life.weight
    lives[life.number] = life
    if let parent = life.parent { lives[parent]?.children.append(life.number) }
    living[processID] = life.number
    return life.number
  }

  private mutating func keep(_ program: ProcessProgram, of number: Int) {
    change(number) { life in
      // The last one is what it is.
      if life.programs.count == Self.eventLimit {
        life.programs.removeLast()
        life.unkeptEvents += 1
      }
      life.programs.append(program)
    }
  }

  private mutating func keep(_ change: ProcessChange, of number: Int) {
    self.change(number) { life in
      if life.changes.count < Self.eventLimit { life.changes.append(change) } else { life.unkeptEvents += 1 }
    }
  }

  private mutating func change(_ number: Int, _ body: (inout ProcessLife) -> Void) {
    guard var life = lives.removeValue(forKey: number) else { return }
    weight -= life.weight
    body(&life)
    weight += life.weight
    lives[number] = life
  }

  private mutating func takeExit(_ event: ProcessEvent, _ status: ExitStatus?, _ number: Int) -> Int? {
    if let used = statistics.removeValue(forKey: event.threadID) { lives[number]?.add(used) }
    if event.threadID == event.processID { lives[number]?.status = status }
    lives[number]?.threads -= 1
    // An end that was seen and not heard is that of all threads.
    guard isPolled || status == nil || lives[number]?.threads ?? 0 <= 0 else { return nil }
    finish(number, at: event.time)
    return number
  }

  private mutating func finish(_ number: Int, at time: UInt64) {
    guard let processID = lives[number]?.processID else { return }
    lives[number]?.end = time
    living[processID] = nil
    ended.append(number)
    reader.forget(processID)
  }
}

// MARK: Snapshots

extension ProcessHistory {
  private mutating func adopt(_ snapshot: ProcessTable) {
    snapshotTime = monotonicNanoseconds()
    let tree = ProcessTree(snapshot)
    let members: [ProcessRecord] =
      switch scope {
      case .branch(let processID): tree.subtree(of: processID)
      case .machine: tree.roots.flatMap { tree.subtree(of: $0.processID) }
      }
    for record in members where !record.stat.hasEnded { _ = adopt(record, wasThere: true) }
  }

  private mutating func adopt(_ record: ProcessRecord, wasThere: Bool) -> Int {
    let number = add(
      record.processID, begottenBy: record.parentID, at: record.stat.beginning, wasThere: wasThere)
    lives[number]?.threads = Int(record.stat.threadCount)
    if record.stat.isKernelThread {
      lives[number]?.commandName = record.commandName
    } else {
      let program = reader.read(
        record.processID, parentID: record.parentID, at: record.stat.beginning, as: record.stat)
      keep(program, of: number)
    }
    return number
  }

  /// What was lost is seen: who has gone, and who is there of whom no fork was heard.
  private mutating func heal(_ snapshot: ProcessTable, _ tell: (ProcessEvent, ProcessLife) -> Void) {
    let time = monotonicNanoseconds()
    snapshotTime = time
    for (processID, number) in living.sorted(by: { $0.key < $1.key }) {
      let stat = snapshot[processID]?.stat
      if let stat, !stat.hasEnded, lives[number]?.isSame(as: stat) == true {
        lives[number]?.threads = Int(stat.threadCount)
        healProgram(of: number, stat, at: time, tell)
        continue
      }
      finish(number, at: time)
      if let life = lives[number] {
        tell(ProcessEvent(time: time, processID: processID, threadID: processID, kind: .exit(nil, parentID: 0)), life)
      }
    }
    let tree = ProcessTree(snapshot)
    for root in tree.roots {
      for record in tree.subtree(of: root.processID) { add(unheard: record, tell) }
    }
  }

  /// An exec may have been lost. Where the stack begins tells it, of the same file, too; where that is not known, or addresses
  /// are not chosen at random, another file does. The arguments tell it only where the file was not known either, since a
  /// program may write over them.
  private mutating func healProgram(
    of number: Int, _ stat: ProcessStat, at time: UInt64, _ tell: (ProcessEvent, ProcessLife) -> Void
  ) {
    guard !stat.isKernelThread, let life = lives[number] else { return }
    let hasExecuted = reader.hasExecuted(stat) ?? false
    let program = reader.read(life.processID, parentID: life.parentID, at: time, as: stat)
    let known = life.program ?? life.parent.flatMap { lives[$0]?.program }
    guard hasExecuted || isOther(program, than: known) else { return }
    keep(program, of: number)
    guard let changed = lives[number] else { return }
    tell(ProcessEvent(time: time, processID: life.processID, threadID: life.processID, kind: .exec), changed)
  }

  private func isOther(_ program: ProcessProgram, than known: ProcessProgram?) -> Bool {
    guard !program.isMissing, let executable = program.executable else { return false }
    return known?.executable.map { $0 != executable } ?? (known?.commandLine != program.commandLine)
  }

  private mutating func add(unheard record: ProcessRecord, _ tell: (ProcessEvent, ProcessLife) -> Void) {
    let processID = record.processID
    guard !record.stat.hasEnded, living[processID] == nil, isInScope(processID, begottenBy: record.parentID) else {
      return
    }
    births += 1
    guard let life = lives[adopt(record, wasThere: false)] else { return }
    for kind in [ProcessEvent.Kind.fork(parentID: record.parentID), .exec] {
      tell(ProcessEvent(time: life.begin, processID: processID, threadID: processID, kind: kind), life)
    }
  }
}

extension ProcessLife {
  /// Adds what one of its threads had used.
  fileprivate mutating func add(_ used: TaskStatistics) {
    peakMemory = max(peakMemory ?? 0, used.peakMemory)
    processorTime = (processorTime ?? 0) + used.processorTime
    if used.taskID == processID { commandName = used.commandName }
  }

  /// Whether a process is this one: no PID comes round within half a second, and no fork takes that long.
  fileprivate func isSame(as stat: ProcessStat) -> Bool {
    let other = stat.beginning
    return max(begin, other) - min(begin, other) < 500_000_000
  }
}

extension ProcessStat {
  /// When it began, in nanoseconds of CLOCK_MONOTONIC, to 10 milliseconds; 0 for one older than that clock.
  fileprivate var beginning: UInt64 {
    let asleep = bootTimeNanoseconds() - Int64(monotonicNanoseconds())
    return UInt64(max(0, Int64(clamping: startTime) * 10_000_000 - asleep))
  }
}

// MARK: What is not kept

extension ProcessHistory {
  /// Lets go of those that ended first and have no descendants that are kept, down to three quarters of the limit.
  private mutating func fold() {
    var remaining: [Int] = []
    var bereaved: Set<Int> = []
    for number in ended {
      guard weight > limit / 4 * 3, let life = lives[number], life.children.allSatisfy({ lives[$0] == nil }) else {
        remaining.append(number)
        continue
      }
      lives[number] = nil
      weight -= life.weight
      if let parent = life.parent, lives[parent] != nil {
        lives[parent]?.unkept += 1 + life.unkept
        bereaved.insert(parent)
      } else {
        unkept += 1 + life.unkept
      }
    }
    ended = remaining
    for number in bereaved {
      let kept = (lives[number]?.children ?? []).filter { lives[$0] != nil }
      lives[number]?.children = kept
    }
  }
}

extension ProcessEventStream.Batch {
  /// Where in the batch each process executes, or each PID is given to another, for the last time.
  fileprivate var lastReplacements: [Int32: Int] {
    var places: [Int32: Int] = [:]
    for (index, event) in events.enumerated() where event.replacesProgram { places[event.processID] = index }
    return places
  }
}
