// `trace --record`: everything that is told goes into a database, of which memory holds a page or two.

internal import CommandDescription
internal import Linux
internal import Processes
internal import SQLite
internal import struct SystemPackage.FilePath

/// A record in the making.
final class TraceRecorder {
  private let database: Database
  private let insertProcess: DatabaseStatement
  private let insertProgram: DatabaseStatement
  private let insertEnvironment: DatabaseStatement
  private let insertNamespace: DatabaseStatement
  private let insertChange: DatabaseStatement
  private let endProcess: DatabaseStatement
  private let note: DatabaseStatement
  /// When the trace began, in nanoseconds of CLOCK_MONOTONIC.
  private let start: UInt64
  private var programs: Int64 = 0
  private var lastCommit = monotonicNanoseconds()
  private var hasUncommitted = true

  /// From one commit to the next, in nanoseconds.
  private static let period: UInt64 = 1_000_000_000

  /// How long to wait for more at most before `pause()`; nil where all is written.
  var patience: UInt64? { hasUncommitted ? Self.period : nil }

  /// Makes a file that only its owner may read.
  ///
  /// - Throws: `SystemCallError` when it cannot be made, `EEXIST` when there is one: nothing is overwritten.
  static func makeFile(_ path: FilePath) throws(SystemCallError) {
    _ = try FileDescriptor.open(path, [.writeOnly, .create, .exclusive])
  }

  /// - Parameter path: an empty file.
  init(_ path: FilePath, start: UInt64) throws(DatabaseError) {
    self.start = start
    database = try Database(path, isWritable: true)
    try database.execute(TraceSchema.statements)
    insertProcess = try database.statement(
      "INSERT INTO process(number, pid, ppid, parent, was_there, begin, name) VALUES (?, ?, ?, ?, ?, ?, ?)")
    insertProgram = try database.statement("INSERT INTO program VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    insertEnvironment = try database.statement("INSERT INTO environment VALUES (?, ?, ?)")
    insertNamespace = try database.statement("INSERT INTO namespace VALUES (?, ?, ?)")
    insertChange = try database.statement("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)")
    endProcess = try database.statement(
      #"UPDATE process SET "end" = ?, status = ?, signal = ?, peak_memory = ?, processor_time = ?, name = ? "#
        + "WHERE number = ?")
    note = try database.statement("INSERT OR REPLACE INTO trace VALUES (?, ?)")
    try database.execute("BEGIN")
  }

  /// Writes what is known at the beginning: of what the trace is, and who is there.
  func begin(_ request: TraceRequest, _ history: ProcessHistory) throws(DatabaseError) {
    try note.run(.text("began"), .integer(realTimeNanoseconds()))
    try note.run(.text("program"), .text("pangaea \(Release.version)"))
    try note.run(.text("isPolled"), .integer(history.isPolled ? 1 : 0))
    try note.run(.text("followsAll"), .integer(request.followsAll ? 1 : 0))
    let command = Array(request.command.joined(separator: [0]))
    try note.run(.text("command"), request.command.isEmpty ? .null : .bytes(command))
    for life in history.lives.values.sorted(by: { $0.number < $1.number }) {
      try insert(life)
      for program in life.programs { try insert(program, of: life) }
    }
  }

  /// Writes an event.
  func take(_ event: ProcessEvent, _ life: ProcessLife) throws(DatabaseError) {
    hasUncommitted = true
    switch event.kind {
    case .fork: try insert(life)
    case .exec: if let program = life.programs.last { try insert(program, of: life) }
    case .exit:
      let (status, signal) = life.status?.parts ?? (nil, nil)
      try endProcess.run(
        .integer(time(event.time)), .integer(status), .integer(signal), .integer(life.peakMemory),
        .integer(life.processorTime), .bytes(life.commandName),
        .integer(Int64(life.number)))
    default: try insert(event, of: life)
    }
  }

  /// Lets others see what was written, now and then.
  func pause() throws(DatabaseError) {
    let now = monotonicNanoseconds()
    guard hasUncommitted, now - lastCommit >= Self.period else { return }
    lastCommit = now
    hasUncommitted = false
    try database.execute("COMMIT; BEGIN")
  }

  /// Writes that nothing comes any more.
  func end(_ losses: TraceLosses) throws(DatabaseError) {
    for mark in losses.marks { try note.run(.text(mark.name), .integer(Int64(clamping: mark.value))) }
    try note.run(.text("ended"), .integer(realTimeNanoseconds()))
    try database.execute("COMMIT")
  }

  private func time(_ time: UInt64) -> Int64 { Int64(clamping: time) - Int64(clamping: start) }

  private func insert(_ life: ProcessLife) throws(DatabaseError) {
    try insertProcess.run(
      .integer(Int64(life.number)), .integer(Int64(life.processID)), .integer(Int64(life.parentID)),
      life.parent.map { .integer(Int64($0)) } ?? .null,
      .integer(life.wasThere ? 1 : 0), .integer(time(life.begin)), .bytes(life.commandName))
  }

  private func insert(_ program: ProcessProgram, of life: ProcessLife) throws(DatabaseError) {
    programs += 1
    try insertProgram.run(
      .integer(programs), .integer(Int64(life.number)), .integer(time(program.time)),
      .bytes(program.commandLine?.bytes),
      .bytes(program.executable), .bytes(program.workingDirectory), .integer(program.hasMoved ? 1 : 0),
      .integer(program.isCut ? 1 : 0), .integer(program.environment == nil ? 0 : 1))
    for link in program.departures {
      try insertNamespace.run(.integer(programs), .text(link.kind.procName), .integer(Int64(bitPattern: link.inode)))
    }
    guard let difference = program.environment else { return }
    for entry in difference.added { try insertEnvironment.run(.integer(programs), .null, .bytes(entry.bytes)) }
    for entry in difference.removed { try insertEnvironment.run(.integer(programs), .bytes(entry.bytes), .null) }
    for change in difference.changed {
      try insertEnvironment.run(.integer(programs), .bytes(change.before.bytes), .bytes(change.after.bytes))
    }
  }

  private func insert(_ event: ProcessEvent, of life: ProcessLife) throws(DatabaseError) {
    var (real, effective, text): (DatabaseValue, DatabaseValue, DatabaseValue) = (.null, .null, .null)
    switch event.kind {
    case .userID(let first, let second), .groupID(let first, let second):
      (real, effective) = (.integer(Int64(first)), .integer(Int64(second)))
    case .commandName(let name): text = .bytes(name)
    default: break
    }
    try insertChange.run(
      .integer(Int64(life.number)), .integer(time(event.time)), .text(event.kind.name), real, effective, text)
  }
}

extension DatabaseValue {
  fileprivate static func integer(_ number: (some BinaryInteger)?) -> DatabaseValue {
    number.map { .integer(Int64(clamping: $0)) } ?? .null
  }

  fileprivate static func bytes(_ bytes: [UInt8]?) -> DatabaseValue { bytes.map { .bytes($0) } ?? .null }
}

extension ExitStatus {
  /// The status, or the signal.
  fileprivate var parts: (Int32?, Int32?) {
    switch self {
    case .exited(let status): (status, nil)
    case .signaled(let signal), .stopped(let signal): (nil, signal.rawValue)
    case .continued: (nil, nil)
    }
  }
}
