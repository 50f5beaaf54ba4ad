// One hierarchy of control groups, where it is mounted, and where a process's path in it lies in the file system.

public import Linux
public import struct SystemPackage.FilePath

/// A mounted hierarchy.
///
/// Source: cgroups(7); proc_pid_mountinfo(5).
public struct CgroupHierarchy: Hashable, Sendable {
  /// Version 1 has one hierarchy for each set of controllers, version 2 one for all.
  public let version: CgroupVersion
  /// What it controls: all that a version 1 hierarchy was mounted for; of version 2 what its root offers.
  public let controllers: [CgroupController]
  /// The name of a version 1 hierarchy without controllers, for example `systemd`.
  public let name: String?
  /// Where it is mounted.
  public let mountPoint: FilePath
  /// Which cgroup the mount shows as its top, as the caller's cgroup namespace sees it; `/` for the whole.
  public let root: FilePath

  /// A hierarchy as a mount shows it.
  public init(
    version: CgroupVersion, controllers: [CgroupController], name: String? = nil, mountPoint: FilePath,
    root: FilePath = "/"
  ) {
    self.version = version
    self.controllers = controllers
    self.name = name
    self.mountPoint = mountPoint
    self.root = root
  }

  /// The directory of a cgroup.
  ///
  /// - Parameter path: as /proc/PID/cgroup gives it; begins with a slash.
  /// - Returns: nil where the mount does not show that cgroup: it lies beside the mount's root, or outside the
  ///   caller's cgroup namespace.
  public func directory(of path: FilePath) -> FilePath? {
    var relative = path
    guard relative.removePrefix(root), relative.hasOnlyNames else { return nil }
    return mountPoint.below(relative)
  }

  /// The directories of all cgroups that the mount shows, each before its children; what is removed meanwhile is
  /// left out.
  ///
  /// - Throws: `SystemCallError` when a directory cannot be read, for example with `EACCES`.
  public func directories() throws(SystemCallError) -> [FilePath] {
    try CgroupTree.directories(at: mountPoint)
  }
}

extension CgroupHierarchy: CustomStringConvertible {
  /// The hierarchy in a person's words, for example `cgroup v1 hierarchy cpu,cpuacct`.
  public var description: String {
    if version == .v2 { return "cgroup v2 hierarchy" }
    let label = name.map { "name=" + $0 } ?? controllers.map(\.rawValue).joined(separator: ",")
    return "cgroup v1 hierarchy \(label)"
  }
}
