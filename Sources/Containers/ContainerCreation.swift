// Making a container: its directory first, then the control group and the first process, which does everything up to
// the gate. What was made is taken back in the opposite order when a later step fails.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension ContainerStore {
  /// Makes a container, whose first process then waits to be started.
  ///
  /// Nothing is left behind when a step fails; then the hooks that run after a container's end have run.
  ///
  /// - Parameters:
  ///   - warn: gets what is no failure but should be told.
  ///   - tell: gets each step that will be done; nil spares the words.
  /// - Throws: `ContainerError` of the step that failed.
  public func create(
    _ request: ContainerRequest, warn: (String) -> Void = { _ in }, tell: ((String) -> Void)? = nil
  ) throws(ContainerError) -> Container {
    try create(request, Bundle(request), terminal: nil, warn: warn, tell: tell).container
  }

  /// - Parameter terminal: a socket that gets the controlling end of the terminal, where the caller is to relay it.
  func create(
    _ request: ContainerRequest, _ bundle: Bundle, terminal: Int32?, warn: (String) -> Void,
    tell: ((String) -> Void)?
  ) throws(ContainerError) -> CreatedContainer {
    let container = try unused(request)
    var plan = try PlanOfContainer(bundle, request)
    for warning in plan.warnings { warn(warning) }
    plan.plan.process.seccomp = try planned(bundle.specification.linux?.seccomp)
    let console = try request.consoleSocket.map { path throws(ContainerError) in
      try ReceivingSocket(path, for: "the terminal")
    }
    defer { withExtendedLifetime(console) {} }
    if let process = bundle.specification.process {
      try plan.plan.setTerminal(of: process, socket: terminal ?? console?.number)
    }
    if let tell { plan.tell(tell) }
    let lock = try claim(container)
    let creation = ContainerCreation(container: container, bundle: bundle, request: request, plan: plan)
    do throws(ContainerError) {
      let world = try creation.carryOut()
      return CreatedContainer(creation, world: world, lock: lock)
    } catch {
      creation.undo(warn)
      throw error
    }
  }
}

extension ContainerStore {
  /// The container that is to be made, of whose name there is none yet.
  func unused(_ request: ContainerRequest) throws(ContainerError) -> Container {
    let container = Container(identifier: try ContainerIdentifier(request.identifier), store: self)
    if try container.directoryExists() { throw .exists(request.identifier) }
    return container
  }
}

extension PlanOfContainer {
  /// Says what will be done, step after step.
  fileprivate func tell(_ tell: (String) -> Void) {
    for notice in notices { tell(notice) }
    for step in plan.steps { tell(step.purpose + ": " + step.call) }
  }
}

/// A container that was made, with its first process, which is still a child of the caller.
struct CreatedContainer: ~Copyable {
  let container: Container
  let record: ContainerRecord
  /// What was written outside of its own directory.
  let files: [FilePath]
  let world: World
  private let lock: ContainerLock

  init(_ creation: ContainerCreation, world: consuming World, lock: consuming ContainerLock) {
    container = creation.container
    record = creation.record
    files = creation.madeFiles
    self.world = world
    self.lock = lock
  }

  /// The first process; others may change the container from here on.
  consuming func release() -> World { world }
}

/// A container in the making.
final class ContainerCreation: StartAttendant {
  let container: Container
  let bundle: Bundle
  let request: ContainerRequest
  var plan: PlanOfContainer
  private(set) var record: ContainerRecord
  /// Whether there may be processes and a control group of the container.
  var mustEnd = false
  private(set) var madeFiles: [FilePath] = []

  init(container: Container, bundle: Bundle, request: ContainerRequest, plan: PlanOfContainer) {
    self.container = container
    self.bundle = bundle
    self.request = request
    self.plan = plan
    record = ContainerRecord(
      identifier: container.identifier.text, specificationVersion: bundle.specification.ociVersion,
      bundle: bundle.path, rootDirectory: bundle.rootDirectory, created: realTimeNanoseconds(),
      owner: UserIDs.current.effective)
    record.annotations = bundle.specification.annotations
    record.cgroup = plan.plan.cgroup?.cgroup
    record.systemdUnit = plan.plan.cgroup?.keeper?.unit
    record.namespaces = (bundle.specification.linux?.namespaces ?? []).map(\.type.procName).sorted()
    record.sessionKeyring = plan.plan.process.sessionKeyring
    record.entersByChangeOfRoot = !plan.hasOwnMountNamespace || plan.plan.root?.isPivotedTo == false
  }

  func carryOut() throws(ContainerError) -> World {
    try container.write(bundle.configuration, to: container.configurationFile, for: "keep the configuration")
    let gate = try container.makeGate()
    plan.plan.startGate = gate.descriptor.number
    let world = try plan.plan.start(attendedBy: self, pauses: true)
    do throws(ContainerError) {
      try complete(world)
    } catch {
      // What failed first is told.
      do throws(SystemCallError) { try world.pidfd.end() } catch {}
      throw error
    }
    return world
  }

  /// The container has a namespace that its configuration does not speak of.
  func note(_ namespace: Specification.Namespace.Kind) {
    record.namespaces = Set(record.namespaces + [namespace.procName]).sorted()
  }

  /// What is done once the first process stands at the gate, or is back.
  func complete(_ world: borrowing World) throws(ContainerError) {
    record.isComplete = true
    try container.write(record)
    if let file = request.pidFile {
      try file.writeProcessID(world.processID)
      madeFiles.append(file)
    }
    if let socket = request.pidfdSocket {
      try ReceivingSocket(socket, for: "the pidfd").send([0], attaching: world.pidfd.descriptor, for: "the pidfd")
    }
  }

  /// What is done while the first process waits in its namespaces, before its root directory changes.
  func prepare(_ processID: Int32) throws(ContainerError) {
    record.process = try attempt("look at the container's first process") { () throws(SystemCallError) in
      try ProcessRecord.read(processID, .stat).identity
    }
    mustEnd = true
    if let shares = plan.shares { record.resourceGroups = try shares.take(processID) }
    try container.write(record)
    try NetworkDevices(devices: bundle.specification.linux?.netDevices ?? [:]).move(to: processID)
    // The specification has `created` from the step before these hooks on.
    for kind in [HookKind.prestart, .createRuntime, .createContainer] {
      try hooks(kind, .created)?()
    }
  }

  func take(listener: Int32, of processID: Int32) throws(ContainerError) {
    try bundle.specification.linux?.seccomp?.send(
      FileDescriptor(owning: listener), of: processID, record, .creating)
  }

  private func hooks(_ kind: HookKind, _ status: ContainerStatus) -> HookRun? {
    HookRun(kind, bundle.specification, record, status)
  }

  /// Takes back what was made: the world has seen to its own part. That something could not be taken back is told, and
  /// the failure that came first is why.
  func undo(_ warn: (String) -> Void) {
    if mustEnd {
      do throws(ContainerError) {
        try container.end(record, bundle.specification, warn)
      } catch {
        warn(error.description)
      }
    }
    for file in madeFiles { do throws(SystemCallError) { try removeFile(file) } catch {} }
    do throws(ContainerError) { try container.removeDirectoryOfState() } catch { warn(error.description) }
  }
}
