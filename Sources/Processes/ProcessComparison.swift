// Two looks at /proc, one after the other: what differs is told as the events that must have been.

internal import Linux

/// Compares /proc with what it was.
struct ProcessComparison {
  /// The processes of the last look.
  private(set) var latest: ProcessTable

  /// - Throws: `SystemCallError` when /proc cannot be read.
  init() throws(SystemCallError) {
    latest = try ProcessTable(reading: .stat)
  }

  /// What has happened since the last look.
  mutating func look() throws(SystemCallError) -> [ProcessEvent] {
    let former = latest
    latest = try ProcessTable(reading: .stat)
    return Self.events(from: former, to: latest, at: monotonicNanoseconds())
  }

  /// Whether a process is another one, or another program, than it was at the last look.
  func mayBeReplaced(_ processID: Int32) -> Bool {
    do throws(SystemCallError) {
      let now = try ProcessRecord.read(processID, .stat)
      guard let before = latest[processID], before.identity == now.identity else { return true }
      return !now.stat.isSameProgram(as: before.stat)
    } catch {
      return true
    }
  }

  /// What must have happened between two looks: ends first, then beginnings, each parent's before its children's, then
  /// changes.
  static func events(from former: ProcessTable, to now: ProcessTable, at time: UInt64) -> [ProcessEvent] {
    let ends = former.records.filter { record in
      !record.stat.hasEnded
        && (now[record.processID].map { $0.identity != record.identity || $0.stat.hasEnded } ?? true)
    }
    let newcomers = Set(
      now.records.filter { !$0.stat.hasEnded && former[$0.processID]?.identity != $0.identity }.map(\.processID))
    var events = ends.map { $0.stat.event(time, .exit(nil, parentID: $0.parentID)) }
    if !newcomers.isEmpty {
      let tree = ProcessTree(now)
      for root in tree.roots {
        for record in tree.subtree(of: root.processID) where newcomers.contains(record.processID) {
          events.append(record.stat.event(time, .fork(parentID: record.parentID)))
          if let parent = now[record.parentID], record.stat.isSameProgram(as: parent.stat) { continue }
          events.append(record.stat.event(time, .exec))
        }
      }
    }
    for record in now.records where !newcomers.contains(record.processID) && !record.stat.hasEnded {
      if let before = former[record.processID]?.stat { events += record.stat.changes(since: before, at: time) }
    }
    return events
  }
}

extension ProcessStat {
  /// Whether no thread of it is left.
  var hasEnded: Bool { isZombie && threadCount <= 1 }

  fileprivate func event(_ time: UInt64, _ kind: ProcessEvent.Kind) -> ProcessEvent {
    ProcessEvent(time: time, processID: processID, threadID: processID, kind: kind)
  }

  /// Where its stack and text begin is chosen anew by each exec, and inherited by children; 0 where that is hidden.
  func isSameProgram(as other: ProcessStat) -> Bool {
    if startStack != 0 && other.startStack != 0 {
      return startStack == other.startStack && startCode == other.startCode
    }
    return commandName == other.commandName
  }

  fileprivate func changes(since before: ProcessStat, at time: UInt64) -> [ProcessEvent] {
    var events: [ProcessEvent] = []
    if !isSameProgram(as: before) {
      events.append(event(time, .exec))
    } else if commandName != before.commandName {
      events.append(event(time, .commandName(commandName)))
    }
    if sessionID != before.sessionID && sessionID == processID { events.append(event(time, .session)) }
    return events
  }
}
