// Letting a container's first process go: the gate is a socket at which that process waits, so that whoever starts it
// need not be who made it.

internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension Container {
  static let gateName = "gate"

  /// The place at which the first process will wait.
  func makeGate() throws(ContainerError) -> StartGate {
    let opened = try openDirectory()
    do throws(IsolationError) {
      return try StartGate(Container.gateName, in: opened)
    } catch {
      throw .isolation(error)
    }
  }

  /// Lets the first process execute its program, and returns when it does.
  ///
  /// - Parameters:
  ///   - warn: gets the hooks that failed after the start.
  ///   - beforeEntering: called when a hook is to run inside the container, before this process's program goes there.
  /// - Throws: `ContainerError.wrongState` when it is not created; `.hook` when a hook failed that runs before the
  ///   start, and `.isolation` when the program could not be executed: the container has ended then.
  public func start(
    warn: (String) -> Void = { _ in }, beforeEntering: () throws(ContainerError) -> Void = {}
  ) throws(ContainerError) {
    let lock = try lock()
    let record = try record()
    let status = try status(of: record)
    switch status {
    case .created: break
    case .stopped: throw .wrongState("cannot start a container that has stopped")
    case .running: throw .wrongState("cannot start an already running container")
    case .creating, .paused: throw .wrongState("cannot start a container in the \(status.rawValue) state")
    }
    guard let record else { return }
    let specification = try specification()
    if specification.hooks?.startContainer.isEmpty == false { try beforeEntering() }
    do throws(ContainerError) {
      try letGo(record, specification, warn)
    } catch {
      if case .hook = error { try end(record, specification, warn) }
      throw error
    }
    withExtendedLifetime(lock) {}
  }

  /// Lets the first process go, which stands at the gate. For who has the lock.
  ///
  /// - Throws: `ContainerError.hook` when a hook failed that runs before: the container has to end. `.isolation` when
  ///   the program could not be executed: it has ended.
  func letGo(
    _ record: ContainerRecord, _ specification: Specification, _ warn: (String) -> Void
  ) throws(ContainerError) {
    guard specification.process != nil else {
      throw .specification(SpecificationError(path: "process", problem: "is required to start the container"))
    }
    try HookRun(.startContainer, specification, record, .created)?()
    try openGate(specification)
    for warning in HookRun(.poststart, specification, record, .running)?.runAll() ?? [] { warn(warning) }
  }

  private func openGate(_ specification: Specification) throws(ContainerError) {
    let opened = try openDirectory()
    do throws(IsolationError) {
      try StartGate.open(Container.gateName, in: opened, command: specification.process?.args.first ?? "")
    } catch {
      throw .isolation(error)
    }
    try attempt("take the start gate away") { () throws(SystemCallError) in try removeFile(gateFile) }
  }

  /// The configuration that the container was made from.
  func specification() throws(ContainerError) -> Specification {
    let text = try attempt("read the container's configuration") { () throws(SystemCallError) in
      try content(of: configurationFile)
    }
    guard let text else { throw .refused("cannot read the container's configuration: \(configurationFile) is no file") }
    do throws(SpecificationError) {
      return try Specification(json: text)
    } catch {
      throw .specification(error)
    }
  }
}
