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
  /// How long is read on after an interruption, in nanoseconds: whoever interrupts waits.
  private static let readingOn: UInt64 = 5_000_000_000
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
  /// When the trace was interrupted, in nanoseconds of CLOCK_MONOTONIC: what happened until then is told still.
  private var interruption: UInt64?
  /// Whether it was interrupted once more: what happened is not told any more.
  private var isImpatient = false
  /// How many events were left unread then.
  private var unread: UInt64 = 0

  init(_ request: TraceRequest) throws(Complaint) {
    self.request = request
    do throws(SystemCallError) {
      try FileDescriptor.occupyStandardStreams()
      mask = Supervisor.signals.block()
      signals = try SignalDescriptor(Supervisor.signals)
      stream = try ProcessEventStream(
        pollingEvery: request.followsAll ? 100_000_000 : 20_000_000, isOfBranch: !request.followsAll)
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
    if !request.followsAll { try verifyNumbers() }
    report.begin(stream.source)
    report.flush()
    let scope = try findScope()
    var history = ProcessHistory(
      scope, from: stream.firstSnapshot, keeping: request.followsAll ? Self.keeping.machine : Self.keeping.command,
      readsEnvironment: request.showsEnvironment, isPolled: stream.source != .connector)
    record { (recorder) throws(DatabaseError) in try recorder.begin(request, history) }
    try follow(scope, into: &history)
    if stream.source != .connector {
      // Others may have ended since the last look.
      stream.hasten()
      _ = try take(into: &history)
    }
    var losses = TraceLosses(history)
    losses.unheld = stream.unheldCount
    losses.unread = unread
    report.end(history, losses)
    record { (recorder) throws(DatabaseError) in try recorder.end(losses) }
    if let page = request.page { try TracePage(history, losses, request, start: beginning).write(to: page) }
    if var failure = report.failure {
      failure.exitStatus = 125
      throw failure
    }
    return status?.shellStatus ?? 0
  }

  private func follow(_ scope: ProcessHistory.Scope, into history: inout ProcessHistory) throws(Complaint) {
    var lastHeard = monotonicNanoseconds()
    while true {
      let now = monotonicNanoseconds()
      let latest = try take(into: &history)
      if latest != nil { lastHeard = now }
      if report.isSilenced && request.command.isEmpty { return }
      if let interruption {
        if latest ?? .max > interruption { return }
        if isImpatient || now - interruption > Self.readingOn { return try passOver(until: interruption) }
      }
      let hasEnded = hasEnded()
      if hasEnded, isHeard(scope, in: history) || now - lastHeard > Self.lastWords { return }
      let patience = hasEnded ? 10_000_000 : [stream.patience, recorder?.patience].compactMap { $0 }.min()
      try wait(atMost: interruption != nil ? 0 : patience)
    }
  }

  /// Counts what happened until the interruption and was not read yet.
  private func passOver(until interruption: UInt64) throws(Complaint) {
    do throws(SystemCallError) {
      while true {
        let batch = try stream.next()
        unread += UInt64(batch.events.count { $0.time <= interruption }) + batch.lost
        guard let last = batch.events.last, last.time <= interruption else { return }
      }
    } catch {
      throw Complaint(error, doing: "read what happens to processes", exitStatus: 125)
    }
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

  /// - Returns: when the latest of what was heard happened; nil where nothing did.
  private func take(into history: inout ProcessHistory) throws(Complaint) -> UInt64? {
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
    report.tell(TraceLosses(history))
    report.flush()
    return batch.isEmpty ? nil : batch.events.last?.time ?? monotonicNanoseconds()
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
      guard ends.contains(received.signal) else { return }
      isImpatient = interruption != nil
      interruption = interruption ?? monotonicNanoseconds()
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
      // What was just made has nothing to replay. That it could not be removed is no news beside what went wrong.
      do throws(SystemCallError) { try removeFile(path) } catch {}
      throw Complaint(what: "cannot make the record \(name): \(error.message)", exitStatus: 125)
    }
  }
}

// MARK: What is followed

extension TraceSession {
  private func findScope() throws(Complaint) -> ProcessHistory.Scope {
    if request.followsAll { return .machine }
    let processID: Int32
    if let number = request.processID {
      processID = number
      subject = try open(number)
    } else {
      processID = try start()
    }
    stream.follow(branch: processID)
    return .branch(processID)
  }

  /// Where /proc is looked at, its numbers have to be those that this program starts and opens processes by.
  private func verifyNumbers() throws(Complaint) {
    if stream.source == .connector { return }
    do throws(SystemCallError) {
      if try Procfs.machine.showsOwnNamespace() { return }
    } catch {
      throw Complaint(error, doing: "tell whose PIDs /proc shows", exitStatus: 125)
    }
    throw Complaint(
      what: "cannot follow a process: /proc shows another PID namespace's",
      why: "the kernel announces no events here, so that /proc has to be looked at", try: "mount -t proc proc /proc",
      exitStatus: 125)
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
