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
