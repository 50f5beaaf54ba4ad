// Two looks at /proc, and what must have happened between them.

import Linux
import Testing

@testable import Processes

private func record(
  _ process: Int32, parent: Int32, start: UInt64, name: String = "sh", stack: UInt64 = 0, session: Int32 = 1
) -> ProcessRecord {
  let line =
    "\(process) (\(name)) S \(parent) 1 \(session) 0 -1 4194304 0 0 0 0 1 2 0 0 20 0 1 0 \(start) 4096 1 "
    + "18446744073709551615 1 1 \(stack) 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
  return ProcessRecord(stat: ProcessStat(Array(line.utf8).span)!)
}

private func look(_ records: ProcessRecord..., credentials: [Int32: ProcessCredentials] = [:]) -> ProcessLook {
  ProcessLook(table: ProcessTable(records, fields: .stat), credentials: credentials)
}

private func actsAs(_ user: UInt32, _ effective: UInt32? = nil, group: UInt32 = 0) -> ProcessCredentials {
  ProcessCredentials(
    user: .init(real: user, effective: effective ?? user), group: .init(real: group, effective: group))
}

private func event(_ process: Int32, _ kind: ProcessEvent.Kind) -> ProcessEvent {
  ProcessEvent(time: 100, processID: process, threadID: process, kind: kind)
}

@Suite struct ProcessComparisonTests {
  private func events(
    _ former: ProcessLook, _ now: ProcessLook, heard: Set<ProcessIdentity> = []
  ) -> [ProcessEvent] {
    ProcessComparison(former: former, now: now, time: 100, heard: heard).events
  }

  @Test func tellsWhatMustHaveHappened() {
    let former = look(
      record(1, parent: 0, start: 1, stack: 10), record(2, parent: 1, start: 2, stack: 20),
      record(3, parent: 1, start: 3, stack: 30))
    let now = look(
      record(1, parent: 0, start: 1, stack: 10), record(3, parent: 1, start: 3, stack: 31),
      record(4, parent: 5, start: 9, stack: 10), record(5, parent: 1, start: 9, name: "ls", stack: 50))
    #expect(
      events(former, now) == [
        event(2, .exit(nil, parentID: 1)), event(5, .fork(parentID: 1)), event(5, .exec),
        event(4, .fork(parentID: 5)), event(4, .exec), event(3, .exec),
      ])
    // Whose end is heard otherwise is not told twice.
    let heard: Set = [ProcessIdentity(processID: 2, startTime: 2)]
    #expect(!events(former, now, heard: heard).contains(event(2, .exit(nil, parentID: 1))))
  }

  @Test func seesNoProgramInAMereFork() {
    let former = look(record(1, parent: 0, start: 1, stack: 10))
    let now = look(record(1, parent: 0, start: 1, name: "x", stack: 10), record(2, parent: 1, start: 2, stack: 10))
    #expect(
      events(former, now) == [event(2, .fork(parentID: 1)), event(1, .commandName([UInt8(ascii: "x")]))])
    #expect(events(now, now).isEmpty)
    // The parent executed after it begot this one.
    let later = look(record(1, parent: 0, start: 1, stack: 11), record(2, parent: 1, start: 2, stack: 10))
    #expect(events(former, later) == [event(2, .fork(parentID: 1)), event(1, .exec)])
  }

  @Test func tellsWhoActsAsSomebodyElse() {
    let one = record(1, parent: 0, start: 1, stack: 10)
    let former = look(one, credentials: [1: actsAs(0)])
    #expect(
      events(former, look(one, credentials: [1: actsAs(7, 8, group: 9)])) == [
        event(1, .groupID(real: 9, effective: 9)), event(1, .userID(real: 7, effective: 8)),
      ])
    #expect(events(former, former).isEmpty)
    // What cannot be read is not told of.
    #expect(events(former, look(one)).isEmpty && events(look(one), former).isEmpty)
  }

  /// A child that is not who its parent is, and has a session of its own, became so since it was begotten.
  @Test func tellsWhatSetsANewcomerApart() {
    let parent = record(1, parent: 0, start: 1, stack: 10)
    let child = record(2, parent: 1, start: 2, name: "y", stack: 10, session: 2)
    let former = look(parent, credentials: [1: actsAs(0)])
    let now = look(parent, child, credentials: [1: actsAs(0), 2: actsAs(5)])
    #expect(
      events(former, now) == [
        event(2, .fork(parentID: 1)), event(2, .commandName([UInt8(ascii: "y")])), event(2, .session),
        event(2, .userID(real: 5, effective: 5)),
      ])
    // It was the parent that changed, after it begot this one.
    let changed = look(parent, child, credentials: [1: actsAs(5), 2: actsAs(0)])
    #expect(!events(former, changed).contains(event(2, .userID(real: 0, effective: 0))))
    #expect(events(former, changed).contains(event(1, .userID(real: 5, effective: 5))))
  }
}
