// Reads what `trace --record` has made. The file may be anybody's: whatever it holds, nothing worse comes of it than
// nonsense on the screen.

internal import Linux
internal import Processes
internal import SQLite
internal import struct SystemPackage.FilePath

/// A recorded trace.
struct TraceArchive {
  /// What stands for the beginning of the trace, in nanoseconds: what was before it began earlier.
  static let start: UInt64 = 1 << 60
  /// No time in a record is farther from its beginning: two years.
  private static let horizon: Int64 = 1 << 56

  private(set) var lives: [ProcessLife] = []
  private(set) var followsAll = false
  private(set) var losses = TraceLosses()
  /// Whether whoever made it came to the end.
  private(set) var isFinished = false
  /// The places of the lives and programs, by their numbers in the file.
  private var places: [Int64: Int] = [:]
  private var programs: [Int64: (life: Int, program: Int)] = [:]

  /// Reads a record.
  ///
  /// - Throws: `DatabaseError` when it is damaged; `TraceArchive.Foreign` when it is something else.
  init(_ path: FilePath) throws {
    let database = try Database(path)
    try database.execute("PRAGMA trusted_schema = OFF")
    let marks = try database.statement(
      "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version")
    guard try marks.next(), marks.integer(0) == TraceSchema.application else { throw Foreign() }
    guard let version = marks.integer(1), version == TraceSchema.version else {
      throw Foreign(version: marks.integer(1))
    }
    let size = try database.statement("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    guard try size.next(), try FileDescriptor.workingDirectory.status(of: path).size >= size.integer(0) ?? 0 else {
      throw DatabaseError.damage
    }
    let check = try database.statement("PRAGMA quick_check(1)")
    guard try check.next(), check.text(0) == "ok" else { throw DatabaseError.damage }
    try readNotes(database)
    try readProcesses(database)
    try readPrograms(database)
    try readNamespaces(database)
    try readEnvironments(database)
    try readChanges(database)
  }

  /// The file is no record of a trace, or a later program's.
  struct Foreign: Error {
    var version: Int64?
  }

  private mutating func readNotes(_ database: borrowing Database) throws {
    let rows = try database.statement("SELECT name, value FROM trace")
    while try rows.next() {
      switch rows.text(0) {
      case "followsAll": followsAll = rows.integer(1) == 1
      case "ended": isFinished = true
      case let name: losses.take(name, UInt64(max(0, rows.integer(1) ?? 0)))
      }
    }
  }

  /// Parents come before their children.
  private mutating func readProcesses(_ database: borrowing Database) throws {
    let rows = try database.statement(
      #"SELECT number, pid, parent, was_there, begin, "end", status, signal, peak_memory, processor_time, ppid, name "#
        + "FROM process ORDER BY number")
    while try rows.next() {
      guard let number = rows.integer(0) else { continue }
      let parent = rows.integer(2).flatMap { places[$0] }
      var life = ProcessLife(
        number: lives.count, processID: Int32(truncatingIfNeeded: rows.integer(1) ?? 0),
        parentID: Int32(truncatingIfNeeded: rows.integer(10) ?? 0), parent: parent, begin: Self.time(rows.integer(4)),
        wasThere: rows.integer(3) == 1)
      life.end = rows.integer(5).map(Self.time)
      if let status = rows.integer(6) { life.status = .exited(Int32(truncatingIfNeeded: status)) }
      if let signal = rows.integer(7) { life.status = .signaled(Signal(rawValue: Int32(truncatingIfNeeded: signal))) }
      life.peakMemory = rows.integer(8).map(Self.amount)
      life.processorTime = rows.integer(9).map(Self.amount)
      life.commandName = rows.bytes(11)
      places[number] = lives.count
      lives.append(life)
    }
  }

  private mutating func readPrograms(_ database: borrowing Database) throws {
    let rows = try database.statement(
      "SELECT number, process, time, command, executable, directory, has_moved, is_cut, has_environment FROM program "
        + "ORDER BY number")
    while try rows.next() {
      guard let number = rows.integer(0), let place = rows.integer(1).flatMap({ places[$0] }) else { continue }
      var program = ProcessProgram(time: Self.time(rows.integer(2)))
      program.commandLine = rows.bytes(3).map { CommandLine(bytes: $0) }
      program.executable = rows.bytes(4)
      program.workingDirectory = rows.bytes(5)
      program.hasMoved = rows.integer(6) == 1
      program.isCut = rows.integer(7) == 1
      if rows.integer(8) == 1 { program.environment = Environment.Difference() }
      programs[number] = (place, lives[place].programs.count)
      lives[place].programs.append(program)
    }
  }

  private mutating func readNamespaces(_ database: borrowing Database) throws {
    let rows = try database.statement("SELECT program, kind, inode FROM namespace")
    while try rows.next() {
      guard let place = rows.integer(0).flatMap({ programs[$0] }), let name = rows.text(1),
        let kind = NamespaceKind.allCases.first(where: { $0.procName == name })
      else { continue }
      let link = NamespaceLink(kind: kind, inode: UInt64(bitPattern: rows.integer(2) ?? 0))
      lives[place.life].programs[place.program].departures.append(link)
    }
  }

  private mutating func readEnvironments(_ database: borrowing Database) throws {
    let rows = try database.statement("SELECT program, before, after FROM environment")
    while try rows.next() {
      guard let place = rows.integer(0).flatMap({ programs[$0] }) else { continue }
      let before = rows.bytes(1).map { Environment.Entry(bytes: $0) }
      let after = rows.bytes(2).map { Environment.Entry(bytes: $0) }
      var difference = lives[place.life].programs[place.program].environment ?? Environment.Difference()
      lives[place.life].programs[place.program].environment = nil
      switch (before, after) {
      case (nil, let entry?): difference.added.append(entry)
      case (let entry?, nil): difference.removed.append(entry)
      case (let first?, let second?): difference.changed.append(Environment.Change(before: first, after: second))
      case (nil, nil): break
      }
      lives[place.life].programs[place.program].environment = difference
    }
  }

  private mutating func readChanges(_ database: borrowing Database) throws {
    let rows = try database.statement("SELECT process, time, kind, real, effective, name FROM change")
    while try rows.next() {
      guard let place = rows.integer(0).flatMap({ places[$0] }) else { continue }
      let (real, effective) = (
        UInt32(truncatingIfNeeded: rows.integer(3) ?? 0), UInt32(truncatingIfNeeded: rows.integer(4) ?? 0)
      )
      let kinds: [ProcessEvent.Kind] = [
        .userID(real: real, effective: effective), .groupID(real: real, effective: effective), .session, .coreDump,
        .commandName(rows.bytes(5) ?? []),
      ]
      let name = rows.text(2)
      guard let kind = kinds.first(where: { $0.name == name }) else { continue }
      lives[place].changes.append(ProcessChange(time: Self.time(rows.integer(1)), kind: kind))
    }
  }

  private static func time(_ time: Int64?) -> UInt64 {
    UInt64(Int64(start) + max(-horizon, min(horizon, time ?? 0)))
  }

  private static func amount(_ amount: Int64) -> UInt64 { UInt64(max(0, min(horizon, amount))) }
}

// MARK: Events

extension TraceArchive {
  /// What happened, in its order.
  var events: [(event: ProcessEvent, life: ProcessLife)] {
    var events: [(event: ProcessEvent, life: ProcessLife)] = []
    for life in lives {
      func add(_ time: UInt64, _ kind: ProcessEvent.Kind) {
        events.append(
          (ProcessEvent(time: time, processID: life.processID, threadID: life.processID, kind: kind), life))
      }
      if !life.wasThere { add(life.begin, .fork(parentID: life.parentID)) }
      for program in life.programs where !life.wasThere || program.time != life.begin { add(program.time, .exec) }
      for change in life.changes { add(change.time, change.kind) }
      if let end = life.end { add(end, .exit(life.status, parentID: life.parentID)) }
    }
    // Of one time: in the order in which they were found.
    return events.enumerated().sorted { ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset) }
      .map(\.element)
  }
}
