// One control group: the same thing may have a directory in several hierarchies.

public import Linux
public import struct SystemPackage.FilePath

/// A control group, by its directory in each hierarchy that it has a place in.
///
/// Source: cgroups(7).
public struct Cgroup: Hashable, Sendable {
  /// A directory of one hierarchy.
  public struct Place: Hashable, Sendable {
    /// Where it is mounted, and its version.
    public let hierarchy: CgroupHierarchy
    /// The path in the hierarchy, as /proc/PID/cgroup gives it.
    public let path: FilePath
    /// The directory in the file system.
    public let directory: FilePath

    /// A directory that is known already, as where it was written down.
    public init(hierarchy: CgroupHierarchy, path: FilePath, directory: FilePath) {
      self.hierarchy = hierarchy
      self.path = path
      self.directory = directory
    }

    /// The file that a process with one thread writes `0` to, to become a member.
    ///
    /// In version 1 that is `tasks`: to move the thread that writes, the kernel need not hold up every fork and exit on
    /// the machine, for which a write to `cgroup.procs` waits some milliseconds (a grace period of RCU).
    public var joinFile: FilePath { directory.appending(hierarchy.version == .v1 ? "tasks" : "cgroup.procs") }
  }

  /// One for each hierarchy that it has a directory in.
  public let places: [Place]

  /// A cgroup by its directories.
  public init(places: [Place]) {
    self.places = places
  }

  /// The places that are visible through these hierarchies' mounts.
  init(_ memberships: [CgroupMembership], in hierarchies: [CgroupHierarchy]) {
    places = hierarchies.compactMap { hierarchy in
      let membership = memberships.first {
        $0.version == hierarchy.version
          && (hierarchy.version == .v2
            || ($0.hierarchyName == hierarchy.name && $0.cgroupControllers == hierarchy.controllers))
      }
      guard let membership, !membership.isDeleted, let directory = hierarchy.directory(of: membership.filePath) else {
        return nil
      }
      return Place(hierarchy: hierarchy, path: membership.filePath, directory: directory)
    }
  }

  /// The place in the hierarchy of version 2.
  public var unified: Place? { places.first { $0.hierarchy.version == .v2 } }

  /// The place where a controller acts on this cgroup: in version 1 by the hierarchy's mount, in version 2 where
  /// the parent hands the controller on.
  public func place(of controller: CgroupController) -> Place? {
    places.first { $0.hierarchy.version == .v1 && $0.hierarchy.controllers.contains(controller) }
      ?? places.first { $0.hierarchy.version == .v2 && $0.hierarchy.controllers.contains(controller) }
  }

  /// The files that a process with one thread writes `0` to, to become a member: one in each hierarchy.
  public var joinFiles: [FilePath] { places.map(\.joinFile) }

  /// The directory of version 2, for CLONE_INTO_CGROUP; nil without a place there.
  ///
  /// - Throws: `SystemCallError` of open(2) when the cgroup has been removed.
  public func openUnified() throws(SystemCallError) -> FileDescriptor? {
    guard let unified else { return nil }
    return try FileDescriptor.open(unified.directory, [.path, .directory])
  }

  /// Moves a process here with all its threads.
  ///
  /// - Parameter processID: 0 for the caller.
  /// - Throws: `SystemCallError` with `ESRCH`, `EACCES` without the right on both cgroups and what lies above
  ///   both, `EBUSY` for a cgroup of version 2 that hands controllers on.
  ///
  /// Source: cgroups(7), `cgroup.procs`.
  public func add(_ processID: Int32) throws(SystemCallError) {
    for place in places {
      try CgroupFile.write("\(processID)", to: place.directory.appending("cgroup.procs"))
    }
  }

  /// The PIDs of this cgroup and of those below it, ascending; as the caller's PID namespace numbers them, without
  /// those that it does not see.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` or `ENODEV` when the cgroup has been removed.
  ///
  /// Source: cgroups(7), `cgroup.procs`.
  public func members() throws(SystemCallError) -> [Int32] {
    var found: Set<Int32> = []
    for place in places {
      for directory in try CgroupTree.directories(at: place.directory) {
        do {
          found.formUnion(try CgroupFile.numbers(directory.appending("cgroup.procs")))
        } catch  where directory != place.directory && (error.errno == .enoent || error.errno == .enodev) {
          // It was removed meanwhile.
        }
      }
    }
    found.remove(0)
    return found.sorted()
  }
}

/// A cgroup's directory and those below it.
enum CgroupTree {
  /// The directories, each before its children.
  static func directories(at top: FilePath) throws(SystemCallError) -> [FilePath] {
    var found = [top]
    var next = 0
    var reader = DirectoryReader()
    while next < found.count {
      let directory = found[next]
      next += 1
      do throws(SystemCallError) {
        let descriptor = try FileDescriptor.open(directory, .directory)
        try reader.forEachEntry(of: descriptor) { (entry) throws(SystemCallError) in
          guard entry.type == .directory else { return }
          found.append(directory.below(FilePath(bytes: entry.bytes)))
        }
      } catch  where error.errno == .enoent && next > 1 {
        continue  // It was removed meanwhile.
      }
    }
    return found
  }
}
