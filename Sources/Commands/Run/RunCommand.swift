// `run`: a command in a world of its own, from request to exit status.

internal import Cgroups
internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `run`.
enum RunCommand: HandParsedVerb {
  static let description = RunDescription.verb

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    let request = try RunRequest(invocation)
    if request.asksForHelp { return try invocation.showHelp(description) }
    if request.asksForVersion { return try invocation.showVersion() }
    let plan = try request.plan(controlGroupName: "pangaea-\(CallingProcess.processID)")
    if request.printsPlan { return try PlanPrinter(plan, asJSON: request.printsJSON).print() }
    let session = WorldSession(plan: plan, name: request.name, hasTerminal: request.hasTerminal)
    return try request.isDetached ? session.runDetached() : session.run()
  }
}

/// One run of a plan: its name, its terminal, its supervision and its end.
struct WorldSession {
  let plan: IsolationPlan
  let name: String?
  let hasTerminal: Bool

  /// Runs the command to its end.
  ///
  /// - Returns: the command's exit status, as a shell shows it.
  func run() throws(Complaint) -> Int32 {
    let mask = Supervisor.signals.block()
    return try attend(mask: mask) { _ in }
  }

  /// Leaves a supervisor in the background; returns when the command runs, and prints the PID of its world.
  func runDetached() throws(Complaint) -> Int32 {
    if hasTerminal { throw .usage("--tty and --detach exclude each other", exitStatus: 125) }
    do throws(SystemCallError) {
      let pipe = try Pipe()
      switch try forkProcess() {
      case .parent(let child): return try awaitAnswer(pipe, child)
      case .child: return superviseInBackground(answer: pipe.writing)
      }
    } catch {
      throw Complaint(error, doing: "leave the world in the background", exitStatus: 125)
    }
  }

  /// The child's part: the world's PID goes to the parent, and its end is waited for.
  private func superviseInBackground(answer: consuming FileDescriptor) -> Int32 {
    var answer: FileDescriptor? = answer
    do throws(Complaint) {
      let mask = Supervisor.signals.block()
      try calling { () throws(SystemCallError) in try leaveTerminal() }
      return try attend(mask: mask) { world in
        // The parent may have been killed while it waited; the world runs all the same.
        do throws(SystemCallError) { try answer.take()?.write("\(world.processID)\n") } catch {}
      }
    } catch {
      error.present(program: "pangaea run", form: .verb)
      return error.exitStatus
    }
  }

  private func leaveTerminal() throws(SystemCallError) {
    try startSession()
    let nothing = try FileDescriptor.open("/dev/null", .readWrite)
    try nothing.replace(0)
    if try !FileDescriptor.standardOutput.status().isFile { try nothing.replace(1) }
  }

  private func awaitAnswer(_ pipe: consuming Pipe, _ child: Int32) throws(SystemCallError) -> Int32 {
    let answer = try pipe.closeWriting().readAll()
    if answer.isEmpty { return try PIDFD(opening: child).wait().shellStatus }
    try FileDescriptor.standardOutput.write(answer)
    return 0
  }

  /// Starts the world, tells of its start, attends to it, and takes away what it leaves.
  private func attend(mask: SignalSet, whenStarted: (borrowing World) -> Void) throws(Complaint) -> Int32 {
    let supervisor = try calling { () throws(SystemCallError) in try Supervisor() }
    var plan = plan
    var relay: TerminalRelay?
    var terminal = try makeTerminal()
    if let number = terminal?.terminal.number { plan.terminal = number }
    let world = try start(plan, mask: mask)
    do throws(Complaint) {
      try record(world)
      whenStarted(world)
      if let terminal = terminal.take() { relay = try makeRelay(terminal) }
      let status = try calling { () throws(SystemCallError) in
        try supervisor.attend(to: world, relaying: &relay)
      }
      try forget(world)
      return status.shellStatus
    } catch {
      try calling { () throws(SystemCallError) in try world.pidfd.end() }
      try forget(world)
      throw error
    }
  }

  private func makeTerminal() throws(Complaint) -> PseudoTerminal? {
    guard hasTerminal else { return nil }
    return try calling { () throws(SystemCallError) in try PseudoTerminal() }
  }

  /// Keeps the controlling end; the world alone holds the other from now on.
  private func makeRelay(_ terminal: consuming PseudoTerminal) throws(Complaint) -> TerminalRelay {
    do throws(SystemCallError) {
      return try TerminalRelay(controller: terminal.controller)
    } catch {
      throw Complaint(error, doing: "set up the terminal", exitStatus: 125)
    }
  }

  private func start(_ plan: IsolationPlan, mask: SignalSet) throws(Complaint) -> World {
    do throws(IsolationError) {
      return try plan.start(signalMask: mask)
    } catch {
      throw Complaint(error, running: plan.command)
    }
  }

  private func record(_ world: borrowing World) throws(Complaint) {
    guard let name else { return }
    let processID = world.processID
    do throws(SystemCallError) {
      let process = try ProcessRecord.read(processID, .stat).identity
      try WorldRegistry.own.record(NamedWorld(name: name, process: process))
    } catch {
      if error.errno == .eexist { throw Complaint(what: "there is a world '\(name)' already", exitStatus: 125) }
      throw Complaint(error, doing: "keep the name '\(name)'", exitStatus: 125)
    }
  }

  private func forget(_ world: borrowing World) throws(Complaint) {
    do throws(IsolationError) {
      try world.removeTraces()
    } catch {
      throw Complaint(error, running: plan.command)
    }
    guard let name else { return }
    try calling { () throws(SystemCallError) in try WorldRegistry.own.remove(name) }
  }

  private func calling<Result: ~Copyable>(
    _ body: () throws(SystemCallError) -> Result
  ) throws(Complaint) -> Result {
    do throws(SystemCallError) {
      return try body()
    } catch {
      throw Complaint(error, doing: "run the command", exitStatus: 125)
    }
  }
}

extension Complaint {
  /// What a failed isolation means to a person, with the exit statuses of env(1) for the command itself.
  init(_ error: IsolationError, running command: IsolatedCommand) {
    let program = String(decoding: command.arguments.first ?? [], as: UTF8.self)
    guard let cause = error.cause, cause.call == "execve" else {
      self.init(what: error.description, why: error.cgroup?.reason, try: error.cgroup?.remedy, exitStatus: 125)
      return
    }
    switch cause.errno {
    case .enoent, .enotdir:
      let place = program.contains("/") ? "there is no such file" : "no directory of PATH has it"
      self.init(what: "cannot find the command '\(program)'", why: place, exitStatus: 127)
    default:
      self.init(what: "cannot execute '\(program)': \(cause.errno.message)", exitStatus: 126)
    }
  }
}
