// One more process in a container: it joins everything that the first one is in, and has the same rights.

internal import Cgroups
internal import Isolation
public import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension Container {
  /// Starts a process in the container.
  ///
  /// In the foreground it waits for the process's end, hands the caller's signals on to it and, with a terminal and no
  /// console socket, the bytes of both.
  ///
  /// - Parameters:
  ///   - isDetached: whether to return once the program runs.
  ///   - warn: gets what is no failure but should be told.
  /// - Returns: how the process ended; nil when detached.
  /// - Throws: `ContainerError.wrongState` when the container has ended or is paused.
  public func execute(
    _ request: ExecutionRequest, isDetached: Bool = false, warn: (String) -> Void = { _ in }
  ) throws(ContainerError) -> ExitStatus? {
    let record = try runningRecord(joinsPaused: request.joinsPaused)
    guard let identity = record.process, let first = try hold(identity) else {
      throw .wrongState("cannot exec in a stopped container")
    }
    let specification = try specification()
    var execution = try PlanOfExecution(specification, record, request, first: first.descriptor.number)
    execution.plan.process.seccomp = try store.planned(specification.linux?.seccomp)
    for warning in execution.warnings { warn(warning) }
    // A root directory that was entered by chroot(2) is not that of its mount namespace.
    let root = try attempt("open the container's root directory") { () throws(SystemCallError) in
      guard record.entersByChangeOfRoot else { return FileDescriptor(borrowing: -1) }
      return try FileDescriptor.open(FilePath("/proc/\(identity.processID)/root"), [.path, .directory])
    }
    if record.entersByChangeOfRoot { execution.plan.joinedRoot = root.number }
    let process = execution.process
    let console = try request.consoleSocket.map { path throws(ContainerError) in
      try ReceivingSocket(path, for: "the terminal")
    }
    defer { withExtendedLifetime(console) {} }
    if isDetached {
      try execution.plan.setTerminal(of: process, socket: console?.number)
      _ = try start(execution.plan, request, record, specification)
      return nil
    }
    let foreground = try Foreground(hasTerminal: process.terminal && console == nil)
    try execution.plan.setTerminal(of: process, socket: console?.number ?? foreground.socket)
    let world = try start(execution.plan, request, record, specification)
    var relay = try foreground.relay()
    return try foreground.attend(to: world, relaying: &relay)
  }

  private func runningRecord(joinsPaused: Bool) throws(ContainerError) -> ContainerRecord {
    let record = try record()
    let status = try status(of: record)
    switch status {
    case .stopped: throw .wrongState("cannot exec in a stopped container")
    case .creating: throw .wrongState("cannot exec in a container in the creating state")
    case .paused where !joinsPaused:
      throw .wrongState("cannot exec in a paused container (use --ignore-paused to override)")
    case .created, .running, .paused: break
    }
    guard let record else { throw .wrongState("cannot exec in a stopped container") }
    return record
  }

  private func start(
    _ plan: IsolationPlan, _ request: ExecutionRequest, _ record: ContainerRecord, _ specification: Specification
  ) throws(ContainerError) -> World {
    let world = try plan.start(
      attendedBy: ExecutionAttendant(seccomp: specification.linux?.seccomp, record: record), pauses: false)
    do throws(ContainerError) {
      try request.pidFile?.writeProcessID(world.processID)
      if let socket = request.pidfdSocket {
        try ReceivingSocket(socket, for: "the pidfd").send([0], attaching: world.pidfd.descriptor, for: "the pidfd")
      }
    } catch {
      do throws(SystemCallError) { try world.pidfd.end() } catch {}
      throw error
    }
    return world
  }
}

/// Hands the listener of a process that joins on.
private final class ExecutionAttendant: StartAttendant {
  private let seccomp: Specification.Seccomp?
  private let record: ContainerRecord

  init(seccomp: Specification.Seccomp?, record: ContainerRecord) {
    self.seccomp = seccomp
    self.record = record
  }

  func prepare(_ processID: Int32) throws(ContainerError) {}

  func take(listener: Int32, of processID: Int32) throws(ContainerError) {
    try seccomp?.send(FileDescriptor(owning: listener), of: processID, record, .running)
  }
}

/// The plan of a process that joins a container.
private struct PlanOfExecution {
  let process: Specification.Process
  var plan: IsolationPlan
  private(set) var warnings: [String]

  /// - Parameter first: a pidfd of the container's first process.
  init(
    _ specification: Specification, _ record: ContainerRecord, _ request: ExecutionRequest, first: Int32
  ) throws(ContainerError) {
    process = try request.process(from: specification)
    plan = IsolationPlan(command: IsolatedCommand([], environment: []), namespaces: [])
    let kinds = record.namespaceKinds
    let hasUserNamespace = kinds.contains(.newUser)
    var command = PlanOfProcess(process, grantable: hasUserNamespace ? nil : try .grantable())
    try command.add(to: &plan)
    warnings = command.warnings
    if let first = record.process?.processID {
      plan.command.setHome(ofUser: process.user.uid, in: FilePath("/proc/\(first)/root"))
    }
    if !kinds.isEmpty {
      plan.joins = [PlannedJoin(descriptor: first, kinds: kinds, object: "container \(record.identifier)")]
    }
    plan.becomesRootOfUserNamespace = hasUserNamespace
    plan.process.sessionKeyring = record.sessionKeyring
    plan.keptDescriptors = try inheritedDescriptors(request.preservedDescriptors)
    plan.process.personality = specification.linux?.personality.map(\.value)
    plan.joinedCgroup = try cgroup(record, request)
  }

  /// The container's control group, or the one below it that is asked for. Where that of version 2 hands controllers on
  /// it can have no members: then that of the first process.
  private func cgroup(_ record: ContainerRecord, _ request: ExecutionRequest) throws(ContainerError) -> Cgroup? {
    guard let cgroup = record.cgroup else { return nil }
    if let name = request.cgroup { return try cgroup.below(name) }
    return try attempt("look where the container's first process is") { () throws(SystemCallError) in
      guard let unified = cgroup.unified, let process = record.process,
        try !FileDescriptor.open(unified.directory.appending("cgroup.subtree_control")).readAll().allSatisfy({
          $0 <= 32
        })
      else { return cgroup }
      return try CgroupHierarchies.read().cgroup(of: process.processID)
    }
  }
}

extension Cgroup {
  /// The cgroup of a relative path below this one; in each hierarchy where it is there.
  fileprivate func below(_ path: String) throws(ContainerError) -> Cgroup {
    let places = descendant(FilePath(path)).places.filter { place in
      (try? FileDescriptor.workingDirectory.status(of: place.directory).isDirectory) ?? false
    }
    guard !places.isEmpty else { throw .refused("the container has no control group \(path)") }
    return Cgroup(places: places)
  }
}

extension ExecutionRequest {
  /// The process that is asked for: as given, or the container's own with changes.
  fileprivate func process(from specification: Specification) throws(ContainerError) -> Specification.Process {
    var process: Specification.Process
    if let json = self.process {
      do throws(SpecificationError) { process = try Specification.Process(json: json) } catch {
        throw .specification(error)
      }
    } else {
      guard let own = specification.process else { throw .refused("the container's configuration has no process") }
      process = own
    }
    change(&process)
    return process
  }

  private func change(_ process: inout Specification.Process) {
    if !arguments.isEmpty { process.args = arguments }
    process.env += environment
    if let workingDirectory { process.cwd = workingDirectory }
    if let userID { process.user.uid = userID }
    if let groupID { process.user.gid = groupID }
    process.user.additionalGids += additionalGroups
    if let hasTerminal { process.terminal = hasTerminal }
    if let hasNoNewPrivileges { process.noNewPrivileges = hasNoNewPrivileges }
    process.apparmorProfile = appArmorProfile ?? process.apparmorProfile
    process.selinuxLabel = processLabel ?? process.selinuxLabel
    guard !capabilities.isEmpty else { return }
    var sets = process.capabilities ?? Specification.Capabilities()
    sets.bounding += capabilities
    sets.effective += capabilities
    sets.permitted += capabilities
    process.capabilities = sets
  }
}

extension IsolationPlan {
  /// - Parameter socket: gets the controlling end of the terminal.
  mutating func setTerminal(of process: Specification.Process, socket: Int32?) throws(ContainerError) {
    guard process.terminal else {
      if socket == nil { return }
      throw .refused("cannot use console socket if the process has no terminal")
    }
    guard let socket else {
      throw .refused("cannot allocate a terminal without setting a console socket")
    }
    let size = process.consoleSize.map { WindowSize(rows: Int($0.height), columns: Int($0.width)) }
    terminal = .ofWorld(socket: socket, size: size ?? WindowSize(rows: 0, columns: 0))
  }
}
