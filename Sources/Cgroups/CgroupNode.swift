// The tree of control groups: one, over all hierarchies.

public import Linux
public import struct SystemPackage.FilePath

/// A control group with its members, and those below it.
///
/// Source: cgroups(7).
public struct CgroupNode: Hashable, Sendable {
  /// The path in the hierarchies.
  public let path: FilePath
  /// Its directory in each hierarchy that has one.
  public internal(set) var places: [Cgroup.Place]
  /// The members, by the hierarchies in which they are; as the caller's PID namespace numbers them.
  public internal(set) var members: [Member] = []
  /// Those below it, by name.
  public internal(set) var children: [CgroupNode] = []
  /// The members that could not be read, with the reason: `EOPNOTSUPP` where threads are members by themselves.
  public internal(set) var unreadable: [SystemCallError] = []

  /// A process in a cgroup.
  public struct Member: Hashable, Sendable {
    /// As the caller's PID namespace numbers it.
    public let processID: Int32
    /// In which of the node's hierarchies it is here.
    public internal(set) var hierarchies: [CgroupHierarchy]
  }
}

extension CgroupNode {
  /// All that are below it, each before those below itself.
  public var descendants: [CgroupNode] { children.flatMap { [$0] + $0.descendants } }
}

extension Cgroup {
  /// This cgroup and those below it, in all its hierarchies at once.
  ///
  /// Nodes with the same path below this one are one node. A process that is further down in another hierarchy is not
  /// repeated at the top of the hierarchies, where everybody is who was put nowhere.
  /// - Throws: `SystemCallError` with `ENOENT` or `ENODEV` when the cgroup has been removed.
  ///
  /// Source: cgroups(7).
  public func tree() throws(SystemCallError) -> CgroupNode {
    var root = CgroupNode(path: places.first?.path ?? "/", places: places)
    for place in places {
      for directory in try CgroupTree.directories(at: place.directory) {
        var relative = directory
        _ = relative.removePrefix(place.directory)
        root.add(place, relative.components[...], directory)
      }
    }
    root.arrange()
    if places.allSatisfy(\.isTop) { root.leaveOutThoseBelow() }
    return root
  }
}

extension CgroupNode {
  /// Notes a directory of one hierarchy, so many components below this node.
  fileprivate mutating func add(
    _ top: Cgroup.Place, _ components: FilePath.ComponentView.SubSequence, _ directory: FilePath
  ) {
    guard let first = components.first else {
      let here = Cgroup.Place(hierarchy: top.hierarchy, path: top.path, directory: directory)
      if !places.contains(here) { places.append(here) }
      return readMembers(of: here)
    }
    let next = Cgroup.Place(hierarchy: top.hierarchy, path: top.path.appending(first), directory: top.directory)
    let childPath = path.appending(first)
    let index = children.firstIndex { $0.path == childPath } ?? children.count
    if index == children.count { children.append(CgroupNode(path: childPath, places: [])) }
    children[index].add(next, components.dropFirst(), directory)
  }

  private mutating func readMembers(of place: Cgroup.Place) {
    do throws(SystemCallError) {
      for processID in try CgroupFile.numbers(place.directory.appending("cgroup.procs")) where processID != 0 {
        if let index = members.firstIndex(where: { $0.processID == processID }) {
          members[index].hierarchies.append(place.hierarchy)
        } else {
          members.append(Member(processID: processID, hierarchies: [place.hierarchy]))
        }
      }
    } catch {
      // It was removed meanwhile.
      if error.errno != .enoent && error.errno != .enodev { unreadable.append(error) }
    }
  }

  fileprivate mutating func arrange() {
    members.sort { $0.processID < $1.processID }
    children.sort { $0.path.string < $1.path.string }
    for index in children.indices { children[index].arrange() }
  }

  fileprivate mutating func leaveOutThoseBelow() {
    var below: Set<Int32> = []
    for child in children { child.collect(into: &below) }
    members.removeAll { below.contains($0.processID) }
  }

  private func collect(into processIDs: inout Set<Int32>) {
    processIDs.formUnion(members.map(\.processID))
    for child in children { child.collect(into: &processIDs) }
  }
}
