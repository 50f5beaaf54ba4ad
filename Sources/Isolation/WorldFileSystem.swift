// The file system of a world: its root, /proc, /dev and the mounts that were asked for. Mounts are made detached
// and attached to descriptors; a name inside the root is resolved once, and never out of the root.

internal import Linux
internal import struct SystemPackage.FilePath

/// Adds the steps that make a world's file system, in the order of its methods.
struct WorldFileSystem {
  typealias Register = SystemCallProgram.Register

  let plan: IsolationPlan
  let caller: WorldCaller
  /// Where the steps go: the whole world's, while it is lent.
  var program = SystemCallProgram()
  /// By which calls mounts are made.
  let interface: MountInterface
  /// What is bound, by its place among the plan's mounts, where it was opened before the user changed.
  var sources: [Int: Register] = [:]
  /// Where mounts lie until they have their place, when mount(2) makes them.
  var stage: Register?
  /// How many places there are on the stage.
  var slots = 0
  private var rootPlace: Register?
  private var formerUmask: Register?
  private var masks: (file: Register, directory: Register)?
  private var root: Register?

  init(plan: IsolationPlan, caller: WorldCaller) {
    self.plan = plan
    self.caller = caller
    interface = .current
  }

  /// Opens what lies outside, while the process still has the rights of its caller there.
  mutating func appendSources() {
    guard let root = plan.root else { return }
    program.begin("open the root directory")
    rootPlace = program.appendKeepingResult(.open(root.path, [.path, .directory]))
    for (index, mount) in plan.mounts.enumerated() where caller.mappedMounts[index] == nil {
      guard case .bind(let source, let isRecursive) = mount.source else { continue }
      program.begin("open \(source.string), to be mounted on \(mount.target.string)")
      sources[index] = appendSource(source, isRecursive)
    }
  }

  /// The new root with all that is mounted.
  mutating func append() {
    if makesFiles {
      program.begin("give new files the permissions that they are made with")
      formerUmask = program.appendKeepingResult(.setUmask(0))
    }
    let root = appendRoot()
    self.root = root
    if plan.hasFreshProc { appendProc(in: root) }
    if plan.root?.hasFreshDevices == true { appendDevices(in: root) }
    for (index, mount) in plan.mounts.enumerated() { append(mount, index, in: root) }
    appendPlannedDevices(in: root)
    if !plan.maskedPaths.isEmpty { masks = appendMaskSources() }
    if plan.pausesBeforeRootChange { program.appendPause(caller.goReading) }
  }

  /// What is hidden, and what cannot be written; then the root becomes `/`. Until that moment /proc is that of outside,
  /// by which mount(2) knows descriptors.
  mutating func appendCover() {
    guard let root else { return }
    if let masks {
      program.begin("hide what the world is not to see")
      for path in plan.maskedPaths {
        program.append(
          .mask(
            path, file: .register(masks.file), directory: .register(masks.directory), in: .register(root),
            isByName: interface == .names))
      }
      program.appendClose(masks.directory)
      program.appendClose(masks.file)
    }
    if !plan.readOnlyPaths.isEmpty { program.begin("make read-only what the world is not to write") }
    for path in plan.readOnlyPaths {
      let stage = interface == .names ? appendStage() : nil
      program.append(.makeReadOnly(path, in: .register(root), stage: stage.map { .register($0) }))
    }
    if plan.root?.isReadOnly == true && makesFiles {
      program.begin("make the root directory read-only")
      appendAttributes(AttributeChange(set: .readOnly), of: root, named: "/")
    }
    if let formerUmask {
      program.begin("take permissions from new files as before")
      program.append(.setUmask(formerUmask))
      program.free(formerUmask)
    }
    appendStageRemoval()
    if plan.root != nil { appendEntry(into: root) }
    program.begin("let the descriptor of the root directory go")
    program.appendClose(root)
  }

  /// Binds the command's terminal, an open file, to /dev/console.
  mutating func appendConsole(_ terminal: SystemCallProgram.Argument) {
    guard let root else { return }
    program.begin("lay the terminal on /dev/console")
    let tree = appendCopy(of: terminal, named: "/dev/console")
    let place = program.appendKeepingResult(.place("/dev/console", .creates, in: .register(root)))
    appendAttachment(of: tree, to: place, named: "/dev/console")
    program.appendClose(place)
    program.appendClose(tree)
  }

  /// Opens a file that the world will have in its root directory.
  func step(opening path: FilePath, _ flags: OpenFlags) -> SystemCallProgram.Step? {
    root.map { .open(path, flags, resolve: [.inRoot, .noMagicLinks], in: .register($0)) }
  }

  /// Whether files are made in the root directory, which must be writable so long.
  private var makesFiles: Bool {
    !plan.devices.isEmpty || !plan.links.isEmpty || plan.mounts.contains(where: \.createsTarget)
  }

  /// The directory that paths of the world are resolved in: a copy of the new root, or the caller's root.
  private mutating func appendRoot() -> Register {
    guard let root = plan.root else {
      program.begin("hold the root directory")
      return program.appendKeepingResult(.open("/", [.path, .directory]))
    }
    program.begin("lay a copy of the new root directory over itself")
    let place = rootPlace ?? program.appendKeepingResult(.open(root.path, [.path, .directory]))
    let tree = appendCopy(of: .register(place), isRecursive: true, named: root.path)
    if root.isReadOnly && !makesFiles {
      program.append(.setMountAttributes(.register(tree), set: .readOnly, recursive: true))
    }
    appendAttachment(of: tree, to: place, named: root.path)
    program.appendClose(place)
    return tree
  }

  private mutating func appendProc(in root: Register) {
    program.begin("mount a proc that shows the new PID namespace")
    let mount = appendNewMount(of: "proc", [], [.noSetUID, .noDevices, .noExecution])
    attach(mount, on: "/proc", in: root, followsLinks: false)
  }

  /// /dev/null of outside hides files, an empty file system directories.
  private mutating func appendMaskSources() -> (file: Register, directory: Register) {
    program.begin("make what hides files and directories")
    let file = appendCopy(of: "/dev/null")
    let options = [("nr_blocks", "1"), ("nr_inodes", "1")]
    return (file, appendNewMount(of: "tmpfs", options, [.readOnly, .noSetUID, .noDevices, .noExecution]))
  }

  /// The root becomes `/`, and the former root is let go.
  private mutating func appendEntry(into root: Register) {
    program.begin("make it the root directory and let the old one go")
    let isPivotedTo = plan.root?.isPivotedTo == true
    let former =
      isPivotedTo && plan.propagation == .shared
      ? program.appendKeepingResult(.open("/", [.path, .directory])) : nil
    program.append(.changeDirectory(to: .register(root), named: plan.root?.path ?? "/"))
    if isPivotedTo {
      program.append(.pivotRoot(".", oldRoot: "."))
      if let former { appendFarewell(to: former) }
      program.append(.unmount(".", .detach))
    } else {
      program.append(.mount(".", on: "/", .move))
      program.append(.changeRoot("."))
    }
    program.append(.changeDirectory("/"))
    guard let propagation = plan.root?.propagation else { return }
    program.begin("tell the root directory's mount whom to tell of mounts")
    // What is mounted below has been told already, each as its own options say.
    program.append(.mount("none", on: "/", propagation.kind.flag))
  }
}

extension WorldFileSystem {
  /// Where mounts are shared, those of the former root would be unmounted outside too: they no longer tell.
  private mutating func appendFarewell(to former: Register) {
    program.append(.changeDirectory(to: .register(former), named: "/"))
    program.append(.mount("none", on: ".", [.recursive, MountPropagation.slave.flag]))
    program.appendClose(former)
  }
}

extension SystemCallProgram {
  /// Adds the step at which a first process waits until it is where it belongs, and is who it is to be.
  mutating func appendWaitForCaller(_ goReading: Int32) {
    begin("wait for the caller's part")
    append(.await(goReading, for: "the caller has done its part"))
  }

  /// Adds the steps with which a first process tells its caller that the world is laid out, and waits.
  mutating func appendPause(_ goReading: Int32) {
    begin("wait while the world is prepared from outside")
    append(.reportProgress())
    append(.await(goReading, for: "the root directory may change"))
  }
}
