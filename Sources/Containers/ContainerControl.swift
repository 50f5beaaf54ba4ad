// What is done to a container as a whole while it runs: paused, resumed, limited anew, looked at.

public import Cgroups
internal import Linux
public import OCI
internal import Processes

extension Container {
  /// Stops every process of the container, which cannot see or prevent it.
  ///
  /// - Throws: `ContainerError.wrongState` when it is neither created nor running, `.cgroup` where freezing is not
  ///   possible.
  public func pause() throws(ContainerError) {
    let lock = try lock()
    let record = try record()
    let status = try status(of: record)
    guard let record, status == .running || status == .created else {
      throw .wrongState("container not running: it is \(status.rawValue)")
    }
    try setFrozen(true, record)
    withExtendedLifetime(lock) {}
  }

  /// Lets every process of the container go on.
  ///
  /// - Throws: `ContainerError.wrongState` when it is not paused.
  public func resume() throws(ContainerError) {
    let lock = try lock()
    let record = try record()
    let status = try status(of: record)
    guard let record, status == .paused else { throw .wrongState("container not paused: it is \(status.rawValue)") }
    try setFrozen(false, record)
    withExtendedLifetime(lock) {}
  }

  func setFrozen(_ isFrozen: Bool, _ record: ContainerRecord) throws(ContainerError) {
    guard let cgroup = record.cgroup else {
      throw .refused("cannot \(isFrozen ? "pause" : "resume") a container without a control group")
    }
    do throws(CgroupError) {
      try cgroup.setFrozen(isFrozen)
    } catch {
      throw .cgroup(error)
    }
  }

  /// The PIDs of the container's processes, ascending, as the caller's PID namespace numbers them.
  ///
  /// - Throws: `ContainerError.wrongState` when it has ended.
  public func processes() throws(ContainerError) -> [Int32] {
    let record = try record()
    guard let record, let process = record.process, try status(of: record) != .stopped else { throw .notRunning }
    guard let cgroup = record.cgroup else { return [process.processID] }
    return try attempt("list the container's processes") { () throws(SystemCallError) in try cgroup.members() }
  }

  /// Sets limits anew; what the resources do not speak of stays.
  ///
  /// - Throws: `ContainerError.wrongState` when it has ended, `.cgroup` when the kernel or the layout refuses a limit.
  public func update(_ resources: Specification.Resources) throws(ContainerError) {
    let lock = try lock()
    let (record, cgroup) = try liveCgroup()
    do throws(CgroupError) {
      if let unit = record.systemdUnit {
        try cgroup.update(
          CgroupResources(resources), of: unit, runtimeDirectory: ContainerStore.ownRuntimeDirectory)
      } else {
        try cgroup.update(CgroupResources(resources))
      }
      if !resources.devices.isEmpty {
        try cgroup.update(DevicePolicy(resources.devices.map(DeviceRule.init) + DeviceRule.containerDefaults))
      }
    } catch {
      throw .cgroup(error)
    }
    withExtendedLifetime(lock) {}
  }

  /// What the container has used, and how often it met its limits.
  ///
  /// - Throws: `ContainerError.wrongState` when it has ended.
  public func statistics() throws(ContainerError) -> CgroupStatistics {
    let (_, cgroup) = try liveCgroup()
    return try attempt("read the counters of the container") { () throws(SystemCallError) in try cgroup.statistics() }
  }

  private func liveCgroup() throws(ContainerError) -> (ContainerRecord, Cgroup) {
    let record = try record()
    guard let record, try status(of: record) != .stopped else { throw .notRunning }
    guard let cgroup = record.cgroup else { throw .refused("the container has no control group") }
    return (record, cgroup)
  }
}
