// The mounts of a configuration as mounts of an isolation plan: what each option means.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// What the options of a mount say.
///
/// Source: runtime-spec, config.md "Linux mount options".
struct MountOptions: Hashable {
  var attributes = AttributeChange()
  var recursiveAttributes = AttributeChange()
  var propagation: [PropagationChange] = []
  /// Nil: no bind; else whether it is recursive.
  var binds: Bool?
  var remounts = false
  /// Nil: no mapping; else whether it is recursive.
  var mapsIDs: Bool?
  var copiesUp = false
  var copiesLink = false
  /// What the file system itself understands.
  var ofFileSystem: [String] = []

  init(_ options: [String]) {
    for option in options { add(option) }
  }

  private mutating func add(_ option: String) {
    if let attribute = Self.attributes[option] { return attribute.apply(to: &attributes) }
    if option.first == "r", let attribute = Self.attributes[String(option.dropFirst())] {
      return attribute.apply(to: &recursiveAttributes)
    }
    if let change = Self.propagations[option] { return propagation.append(change) }
    switch option {
    case "bind": binds = binds ?? false
    case "rbind": binds = true
    case "remount": remounts = true
    case "idmap": mapsIDs = mapsIDs ?? false
    case "ridmap": mapsIDs = true
    case "tmpcopyup": copiesUp = true
    case "copy-symlink": copiesLink = true
    case _ where Self.withoutEffect.contains(option): break
    default: ofFileSystem.append(option)
    }
  }

  /// Options of mount(8) that say what is so anyway.
  fileprivate static let withoutEffect: Set<String> = [
    "defaults", "async", "nomand", "nolazytime", "silent", "loud", "auto", "noauto", "nofail", "_netdev", "iversion",
    "noiversion",
  ]

  /// Options that every file system has, so that they go where those of its own go.
  fileprivate static let ofEveryFileSystem = ["sync", "dirsync", "mand", "lazytime"]

  fileprivate static let propagations: [String: PropagationChange] = {
    let kinds: [(String, MountPropagation)] = [
      ("private", .private), ("shared", .shared), ("slave", .slave), ("unbindable", .unbindable),
    ]
    var changes: [String: PropagationChange] = [:]
    for (name, kind) in kinds {
      changes[name] = PropagationChange(kind, isRecursive: false)
      changes["r" + name] = PropagationChange(kind, isRecursive: true)
    }
    return changes
  }()

  /// What an option does to a mount's attributes.
  fileprivate enum Attribute {
    case set(MountAttributes)
    case clear(MountAttributes)

    func apply(to change: inout AttributeChange) {
      switch self {
      case .set(let attributes):
        if !attributes.isDisjoint(with: Attribute.accessTimes) { change.set.subtract(Attribute.accessTimes) }
        change.set.formUnion(attributes)
        change.cleared.subtract(attributes)
      case .clear(let attributes):
        change.cleared.formUnion(attributes)
        change.set.subtract(attributes)
      }
    }

    private static let accessTimes: MountAttributes = [.relativeAccessTime, .noAccessTime, .strictAccessTime]
  }

  fileprivate static let attributes: [String: Attribute] = [
    "ro": .set(.readOnly), "rw": .clear(.readOnly), "nosuid": .set(.noSetUID), "suid": .clear(.noSetUID),
    "nodev": .set(.noDevices), "dev": .clear(.noDevices), "noexec": .set(.noExecution), "exec": .clear(.noExecution),
    "noatime": .set(.noAccessTime), "atime": .clear(.noAccessTime), "relatime": .set(.relativeAccessTime),
    "norelatime": .clear(.relativeAccessTime), "strictatime": .set(.strictAccessTime),
    "nostrictatime": .clear(.strictAccessTime), "nodiratime": .set(.noDirectoryAccessTime),
    "diratime": .clear(.noDirectoryAccessTime), "nosymfollow": .set(.noSymbolicLinks),
    "symfollow": .clear(.noSymbolicLinks),
  ]
}

extension PlanOfContainer {
  mutating func addMounts() throws(ContainerError) {
    for (index, mount) in specification.mounts.enumerated() {
      let options = MountOptions(mount.options)
      if mount.type == "cgroup", options.binds == nil {
        addCgroupMounts(mount, options)
      } else {
        plan.mounts.append(try planned(mount, options, "mounts[\(index)]"))
      }
    }
  }

  private func planned(
    _ mount: Specification.Mount, _ options: MountOptions, _ path: String
  ) throws(ContainerError) -> PlannedMount {
    var planned = PlannedMount(try source(of: mount, options, path), on: FilePath(mount.destination))
    planned.attributes = options.attributes
    planned.recursiveAttributes = options.recursiveAttributes
    planned.propagation = options.propagation
    planned.copiesUp = options.copiesUp
    planned.createsTarget = true
    planned.idMap = try idMap(of: mount, options, path)
    return planned
  }

  private func source(
    of mount: Specification.Mount, _ options: MountOptions, _ path: String
  ) throws(ContainerError) -> PlannedMount.Source {
    if let isRecursive = options.binds ?? (mount.type == "bind" ? false : nil) {
      if options.remounts { return .remount }
      guard let source = mount.source else {
        throw .specification(SpecificationError(path: path + ".source", problem: "is missing"))
      }
      let outside = bundle.path.pushing(FilePath(source))
      if options.copiesLink, let target = linkTarget(of: outside) { return .symbolicLink(target) }
      return .bind(outside, isRecursive: isRecursive)
    }
    if options.remounts { return .remount }
    guard let type = mount.type else {
      throw .specification(SpecificationError(path: path + ".type", problem: "is missing"))
    }
    return .fileSystem(type, device: mount.source ?? type, options: labeled(options.ofFileSystem, type))
  }

  private func linkTarget(of path: FilePath) -> FilePath? {
    do throws(SystemCallError) {
      return FilePath(bytes: try FileDescriptor.workingDirectory.readLink(path))
    } catch {
      return nil
    }
  }

  /// File systems that take no label.
  private static let withoutLabels: Set<String> = ["proc", "sysfs", "mqueue", "cgroup", "cgroup2"]

  /// The kernel has this file where SELinux is in force; elsewhere no file system knows of labels.
  private static var hasSELinux: Bool {
    (try? FileDescriptor.workingDirectory.status(of: "/sys/fs/selinux/enforce")) != nil
  }

  private func labeled(_ options: [String], _ type: String) -> [String] {
    guard let label = specification.linux?.mountLabel, !Self.withoutLabels.contains(type),
      !options.contains(where: { $0.hasPrefix("context=") }), Self.hasSELinux
    else { return options }
    return options + ["context=\"\(label)\""]
  }

  private func idMap(
    of mount: Specification.Mount, _ options: MountOptions, _ path: String
  ) throws(ContainerError) -> MountIDMap? {
    let isMapped = !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty
    guard isMapped || options.mapsIDs != nil else { return nil }
    let users = isMapped ? mount.uidMappings : specification.linux?.uidMappings ?? []
    let groups = isMapped ? mount.gidMappings : specification.linux?.gidMappings ?? []
    guard !users.isEmpty, !groups.isEmpty else {
      throw .specification(
        SpecificationError(path: path, problem: "an ID-mapped mount needs uidMappings and gidMappings"))
    }
    return MountIDMap(
      IDMaps(users: users.map(IDMapRange.init), groups: groups.map(IDMapRange.init)),
      isRecursive: options.mapsIDs ?? false)
  }
}

// MARK: Control groups

extension PlanOfContainer {
  /// Version 2 alone is one mount; where there are hierarchies of version 1 each is a mount in a small directory of its
  /// own. Inside a new cgroup namespace they are mounted anew, else the container's own part of each is bound.
  mutating func addCgroupMounts(_ mount: Specification.Mount, _ options: MountOptions) {
    let target = FilePath(mount.destination)
    if hierarchies.layout == .v2, let unified = hierarchies.unified {
      return plan.mounts.append(cgroupMount(of: unified, on: target, options))
    }
    var top = PlannedMount(.fileSystem("tmpfs", device: "tmpfs", options: ["mode=755"]), on: target)
    top.attributes.set = [.noSetUID, .noDevices, .noExecution]
    top.createsTarget = true
    plan.mounts.append(top)
    for hierarchy in hierarchies.all {
      let name = hierarchy.mountPoint.lastComponent?.string ?? "unified"
      plan.mounts.append(cgroupMount(of: hierarchy, on: target.appending(name), options))
      for controller in hierarchy.controllers where hierarchy.version == .v1 && controller.rawValue != name {
        plan.mounts.append(PlannedMount(.symbolicLink(FilePath(name)), on: target.appending(controller.rawValue)))
      }
    }
    guard options.attributes.set.contains(.readOnly) else { return }
    var last = PlannedMount(.remount, on: target)
    last.attributes.set = [.readOnly, .noSetUID, .noDevices, .noExecution]
    plan.mounts.append(last)
  }

  private func cgroupMount(
    of hierarchy: CgroupHierarchy, on target: FilePath, _ options: MountOptions
  ) -> PlannedMount {
    let own = plan.cgroup?.cgroup.places.first { $0.hierarchy == hierarchy }?.directory
    var mount: PlannedMount
    if hasOwnCgroupNamespace {
      mount = PlannedMount(
        hierarchy.version == .v2
          ? .fileSystem("cgroup2", device: "cgroup", options: [])
          : .fileSystem("cgroup", device: "cgroup", options: hierarchy.mountOptions), on: target)
    } else {
      mount = PlannedMount(.bind(own ?? hierarchy.mountPoint, isRecursive: false), on: target)
    }
    mount.attributes = options.attributes
    mount.propagation = options.propagation
    mount.createsTarget = true
    return mount
  }
}

extension CgroupHierarchy {
  /// What mount(8) of this hierarchy of version 1 needs.
  fileprivate var mountOptions: [String] {
    name.map { ["none", "name=" + $0] } ?? controllers.map(\.rawValue)
  }
}

extension IDMapRange {
  init(_ mapping: Specification.IDMapping) {
    self.init(inner: mapping.containerID, outer: mapping.hostID, count: mapping.size)
  }
}

/// The options of mounts that say how something is mounted, rather than what the file system does.
public enum KnownMountOptions {
  /// Their names, in order.
  public static var all: [String] {
    let attributes = Array(MountOptions.attributes.keys)
    let words = attributes + attributes.map { "r" + $0 } + Array(MountOptions.propagations.keys)
    return
      (words + Array(MountOptions.withoutEffect) + [
        "bind", "rbind", "remount", "idmap", "ridmap", "tmpcopyup", "copy-symlink",
      ] + MountOptions.ofEveryFileSystem).sorted()
  }
}
