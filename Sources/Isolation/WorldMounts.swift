// The mounts of a plan as steps: made detached, attached to a descriptor of their place, verified, and changed.

internal import Linux
internal import struct SystemPackage.FilePath

extension WorldFileSystem {
  /// Longer values fsconfig(2) does not take.
  private static let longestOption = 255
  /// File systems that are made by their kind alone, so that all their mounts would be read-only together.
  static let neverReadOnlyAsWhole: Set = ["proc", "sysfs", "cgroup", "cgroup2", "mqueue", "devpts", "tmpfs"]

  /// Adds one mount.
  mutating func append(_ mount: PlannedMount, _ index: Int, in root: Register) {
    switch mount.source {
    case .bind(let source, let isRecursive):
      program.begin("bind \(source.string) to \(mount.target.string)")
      let tree = appendTree(source, isRecursive, index)
      if !mount.recursiveAttributes.isEmpty {
        let change = mount.recursiveAttributes
        program.append(
          .setMountAttributes(.register(tree), set: change.set, clear: change.cleared, recursive: true))
      }
      attach(tree, mount, in: root)
    case .fileSystem(let type, let device, let options):
      program.begin("mount a file system \(type) on \(mount.target.string)")
      let later: MountAttributes = mount.copiesUp ? .readOnly : []
      attach(appendNewMount(type, device, options, mount.attributes.set.subtracting(later)), mount, in: root)
    case .remount:
      program.begin("change the mount on \(mount.target.string)")
      let place = appendPlace(of: mount, in: root)
      appendChanges(mount, of: place)
      program.appendClose(place)
    case .symbolicLink(let target):
      program.begin("make the link \(mount.target.string)")
      program.append(.makeLink(mount.target, to: target, inRoot: .register(root)))
    }
  }

  /// What is bound: opened here, or before, or by the caller.
  private mutating func appendTree(_ source: FilePath, _ isRecursive: Bool, _ index: Int) -> Register {
    if let opened = sources[index] { return appendCopy(of: opened, isRecursive, named: source) }
    if let mapped = caller.mappedMounts[index] {
      return program.appendKeepingResult(.copy(mapped, named: source))
    }
    return appendCopy(of: appendSource(source, isRecursive), isRecursive, named: source)
  }

  /// Makes a file system that has no place yet.
  private mutating func appendNewMount(
    _ type: String, _ device: String, _ options: [String], _ attributes: MountAttributes
  ) -> Register {
    if interface == .names || options.contains(where: { $0.utf8.count > Self.longestOption }) {
      return appendStaged(type, device, options, attributes)
    }
    let context = program.appendKeepingResult(.openFileSystem(type))
    if !device.isEmpty { program.append(.configure(context, "source", device)) }
    for option in options {
      let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
      program.append(
        pair.count == 2
          ? .configure(context, pair[0], Self.unquoted(pair[1], of: pair[0])) : .configure(context, option))
    }
    if attributes.contains(.readOnly) && !Self.neverReadOnlyAsWhole.contains(type) {
      program.append(.configure(context, "ro"))
    }
    program.append(.createFileSystem(context, of: type))
    let mount = program.appendKeepingResult(.makeMount(context, attributes, of: type))
    program.appendClose(context)
    return mount
  }

  /// mount(2) has labels of SELinux in quotes, since they may hold commas; fsconfig(2) takes them as they are.
  private static func unquoted(_ value: String, of option: String) -> String {
    let isLabel = ["context", "fscontext", "defcontext", "rootcontext"].contains(option)
    guard isLabel, value.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
    return String(value.dropFirst().dropLast())
  }

  /// Makes a file system with options that have a value, detached.
  mutating func appendNewMount(
    of type: String, _ options: [(String, String)], _ attributes: MountAttributes
  ) -> Register {
    appendNewMount(type, "", options.map { "\($0.0)=\($0.1)" }, attributes)
  }

  /// Attaches a mount to a place that there is.
  mutating func attach(_ mount: Register, on target: FilePath, in root: Register, followsLinks: Bool = true) {
    let place = program.appendKeepingResult(
      .open(
        target, .path, resolve: [.inRoot, followsLinks ? .noMagicLinks : .noSymbolicLinks], in: .register(root)))
    appendAttachment(of: mount, to: place, named: target)
    program.appendClose(place)
    program.appendClose(mount)
  }

  private mutating func attach(_ tree: Register, _ mount: PlannedMount, in root: Register) {
    guard mount.createsTarget || mount.copiesUp || !mount.propagation.isEmpty || mount.changesAttributes else {
      attach(tree, on: mount.target, in: root)
      return
    }
    let place = appendPlace(of: mount, like: tree, in: root)
    if mount.copiesUp {
      program.append(.copyContent(of: place, to: tree, keepingStatus: mount.namesMode, named: mount.target))
    }
    appendAttachment(of: tree, to: place, named: mount.target)
    program.append(.requireMount(.register(tree), at: mount.target, in: .register(root)))
    program.appendClose(place)
    appendChanges(mount, of: tree)
    program.appendClose(tree)
  }

  /// A proc or sys that a link leads to elsewhere would have the paths in it that are to be hidden lie bare.
  private mutating func appendPlace(
    of mount: PlannedMount, like tree: Register? = nil, in root: Register
  ) -> Register {
    var options: PlaceOptions = mount.createsTarget ? .creates : []
    if case .fileSystem(let type, _, _) = mount.source, ["proc", "sysfs"].contains(type) { options.insert(.noLinks) }
    return program.appendKeepingResult(
      .place(mount.target, options, like: tree.map { .register($0) }, in: .register(root)))
  }

  /// The attributes of what is bound or there already, and whom it tells of mounts.
  private mutating func appendChanges(_ mount: PlannedMount, of tree: Register) {
    if mount.changesAttributes { appendAttributes(mount.attributes, of: tree, named: mount.target) }
    for change in mount.propagation { appendPropagation(change, of: tree, named: mount.target) }
  }

  /// Changes an attached mount: before Linux 5.12, or where a filter of system calls refuses the call, by mount(2).
  mutating func appendAttributes(_ change: AttributeChange, of mount: Register, named name: FilePath) {
    let result = program.appendKeepingResult(
      .setMountAttributes(.register(mount), set: change.set, clear: change.cleared).tolerating(.enosys, .eperm))
    program.append(.skip(1, when: result))
    program.append(.remount(mount, set: change.set, clear: change.cleared, named: name))
    program.free(result)
  }

  /// As with attributes.
  private mutating func appendPropagation(_ change: PropagationChange, of mount: Register, named name: FilePath) {
    let result = program.appendKeepingResult(
      .setMountAttributes(
        .register(mount), set: [], propagation: change.kind, recursive: change.isRecursive
      ).tolerating(.enosys, .eperm))
    let flags: MountFlags = change.isRecursive ? [change.kind.flag, .recursive] : change.kind.flag
    program.append(.skip(1, when: result))
    program.append(.mount("none", onDescriptor: mount, flags, named: name))
    program.free(result)
  }
}

extension PlannedMount {
  /// Whether the options of a new file system say what its permissions are.
  fileprivate var namesMode: Bool {
    if case .fileSystem(_, _, let options) = source { return options.contains { $0.hasPrefix("mode=") } }
    return false
  }

  /// Whether attributes are changed of a mount that has some. A new file system begins with them, unless it has to be
  /// written first.
  fileprivate var changesAttributes: Bool {
    if case .fileSystem = source { return copiesUp && attributes.set.contains(.readOnly) }
    return !attributes.isEmpty
  }
}
