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
    case .limitOutOfRange, .stillHasMembers, .systemCall: nil
    }
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
