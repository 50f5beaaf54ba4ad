// The device files of a world: a whole /dev laid out at once, or those of a plan one by one.

internal import Linux
internal import struct SystemPackage.FilePath

extension WorldFileSystem {
  /// Makes the devices of the plan, and its links. What may not be made is bound from outside: in a user namespace
  /// nobody has the right.
  mutating func appendPlannedDevices(in root: Register) {
    for device in plan.devices {
      program.begin("make the device \(device.path.string)")
      if plan.becomesRootOfUserNamespace && device.kind != .pipe {
        appendBound(device, in: root)
        continue
      }
      let result = program.appendKeepingResult(
        .makeNode(
          device.path, mode: device.kind.fileType | device.mode, major: device.major, minor: device.minor,
          owner: (device.userID, device.groupID), in: .register(root)
        ).tolerating(.eperm))
      // What the steps that may be left out find there has to be there before.
      if interface == .names { _ = appendStage() }
      let start = program.beginSkip(when: result)
      appendBound(device, in: root)
      program.endSkip(start)
      program.free(result)
    }
    for link in plan.links {
      program.begin("make the link \(link.path.string)")
      program.append(.makeLink(link.path, to: link.target, inRoot: .register(root)))
    }
  }

  private mutating func appendBound(_ device: PlannedDevice, in root: Register) {
    let tree = appendCopy(of: device.path)
    let place = program.appendKeepingResult(.place(device.path, .creates, in: .register(root)))
    appendAttachment(of: tree, to: place, named: device.path)
    program.appendClose(place)
    program.appendClose(tree)
  }

  /// Lays a new /dev over that of the root.
  mutating func appendDevices(in root: Register) {
    program.begin("lay out /dev")
    let devices = appendNewMount(of: "tmpfs", [("mode", "0755")], [.noSetUID, .noExecution])
    let place = program.appendKeepingResult(
      .open("/dev", [.path, .directory], resolve: [.inRoot, .noSymbolicLinks], in: .register(root)))
    appendAttachment(of: devices, to: place, named: "/dev")
    program.appendClose(place)
    for name in ["null", "zero", "full", "random", "urandom", "tty"] { appendDevice(name, in: devices) }
    appendDirectoriesAndLinks(in: devices)
    program.appendClose(devices)
  }

  private mutating func appendDevice(_ name: String, in devices: Register) {
    let outside = FilePath("/dev/\(name)")
    let tree = appendCopy(of: outside)
    let file = program.appendKeepingResult(
      .open(FilePath(name), [.create, .exclusive, .noFollow], mode: 0o666, in: .register(devices)))
    appendAttachment(of: tree, to: file, named: outside)
    program.appendClose(file)
    program.appendClose(tree)
  }

  private mutating func appendDirectoriesAndLinks(in devices: Register) {
    for name in ["pts", "shm"] {
      program.append(.makeDirectory(FilePath(name), in: .register(devices)))
    }
    let terminals = appendNewMount(
      of: "devpts", [("mode", "0620"), ("ptmxmode", "0666")], [.noSetUID, .noExecution])
    attach(terminals, on: "pts", in: devices)
    let shared = appendNewMount(of: "tmpfs", [("mode", "1777")], [.noSetUID, .noDevices, .noExecution])
    attach(shared, on: "shm", in: devices)
    let links: [(FilePath, FilePath)] = [
      ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ]
    for (name, target) in links {
      program.append(.makeSymbolicLink(name, to: target, in: .register(devices)))
    }
  }
}

extension PlannedDevice.Kind {
  /// As the mode of a file has it.
  fileprivate var fileType: UInt32 {
    switch self {
    case .character: 0o020000
    case .block: 0o060000
    case .pipe: 0o010000
    }
  }
}
