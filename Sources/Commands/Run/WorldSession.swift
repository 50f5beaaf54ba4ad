// One run of a plan: its name, its terminal, its supervision and its end.

internal import Cgroups
internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// A world from its start to its end, in the foreground.
struct WorldSession {
  let plan: IsolationPlan
  /// What enter, ns and kill know the world by; nil for none.
  let name: String?
  /// Whether the command gets a pseudo-terminal.
  let hasTerminal: Bool

  /// Runs the command to its end, and takes away what the world leaves.
  ///
  /// - Parameter whenStarted: called once the command runs.
  /// - Returns: the command's exit status, as a shell shows it.
  func run(whenStarted: (borrowing World) -> Void = { _ in }) throws(Complaint) -> Int32 {
    try calling { () throws(SystemCallError) in try FileDescriptor.occupyStandardStreams() }
    let mask = Supervisor.signals.block()
    let supervisor = try calling { () throws(SystemCallError) in try Supervisor() }
    var plan = plan
    var terminal: SessionTerminal?
    if hasTerminal { terminal = try calling { () throws(SystemCallError) in try SessionTerminal(for: plan) } }
    plan.terminal = terminal?.planned
    let claim = try claimName()
    let world = try start(plan, mask: mask)
    var named: NamedWorld?
    let status: Int32
    do throws(Complaint) {
      named = try give(claim, to: world)
      whenStarted(world)
      status = try attend(supervisor, to: world, terminal.take()).shellStatus
    } catch {
      // The world may have been reaped before; and what came first is what the person is told.
      do throws(SystemCallError) { try world.pidfd.end() } catch {}
      _ = takeAway(world, named)
      throw error
    }
    let starvation = status == 0 ? nil : Complaint.starvation(in: plan, exitStatus: status)
    guard var complaint = takeAway(world, named) else {
      if let starvation { throw starvation }
      return status
    }
    complaint.what += "; the command had ended with status \(status)"
    throw complaint
  }

  private func attend(
    _ supervisor: borrowing Supervisor, to world: borrowing World, _ terminal: consuming SessionTerminal?
  ) throws(Complaint) -> ExitStatus {
    do throws(SystemCallError) {
      var relay: TerminalRelay?
      if let terminal = terminal.take() { relay = try TerminalRelay(terminal.opened()) }
      return try supervisor.attend(to: world, relaying: &relay)
    } catch {
      // The reader of the terminal's output went away, as in `run --tty -- seq 100000 | head -1`.
      if error.errno == .epipe { throw .silent(exitStatus: 128 + Signal.pipe.rawValue) }
      throw Complaint(error, doing: "attend to the command", exitStatus: 125)
    }
  }

  private func start(_ plan: IsolationPlan, mask: SignalSet) throws(Complaint) -> World {
    sweepControlGroups()
    do throws(IsolationError) {
      return try plan.start(signalMask: mask)
    } catch {
      throw Complaint(error, running: plan.command, plan: plan)
    }
  }

  /// What a supervisor that was killed could not take away is taken away by the next that makes a control group.
  private func sweepControlGroups() {
    guard let cgroup = plan.cgroup?.cgroup else { return }
    for place in cgroup.places { ControlGroupName.removeAbandoned(below: place.directory.removingLastComponent()) }
  }

  private func claimName() throws(Complaint) -> NameClaim? {
    guard let name else { return nil }
    do throws(SystemCallError) {
      return try WorldRegistry.own.claim(name)
    } catch {
      if error.errno == .eexist { throw Complaint(what: "there is a world '\(name)' already", exitStatus: 125) }
      throw notKeeping(name, error)
    }
  }

  private func give(_ claim: consuming NameClaim?, to world: borrowing World) throws(Complaint) -> NamedWorld? {
    guard let claim = claim.take(), let name else { return nil }
    let processID = world.processID
    do throws(SystemCallError) {
      return try claim.give(to: ProcessRecord.read(processID, .stat).identity)
    } catch {
      throw notKeeping(name, error)
    }
  }

  private func notKeeping(_ name: String, _ error: SystemCallError) -> Complaint {
    let missing = Diagnosis.ofMissingProc()
    let why = error.errno == .eperm ? "\(error.object) is another user's" : missing?.why
    let task = "keep the name '\(name)' in \(WorldRegistry.own.directory)"
    return Complaint(error, doing: task, why: why, try: missing?.remedy, exitStatus: 125)
  }

  /// Takes the control group and the name away, each for itself.
  ///
  /// - Returns: what failed first.
  private func takeAway(_ world: borrowing World, _ named: NamedWorld?) -> Complaint? {
    var complaint: Complaint?
    do throws(IsolationError) {
      try world.removeTraces()
    } catch {
      complaint = Complaint(error, running: plan.command)
    }
    do throws(SystemCallError) {
      if let named { try WorldRegistry.own.remove(named) }
    } catch {
      complaint = complaint ?? Complaint(error, doing: "take the world's name away", exitStatus: 125)
    }
    return complaint
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
  /// What a person cannot see from a status of 137: that the kernel killed for want of memory. nil where it did not, or
  /// that cannot be told.
  ///
  /// - Parameter plan: of a world that has ended, whose control group is there still.
  fileprivate static func starvation(in plan: IsolationPlan, exitStatus: Int32) -> Complaint? {
    guard let cgroup = plan.cgroup?.cgroup else { return nil }
    let usage: CgroupUsage
    let limit: UInt64?
    do throws(SystemCallError) {
      usage = try cgroup.usage()
      limit = try cgroup.limits().memory
    } catch {
      return nil
    }
    guard let kills = usage.outOfMemoryKills, kills > 0 else { return nil }
    let who = exitStatus == 128 + Signal.kill.rawValue ? "the command" : kills == 1 ? "a process" : "\(kills) processes"
    var complaint = Complaint(
      what: "the kernel killed \(who) of the world for want of memory", exitStatus: exitStatus)
    guard let limit, (usage.memoryLimitHits ?? 0) > 0 || usage.memoryPeak.map({ $0 >= limit }) ?? true else {
      return complaint
    }
    complaint.why = "the world reached its limit of \(ByteCount.shown(limit))"
    complaint.remedy = "--memory \(ByteCount.shown(limit &* 2)), or a command that needs less"
    return complaint
  }
}
