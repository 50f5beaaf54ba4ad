// Where the kernel announces nothing: /proc looked at again and again, and whoever was seen held until its end.

internal import Linux

/// The processes of the machine, or of a branch, looked at so many times a second.
///
/// Who is held is not missed: its end is heard at once, and how it ended where the kernel tells it.
struct ProcessWatch: ~Copyable {
  /// What was seen last, without those whose end was told.
  private(set) var latest: ProcessLook
  /// In nanoseconds, from one look to the next; longer where a look at the whole machine takes more than a fifth of it.
  private(set) var interval: UInt64
  /// When to look again, in nanoseconds of CLOCK_MONOTONIC.
  private(set) var nextLook: UInt64
  /// How many processes have ended that could not be held, so that it is not known how.
  private(set) var unheldCount: UInt64 = 0
  private let asked: UInt64
  private let source: Procfs
  private var held: HeldProcesses
  private var unheld: Set<ProcessIdentity> = []
  /// The first process of the branch, and when it began, once it was seen; nil for the machine.
  private var branch: (processID: Int32, startTime: UInt64?)?
  /// How many processes the machine had when all were looked at last.
  private var machineCount: Int
  private var listsChildren = true
  private var stats = StatReader()

  /// - Parameter holds: whether everybody is held from the first look on; else nobody is before `follow(branch:)`.
  /// - Throws: `SystemCallError` when /proc cannot be read.
  init(every interval: UInt64, holds: Bool, of source: Procfs = .machine) throws(SystemCallError) {
    let start = monotonicNanoseconds()
    let table = try ProcessTable(reading: .stat, from: source)
    let end = monotonicNanoseconds()
    let held = try HeldProcesses(of: source)
    latest = ProcessLook(table: table)
    machineCount = table.records.count
    self.held = consume held
    self.source = source
    self.asked = interval
    self.interval = max(interval, 5 * (end - start))
    nextLook = end + self.interval
    if holds { hold() }
  }

  /// Readable (poll) once one that is held has ended.
  var descriptor: FileDescriptor { held.descriptor }

  /// Watches a process and what it begets alone.
  mutating func follow(branch processID: Int32) {
    branch = (processID, latest.table[processID]?.startTime)
    let table = ProcessTable(ProcessTree(latest.table).subtree(of: processID), fields: .stat)
    latest = ProcessLook(table: table)
    // A branch costs less to look at; should it not, `nextLook` is put off.
    interval = asked
    nextLook = 0
    hold()
  }

  /// Has the next call of `next` look, however short ago the last look was.
  mutating func hasten() { nextLook = 0 }

  /// What has happened since the last call, as far as it can be seen.
  ///
  /// - Throws: `SystemCallError` when /proc cannot be read.
  mutating func next() throws(SystemCallError) -> [ProcessEvent] {
    let start = monotonicNanoseconds()
    let isLook = start >= nextLook
    let seen = isLook ? try look() : latest.table
    // After the look: who is not in it has ended, and is told of by the holding, which knows how.
    let ends = try held.ended(isLook: isLook)
    let gone = held.departedIdentities.union(ends.map(\.identity))
    let time = monotonicNanoseconds()
    let former = latest
    latest = ProcessLook(table: seen, credentials: former.credentials).without(gone)
    guard isLook else { return ends.flatMap { $0.events(at: time) } }
    hold()
    nextLook = max(start + interval, time + 4 * (time - start))
    let now = ProcessLook(table: seen, credentials: latest.credentials)
    let comparison = ProcessComparison(former: former, now: now, time: time, heard: gone)
    // Before its number is another's, and else after all that was seen of it and of whom it begot.
    func isReplaced(_ end: HeldProcesses.End) -> Bool {
      seen[end.identity.processID].map { $0.identity != end.identity } ?? false
    }
    return ends.filter(isReplaced).flatMap { $0.events(at: time) } + comparison.events
      + ends.filter { !isReplaced($0) }.flatMap { $0.events(at: time) }
  }

  /// Whether a process is another one, or another program, than it was at the last look.
  mutating func mayBeReplaced(_ processID: Int32) -> Bool {
    do throws(SystemCallError) {
      guard let now = try stats.read(processID, in: source.directory), let before = latest.table[processID] else {
        return true
      }
      return before.identity != now.identity || !now.isSameProgram(as: before.stat)
    } catch {
      return true
    }
  }

  /// Holds all that live and are not held, and reads whom they act as.
  private mutating func hold() {
    if let first = branch?.processID, branch?.startTime == nil { branch?.startTime = latest.table[first]?.startTime }
    var credentials: [Int32: ProcessCredentials] = [:]
    // Some of them may be held by now.
    var without: Set<ProcessIdentity> = []
    let ended = unheld.count { one in
      latest.table[one.processID].map { $0.identity != one || $0.stat.hasEnded } ?? true
    }
    unheldCount += UInt64(ended)
    for record in latest.table.records where !record.stat.hasEnded && !record.stat.isKernelThread {
      let identity = record.identity
      if !held.isHeld(identity), !held.hold(record) { without.insert(identity) }
      credentials[identity.processID] = held.credentials(of: identity)
    }
    unheld = without
    latest.credentials = credentials
  }
}

// MARK: Looks

extension ProcessWatch {
  private mutating func look() throws(SystemCallError) -> ProcessTable {
    guard let branch else { return try ProcessTable(reading: .stat, from: source) }
    // Each costs two files more than a process of the machine does.
    if listsChildren, 3 * latest.table.records.count < machineCount {
      if let table = descend(from: branch.processID) { return table }
      listsChildren = false
    }
    let table = try ProcessTable(reading: .stat, from: source)
    machineCount = table.records.count
    return members(of: table)
  }

  /// Finds who is in the branch by each one's list of children. Who was in it before stays so, whoever its parent is now.
  ///
  /// - Returns: nil where the kernel keeps no such lists.
  private func descend(from first: Int32) -> ProcessTable? {
    var records: [ProcessRecord] = []
    var found: Set<Int32> = []
    var wave = [first] + latest.table.records.map(\.processID).filter { $0 != first }
    while !wave.isEmpty {
      found.formUnion(wave)
      let table = ProcessTable(of: wave, reading: .children, from: source)
      wave.removeAll()
      for record in table.records where isMember(record, besides: found) {
        if record.children.error == .enoent, !record.stat.isZombie, exists(record.identity) { return nil }
        records.append(record)
        for child in record.children.value ?? [] where found.insert(child).inserted { wave.append(child) }
      }
    }
    return ProcessTable(records.sorted { $0.processID < $1.processID }, fields: .stat)
  }

  /// Whether what was read belongs to the branch, and not to another process that has the number of a former member now.
  private func isMember(_ record: ProcessRecord, besides found: Set<Int32>) -> Bool {
    if let branch, record.processID == branch.processID {
      return record.startTime == branch.startTime ?? record.startTime
    }
    return latest.table[record.processID]?.identity == record.identity || found.contains(record.parentID)
  }

  private func exists(_ identity: ProcessIdentity) -> Bool {
    do throws(SystemCallError) {
      return try !ProcessRecord.read(identity, .stat, from: source).stat.isZombie
    } catch {
      return false
    }
  }

  private func members(of table: ProcessTable) -> ProcessTable {
    let tree = ProcessTree(table)
    var found: Set<Int32> = []
    for root in tree.roots {
      for record in tree.subtree(of: root.processID) where isMember(record, besides: found) {
        found.insert(record.processID)
      }
    }
    return ProcessTable(table.records.filter { found.contains($0.processID) }, fields: .stat)
  }
}
