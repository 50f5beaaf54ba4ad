// What stands in the way of a control group, with the reason found out and what a person can do.

public import Linux
public import struct SystemPackage.FilePath

/// Why a control group cannot be made, limited or removed.
public enum CgroupError: Error, Hashable, Sendable {
  /// No mounted hierarchy has the controller.
  case controllerMissing(CgroupController, CgroupHierarchies.Layout)
  /// The hierarchy of version 2 has the controller, but this cgroup, below which a new one would be made, does not
  /// hand it on to its children.
  case controllerNotHandedOn(CgroupController, parent: FilePath)
  /// The mounts do not show the cgroup below which a new one would be made.
  case parentNotVisible(CgroupController, CgroupHierarchy)
  /// The caller may not make a cgroup in the only places that it could lie.
  case notDelegated(FilePath)
  /// A limit that no kernel takes.
  case limitOutOfRange(CgroupController, String)
  /// No hierarchy that has the controller has this cgroup.
  case notControlled(CgroupController, FilePath)
  /// It is the top of a hierarchy, whose members are the machine's.
  case top(FilePath)
  /// Members or other cgroups are in it.
  case notEmpty(FilePath, members: [Int32], children: [FilePath])
  /// The caller is in it, or below it.
  case containsCaller(FilePath)
  /// Members were left when the time was over.
  case stillHasMembers([Int32])
  /// The kernel refused a call.
  case systemCall(SystemCallError)
}

extension CgroupError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .controllerMissing(let controller, _): "cannot limit \(controller): no cgroup hierarchy has that controller"
    case .controllerNotHandedOn(let controller, let parent):
      "cannot limit \(controller): \(parent) does not hand that controller on (cgroup v2)"
    case .parentNotVisible(let controller, let hierarchy):
      "cannot limit \(controller): the \(hierarchy) at \(hierarchy.mountPoint) does not show the own cgroup"
    case .notDelegated(let directory): "cannot make a cgroup in \(directory): no permission"
    case .limitOutOfRange(let controller, let value): "cannot limit \(controller) to \(value)"
    case .notControlled(let controller, let path): "cannot limit \(controller) of \(path): it has no such controller"
    case .top(let directory): "cannot change \(directory): it is the top of its hierarchy"
    case .notEmpty(let path, let members, let children):
      "cannot remove \(path): it has \(CgroupError.count(members.count, "member")) and "
        + "\(CgroupError.count(children.count, "cgroup")) below it"
    case .containsCaller(let path): "cannot end the members of \(path)"
    case .stillHasMembers(let processes):
      "the cgroup still has members: PID \(processes.map(String.init).joined(separator: " "))"
    case .systemCall(let error): error.description
    }
  }

  /// The reason, where it is known.
  public var reason: String? {
    switch self {
    case .controllerMissing(_, .none): "no cgroup hierarchy is mounted"
    case .controllerMissing(let controller, let layout):
      "the layout is \(layout.rawValue), and \(controller) is in no mounted hierarchy; see /proc/cgroups"
    case .controllerNotHandedOn(let controller, let parent):
      "\(controller) is not in \(parent.appending("cgroup.subtree_control"))"
    case .parentNotVisible: "the mount shows another part of the hierarchy"
    case .notDelegated(let directory): CgroupError.ownership(of: directory)
    case .notControlled(let controller, _): "no hierarchy that has \(controller) has a directory of that path"
    case .top: "every process that was put nowhere is there"
    case .notEmpty(_, let members, let children): CgroupError.whatIsIn(members, children)
    case .containsCaller: "this command is in it"
    case .limitOutOfRange, .stillHasMembers, .systemCall: nil
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private static func whatIsIn(_ members: [Int32], _ children: [FilePath]) -> String {
    let shown = members.prefix(5).map(String.init) + (members.count > 5 ? ["…"] : [])
    let parts = [
      members.isEmpty ? nil : "PID " + shown.joined(separator: " "),
      children.isEmpty
        ? nil : children.prefix(3).map(\.string).joined(separator: " ") + (children.count > 3 ? " …" : ""),
    ]
    return "it holds " + parts.compactMap(\.self).joined(separator: ", and ")
  }

  /// Whose a directory is; nil where it is the caller's.
  private static func ownership(of directory: FilePath) -> String? {
    do throws(SystemCallError) {
      let owner = try FileDescriptor.workingDirectory.status(of: directory).userID
      return owner == UserIDs.current.effective ? nil : "the directory belongs to user \(owner)"
    } catch {
      return nil
    }
  }

  /// What a person can do about it.
  public var remedy: String? {
    switch self {
    case .controllerNotHandedOn(let controller, let parent):
      "as root: echo +\(controller) > \(parent.appending("cgroup.subtree_control")); "
        + "with systemd: systemd-run --user --scope -- COMMAND"
    case .notDelegated: "systemd-run --user --scope -- COMMAND, or as root"
    case .controllerMissing(_, .none): "mount -t cgroup2 none /sys/fs/cgroup"
    default: nil
    }
  }
}
