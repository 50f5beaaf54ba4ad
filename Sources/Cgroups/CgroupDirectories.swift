// A control group by its directories, as runtimes write it down for later: found again without looking at the mounts.

internal import Linux
public import struct SystemPackage.FilePath

extension Cgroup {
  /// The directory for each controller, `name=…` for a hierarchy of version 1 without any, and the empty name for
  /// version 2: as runc keeps them in `cgroup_paths`.
  public var directories: [String: FilePath] {
    var directories: [String: FilePath] = [:]
    for place in places {
      for name in place.hierarchy.names { directories[name] = place.directory }
    }
    return directories
  }

  /// The cgroup of directories that were written down; what of them is there is not looked at.
  public init(directories: [String: FilePath]) {
    let byDirectory = Dictionary(grouping: directories.keys.sorted()) { directories[$0]! }
    let places = byDirectory.map { directory, names in
      Place(hierarchy: CgroupHierarchy(names: names, of: directory), path: directory, directory: directory)
    }
    self.init(places: places.sorted { $0.directory.string < $1.directory.string })
  }

  /// A cgroup below this one, in each hierarchy, which may not be there yet.
  ///
  /// - Parameter path: without `..` that would lead above this cgroup.
  public func descendant(_ path: FilePath) -> Cgroup {
    let names = path.names
    return Cgroup(places: places.map { place in names.reduce(place) { $0.appending($1) } })
  }
}

extension CgroupHierarchy {
  fileprivate var names: [String] {
    if version == .v2 { return [""] }
    return name.map { ["name=" + $0] } ?? controllers.map(\.rawValue)
  }

  /// Where it is mounted is not known: everything is below `/`.
  fileprivate init(names: [String], of directory: FilePath) {
    let isUnified = names.contains("")
    let offered = isUnified ? (try? CgroupFile.words(directory.appending("cgroup.controllers"))) ?? [] : names
    let name = names.first.flatMap { $0.hasPrefix("name=") ? String($0.dropFirst(5)) : nil }
    self.init(
      version: isUnified ? .v2 : .v1,
      controllers: name == nil ? offered.map(CgroupController.init(rawValue:)) : [], name: name, mountPoint: "/")
  }
}
