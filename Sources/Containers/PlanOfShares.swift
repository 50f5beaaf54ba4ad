// A container's share of the processor's cache and of the bandwidth of memory.

internal import Cgroups
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension Specification.IntelRDT {
  /// - Throws: `ContainerError.refused` where resctrl is not mounted, or the group has other shares.
  func planned(for container: String) throws(ContainerError) -> ResourceControlPlan {
    var shares = ResourceControl()
    shares.closID = closID
    shares.l3CacheSchema = l3CacheSchema
    shares.memoryBandwidthSchema = memBwSchema
    shares.schemata = schemata
    shares.enablesMonitoring = enableMonitoring
    let root = try attempt("look for resctrl") { () throws(SystemCallError) in try ResourceControl.mountPoint() }
    do throws(ResourceControlError) {
      return try shares.plan(container: container, below: root)
    } catch {
      throw .refused("\(error)")
    }
  }
}

extension Container {
  /// Sets shares of cache and bandwidth anew. A container without a group of its own gets one, with all of its processes.
  ///
  /// - Parameters:
  ///   - l3CacheSchema: a line such as `L3:0=f`; nil leaves them as they are.
  ///   - memoryBandwidthSchema: a line such as `MB:0=20`; nil leaves them as they are.
  /// - Throws: `ContainerError.wrongState` when it has ended, `.refused` where resctrl is not mounted or refuses a share.
  public func update(l3CacheSchema: String?, memoryBandwidthSchema: String?) throws(ContainerError) {
    let lock = try lock()
    let members = try processes()
    guard var record = try record() else { throw .notRunning }
    var shares = ResourceControl()
    shares.closID = try specification().linux?.intelRdt?.closID
    shares.l3CacheSchema = l3CacheSchema
    shares.memoryBandwidthSchema = memoryBandwidthSchema
    let root = try attempt("look for resctrl") { () throws(SystemCallError) in try ResourceControl.mountPoint() }
    do throws(ResourceControlError) {
      if try !shares.update(container: identifier.text, below: root), let first = members.first {
        let plan = try shares.plan(container: identifier.text, below: root)
        try plan.carryOut(first)
        record.resourceGroups = plan.ownedDirectories
        for member in members.dropFirst() { try plan.add(member) }
      }
    } catch {
      throw .refused("\(error)")
    }
    try write(record)
    withExtendedLifetime(lock) {}
  }
}

extension ResourceControlPlan {
  /// Puts a process in the group.
  ///
  /// - Returns: the directories that were made for the container, in the order in which they are removed.
  func take(_ processID: Int32) throws(ContainerError) -> [FilePath] {
    do throws(ResourceControlError) {
      try carryOut(processID)
    } catch {
      throw .refused("\(error)")
    }
    return ownedDirectories
  }
}
