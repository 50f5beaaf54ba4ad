// A container's cgroup that systemd keeps: a unit can be made only with a process in it, so it is made when there is
// one, and what systemd does not set is written after.

internal import Linux
public import struct SystemPackage.FilePath

/// Who makes the cgroup of a plan, once there is a process to be put in it.
///
/// Source: org.freedesktop.systemd1(5); systemd.scope(5).
public struct SystemdKeeper: Hashable, Sendable {
  /// The unit that it is.
  public let unit: SystemdUnit
  /// XDG_RUNTIME_DIR for the user's own systemd; nil for the machine's.
  public let runtimeDirectory: FilePath?
  let resources: CgroupResources
  let devices: DevicePolicy?
  let version: CgroupVersion
  let description: String

  /// Makes the unit around a process.
  func start(_ processID: Int32) throws(CgroupError) {
    do throws(SystemdError) {
      var systemd = try Systemd(runtimeDirectory: runtimeDirectory)
      try systemd.start(
        unit, processes: [processID], resources: resources, devices: devices, version: version,
        description: description)
    } catch {
      throw .systemd(error)
    }
  }
}

extension CgroupHierarchies {
  /// Plans the cgroup of a container as a unit of systemd.
  ///
  /// - Parameters:
  ///   - path: `linux.cgroupsPath` in systemd's form, `SLICE:PREFIX:NAME`, or empty.
  ///   - container: its name, for a unit that the path does not name.
  ///   - runtimeDirectory: XDG_RUNTIME_DIR for the user's own systemd; nil for the machine's.
  /// - Throws: `CgroupError` as `plan(containerAt:)` does; `.systemd` where none runs, or the path is no unit's.
  ///
  /// Source: systemd.scope(5), systemd.resource-control(5).
  public func plan(
    systemdContainer container: String, at path: String, runtimeDirectory: FilePath? = nil,
    resources: CgroupResources = CgroupResources(), devices: DevicePolicy? = nil, owner: UInt32? = nil,
    tolerating tolerance: CgroupTolerance = .noDirectory
  ) throws(CgroupError) -> CgroupPlan {
    let unit: SystemdUnit
    let directory: FilePath
    do throws(SystemdError) {
      unit = try SystemdUnit(cgroupsPath: path, container: container, isUsers: runtimeDirectory != nil)
      var top: FilePath = "/"
      if runtimeDirectory != nil {
        var systemd = try Systemd(runtimeDirectory: runtimeDirectory)
        top = try systemd.controlGroup()
      }
      directory = top.appending(try unit.path().components)
    } catch {
      throw .systemd(error)
    }
    var plan = try plan(
      containerAt: directory, resources: resources, devices: devices, owner: owner, tolerating: tolerance)
    plan.keeper = SystemdKeeper(
      unit: unit, runtimeDirectory: runtimeDirectory, resources: resources, devices: devices,
      version: layout == .v2 ? .v2 : .v1,
      description: "container \(container)")
    return plan
  }
}

extension CgroupPlan {
  /// Puts a process in the cgroup of a plan that was carried out; one that systemd keeps is made now.
  ///
  /// - Throws: `CgroupError` of the step that failed; `.systemd`.
  ///
  /// Source: systemd.scope(5); cgroups(7).
  public func join(_ processID: Int32) throws(CgroupError) {
    if let keeper {
      try keeper.start(processID)
      try carryOutSteps()
    }
    do throws(SystemCallError) { try cgroup.add(processID) } catch { throw .systemCall(error) }
  }
}

extension Cgroup {
  /// Changes the resources of a cgroup that systemd keeps: it is told, and the files are written.
  ///
  /// - Throws: `CgroupError` as `update(_:)` does, and `.systemd`.
  ///
  /// Source: systemd.resource-control(5).
  public func update(
    _ resources: CgroupResources, of unit: SystemdUnit, runtimeDirectory: FilePath? = nil
  ) throws(CgroupError) {
    do throws(SystemdError) {
      var systemd = try Systemd(runtimeDirectory: runtimeDirectory)
      let isSecond = !places.contains { $0.hierarchy.version == .v1 }
      try systemd.update(unit, resources, version: isSecond ? .v2 : .v1)
    } catch {
      throw .systemd(error)
    }
    try update(resources)
  }

  /// Ends the members of a cgroup that systemd keeps, and removes its unit.
  ///
  /// - Throws: `CgroupError` as `kill()` and `remove()` do, and `.systemd`.
  ///
  /// Source: org.freedesktop.systemd1(5); cgroups(7).
  public func remove(_ unit: SystemdUnit, runtimeDirectory: FilePath? = nil) throws(CgroupError) {
    do throws(SystemdError) {
      var systemd = try Systemd(runtimeDirectory: runtimeDirectory)
      try systemd.stop(unit)
    } catch {
      throw .systemd(error)
    }
    try remove()
  }
}
