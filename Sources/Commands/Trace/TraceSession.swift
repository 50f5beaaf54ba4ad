// One trace from its beginning to its end: the stream, the command if there is one, and the loop that attends to both.

internal import Isolation
internal import Linux
internal import Processes
internal import SQLite
internal import struct SystemPackage.FilePath

/// A trace.
final class TraceSession {
  /// How long the announcement of an end is waited for: it comes just after the end itself.
  private static let lastWords: UInt64 = 200_000_000
  /// Bytes of ended lives that are kept of a command and of the whole machine, which is followed without an end.
  private static let keeping = (command: 64 << 20, machine: 4 << 20)
  private let request: TraceRequest
  private let mask: SignalSet
  private let signals: SignalDescriptor
  private let beginning = monotonicNanoseconds()
  private var stream: ProcessEventStream
  private var report: TraceReport
  /// What is followed; nil for all.
  private var subject: PIDFD?
  /// The command's PID; nil without one.
  private var commandID: Int32?
  /// How the command ended.
  private var status: ExitStatus?
  private var recorder: TraceRecorder?
  private var isInterrupted = false

  init(_ request: TraceRequest) throws(Complaint) {
    self.request = request
    do throws(SystemCallError) {
      try FileDescriptor.occupyStandardStreams()
      mask = Supervisor.signals.block()
      signals = try SignalDescriptor(Supervisor.signals)
      stream = try ProcessEventStream(pollingEvery: request.followsAll ? 100_000_000 : 20_000_000)
    } catch {
      throw Complaint(error, doing: "listen to what happens to processes", exitStatus: 125)
    }
    report = try TraceReport(request, start: beginning)
    // Better to know it before than after a long command.
    if let page = request.page { _ = try TraceReport.make(page) }
    recorder = try request.record.map { (path) throws(Complaint) in try Self.recorder(path, start: beginning) }
  }

  /// Follows until the end of what is followed, or until it is interrupted.
  ///
  /// - Returns: the exit status of the command; 0 where there is none.
  func run() throws(Complaint) -> Int32 {
    report.begin(stream.source)
    report.flush()
    let scope = try findScope()
    var history = ProcessHistory(
      scope, from: stream.firstSnapshot, keeping: request.followsAll ? Self.keeping.machine : Self.keeping.command,
      readsEnvironment: request.showsEnvironment, isPolled: stream.source != .connector)
    record { (recorder) throws(DatabaseError) in try recorder.begin(request, history) }
    var lastHeard = monotonicNanoseconds()
    while true {
      let now = monotonicNanoseconds()
      if try take(into: &history) { lastHeard = now }
      if isInterrupted || (report.isSilenced && request.command.isEmpty) { break }
      let hasEnded = hasEnded()
      if hasEnded, isHeard(scope, in: history) || now - lastHeard > Self.lastWords { break }
      try wait(atMost: hasEnded ? 10_000_000 : stream.patience)
    }
    report.end(history)
    record { (recorder) throws(DatabaseError) in try recorder.end(history) }
    if let page = request.page { try TracePage(history, request, start: beginning).write(to: page) }
    return status?.shellStatus ?? 0
  }

  /// Writes to the record, if there is one. When that fails nothing more is recorded, and the trace goes on.
  private func record(_ body: (TraceRecorder) throws(DatabaseError) -> Void) {
    guard let recorder else { return }
    do throws(DatabaseError) {
      try body(recorder)
    } catch {
      Complaint(what: "the record ends here: \(error.message)").present(program: "pangaea trace", form: .verb)
      self.recorder = nil
    }
  }

  /// Whether the end of what is followed has been announced, too.
  private func isHeard(_ scope: ProcessHistory.Scope, in history: ProcessHistory) -> Bool {
    guard case .branch(let processID) = scope else { return true }
    return history.life(of: processID) == nil
  }

  /// - Returns: whether there was anything to be heard.
  private func take(into history: inout ProcessHistory) throws(Complaint) -> Bool {
    var batch: ProcessEventStream.Batch
    do throws(SystemCallError) {
      batch = try stream.next()
      if case .polling = stream.source, let own = ownEnd(history) { batch.events.insert(own, at: 0) }
    } catch {
      throw Complaint(error, doing: "read what happens to processes", exitStatus: 125)
    }
    history.take(batch) { event, life in
      report.tell(event, life)
      record { (recorder) throws(DatabaseError) in try recorder.take(event, life) }
    } mayBeReplaced: {
      stream.mayBeReplaced($0)
    }
    record { (recorder) throws(DatabaseError) in try recorder.pause() }
    report.tell(lost: history.lost)
    report.flush()
    return !batch.isEmpty
  }

  /// Where the kernel does not announce, how the command ended is known all the same: it is a child of this program.
  private func ownEnd(_ history: ProcessHistory) -> ProcessEvent? {
    guard let status, let commandID, history.life(of: commandID) != nil else { return nil }
    return ProcessEvent(
      time: monotonicNanoseconds(), processID: commandID, threadID: commandID,
      kind: .exit(status, parentID: CallingProcess.processID))
  }

  /// Whether what is followed has ended.
  private func hasEnded() -> Bool {
    if request.followsAll { return false }
    if !request.command.isEmpty { return status != nil }
    return !isAlive
  }

  private var isAlive: Bool {
    do throws(SystemCallError) {
      guard let number = subject?.descriptor.number else { return false }
      var requests = [PollRequest(FileDescriptor(borrowing: number))]
      return try poll(&requests, timeout: 0) == 0
    } catch {
      return false
    }
  }

  private func wait(atMost nanoseconds: UInt64?) throws(Complaint) {
    do throws(SystemCallError) {
      var requests = [PollRequest(signals.descriptor)] + stream.requests
      if let number = subject?.descriptor.number, request.command.isEmpty, isAlive {
        requests.append(PollRequest(FileDescriptor(borrowing: number)))
      }
      _ = try poll(&requests, timeout: nanoseconds)
      while let signal = try signals.next() { try handle(signal) }
    } catch {
      throw Complaint(error, doing: "attend to the command", exitStatus: 125)
    }
  }

  private func handle(_ received: SignalDescriptor.Received) throws(SystemCallError) {
    guard !request.command.isEmpty else {
      let ends: [Signal] = [.interrupt, .terminate, .hangup]
      if ends.contains(received.signal) { isInterrupted = true }
      return
    }
    if received.signal == .child {
      // Whoever is asked twice has been reaped.
      if status == nil { status = try subject?.waitNow() }
    } else if received.isFromProcess, received.senderID != CallingProcess.processID {
      // SIGPIPE is one's own.
      try subject?.sendIfAlive(received.signal)
    }
  }
}

// MARK: What is kept

extension TraceSession {
  private static func recorder(_ path: FilePath, start: UInt64) throws(Complaint) -> TraceRecorder {
    let name = "'\(Escaping.escaped(path.string))'"
    do throws(SystemCallError) {
      try TraceRecorder.makeFile(path)
    } catch {
      throw Complaint(
        error, doing: "make the record \(name)",
        why: error.errno == .eexist ? "it exists, and no record is overwritten" : nil,
        exitStatus: 125)
    }
    do throws(DatabaseError) {
      return try TraceRecorder(path, start: start)
    } catch {
      throw Complaint(what: "cannot make the record \(name): \(error.message)", exitStatus: 125)
    }
  }
}

// MARK: What is followed

extension TraceSession {
  private func findScope() throws(Complaint) -> ProcessHistory.Scope {
    if request.followsAll { return .machine }
    if let processID = request.processID {
      subject = try open(processID)
      return .branch(processID)
    }
    return .branch(try start())
  }

  private func open(_ processID: Int32) throws(Complaint) -> PIDFD {
    do throws(SystemCallError) {
      return try PIDFD(opening: processID)
    } catch {
      if error.errno == .esrch { throw Complaint(what: "there is no process \(processID)", exitStatus: 1) }
      throw Complaint(error, doing: "hold process \(processID)", exitStatus: 125)
    }
  }

  /// Starts the command; every event of it is heard already.
  private func start() throws(Complaint) -> Int32 {
    let command = IsolatedCommand(arguments: request.command, environment: CallersEnvironment.entries)
    var program = SystemCallProgram()
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
    do throws(SystemCallError) {
      let child = try program.start(signalMask: mask)
      let failure = try child.report.awaitOutcome()
      let processID = child.processID
      commandID = processID
      subject = .some(child.pidfd)
      if let failure { throw failure.error }
      return processID
    } catch {
      let name = Escaping.escaped((request.command.first ?? [])[...])
      let status: Int32 = error.errno == .enoent ? 127 : error.call == "execve" ? 126 : 125
      throw Complaint(error, doing: "execute '\(name)'", exitStatus: status)
    }
  }
}
