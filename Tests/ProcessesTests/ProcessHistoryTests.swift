// Lives put together from events, with losses, reused PIDs, threads and more than can be kept.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Processes

/// PIDs that no machine has: nothing can be read of them.
private let base: Int32 = 2_000_000_000

private func event(_ time: UInt64, _ process: Int32, _ kind: ProcessEvent.Kind, thread: Int32? = nil) -> ProcessEvent {
  ProcessEvent(time: time, processID: base + process, threadID: base + (thread ?? process), kind: kind)
}

private func record(_ process: Int32, parent: Int32, start: UInt64, name: String = "sh", stack: UInt64 = 0)
  -> ProcessRecord
{
  let line =
    "\(base + process) (\(name)) S \(base + parent) 1 1 0 -1 4194304 0 0 0 0 1 2 0 0 20 0 1 0 \(start) 4096 1 "
    + "18446744073709551615 1 1 \(stack) 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
  return ProcessRecord(stat: ProcessStat(Array(line.utf8).span)!)
}

private func table(_ records: ProcessRecord...) -> ProcessTable { ProcessTable(records, fields: .stat) }

private func batch(_ events: [ProcessEvent], lost: UInt64 = 0, snapshot: ProcessTable? = nil)
  -> ProcessEventStream.Batch
{
  var batch = ProcessEventStream.Batch()
  batch.events = events
  batch.lost = lost
  batch.snapshot = snapshot
  return batch
}

extension ProcessHistory {
  fileprivate func born(_ process: Int32) -> [ProcessLife] {
    lives.values.filter { $0.processID == base + process }.sorted { $0.number < $1.number }
  }
}

@Suite struct ProcessHistoryTests {
  /// Later than any snapshot of this test.
  private let soon = monotonicNanoseconds() + 3_600_000_000_000

  private func forked(_ parent: Int32) -> ProcessEvent.Kind { .fork(parentID: base + parent) }
  private func exited(_ status: Int32) -> ProcessEvent.Kind { .exit(.exited(status), parentID: base) }

  @Test func keepsABranchAndNothingElse() throws {
    var history = ProcessHistory(.branch(base + 1), from: table())
    var told = 0
    history.take(
      batch([
        event(soon, 1, forked(0)), event(soon + 1, 2, forked(1)), event(soon + 2, 8, forked(7)),
        event(soon + 3, 2, .exec),
        event(soon + 4, 2, .userID(real: 5, effective: 6)), event(soon + 5, 2, exited(3)),
        event(soon + 6, 1, exited(0)),
      ])
    ) { _, _ in told += 1 }
    #expect(told == 6 && history.births == 2 && history.lives.count == 2 && history.roots == [0])
    let child = try #require(history.born(2).first)
    #expect(child.parent == 0 && child.status == .exited(3) && child.duration == 4)
    #expect(child.programs.map(\.isMissing) == [true])
    #expect(child.changes.map(\.kind) == [.userID(real: 5, effective: 6)])
    #expect(history.lives[0]?.children == [1] && history.lives[0]?.end == soon + 6)
  }

  @Test func endsWithItsLastThread() {
    var history = ProcessHistory(.branch(base + 1), from: table())
    history.take(
      batch([event(soon, 1, forked(0)), event(soon + 1, 1, forked(0), thread: 2), event(soon + 2, 1, exited(4))]))
    #expect(history.life(of: base + 1)?.status == .exited(4) && history.lives[0]?.end == nil)
    history.take(batch([event(soon + 3, 1, exited(0), thread: 2)]))
    #expect(history.lives[0]?.end == soon + 3 && history.lives[0]?.status == .exited(4))
  }

  @Test func addsUpWhatThreadsUsed() {
    var history = ProcessHistory(.machine, from: table())
    history.take(batch([event(soon, 1, forked(0)), event(soon, 1, forked(0), thread: 2)]))
    var last = batch([event(soon + 3, 1, exited(0), thread: 2), event(soon + 4, 1, exited(0))])
    last.statistics = [
      TaskStatistics(taskID: base + 2, peakMemory: 70, processorTime: 5, elapsedTime: 9),
      TaskStatistics(taskID: base + 1, peakMemory: 90, processorTime: 6, elapsedTime: 9),
    ]
    history.take(last)
    #expect(history.born(1).first?.peakMemory == 90 && history.born(1).first?.processorTime == 11)
  }

  @Test func toldOfAForkThatASnapshotShowsItKeepsOne() {
    var history = ProcessHistory(.machine, from: table(record(1, parent: 0, start: 5)))
    history.take(batch([event(1, 1, forked(0))]))
    #expect(history.born(1).count == 1)
    // The same PID later is another process, whose forerunner's end was lost.
    history.take(batch([event(soon, 1, forked(0))]))
    #expect(history.born(1).count == 2 && history.born(1)[0].end == soon && history.born(1)[1].end == nil)
  }

  @Test func healsALoss() {
    var history = ProcessHistory(
      .branch(base + 1),
      from: table(record(1, parent: 0, start: 5), record(2, parent: 1, start: 6), record(3, parent: 1, start: 7)))
    #expect(history.lives.count == 3)
    var kinds: [ProcessEvent.Kind] = []
    // 2 has gone, the PID 3 is another's, 4 and its child are new, 9 is not of the branch.
    let now = table(
      record(1, parent: 0, start: 5), record(3, parent: 1, start: 900), record(4, parent: 1, start: 901),
      record(5, parent: 4, start: 902), record(9, parent: 8, start: 903))
    history.take(batch([], lost: 12, snapshot: now)) { event, _ in kinds.append(event.kind) }
    #expect(history.lost == 12 && history.isIncomplete && history.births == 3)
    #expect(history.born(2)[0].end != nil && history.born(3).map { $0.end == nil } == [false, true])
    #expect(history.born(5)[0].parent == history.born(4)[0].number && history.born(9).isEmpty)
    #expect(kinds.count { $0 == .exec } == 3)
    #expect(kinds.prefix(2) == [.exit(nil, parentID: 0), .exit(nil, parentID: 0)])
  }

  /// A shell that executes the same shell once more, whose exec was lost: only where its stack begins tells it.
  @Test func healsAnExecOfTheSameFile() throws {
    let child = try start(["sh", "-c", "kill -STOP $$; exec sh -c 'kill -STOP $$; exit 5' again"])
    try awaitStop(child)
    var history = ProcessHistory(.branch(child.processID), from: try ProcessTable(reading: .stat))
    var told: [ProcessEvent.Kind] = []
    func lose() throws {
      history.take(batch([], lost: 1, snapshot: try ProcessTable(reading: .stat))) { event, _ in told.append(event.kind)
      }
    }
    try lose()
    #expect(told.isEmpty)
    try child.pidfd.send(.resume)
    try awaitProcess(child.processID) { $0.commandLine.value?.arguments.last == Array("again".utf8) }
    try awaitStop(child)
    try lose()
    try lose()
    #expect(told == [.exec])
    let programs = try #require(history.life(of: child.processID)).programs
    #expect(programs.count == 2 && programs[0].executable == programs[1].executable)
    #expect(programs[0].commandLine != programs[1].commandLine && !programs[1].isMissing)
    try child.pidfd.end()
  }

  /// A program that writes over its arguments is the one that it was.
  @Test(.enabled(if: canRun("perl"), "perl is not installed")) func seesNoExecWhereArgumentsAreWrittenOver() throws {
    let child = try start(["perl", "-e", "kill STOP => $$; $0 = 'another'; kill STOP => $$"])
    try awaitStop(child)
    var history = ProcessHistory(.branch(child.processID), from: try ProcessTable(reading: .stat))
    try child.pidfd.send(.resume)
    try awaitProcess(child.processID) { $0.commandLine.value?.bytes.starts(with: Array("another".utf8)) ?? false }
    try awaitStop(child)
    history.take(batch([], lost: 1, snapshot: try ProcessTable(reading: .stat))) { _, life in
      Issue.record("it is told of \(life.processID)")
    }
    #expect(history.life(of: child.processID)?.programs.count == 1)
    try child.pidfd.end()
  }

  /// The kernel tells of an exec that the snapshot after a loss has shown already.
  @Test func toldOfAnExecThatASnapshotShowsItKeepsOne() throws {
    let own = CallingProcess.processID
    var history = ProcessHistory(.branch(own), from: try ProcessTable(reading: .stat))
    history.take(batch([ProcessEvent(time: 1, processID: own, threadID: own, kind: .exec)]))
    #expect(history.life(of: own)?.programs.count == 1)
    history.take(batch([ProcessEvent(time: soon, processID: own, threadID: own, kind: .exec)]))
    #expect(history.life(of: own)?.programs.count == 2)
  }

  @Test func countsStatisticsThatWereLost() {
    var history = ProcessHistory(.machine, from: table())
    var lossy = batch([])
    lossy.lostStatistics = 3
    history.take(lossy)
    history.take(lossy)
    #expect(history.lostStatistics == 6 && !history.isIncomplete)
  }

  /// Where nothing is announced an end is that of all threads, however many there were.
  @Test func anEndThatWasSeenIsThatOfAllThreads() {
    let line = "\(base + 1) (x) S 1 1 1 0 -1 4194304 0 0 0 0 1 2 0 0 20 0 7 0 5 4096 1"
    let threaded = ProcessRecord(stat: ProcessStat(Array(line.utf8).span)!)
    var history = ProcessHistory(.machine, from: table(threaded), isPolled: true)
    history.take(batch([event(soon, 1, exited(4))]))
    #expect(history.lives[0]?.end == soon && history.lives[0]?.status == .exited(4))
  }

  /// It lives on as another program, and its exec was lost.
  @Test func healsAProgram() throws {
    let own = CallingProcess.processID
    let now = try ProcessTable(reading: .stat)
    var history = ProcessHistory(.branch(own), from: now)
    let number = try #require(history.life(of: own)).number
    let real = try #require(history.life(of: own)?.program)
    var former = batch([ProcessEvent(time: soon, processID: own, threadID: own, kind: .exec)])
    former.executions = [
      ProcessExecution(
        time: soon - 1, processID: own, commandLine: CommandLine(bytes: Array("other\0".utf8)),
        namespaces: NamespaceLinks(), place: .init(mount: 0, entry: 0, inode: 0))
    ]
    history.take(former, mayBeReplaced: { _ in true })
    var kinds: [ProcessEvent.Kind] = []
    for _ in 0..<2 {
      history.take(batch([], lost: 1, snapshot: try ProcessTable(reading: .stat))) { event, life in
        if life.number == number { kinds.append(event.kind) }
      }
    }
    let programs = try #require(history.lives[number]).programs
    #expect(programs.map(\.commandLine) == [real.commandLine, former.executions[0].commandLine, real.commandLine])
    // Only once, and nothing is said of one that is what it was.
    #expect(kinds == [.exec] && programs.last?.executable == real.executable)
  }

  @Test func keepsNoMoreThanItMay() {
    var history = ProcessHistory(.branch(base + 1), from: table(), keeping: 100_000)
    history.take(batch([event(soon, 1, forked(0))]))
    for process in 2..<20_002 as Range<Int32> {
      let time = soon + UInt64(process)
      history.take(
        batch([event(time, process, forked(1)), event(time, process, .exec), event(time, process, exited(0))]))
      #expect(history.lives.count < 300)
    }
    #expect(history.births == 20_001)
    #expect(history.lives[0].map { $0.unkept + $0.children.count } == 20_000)
    #expect(history.lives.values.allSatisfy { $0.number == 0 || $0.parent == 0 })
  }

  /// What can be read of a process that has executed twice is its second program.
  @Test func takesTheSecondProgramNotForTheFirst() throws {
    let own = CallingProcess.processID
    var history = ProcessHistory(.branch(own), from: table())
    let execution = ProcessEvent(time: soon + 1, processID: own, threadID: own, kind: .exec)
    let birth = ProcessEvent(time: soon, processID: own, threadID: own, kind: .fork(parentID: 1))
    history.take(batch([birth, execution, event(soon + 2, 1, .exec), execution]))
    let life = try #require(history.life(of: own))
    #expect(life.programs.map(\.isMissing) == [true, false])
    #expect(life.program?.commandLine == (try ProcessRecord.read(own, .commandLine).commandLine.value))
  }

  /// An exec that is heard of in a later batch, but came before the reading.
  @Test func whatMayBeOfALaterProgramIsMissing() throws {
    let own = CallingProcess.processID
    var history = ProcessHistory(.branch(own), from: table())
    let birth = ProcessEvent(time: soon, processID: own, threadID: own, kind: .fork(parentID: 1))
    func execution(_ time: UInt64) -> ProcessEvent {
      ProcessEvent(time: soon + time, processID: own, threadID: own, kind: .exec)
    }
    var asked: [Int32] = []
    var told: [Bool] = []
    for (events, isReplaced) in [([birth, execution(1)], true), ([execution(2)], false)] {
      history.take(batch(events)) { event, life in
        if event.kind == .exec { told.append(life.program?.isMissing ?? false) }
      } mayBeReplaced: {
        asked.append($0)
        return isReplaced
      }
    }
    let life = try #require(history.life(of: own))
    #expect(life.programs.map(\.isMissing) == [true, false] && told == [true, false])
    #expect(asked.first == own && asked.count(where: { $0 == own }) == 2)
    #expect(life.programs[0].executable == nil && life.programs[0].environment == nil)
  }

  /// A PID that another process got before its program was read.
  @Test func theProgramOfTheNextWithThePIDIsNotThisOnes() throws {
    let own = CallingProcess.processID
    var history = ProcessHistory(.machine, from: table())
    func happened(_ time: UInt64, _ kind: ProcessEvent.Kind) -> ProcessEvent {
      ProcessEvent(time: soon + time, processID: own, threadID: own, kind: kind)
    }
    history.take(
      batch([
        happened(0, .fork(parentID: 1)), happened(1, .exec), happened(2, exited(0)), happened(3, .fork(parentID: 1)),
      ]))
    let lives = history.lives.values.sorted { $0.number < $1.number }
    #expect(lives.map { $0.programs.map(\.isMissing) } == [[true], []])
  }

  /// What a snapshot showed was another program than there is now.
  @Test func aProgramThatASnapshotDidNotShowIsNotTakenForTheOneItShowed() throws {
    let own = try ProcessRecord.read(CallingProcess.processID, .stat)
    var stat = own.stat
    func program(_ stat: ProcessStat) -> ProcessProgram? {
      ProcessHistory(.machine, from: ProcessTable([ProcessRecord(stat: stat)], fields: .stat))
        .life(of: own.processID)?.program
    }
    #expect(try #require(program(stat)).isMissing == false)
    stat.startStack += 16
    #expect(try #require(program(stat)).isMissing)
  }

  @Test func keepsTheLastOfManyPrograms() {
    var history = ProcessHistory(.branch(base + 1), from: table())
    history.take(batch([event(soon, 1, forked(0))]))
    for step in 1...500 as ClosedRange<UInt64> {
      history.take(batch([event(soon + step, 1, .exec), event(soon + step, 1, .commandName([65]))]))
    }
    let life = history.lives[0]
    #expect(life?.program?.time == soon + 500)
    #expect((life?.programs.count ?? 0) + (life?.changes.count ?? 0) + (life?.unkeptEvents ?? 0) == 1000)
  }

  @Test func cutsWhatIsTooLong() {
    var program = ProcessProgram(time: 0)
    program.commandLine = CommandLine(bytes: Array(repeating: 65, count: 1 << 20))
    let long = Environment.Entry(bytes: Array("A=".utf8) + Array(repeating: 66, count: 50_000))
    program.environment = Environment.Difference(added: [long, long, long])
    program.cut()
    #expect(program.isCut && program.commandLine?.bytes.count == 16384 && program.environment?.added.count == 1)
  }
}
