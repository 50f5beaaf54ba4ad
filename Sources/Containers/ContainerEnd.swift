// Signals to a container, and its removal from whatever state it is in.

internal import Cgroups
public import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension Container {
  /// How long the processes of a container may take to end, in nanoseconds.
  private static let patience: UInt64 = 10_000_000_000

  /// Sends a signal to the container's first process, or to all.
  ///
  /// - Throws: `ContainerError.wrongState` when none is left.
  public func kill(_ signal: Signal, all: Bool = false) throws(ContainerError) {
    let record = try record()
    let status = try status(of: record)
    guard let record, let process = record.process, status != .stopped || all else {
      throw .notRunning
    }
    if all, let cgroup = record.cgroup { return try signalMembers(of: cgroup, signal, status) }
    guard let pidfd = try hold(process) else { throw .notRunning }
    try attempt("send \(signal.name)") { () throws(SystemCallError) in try pidfd.send(signal) }
    // A member that is frozen in version 1 dies when it is thawed.
    if signal == .kill, status == .paused { try setFrozen(false, record) }
  }

  private func signalMembers(
    of cgroup: Cgroup, _ signal: Signal, _ status: ContainerStatus
  ) throws(ContainerError) {
    do throws(CgroupError) {
      if signal == .kill { return try cgroup.kill() }
    } catch {
      throw .cgroup(error)
    }
    try attempt("send \(signal.name)") { () throws(SystemCallError) in
      for member in try cgroup.members() {
        do throws(SystemCallError) {
          let pidfd = try PIDFD(opening: member)
          // Its number may be another process's by now.
          if try cgroup.members().contains(member) { try pidfd.sendIfAlive(signal) }
        } catch {
          if error.errno != .esrch && error.errno != .einval { throw error }
        }
      }
    }
  }

  /// Holds a process that was written down; nil when it has ended.
  func hold(_ process: ProcessIdentity) throws(ContainerError) -> PIDFD? {
    do throws(SystemCallError) {
      let pidfd = try PIDFD(opening: process.processID)
      // The number was held while the start time was compared, so the descriptor is the right one's.
      _ = try ProcessRecord.read(process, .stat)
      return pidfd
    } catch {
      if error.errno == .esrch { return nil }
      throw .failed(purpose: "hold the container's first process", error)
    }
  }

  /// Removes the container: its processes, its control group, and what is written down about it.
  ///
  /// - Parameters:
  ///   - force: whether a container that runs is ended first.
  ///   - warn: gets the hooks that failed.
  /// - Throws: `ContainerError.wrongState` when it runs and is not to be ended, `.doesNotExist`.
  public func delete(force: Bool = false, warn: (String) -> Void = { _ in }) throws(ContainerError) {
    try delete(force: force, nil, of: nil, warn)
  }

  /// Removes a container that the caller knows by its first process. Somebody else may have done so, and made another one of
  /// the same name, which stays.
  ///
  /// - Parameter known: the configuration, where it was read already.
  func deleteUnlessGone(
    _ process: ProcessIdentity?, force: Bool = false, _ known: Specification?, _ warn: (String) -> Void
  ) throws(ContainerError) {
    do throws(ContainerError) {
      try delete(force: force, known, of: process, warn)
    } catch {
      guard case .doesNotExist = error else { throw error }
    }
  }

  private func delete(
    force: Bool, _ known: Specification?, of expected: ProcessIdentity?, _ warn: (String) -> Void
  ) throws(ContainerError) {
    if force, try isGoneOrStray() { return }
    if force, let record = try readableRecord(), let process = record.process, process == expected ?? process,
      let pidfd = try hold(process)
    {
      // Whoever is making it, and holds the lock, notices.
      try attempt("end the container") { () throws(SystemCallError) in _ = try pidfd.sendIfAlive(.kill) }
    }
    let lock = try lock()
    let record = try force ? readableRecord() : record()
    if let expected, record?.process != expected { return }
    let status = try force ? nil : status(of: record)
    guard force || status == .stopped || status == .created || record == nil else {
      throw .wrongState(
        "cannot delete container \(identifier.text) that is not stopped: \(status?.rawValue ?? "")")
    }
    if let record { try end(record, known ?? (try? specification()), warn) }
    try removeDirectoryOfState()
    withExtendedLifetime(lock) {}
  }

  /// The record; nil also where the caller may not read it, so that whoever owns the directory can remove it.
  private func readableRecord() throws(ContainerError) -> ContainerRecord? {
    do throws(ContainerError) {
      return try record()
    } catch {
      if case .failed(_, let cause) = error, cause.errno == .eacces { return nil }
      throw error
    }
  }

  /// Whether nothing has the container's name in the store, or only what was no directory, which is removed.
  private func isGoneOrStray() throws(ContainerError) -> Bool {
    do throws(SystemCallError) {
      if try FileDescriptor.workingDirectory.status(of: directory, followsLink: false).isDirectory { return false }
      try removeFile(directory)
      return true
    } catch {
      if error.errno == .enoent { return true }
      throw .failed(purpose: "remove the container's state", error)
    }
  }

  /// Ends the processes, removes the control group, runs the hooks that come after.
  func end(
    _ record: ContainerRecord, _ specification: Specification?, _ warn: (String) -> Void
  ) throws(ContainerError) {
    if let process = record.process, let pidfd = try hold(process) { try end(pidfd) }
    if let cgroup = record.cgroup {
      do throws(CgroupError) {
        if let unit = record.systemdUnit {
          if (try? cgroup.members().isEmpty) == false { try cgroup.kill() }
          try cgroup.remove(unit, runtimeDirectory: ContainerStore.ownRuntimeDirectory)
        } else if let left = try cgroup.removeWhereEmpty() {
          try left.kill()
          try left.remove()
        }
      } catch {
        throw .cgroup(error)
      }
    }
    try removeResourceGroups(record)
    guard let specification else { return }
    for warning in HookRun(.poststop, specification, record.afterEnd, .stopped)?.runAll() ?? [] { warn(warning) }
  }

  private func removeResourceGroups(_ record: ContainerRecord) throws(ContainerError) {
    for group in record.resourceGroups {
      do throws(SystemCallError) {
        try removeDirectory(group)
      } catch  where error.errno != .enoent {
        throw .failed(purpose: "remove the container's share of cache and bandwidth", error)
      } catch {}
    }
  }

  /// Kills a process and waits until it has gone; it need not be the caller's child.
  private func end(_ process: borrowing PIDFD) throws(ContainerError) {
    let number = process.descriptor.number
    try attempt("end the container") { () throws(SystemCallError) in
      guard try PIDFD(FileDescriptor(borrowing: number)).sendIfAlive(.kill) else { return }
      var request = [PollRequest(FileDescriptor(borrowing: number))]
      guard try poll(&request, timeout: Container.patience) > 0 else {
        throw SystemCallError(call: "poll", errno: .etimedout, object: "the container's first process")
      }
    }
  }
}

extension ContainerRecord {
  fileprivate var afterEnd: ContainerRecord {
    var record = self
    record.process = nil
    return record
  }
}
