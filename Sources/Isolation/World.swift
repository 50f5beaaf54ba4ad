// Carries an isolation plan out: the caller's part of it, in the order in which the new process waits for it.

internal import Cgroups
public import Linux
internal import struct SystemPackage.FilePath

/// A running world: its first process, held by descriptor, and what was made for it outside.
///
/// Source: pid_namespaces(7), "The namespace init process".
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

  /// Takes over a process that another program brought back, and that is the caller's child.
  ///
  /// - Parameter pidfd: holds that process.
  public init(adopting processID: Int32, pidfd: consuming PIDFD) {
    self.init(processID: processID, pidfd: pidfd, cgroup: nil)
  }

  /// Takes away what was made outside, after the world's end: its control group, with whoever is left in it.
  ///
  /// - Throws: `IsolationError` when the control group cannot be emptied.
  ///
  /// Source: cgroups(7).
  public func removeTraces() throws(IsolationError) {
    guard let cgroup else { return }
    try attemptCgroup("end what is left in the control group") { () throws(CgroupError) in
      try cgroup.kill()
      try cgroup.remove()
    }
  }
}

extension IsolationPlan {
  /// Starts the world, and returns when its command has been executed or, with a start gate, stands there.
  ///
  /// Nothing is left behind when a step fails.
  ///
  /// - Parameters:
  ///   - signalMask: what the command has blocked at its start; nil for what the caller has blocked now.
  ///   - beforeRootChange: called when the world is laid out and its first process, whose PID it gets, still has the
  ///     caller's root directory; that process waits meanwhile. What it throws ends the world.
  ///   - seccompListener: called with the descriptor on which the kernel asks about the system calls of the world, when
  ///     the plan has a filter that asks, and with the PID of the first process.
  /// - Throws: `IsolationError` with the step that failed, of the caller or of the new process: `clone3` with
  ///   `EPERM` without the rights, `ENOSPC` or `EUSERS` at a limit of namespaces; `execve` with `ENOENT` or
  ///   `EACCES` when there is no such program, or it may not be executed; any other as its manual page has it.
  ///
  /// Source: clone(2), namespaces(7), execve(2).
  public func start(
    signalMask: SignalSet? = nil, beforeRootChange: ((Int32) throws(IsolationError) -> Void)? = nil,
    seccompListener: ((consuming FileDescriptor, Int32) throws(IsolationError) -> Void)? = nil
  ) throws(IsolationError) -> World {
    var plan = self
    plan.pausesBeforeRootChange = beforeRootChange != nil
    let go = try attempt("make a pipe") { () throws(SystemCallError) in try Pipe() }
    let caller = try attempt("hold the own process") { () throws(SystemCallError) in
      try PIDFD(opening: CallingProcess.processID)
    }
    plan.sharedMountPoint = try plan.mountPointBelowRoot()
    let mapped = try plan.openMappedMounts()
    var far: Int32 = -1
    let channel = try plan.hasChannel ? WorldChannel(farEnd: &far) : nil
    let ends = WorldCaller(
      pidfd: caller.descriptor.number, goReading: go.reading.number, goWriting: go.writing.number,
      channel: far, mappedMounts: mapped.numbers)
    var start = WorldStart(plan: plan, caller: ends, go: go.writing, channel: channel)
    do throws(IsolationError) {
      for step in plan.callerSteps {
        try start.carryOut(step, signalMask)
        switch step {
        case .awaitLayout: try beforeRootChange?(start.processID)
        case .takeListener: try start.handListener(to: seccompListener)
        default: break
        }
      }
    } catch {
      start.undo()
      throw error
    }
    return start.finish()
  }
}

extension IsolationPlan {
  /// Where mounts are shared with the outside, the new root must not be mounted there too.
  private func mountPointBelowRoot() throws(IsolationError) -> FilePath? {
    guard propagation == .shared, let root, namespaces.contains(.newMount) else { return nil }
    return try attempt("find the mount that the root directory lies on") { () throws(SystemCallError) in
      let number = try FileDescriptor.workingDirectory.status(of: root.path).mountID
      let text = try FileDescriptor.workingDirectory.readFile("/proc/self/mountinfo")
      guard let mount = MountInfo.parse(text.span).first(where: { $0.mountID == number }) else {
        throw SystemCallError(call: "read", errno: .enoent, object: "/proc/self/mountinfo")
      }
      return FilePath(bytes: mount.mountPoint)
    }
  }
}

/// A pair of sockets through which a first process sends descriptors.
private struct WorldChannel: ~Copyable {
  private let near: UnixSocket
  private var farEnd: UnixSocket?

  /// - Parameter farEnd: gets the number of the end that the first process inherits.
  init(farEnd number: inout Int32) throws(IsolationError) {
    let pair = try attempt("make a pair of sockets") { () throws(SystemCallError) in try UnixSocketPair() }
    number = pair.second.descriptor.number
    near = pair.first
    farEnd = .some(pair.second)
  }

  /// Closes the far end here, so that its end there is noticed.
  mutating func closeFarEnd() { farEnd = nil }

  /// The next descriptor; nil when the process ended without sending one.
  func receive() throws(SystemCallError) -> FileDescriptor? {
    var message = try near.receive(limit: 64)
    return message.attachment.take()
  }
}

/// A world in the making: what has been made so far, to be kept or taken back.
private struct WorldStart: ~Copyable {
  private var plan: IsolationPlan
  private let caller: WorldCaller
  private var program: SystemCallProgram
  private let go: FileDescriptor
  private var channel: WorldChannel?
  private var cgroup: Cgroup?
  private var child: ProgramChild?
  /// The process that went on in the child's place, if any.
  private var sibling: PIDFD?
  /// The first process, as the caller sees it.
  private(set) var processID: Int32 = 0
  private var listener: FileDescriptor?

  init(
    plan: IsolationPlan, caller: WorldCaller, go: consuming FileDescriptor, channel: consuming WorldChannel?
  ) {
    self.plan = plan
    self.caller = caller
    program = WorldProgram(plan, caller: caller).program
    self.go = go
    self.channel = channel
  }

  mutating func carryOut(_ step: CallerStep, _ signalMask: SignalSet?) throws(IsolationError) {
    switch step {
    case .makeCgroup(let cgroupPlan):
      cgroup = try attemptCgroup(step.purpose) { () throws(CgroupError) in try cgroupPlan.carryOut() }
    case .clone(let flags, let place):
      child = try clone(flags, into: place, step.purpose, signalMask)
      processID = child?.processID ?? 0
      channel?.closeFarEnd()
    case .fillCgroup(let cgroupPlan):
      let processID = processID
      try attemptCgroup(step.purpose) { () throws(CgroupError) in try cgroupPlan.join(processID) }
    case .writeMaps(let maps): try maps.write(to: processID)
    case .runMapTools(let maps): try maps.writeByTools(to: processID)
    case .release: try attempt(step.purpose) { () throws(SystemCallError) in try go.write([1]) }
    case .adoptSibling: try adoptSibling(step.purpose)
    case .takeListener: listener = try receive(step.purpose)
    case .awaitNamespaces, .awaitLayout:
      guard case .reached = try confirm() else { throw hasEnded(step.purpose) }
    case .awaitExecution: try confirm()
    }
  }

  private mutating func clone(
    _ flags: CloneFlags, into place: Cgroup.Place?, _ purpose: String, _ signalMask: SignalSet?
  ) throws(IsolationError) -> ProgramChild {
    try attempt(purpose) { () throws(SystemCallError) in
      guard let place else { return try program.start(namespaces: flags, signalMask: signalMask) }
      let directory = try FileDescriptor.open(place.directory, [.path, .directory])
      do throws(SystemCallError) {
        return try program.start(namespaces: flags, cgroup: directory, signalMask: signalMask)
      } catch  where [.ebusy, .eacces, .eopnotsupp, .enodev].contains(error.errno) {
        throw SystemCallError(call: error.call, errno: error.errno, object: place.joinFile.string)
      } catch  where error.errno == .eagain && plan.joinedCgroup != nil {
        // At its limit of processes a control group takes in nobody that begins there, but who moves there.
        plan.movesIntoCgroup = true
        program = WorldProgram(plan, caller: caller).program
        return try program.start(namespaces: flags, signalMask: signalMask)
      }
    }
  }

  /// The first process has sent who goes on in its place, and exits.
  private mutating func adoptSibling(_ purpose: String) throws(IsolationError) {
    let pidfd = PIDFD(try receive(purpose))
    processID = try attempt(purpose) { () throws(SystemCallError) in
      _ = try child?.pidfd.wait()
      return try pidfd.processID()
    }
    sibling = .some(pidfd)
  }

  /// A descriptor of the first process; when that ended instead, the step that failed.
  private mutating func receive(_ purpose: String) throws(IsolationError) -> FileDescriptor {
    let received = try attempt(purpose) { () throws(SystemCallError) in try channel?.receive() }
    if let received { return received }
    try confirm()
    throw hasEnded(purpose)
  }

  /// The first process is no more, which said nothing of a step that failed: it was killed.
  private func hasEnded(_ purpose: String) -> IsolationError {
    IsolationError(purpose: purpose, cause: SystemCallError(call: "read", errno: .echild, object: "the new process"))
  }

  mutating func handListener(
    to receiver: ((consuming FileDescriptor, Int32) throws(IsolationError) -> Void)?
  ) throws(IsolationError) {
    guard let listener = listener.take() else { return }
    try receiver?(listener, processID)
  }

  /// Waits until the first process has executed, or tells that it came to a step at which it waits.
  @discardableResult
  private mutating func confirm() throws(IsolationError) -> ProgramReport.Progress? {
    let progress: ProgramReport.Progress?
    do throws(SystemCallError) {
      progress = try child?.report.awaitProgress()
    } catch {
      throw IsolationError(purpose: "hear from the new process", cause: error)
    }
    if case .failed(let failure) = progress {
      throw IsolationError(purpose: failure.purpose, cause: failure.error)
    }
    return progress
  }

  /// Ends the processes and removes the control group, each for itself. That neither could be done is not told: the step
  /// that failed before is why.
  mutating func undo() {
    do throws(SystemCallError) { try sibling?.end() } catch {}
    do throws(SystemCallError) { if sibling == nil { try child?.pidfd.end() } } catch {}
    do throws(CgroupError) { try cgroup?.remove() } catch {}
  }

  /// Hands the world over; no plan is without its clone step, so there is one.
  mutating func finish() -> World {
    let processID = processID
    let child = child.take()!
    guard let sibling = sibling.take() else {
      return World(processID: processID, pidfd: child.pidfd, cgroup: cgroup)
    }
    return World(processID: processID, pidfd: sibling, cgroup: cgroup)
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
