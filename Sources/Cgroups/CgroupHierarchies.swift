// Which hierarchies this machine has, and how they are laid out: version 1, version 2, or both.

public import Linux
internal import struct SystemPackage.FilePath

/// The mounted hierarchies, and the caller's place in them.
///
/// Source: cgroups(7).
public struct CgroupHierarchies: Sendable {
  /// How a machine has its hierarchies.
  public enum Layout: String, Sendable {
    /// No hierarchy is mounted.
    case none
    /// Version 1 alone.
    case v1
    /// Version 2 alone.
    case v2
    /// Version 1 has controllers, version 2 is mounted beside it.
    case hybrid
  }

  /// In the order of the mounts, each hierarchy once.
  public let all: [CgroupHierarchy]
  /// The caller's own place in each hierarchy that shows it.
  public let own: Cgroup

  /// Hierarchies that were found, and where the caller is in them.
  init(all: [CgroupHierarchy], memberships: [CgroupMembership]) {
    self.all = all
    own = Cgroup(memberships, in: all)
  }

  /// Finds the hierarchies that are mounted in the caller's mount namespace.
  ///
  /// - Throws: `SystemCallError` when /proc/self/mountinfo or /proc/self/cgroup cannot be read.
  ///
  /// Source: cgroups(7); proc_pid_mountinfo(5).
  public static func read() throws(SystemCallError) -> CgroupHierarchies {
    let mounts = CgroupMount.parse(try FileDescriptor.open("/proc/self/mountinfo").readAll())
    let memberships = try CgroupMembership.read()
    return CgroupHierarchies(
      all: hierarchies(mounts, memberships) { mountPoint in
        (try? CgroupFile.words(mountPoint.appending("cgroup.controllers"))) ?? []
      }, memberships: memberships)
  }

  /// Joins mounts with what /proc/self/cgroup knows: the options of a version 1 mount alone do not tell which of
  /// them are controllers.
  ///
  /// - Parameter offered: the controllers that the root of a version 2 mount offers.
  static func hierarchies(
    _ mounts: [CgroupMount], _ memberships: [CgroupMembership], offered: (FilePath) -> [String]
  ) -> [CgroupHierarchy] {
    var best: [(id: Int, hierarchy: CgroupHierarchy)] = []
    for mount in mounts {
      guard let membership = memberships.first(where: mount.shows) else { continue }
      let controllers =
        mount.version == .v2
        ? offered(mount.mountPoint).map(CgroupController.init(rawValue:)) : membership.cgroupControllers
      let hierarchy = CgroupHierarchy(
        version: mount.version, controllers: controllers, name: membership.hierarchyName, mountPoint: mount.mountPoint,
        root: mount.root)
      if let index = best.firstIndex(where: { $0.id == membership.hierarchyID }) {
        // Of several mounts the one that shows most.
        if mount.root.length < best[index].hierarchy.root.length { best[index].hierarchy = hierarchy }
      } else {
        best.append((membership.hierarchyID, hierarchy))
      }
    }
    return best.map(\.hierarchy)
  }

  /// Version 1, version 2, or both.
  public var layout: Layout {
    let versions = Set(all.map(\.version))
    switch (versions.contains(.v1), versions.contains(.v2)) {
    case (false, false): return .none
    case (true, false): return .v1
    case (false, true): return .v2
    case (true, true): return .hybrid
    }
  }

  /// The version 2 hierarchy, where it is mounted.
  public var unified: CgroupHierarchy? { all.first { $0.version == .v2 } }

  /// The hierarchy that has a controller.
  public func hierarchy(of controller: CgroupController) -> CgroupHierarchy? {
    all.first { $0.controllers.contains(controller) }
  }

  /// The cgroup of a process, in each hierarchy that shows it.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` or `ESRCH` when there is no such process.
  ///
  /// Source: cgroups(7), /proc/PID/cgroup.
  public func cgroup(of processID: Int32) throws(SystemCallError) -> Cgroup {
    cgroup(of: try CgroupMembership.read(of: processID))
  }

  /// The cgroup of a process whose memberships are known, in each hierarchy that shows it.
  public func cgroup(of memberships: [CgroupMembership]) -> Cgroup { Cgroup(memberships, in: all) }
}

extension CgroupMount {
  /// Whether this mount is of the hierarchy that a line of /proc/PID/cgroup speaks of.
  fileprivate func shows(_ membership: CgroupMembership) -> Bool {
    guard version == membership.version else { return false }
    if version == .v2 { return true }
    if let name = membership.hierarchyName { return options.contains("name=" + name) }
    return !membership.cgroupControllers.isEmpty
      && membership.cgroupControllers.allSatisfy { options.contains($0.rawValue) }
  }
}
