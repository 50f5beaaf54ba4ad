// The file system of a world: its root, /proc, /dev and the mounts that were asked for. Mounts are made detached
// and attached to descriptors; a name inside the root is resolved once, and never out of the root.

internal import Linux
internal import struct SystemPackage.FilePath

/// Adds the steps that make a world's file system.
struct WorldFileSystem {
  private let plan: IsolationPlan
  private let goReading: Int32
  private(set) var program: SystemCallProgram

  /// - Parameter goReading: where the caller says that the root may change.
  init(plan: IsolationPlan, program: SystemCallProgram, goReading: Int32) {
    self.plan = plan
    self.program = program
    self.goReading = goReading
  }

  private typealias Register = SystemCallProgram.Register

  mutating func append() {
    let root = appendRoot()
    if plan.hasFreshProc { appendProc(in: root) }
    if plan.root?.hasFreshDevices == true { appendDevices(in: root) }
    for mount in plan.mounts { append(mount, in: root) }
    if plan.pausesBeforeRootChange { program.appendPause(goReading) }
    if plan.root != nil { appendEntry(into: root) }
    program.appendClose(root)
  }

  /// The directory that paths of the world are resolved in: a copy of the new root, or the caller's root.
  private mutating func appendRoot() -> Register {
    guard let root = plan.root else {
      program.begin("hold the root directory")
      return program.appendKeepingResult(.open("/", [.path, .directory]))
    }
    program.begin("lay a copy of the new root directory over itself")
    let place = program.appendKeepingResult(.open(root.path, [.path, .directory]))
    let tree = program.appendKeepingResult(
      .openTree("", [.clone, .recursive, .emptyPath], in: .register(place)))
    if root.isReadOnly {
      program.append(.setMountAttributes(.register(tree), set: .readOnly, recursive: true))
    }
    program.append(.attach(tree, onDescriptor: place, named: root.path))
    program.appendClose(place)
    return tree
  }

  private mutating func appendProc(in root: Register) {
    program.begin("mount a proc that shows the new PID namespace")
    let mount = appendNewMount(of: "proc", [], [.noSetUID, .noDevices, .noExecution])
    attach(mount, on: "/proc", in: root)
  }

  private mutating func appendNewMount(
    of type: String, _ options: [(String, String)], _ attributes: MountAttributes
  ) -> Register {
    let context = program.appendKeepingResult(.openFileSystem(type))
    for (key, value) in options { program.append(.configure(context, key, value)) }
    program.append(.createFileSystem(context, of: type))
    let mount = program.appendKeepingResult(.makeMount(context, attributes, of: type))
    program.appendClose(context)
    return mount
  }

  private mutating func attach(_ mount: Register, on target: FilePath, in root: Register) {
    let place = program.appendKeepingResult(
      .open(target, .path, resolve: [.inRoot, .noMagicLinks], in: .register(root)))
    program.append(.attach(mount, onDescriptor: place, named: target))
    program.appendClose(place)
    program.appendClose(mount)
  }

  private mutating func append(_ mount: PlannedMount, in root: Register) {
    switch mount.source {
    case .bind(let source, let isRecursive):
      program.begin("bind \(source.string) to \(mount.target.string)")
      let tree = program.appendKeepingResult(.openTree(source, isRecursive ? [.clone, .recursive] : .clone))
      if !mount.recursiveAttributes.isEmpty {
        program.append(
          .setMountAttributes(
            .register(tree), set: mount.recursiveAttributes.set, clear: mount.recursiveAttributes.cleared,
            recursive: true))
      }
      attach(tree, on: mount.target, in: root)
    case .fileSystem(let type, _, let options):
      program.begin("mount a file system \(type) on \(mount.target.string)")
      let pairs = options.map { option in
        let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
        return (pair[0], pair.count == 2 ? pair[1] : "")
      }
      attach(appendNewMount(of: type, pairs, mount.attributes.set), on: mount.target, in: root)
    case .remount, .symbolicLink: break
    }
  }

  /// The root becomes `/`, and the former root is let go.
  private mutating func appendEntry(into root: Register) {
    program.begin("make it the root directory and let the old one go")
    program.append(.changeDirectory(to: .register(root), named: plan.root?.path ?? "/"))
    program.append(.pivotRoot(".", oldRoot: "."))
    program.append(.unmount(".", .detach))
    program.append(.changeDirectory("/"))
  }

  private mutating func appendDevices(in root: Register) {
    program.begin("lay out /dev")
    let context = program.appendKeepingResult(.openFileSystem("tmpfs"))
    program.append(.configure(context, "mode", "0755"))
    program.append(.createFileSystem(context, of: "tmpfs"))
    let devices = program.appendKeepingResult(.makeMount(context, [.noSetUID, .noExecution], of: "tmpfs"))
    program.appendClose(context)
    let place = program.appendKeepingResult(
      .open("/dev", [.path, .directory], resolve: [.inRoot, .noMagicLinks], in: .register(root)))
    program.append(.attach(devices, onDescriptor: place, named: "/dev"))
    program.appendClose(place)
    for name in ["null", "zero", "full", "random", "urandom", "tty"] { appendDevice(name, in: devices) }
    appendDirectoriesAndLinks(in: devices)
    program.appendClose(devices)
  }

  private mutating func appendDevice(_ name: String, in devices: Register) {
    let outside = FilePath("/dev/\(name)")
    let tree = program.appendKeepingResult(.openTree(outside, .clone))
    let file = program.appendKeepingResult(
      .open(FilePath(name), [.create, .exclusive, .noFollow], mode: 0o666, in: .register(devices)))
    program.append(.attach(tree, onDescriptor: file, named: outside))
    program.appendClose(file)
    program.appendClose(tree)
  }

  private mutating func appendDirectoriesAndLinks(in devices: Register) {
    for name in ["pts", "shm"] {
      program.append(.makeDirectory(FilePath(name), in: .register(devices)))
    }
    let terminals = appendNewMount(
      of: "devpts", [("mode", "0620"), ("ptmxmode", "0666")], [.noSetUID, .noExecution])
    program.append(.attach(terminals, on: "pts", in: .register(devices)))
    program.appendClose(terminals)
    let shared = appendNewMount(of: "tmpfs", [("mode", "1777")], [.noSetUID, .noDevices, .noExecution])
    program.append(.attach(shared, on: "shm", in: .register(devices)))
    program.appendClose(shared)
    let links: [(FilePath, FilePath)] = [
      ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ]
    for (name, target) in links {
      program.append(.makeSymbolicLink(name, to: target, in: .register(devices)))
    }
  }
}

extension SystemCallProgram {
  /// Adds the steps with which a first process tells its caller that the world is laid out, and waits.
  mutating func appendPause(_ goReading: Int32) {
    begin("wait while the world is prepared from outside")
    append(.reportProgress())
    append(.await(goReading, for: "the root directory may change"))
  }
}
