// Removing a control group that somebody named: never more than was named, and never what is in use unasked.

internal import Linux
internal import struct SystemPackage.FilePath

extension Cgroup {
  /// Removes a cgroup in which nobody is and nothing lies, in each of its hierarchies.
  ///
  /// - Throws: `CgroupError.notEmpty` when it has members or cgroups below it, `.top` of a hierarchy's top,
  ///   `.systemCall` with `EACCES` or `EPERM` without the right.
  ///
  /// Source: cgroups(7); rmdir(2).
  public func removeEmpty() throws(CgroupError) {
    try refuseTop()
    let node = try asking { () throws(SystemCallError) in try tree() }
    guard node.members.isEmpty, node.children.isEmpty else {
      throw .notEmpty(node.path, members: node.members.map(\.processID), children: node.children.map(\.path))
    }
    try asking { () throws(SystemCallError) -> Void in
      for place in places { try removeDirectory(place.directory) }
    }
  }

  /// Ends the members of a cgroup and of those below it, and removes them all.
  ///
  /// - Throws: `CgroupError.containsCaller` when the caller is one of them, `.top` of a hierarchy's top,
  ///   `.stillHasMembers` when some do not end.
  ///
  /// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst, `cgroup.kill`.
  public func killAndRemove() throws(CgroupError) {
    try refuseTop()
    let inside = try asking { () throws(SystemCallError) in try members() }
    if inside.contains(CallingProcess.processID) { throw .containsCaller(places.first?.path ?? "/") }
    try kill()
    try remove()
  }

  private func refuseTop() throws(CgroupError) {
    if let top = places.first(where: \.isTop) { throw .top(top.directory) }
  }

  func asking<Result>(_ body: () throws(SystemCallError) -> Result) throws(CgroupError) -> Result {
    do throws(SystemCallError) { return try body() } catch { throw .systemCall(error) }
  }
}
