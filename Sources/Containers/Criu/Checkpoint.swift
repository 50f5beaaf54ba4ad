// Keeping a running container in files, from which it can go on later: criu does it, and is told what of the container
// belongs to the world outside.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension Container {
  /// Keeps the container in images; unless it is to go on, it has ended then and is removed.
  ///
  /// - Parameter warn: gets what is no failure but should be told.
  /// - Throws: `ContainerError.wrongState` when it does not run, `.refused` with what criu says when it fails: the
  ///   container goes on then.
  public func checkpoint(_ request: CheckpointRequest, warn: (String) -> Void = { _ in }) throws(ContainerError) {
    let process = try dump(request, warn)
    if !request.leavesRunning, !request.isPreDump { try deleteUnlessGone(process, force: true, nil, warn) }
  }

  /// - Returns: the container's first process.
  private func dump(
    _ request: CheckpointRequest, _ warn: (String) -> Void
  ) throws(ContainerError) -> ProcessIdentity {
    let lock = try lock()
    let record = try record()
    let status = try status(of: record)
    guard let record, let process = record.process, status == .running || status == .paused else {
      throw .wrongState("cannot checkpoint a container in the \(status.rawValue) state")
    }
    let directories = try CriuDirectories(request.options, log: "dump.log", makesImages: true)
    try request.checkParent(below: directories.images)
    let criu = try Criu(request.options.criu)
    if request.isPreDump || request.parent != nil { try criu.requireMemoryTracking() }
    if request.options.isLazy { try criu.requireLazyPages() }
    let errors = try attempt("keep what criu says") { () throws(SystemCallError) in
      try FileDescriptor.inMemory(named: "criu-errors")
    }
    var asked = CriuRequest(request.isPreDump ? .preDump : .dump)
    directories.setUp(&asked, request.options, record.annotations)
    request.setUp(&asked, process.processID, record)
    if !request.isPreDump {
      try setUpFiles(&asked, process.processID, record, directories.images)
    }
    var started = CriuProcess(name: criu.name)
    started.errors = errors.number
    var session = try CriuSession(started, log: directories.log)
    _ = try session.ask(asked) { (notification, _) throws(ContainerError) in
      if notification.name == "status-ready" { request.tellReady(warn) }
    }
    withExtendedLifetime(lock) {}
    return process
  }

  /// Says what of the container belongs to the world outside.
  private func setUpFiles(
    _ asked: inout CriuRequest, _ processID: Int32, _ record: ContainerRecord, _ images: borrowing FileDescriptor
  ) throws(ContainerError) {
    let specification = try specification()
    let root = FilePath("/proc/\(processID)/root")
    let hierarchies = try attempt("look at the control groups") { () throws(SystemCallError) in
      try CgroupHierarchies.read()
    }
    for target in try ExternalMounts(specification, hierarchies, root: root).targets {
      asked.add(.externalMount, target, target)
    }
    for path in specification.linux?.maskedPaths ?? [] where isFile(FilePath(path), inside: root) {
      // /dev/null of outside lies on it.
      asked.add(.externalMount, path, "/dev/null")
    }
    for (path, kind, key) in specification.keptNamespaces {
      let inode = try attempt("look at the \(kind.rawValue) namespace") { () throws(SystemCallError) in
        try FileDescriptor.workingDirectory.status(of: path).inode
      }
      asked.set(.external, "\(kind.procName)[\(inode)]:\(key)")
    }
    let descriptors = try ExternalDescriptors(of: processID)
    for file in descriptors.files { asked.set(.external, file) }
    try descriptors.write(to: images)
  }
}

/// Whether something is there, and no directory.
private func isFile(_ path: FilePath, inside root: FilePath) -> Bool {
  do throws(SystemCallError) {
    let directory = try FileDescriptor.open(root, [.path, .directory])
    return try !directory.open(path, [.path], resolve: [.inRoot, .noMagicLinks]).status().isDirectory
  } catch {
    return false
  }
}

extension CheckpointRequest {
  /// criu takes it relative to the images, and says nothing clear of one that is wrong.
  fileprivate func checkParent(below images: borrowing FileDescriptor) throws(ContainerError) {
    guard let parent else { return }
    guard parent.isRelative else { throw .refused("--parent-path must be relative") }
    let number = images.number
    let status = try attempt("find the parent's images") { () throws(SystemCallError) in
      try FileDescriptor(borrowing: number).status(of: parent)
    }
    guard status.isDirectory else { throw .refused("invalid --parent-path: \(parent) is no directory") }
  }

  fileprivate func setUp(_ asked: inout CriuRequest, _ processID: Int32, _ record: ContainerRecord) {
    asked.set(.processID, processID)
    asked.set(.root, record.rootDirectory.string)
    asked.set(.leavesRunning, leavesRunning)
    asked.set(.parentImages, parent?.string)
    if parent != nil || isPreDump { asked.set(.tracksMemory) }
    if let pageServer { asked.add(.pageServer, pageServer.address, Int32(pageServer.port)) }
    let freezer = record.cgroup?.place(of: .freezer) ?? record.cgroup?.unified
    asked.set(.frozenCgroup, freezer?.directory.string)
  }

  /// Tells whoever waits that pages can be fetched.
  fileprivate func tellReady(_ warn: (String) -> Void) {
    guard let statusDescriptor else { return }
    do throws(SystemCallError) {
      try FileDescriptor(owning: statusDescriptor).write([0])
    } catch {
      warn("cannot tell that pages can be fetched: \(error)")
    }
  }
}
