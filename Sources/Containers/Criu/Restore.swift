// Making a container from a checkpoint: its directory, its control group and the mount points as for a new one; then
// criu brings the processes back.

internal import Cgroups
internal import Isolation
public import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension ContainerStore {
  /// Makes a container from a checkpoint, whose processes go on where they were.
  ///
  /// In the foreground it waits for the end of the container's first process, hands the caller's signals on to it and,
  /// with a terminal, the bytes of both; then it removes the container.
  ///
  /// - Parameters:
  ///   - isDetached: whether to return once the processes are back.
  ///   - warn: gets what is no failure but should be told.
  /// - Returns: how the first process ended; nil when detached.
  /// - Throws: `ContainerError` of the step that failed, `.refused` with what criu says; nothing is left behind then.
  public func restore(
    _ request: RestoreRequest, isDetached: Bool = false, warn: (String) -> Void = { _ in }
  ) throws(ContainerError) -> ExitStatus? {
    let console = try request.container.consoleSocket.map { path throws(ContainerError) in
      try ReceivingSocket(path, for: "the terminal")
    }
    defer { withExtendedLifetime(console) {} }
    if isDetached {
      _ = try restored(request, terminal: console?.number, warn)
      return nil
    }
    guard console == nil else { throw .refused("cannot use console socket if the container is not detached") }
    let hasTerminal = try Bundle(request.container).specification.process?.terminal == true
    let foreground = try Foreground(hasTerminal: hasTerminal)
    let created = try restored(request, terminal: foreground.socket, warn)
    let container = created.container
    let process = created.record.process
    let world = created.release()
    var relay = try foreground.relay()
    let status = try foreground.attend(to: world, relaying: &relay)
    try container.deleteUnlessGone(process, force: true, nil, warn)
    return status
  }

  /// - Parameter terminal: a socket that gets the controlling end of the terminal.
  private func restored(
    _ request: RestoreRequest, terminal: Int32?, _ warn: (String) -> Void
  ) throws(ContainerError) -> CreatedContainer {
    let container = try unused(request.container)
    let bundle = try Bundle(request.container)
    let plan = try PlanOfContainer(bundle, request.container)
    for warning in plan.warnings { warn(warning) }
    let criu = try Criu(request.options.criu)
    if request.options.isLazy { try criu.requireLazyPages() }
    let lock = try claim(container)
    let creation = ContainerCreation(container: container, bundle: bundle, request: request.container, plan: plan)
    do throws(ContainerError) {
      let world = try creation.restore(request, criu, terminal: terminal)
      return CreatedContainer(creation, world: world, lock: lock)
    } catch {
      creation.undo(warn)
      throw error
    }
  }
}

extension RestoreRequest {
  fileprivate func setUp(_ asked: inout CriuRequest) {
    asked.set(.evadesDevices)
    asked.set(.restoresSibling)
    asked.set(.securityProfile, securityProfile)
    asked.set(.securityMountContext, securityMountContext)
  }
}

extension ContainerCreation {
  /// Where the root file system is mounted for criu, whose root has to be a mount.
  private static let rootName = "criu-root"

  fileprivate func restore(
    _ request: RestoreRequest, _ criu: Criu, terminal: Int32?
  ) throws(ContainerError) -> World {
    try container.write(bundle.configuration, to: container.configurationFile, for: "keep the configuration")
    let directories = try CriuDirectories(request.options, log: "restore.log", makesImages: false)
    let root = container.directory.appending(Self.rootName)
    try attempt("make a place for the root file system") { () throws(SystemCallError) in
      try makeDirectory(root, mode: 0o755)
    }
    var asked = CriuRequest(.restore)
    request.setUp(&asked)
    asked.set(.root, root.string)
    try setUpFiles(&asked, images: directories.images)
    try plan.makeMountPoints()
    var process = CriuProcess(name: criu.name)
    process.apart = (bundle.rootDirectory, root, request.options.directories)
    for (_, kind, key) in bundle.specification.keptNamespaces {
      guard let join = plan.joined.joins.first(where: { $0.kinds == kind.flag }) else { continue }
      asked.add(.inheritedDescriptor, key, CriuProcess.firstDescriptor + Int32(process.descriptors.count))
      process.descriptors.append(join.descriptor)
    }
    let session = try CriuSession(process, log: directories.log)
    directories.setUp(&asked, request.options, bundle.specification.annotations, session.directories)
    let restored = try carryOut(asked, session, terminal: terminal)
    try attempt("remove the place of the root file system") { () throws(SystemCallError) in
      try removeDirectory(root)
    }
    return try adopt(restored)
  }

  /// Has criu bring the processes back in the container's control group.
  ///
  /// - Returns: the first process.
  private func carryOut(
    _ asked: CriuRequest, _ session: consuming CriuSession, terminal: Int32?
  ) throws(ContainerError) -> Int32 {
    var asked = asked
    var session = session
    do throws(ContainerError) {
      try enterCgroup(session.processID, &asked)
    } catch {
      try session.end()
      throw error
    }
    var isTerminalSent = false
    let response = try session.ask(asked) { (notification, attachment) throws(ContainerError) in
      switch notification.name {
      case "setup-namespaces": try self.prepare(notification.processID)
      case "post-restore": try self.noteTime(notification.processID)
      case "orphan-pts-master":
        try Self.hand(attachment, to: terminal)
        isTerminalSent = true
      default: break
      }
    }
    guard let processID = response.restoredProcessID else { throw .refused("criu does not say what it restored") }
    guard terminal == nil || isTerminalSent else { throw .refused("the checkpoint has no terminal") }
    return processID
  }

  /// What criu is in, the processes are in.
  private func enterCgroup(_ processID: Int32, _ asked: inout CriuRequest) throws(ContainerError) {
    guard let cgroup = plan.plan.cgroup else { return }
    mustEnd = true
    do throws(CgroupError) {
      _ = try cgroup.carryOut()
      try cgroup.join(processID)
    } catch {
      throw .cgroup(error)
    }
    let places = try attempt("look at criu's control group") { () throws(SystemCallError) in
      try CgroupHierarchies.read().cgroup(of: processID).places
    }
    for place in places {
      for name in place.runcNames { asked.add(.cgroupRoot, name, place.path.string) }
    }
  }

  private static func hand(_ terminal: borrowing FileDescriptor, to socket: Int32?) throws(ContainerError) {
    let terminal = terminal.number
    guard let socket, terminal >= 0 else { throw .refused("nobody takes the terminal: set a console socket") }
    try attempt("send the terminal") { () throws(SystemCallError) in
      try UnixSocket(FileDescriptor(borrowing: socket)).send(
        Array("/dev/ptmx".utf8), attaching: FileDescriptor(borrowing: terminal))
    }
  }

  /// Says what of the container belongs to the world outside.
  private func setUpFiles(_ asked: inout CriuRequest, images: borrowing FileDescriptor) throws(ContainerError) {
    for mount in plan.plan.mounts {
      guard case .bind(let source, _) = mount.source else { continue }
      // criu follows no link.
      let file = try source.resolved(inside: "/")
      asked.add(.externalMount, try mount.target.resolved(inside: bundle.rootDirectory), file)
    }
    for device in bundle.specification.linux?.devices ?? [] {
      asked.add(.externalMount, device.path, device.path)
    }
    asked.add(.externalMount, "/dev/null", "/dev/null")
    for (path, kind) in bundle.specification.joinedByCriu {
      guard kind != .cgroup else { throw .refused("criu cannot restore into a cgroup namespace of others") }
      asked.add(.joinedNamespace, kind.procName, path)
    }
    for (number, key) in try ExternalDescriptors(in: images).inherited {
      asked.add(.inheritedDescriptor, key, number)
    }
  }

  /// criu keeps the clocks going on, by a time namespace. To be asked before the processes go on, and perhaps end.
  private func noteTime(_ processID: Int32) throws(ContainerError) {
    let times = try attempt("look at the restored process") { () throws(SystemCallError) in
      try ["self", "\(processID)"].map { name throws(SystemCallError) in
        try FileDescriptor.workingDirectory.readLink(FilePath("/proc/\(name)/ns/time"))
      }
    }
    if times[0] != times[1] { note(.time) }
  }

  /// The restored first process, which is a child of the caller, as that of the container.
  private func adopt(_ processID: Int32) throws(ContainerError) -> World {
    let pidfd = try attempt("hold the restored process") { () throws(SystemCallError) in try PIDFD(opening: processID) }
    let world = World(adopting: processID, pidfd: pidfd)
    try complete(world)
    return world
  }
}
