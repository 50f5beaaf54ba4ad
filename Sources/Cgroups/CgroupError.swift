// What stands in the way of a control group, with the reason found out and what a person can do.

public import Linux
public import struct SystemPackage.FilePath

/// Why a control group cannot be made, limited or removed.
///
/// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst.
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
  /// A resource, by its place in the specification's `linux.resources`, and what is wrong with it.
  case resourceInvalid(String, String)
  /// A resource, by its place in the specification's `linux.resources`, that version 2 does not have.
  case onlyInVersion1(String)
  /// A file of version 2 is to be written, and there is no hierarchy of version 2 with its controller.
  case notInVersion2(file: String, CgroupHierarchies.Layout)
  /// A controller cannot be handed on to the children of a cgroup of version 2, or a process cannot join it.
  case notHandedOn(CgroupController, FilePath, SystemCallError)
  /// The cgroup that a container would get is in use.
  case occupied(FilePath, members: Int)
  /// More memory is in use than would be allowed.
  case memoryInUse(UInt64, limit: UInt64)
  /// The rules of devices cannot be applied.
  case deviceRule(String)
  /// The rules of devices have no cgroup to be applied to: nothing can be made in this directory, or in none.
  case devicesUnlimited(FilePath?)
  /// The kernel refused the rules of devices for a cgroup.
  case devicesRefused(FilePath, SystemCallError)
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
  /// systemd, which keeps the cgroup, did not do its part.
  case systemd(SystemdError)
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
    case .resourceInvalid(let name, let problem): "linux.resources.\(name): \(problem)"
    case .onlyInVersion1(let name): "linux.resources.\(name): cgroup v2 has no such limit"
    case .notInVersion2(let file, let layout):
      "linux.resources.unified: \(file): no cgroup v2 hierarchy has its controller (layout \(layout.rawValue))"
    case .notHandedOn(let controller, let parent, let error): "cannot hand \(controller) on below \(parent): \(error)"
    case .occupied(let directory, let members):
      "container's cgroup is not empty: \(CgroupError.count(members, "member")) in \(directory)"
    case .memoryInUse(let usage, let limit): "rejecting memory limit \(limit): \(usage) bytes are in use"
    case .deviceRule(let problem): "linux.resources.devices: \(problem)"
    case .devicesUnlimited(let directory?):
      "linux.resources.devices: cannot limit devices: cannot make a cgroup in \(directory): no permission"
    case .devicesUnlimited(nil): "linux.resources.devices: cannot limit devices: no cgroup hierarchy can"
    case .devicesRefused(let directory, let error):
      "linux.resources.devices: cannot limit the devices of \(directory): \(error)"
    case .notControlled(let controller, let path): "cannot limit \(controller) of \(path): it has no such controller"
    case .top(let directory): "cannot change \(directory): it is the top of its hierarchy"
    case .notEmpty(let path, let members, let children):
      "cannot remove \(path): it has \(CgroupError.count(members.count, "member")) and "
        + "\(CgroupError.count(children.count, "cgroup")) below it"
    case .containsCaller(let path): "cannot end the members of \(path)"
    case .stillHasMembers(let processes):
      "the cgroup still has members: PID \(processes.map(String.init).joined(separator: " "))"
    case .systemd(let error): error.description
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
    case .notDelegated(let directory), .devicesUnlimited(let directory?): CgroupError.ownership(of: directory)
    case .devicesUnlimited(nil): "neither version 2 nor the devices controller of version 1 is mounted"
    case .devicesRefused(_, let error):
      error.errno == .eperm ? "that takes CAP_SYS_ADMIN outside of any user namespace" : nil
    case .notControlled(let controller, _): "no hierarchy that has \(controller) has a directory of that path"
    case .top: "every process that was put nowhere is there"
    case .notEmpty(_, let members, let children): CgroupError.whatIsIn(members, children)
    case .containsCaller: "this command is in it"
    case .notHandedOn(_, let parent, let error): CgroupError.refusal(error.errno, parent)
    case .memoryInUse: "memory.checkBeforeUpdate asks for that"
    case .onlyInVersion1: "no cgroup v1 hierarchy with that controller is mounted"
    case .limitOutOfRange, .stillHasMembers, .systemCall, .resourceInvalid, .notInVersion2, .occupied, .deviceRule,
      .systemd:
      nil
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Why a cgroup of version 2 does not hand a controller on.
  private static func refusal(_ number: Errno, _ directory: FilePath) -> String? {
    switch number {
    case .ebusy: "\(directory) has members of its own; only a cgroup without any hands controllers on"
    case .eopnotsupp: "\(directory) is threaded, or lies in a threaded one: threads cannot be limited so"
    case .enoent: "\(directory) was not handed the controller itself"
    case .eacces, .eperm, .erofs: "the caller may not change \(directory)"
    default: nil
    }
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
