// Two looks at /proc, one after the other: what differs is told as the events that must have been.

internal import Linux

/// What one look at /proc has shown.
struct ProcessLook: Sendable {
  let table: ProcessTable
  /// Whom they act as, where that could be read.
  var credentials: [Int32: ProcessCredentials] = [:]

  /// The same without some processes.
  func without(_ gone: Set<ProcessIdentity>) -> ProcessLook {
    if gone.isEmpty { return self }
    let rest = table.records.filter { !gone.contains($0.identity) }
    return ProcessLook(table: ProcessTable(rest, fields: .stat), credentials: credentials)
  }
}

/// Compares /proc with what it was.
struct ProcessComparison {
  let former: ProcessLook
  let now: ProcessLook
  /// When the later look was taken.
  let time: UInt64
  /// Whose ends need not be told: they are heard otherwise.
  var heard: Set<ProcessIdentity> = []

  /// What must have happened between the two: ends first, then beginnings, each parent's before its children's, then
  /// changes.
  var events: [ProcessEvent] {
    let newcomers = Set(
      now.table.records.filter { !$0.stat.hasEnded && former.table[$0.processID]?.identity != $0.identity }
        .map(\.processID))
    var events = ends
    if !newcomers.isEmpty {
      let tree = ProcessTree(now.table)
      for root in tree.roots {
        for record in tree.subtree(of: root.processID) where newcomers.contains(record.processID) {
          events += beginning(of: record)
        }
      }
    }
    for record in now.table.records where !newcomers.contains(record.processID) && !record.stat.hasEnded {
      events += changes(of: record)
    }
    return events
  }

  private var ends: [ProcessEvent] {
    former.table.records.filter { record in
      !record.stat.hasEnded && !heard.contains(record.identity)
        && (now.table[record.processID].map { $0.identity != record.identity || $0.stat.hasEnded } ?? true)
    }.map { event($0, .exit(nil, parentID: $0.parentID)) }
  }

  /// What sets a process apart from its parent, it must have done since it began.
  private func beginning(of record: ProcessRecord) -> [ProcessEvent] {
    var events = [event(record, .fork(parentID: record.parentID))]
    // The parent may have changed after it begot this one.
    let parents = [now, former].compactMap { $0.table[record.parentID] }
    if !parents.contains(where: { record.stat.isSameProgram(as: $0.stat) }) {
      events.append(event(record, .exec))
    } else if parents.allSatisfy({ $0.commandName != record.commandName }) {
      events.append(event(record, .commandName(record.commandName)))
    }
    if record.stat.sessionID == record.processID { events.append(event(record, .session)) }
    return events + changes(of: record, from: [now, former].compactMap { $0.credentials[record.parentID] })
  }

  private func changes(of record: ProcessRecord) -> [ProcessEvent] {
    guard let before = former.table[record.processID]?.stat else { return [] }
    var events: [ProcessEvent] = []
    if !record.stat.isSameProgram(as: before) {
      events.append(event(record, .exec))
    } else if record.commandName != before.commandName {
      events.append(event(record, .commandName(record.commandName)))
    }
    if record.stat.sessionID != before.sessionID && record.stat.sessionID == record.processID {
      events.append(event(record, .session))
    }
    return events + changes(of: record, from: [former.credentials[record.processID]].compactMap { $0 })
  }

  /// - Parameter before: whom it may have acted as; empty where that is not known, so that nothing can be said.
  private func changes(of record: ProcessRecord, from before: [ProcessCredentials]) -> [ProcessEvent] {
    guard let own = now.credentials[record.processID], !before.isEmpty else { return [] }
    var events: [ProcessEvent] = []
    if before.allSatisfy({ $0.group != own.group }) {
      events.append(event(record, .groupID(real: own.group.real, effective: own.group.effective)))
    }
    if before.allSatisfy({ $0.user != own.user }) {
      events.append(event(record, .userID(real: own.user.real, effective: own.user.effective)))
    }
    return events
  }

  private func event(_ record: ProcessRecord, _ kind: ProcessEvent.Kind) -> ProcessEvent {
    ProcessEvent(time: time, processID: record.processID, threadID: record.processID, kind: kind)
  }
}

extension ProcessStat {
  /// Whether no thread of it is left.
  var hasEnded: Bool { isZombie && threadCount <= 1 }

  /// Where its stack and text begin is chosen anew by each exec, and inherited by children; 0 where that is hidden.
  func isSameProgram(as other: ProcessStat) -> Bool {
    if startStack != 0 && other.startStack != 0 {
      return startStack == other.startStack && startCode == other.startCode
    }
    return commandName == other.commandName
  }
}
