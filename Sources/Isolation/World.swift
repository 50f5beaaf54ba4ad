// Carries an isolation plan out: the caller's part of it, in the order in which the new process waits for it.

internal import Cgroups
public import Linux

/// A running world: its first process, held by descriptor, and what was made for it outside.
public struct World: ~Copyable, Sendable {
  /// The PID of the world's first process, as the caller sees it.
  public let processID: Int32
  /// Holds that process.
  public let pidfd: PIDFD
  private let cgroup: Cgroup?

  init(processID: Int32, pidfd: consuming PIDFD, cgroup: Cgroup?) {
    self.processID = processID
    self.pidfd = pidfd
    self.cgroup = cgroup
  }

  /// Takes away what was made outside, after the world's end: its control group, with whoever is left in it.
  ///
  /// - Throws: `IsolationError` when the control group cannot be emptied.
  public func removeTraces() throws(IsolationError) {
    guard let cgroup else { return }
    try attemptCgroup("end what is left in the control group") { () throws(CgroupError) in
      try cgroup.kill()
      try cgroup.remove()
    }
  }
}

extension IsolationPlan {
  /// Starts the world, and returns when its command has been executed.
  ///
  /// Nothing is left behind when a step fails.
  ///
  /// - Parameter signalMask: what the command has blocked at its start; nil for what the caller has blocked now.
  /// - Throws: `IsolationError` with the step that failed, of the caller or of the new process: `clone3` with
  ///   `EPERM` without the rights, `ENOSPC` or `EUSERS` at a limit of namespaces; `execve` with `ENOENT` or
  ///   `EACCES` when there is no such program, or it may not be executed; any other as its manual page has it.
  public func start(signalMask: SignalSet? = nil) throws(IsolationError) -> World {
    let go = try attempt("make a pipe") { () throws(SystemCallError) in try Pipe() }
    let caller = try attempt("hold the own process") { () throws(SystemCallError) in
      try PIDFD(opening: CallingProcess.processID)
    }
    let program = WorldProgram(self, caller: caller.descriptor.number, go: (go.reading.number, go.writing.number))
      .program
    var start = WorldStart(plan: self, program: program, go: go.writing)
    do throws(IsolationError) {
      for step in callerSteps { try start.carryOut(step, signalMask: signalMask) }
    } catch {
      start.undo()
      throw error
    }
    return start.finish()
  }
}

/// A world in the making: what has been made so far, to be kept or taken back.
private struct WorldStart: ~Copyable {
  private let plan: IsolationPlan
  private let program: SystemCallProgram
  private let go: FileDescriptor
  private var cgroup: Cgroup?
  private var child: ProgramChild?

  init(plan: IsolationPlan, program: SystemCallProgram, go: consuming FileDescriptor) {
    self.plan = plan
    self.program = program
    self.go = go
  }

  mutating func carryOut(_ step: CallerStep, signalMask: SignalSet?) throws(IsolationError) {
    switch step {
    case .makeCgroup(let cgroupPlan):
      cgroup = try attemptCgroup(step.purpose) { () throws(CgroupError) in try cgroupPlan.carryOut() }
    case .clone(let flags):
      child = try attempt(step.purpose) { () throws(SystemCallError) in
        try program.start(namespaces: flags, signalMask: signalMask)
      }
    case .joinCgroup(let cgroup):
      let processID = child?.processID ?? 0
      try attempt(step.purpose) { () throws(SystemCallError) in try cgroup.add(processID) }
    case .writeMaps(let maps): try maps.write(to: child?.processID ?? 0)
    case .runMapTools(let maps): try maps.writeByTools(to: child?.processID ?? 0)
    case .release: try attempt(step.purpose) { () throws(SystemCallError) in try go.write([1]) }
    case .awaitExecution: try confirm()
    }
  }

  private mutating func confirm() throws(IsolationError) {
    let failure: SystemCallProgram.Failure?
    do throws(SystemCallError) {
      failure = try child?.report.awaitOutcome()
    } catch {
      throw IsolationError(purpose: "hear from the new process", cause: error)
    }
    if let failure { throw IsolationError(purpose: failure.purpose, cause: failure.error) }
  }

  /// Ends the child and removes the control group, each for itself. That neither could be done is not told: the step
  /// that failed before is why.
  mutating func undo() {
    do throws(SystemCallError) { try child?.pidfd.end() } catch {}
    do throws(CgroupError) { try cgroup?.remove() } catch {}
  }

  /// Hands the world over; no plan is without its clone step, so there is one.
  mutating func finish() -> World {
    let child = child.take()!
    return World(processID: child.processID, pidfd: child.pidfd, cgroup: cgroup)
  }
}

/// Does something with a control group, and says what it was for should it fail.
private func attemptCgroup<Result>(
  _ purpose: String, _ body: () throws(CgroupError) -> Result
) throws(IsolationError) -> Result {
  do throws(CgroupError) {
    return try body()
  } catch {
    throw IsolationError(purpose: purpose, cgroup: error)
  }
}
