// Which control group a person means: a path of the hierarchies, a directory of one, or a name below the own.

internal import Linux
public import struct SystemPackage.FilePath

extension CgroupHierarchies {
  /// The control group of a name, in each hierarchy that has it.
  ///
  /// - Parameter name: `/a/b` is that path in every hierarchy; a directory below a hierarchy's mount point is that
  ///   directory alone; `a/b` lies where a new one of that name would: below the caller's own cgroup and, in version
  ///   2, below one of those above it.
  /// - Returns: nil when no hierarchy has it.
  public func cgroup(named name: FilePath) -> Cgroup? {
    let cgroup = Cgroup(places: name.isAbsolute ? places(atPath: name) : placesBelowOwn(name))
    return cgroup.places.isEmpty ? nil : cgroup
  }

  private func places(atPath path: FilePath) -> [Cgroup.Place] {
    let path = path.lexicallyNormalized()
    if let hierarchy = hierarchy(mountedAbove: path) {
      var relative = path
      _ = relative.removePrefix(hierarchy.mountPoint)
      let place = Cgroup.Place(hierarchy: hierarchy, path: hierarchy.root.below(relative), directory: path)
      return place.exists ? [place] : []
    }
    return all.compactMap { hierarchy in
      guard let directory = hierarchy.directory(of: path) else { return nil }
      let place = Cgroup.Place(hierarchy: hierarchy, path: path, directory: directory)
      return place.exists ? place : nil
    }
  }

  /// Of several mounts above each other the lowest.
  private func hierarchy(mountedAbove path: FilePath) -> CgroupHierarchy? {
    all.filter { path.starts(with: $0.mountPoint) }.max { $0.mountPoint.length < $1.mountPoint.length }
  }

  private func placesBelowOwn(_ name: FilePath) -> [Cgroup.Place] {
    let components = name.lexicallyNormalized().components
    guard !components.isEmpty, components.allSatisfy({ $0.kind == .regular }) else { return [] }
    return own.places.compactMap { own in
      var above: Cgroup.Place? = own
      while let place = above {
        let candidate = place.appending(components)
        if candidate.exists { return candidate }
        above = own.hierarchy.version == .v2 ? place.parent : nil
      }
      return nil
    }
  }
}

extension Cgroup {
  /// The part of it that is not at the top of a hierarchy: there is every process that was put nowhere.
  public var belowTops: Cgroup { Cgroup(places: places.filter { !$0.isTop }) }

  /// The places that another one has not.
  public func difference(from other: Cgroup) -> Cgroup {
    Cgroup(places: places.filter { !other.places.contains($0) })
  }
}

extension Cgroup.Place {
  /// Whether the directory is a cgroup's.
  var exists: Bool { CgroupFile.exists(directory.appending("cgroup.procs")) }

  /// Whether this is the top of the hierarchy, or of what the mount shows of it.
  public var isTop: Bool { parent == nil }

  fileprivate func appending(_ components: FilePath.ComponentView) -> Cgroup.Place {
    Cgroup.Place(
      hierarchy: hierarchy, path: path.appending(components), directory: directory.appending(components))
  }
}
