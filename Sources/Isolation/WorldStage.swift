// Where the calls that make mounts without a place are refused, mount(2) makes them in a place that nobody sees: a file
// system in memory, there for as long as a world is laid out. From it they are moved to descriptors of their places, so
// that a mount is the same descriptor, and is verified in the same way, whichever calls made it.

internal import Linux
internal import struct SystemPackage.FilePath

extension WorldFileSystem {
  /// A directory that every procfs has, whichever parts of it were mounted, and that nobody but this process, which opens
  /// no file there, has a use for: nothing that a plan names can lie below.
  private static let stagePlace: FilePath = "/proc/self/fdinfo"

  /// The stage, made when it is first wanted. It cannot be bound, so that copies of what it lies in are without it.
  mutating func appendStage() -> Register {
    if let stage { return stage }
    if plan.propagation == .shared { program.append(.mount("none", on: "/proc", MountPropagation.private.flag)) }
    let place = program.appendKeepingResult(.open(Self.stagePlace, [.path, .directory]))
    program.append(.requireProcfs(place))
    program.append(
      .mount(
        "tmpfs", onDescriptor: place, type: "tmpfs", [.noSetUID, .noDevices, .noExecution], data: "mode=0700",
        named: Self.stagePlace))
    program.appendClose(place)
    let stage = program.appendKeepingResult(.open(Self.stagePlace, [.path, .directory]))
    program.append(.requireMemory(stage, named: Self.stagePlace))
    program.append(
      .mount("none", onDescriptor: stage, MountPropagation.unbindable.flag, named: Self.stagePlace))
    self.stage = stage
    return stage
  }

  /// Takes the stage away, by its descriptor: its name may lead to another procfs now.
  mutating func appendStageRemoval() {
    guard let stage else { return }
    program.begin("take away where mounts were made")
    program.append(.unmount(stage, .detach, named: Self.stagePlace))
    program.appendClose(stage)
    self.stage = nil
  }

  /// A new place on the stage.
  private mutating func appendSlot(like source: SystemCallProgram.Argument? = nil) -> (name: FilePath, place: Register)
  {
    let stage = appendStage()
    slots += 1
    let name = FilePath(String(slots))
    let options: PlaceOptions = source == nil ? [.creates, .directory] : .creates
    return (name, program.appendKeepingResult(.place(name, options, like: source, in: .register(stage))))
  }

  /// What lies on a place of the stage now.
  private mutating func appendMount(on slot: (name: FilePath, place: Register)) -> Register {
    program.appendClose(slot.place)
    return program.appendKeepingResult(.place(slot.name, [], in: .register(appendStage())))
  }

  /// Makes a file system on the stage, with options of any length.
  mutating func appendStaged(
    _ type: String, _ device: String, _ options: [String], _ attributes: MountAttributes
  ) -> Register {
    let slot = appendSlot()
    let isReadOnlyLater = attributes.contains(.readOnly) && Self.neverReadOnlyAsWhole.contains(type)
    var flags = (isReadOnlyLater ? attributes.subtracting(.readOnly) : attributes).mountFlags
    for option in options { flags.formUnion(Self.flagsOfOptions[option] ?? []) }
    let data = options.filter { Self.flagsOfOptions[$0] == nil }.joined(by: ",")
    program.append(
      .mount(
        FilePath(device.isEmpty ? "none" : device), onDescriptor: slot.place, type: type, flags,
        data: data.isEmpty ? nil : data, named: FilePath(type)))
    let mount = appendMount(on: slot)
    if isReadOnlyLater { program.append(.remount(mount, set: .readOnly, clear: [], named: FilePath(type))) }
    return mount
  }

  /// Options of every file system, which mount(2) takes as flags.
  private static let flagsOfOptions: [String: MountFlags] = [
    "sync": .synchronous, "dirsync": .synchronousDirectories, "mand": .mandatoryLocks, "lazytime": .lazyTime,
  ]

  /// What is to be copied, opened: a mount by itself already, or the file that one will be made of.
  mutating func appendSource(_ path: FilePath, _ isRecursive: Bool = false) -> Register {
    switch interface {
    case .descriptors: program.appendKeepingResult(.openTree(path, isRecursive ? [.clone, .recursive] : .clone))
    case .names: program.appendKeepingResult(.open(path, .path))
    }
  }

  /// The copy of a mount that `appendSource` opened.
  mutating func appendCopy(of source: Register, _ isRecursive: Bool = false, named name: FilePath) -> Register {
    guard interface == .names else { return source }
    let copy = appendCopy(of: .register(source), isRecursive: isRecursive, named: name)
    program.appendClose(source)
    return copy
  }

  /// A copy of the mount that a file outside is on, from that file down.
  mutating func appendCopy(of path: FilePath) -> Register { appendCopy(of: appendSource(path), named: path) }

  /// A copy of the mount that an open file is on, from that file down.
  mutating func appendCopy(
    of file: SystemCallProgram.Argument, isRecursive: Bool = false, named name: FilePath
  ) -> Register {
    switch interface {
    case .descriptors:
      return program.appendKeepingResult(
        .openTree("", isRecursive ? [.clone, .recursive, .emptyPath] : [.clone, .emptyPath], in: file))
    case .names:
      let slot = appendSlot(like: file)
      program.append(
        .mount(file, onDescriptor: slot.place, isRecursive ? [.bind, .recursive] : .bind, named: name))
      return appendMount(on: slot)
    }
  }

  /// Lays a mount on the file that a descriptor refers to.
  mutating func appendAttachment(of mount: Register, to place: Register, named name: FilePath) {
    switch interface {
    case .descriptors: program.append(.attach(mount, onDescriptor: place, named: name))
    case .names: program.append(.mount(.register(mount), onDescriptor: place, .move, named: name))
    }
  }
}
