// Turns an unshare plan into system calls, in the order in which unshare(1) has their effects.

internal import Linux
internal import struct SystemPackage.FilePath

/// Makes the program of an unshare plan.
struct UnshareProgram {
  private static let binfmtDirectory: FilePath = "/proc/sys/fs/binfmt_misc"
  private static let pseudoFileSystem: MountFlags = [.noSetUID, .noExecution, .noDevices]

  private let plan: UnsharePlan
  /// This process before it forks, whose links in /proc are those of the new namespaces.
  private let processID: Int32
  /// On which processor the namespaces are to be made, and where this process was before; nil for any.
  private let processors: (making: ProcessorSet, before: ProcessorSet)?
  private(set) var program = SystemCallProgram()
  private var companion: (socket: SystemCallProgram.Argument, processID: SystemCallProgram.Argument)?
  /// The steps that mount a namespace on a file, with the file.
  private(set) var pins: [(step: Int, file: FilePath)] = []

  /// Whether a companion does the steps of `pins`.
  var pinsAreOutside: Bool { plan.persistsFromOutside }

  init(_ plan: UnsharePlan, processID: Int32, processors: (making: ProcessorSet, before: ProcessorSet)? = nil) {
    self.plan = plan
    self.processID = processID
    self.processors = processors
    program.append(.resetDisposition(of: .child))
    appendCompanion()
    appendNamespaces()
    appendClocks()
    if plan.forks { appendFork() }
    appendPersistence()
    appendOwnMaps()
    appendMounts()
    appendCredentials()
    program.begin("execute the command")
    program.append(
      .execute(plan.command.candidates, plan.command.arguments, environment: plan.command.environment))
  }

  private mutating func appendCompanion() {
    guard plan.hasRanges || plan.persistsFromOutside else { return }
    program.begin("leave somebody outside")
    let (plan, processID) = (plan, processID)
    var pins: [(step: Int, file: FilePath)] = []
    companion = program.appendCompanion { program, socket in
      if plan.hasRanges {
        program.append(.await(socket, for: "the namespaces are made"))
        program.appendRanges(plan, of: processID)
        program.append(.tell(socket, "the maps are written"))
      }
      if plan.persistsFromOutside {
        program.append(.await(socket, for: "the namespaces are made"))
        pins = program.appendPins(plan, of: processID)
        program.append(.tell(socket, "the namespaces are kept"))
      }
    }
    self.pins = pins
  }

  private mutating func appendNamespaces() {
    program.begin("make the new namespaces")
    if let processors { program.append(.setProcessors(processors.making)) }
    program.append(.unshare(plan.namespaces))
    if let processors { program.append(.setProcessors(processors.before)) }
    guard plan.hasRanges, let companion else { return }
    program.append(.tell(companion.socket, "the namespaces are made"))
    program.append(.await(companion.socket, for: "the maps are written"))
  }

  private mutating func appendClocks() {
    program.begin("set the clocks of the new time namespace")
    append(plan.timeOffsets.boottime, of: "boottime")
    append(plan.timeOffsets.monotonic, of: "monotonic")
  }

  private mutating func append(_ offset: Int64?, of clock: String) {
    guard let offset else { return }
    program.appendWrite("\(clock) \(offset) 0", to: "/proc/self/timens_offsets")
  }

  private mutating func appendFork() {
    program.begin("fork the command")
    let signal = plan.childDeathSignal
    let parent = signal.map { _ in program.appendKeepingResult(.openPIDFD(processID)) }
    program.append(.fork(parent: [.outlastsInterrupts, .diesAlike]))
    guard let signal, let parent else { return }
    program.begin("end when the caller ends")
    program.append(.setParentDeathSignal(signal))
    program.append(.requireLife(of: .register(parent), named: "PID \(processID)"))
  }

  private mutating func appendPersistence() {
    if plan.persistsFromOutside, let companion {
      program.append(.tell(companion.socket, "the namespaces are made"))
      program.append(.await(companion.socket, for: "the namespaces are kept"))
    } else if !plan.persistent.isEmpty {
      pins = program.appendPins(plan, of: processID)
    }
    if let companion, !plan.forks { program.append(.wait(for: companion.processID)) }
  }

  private mutating func appendOwnMaps() {
    program.begin("write the maps of the new user namespace")
    if let user = plan.users.ownAlone {
      program.appendWrite(user.description, to: "/proc/self/uid_map")
    }
    if let group = plan.groups.ownAlone {
      appendSetgroups(.deny)
      program.appendWrite(group.description, to: "/proc/self/gid_map")
    }
    if let policy = plan.setgroups { appendSetgroups(policy) }
  }

  /// Before Linux 3.19 there was no such file, and nothing to be said.
  private mutating func appendSetgroups(_ policy: SetgroupsPolicy) {
    let path: FilePath = "/proc/self/setgroups"
    let file = program.appendKeepingResult(.open(path, .writeOnly).tolerating(.enoent, skipping: 2))
    program.append(.write(Array(policy.rawValue.utf8), to: .register(file), named: path))
    program.appendClose(file)
  }

  private mutating func appendMounts() {
    if plan.namespaces.contains(.newMount), let propagation = plan.propagation {
      program.begin("keep mounts from spreading")
      program.append(.setPropagation(propagation, of: "/"))
    }
    program.begin("register how files are executed")
    if registersBeforeRoot {
      appendFileSystem("binfmt_misc", on: Self.binfmtDirectory)
      appendBinaryFormat(in: Self.binfmtDirectory)
    }
    appendRoot()
    appendProc()
    if let point = plan.binfmtMountPoint {
      program.begin("mount binfmt_misc")
      appendFileSystem("binfmt_misc", on: point)
      if !registersBeforeRoot { appendBinaryFormat(in: point) }
    }
  }

  /// With the flag `F` the interpreter is opened at once, so it must be done while it can be found.
  private var registersBeforeRoot: Bool {
    guard plan.root != nil, let format = plan.binaryFormat else { return false }
    let flags = format.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last
    return flags?.contains(UInt8(ascii: "F")) ?? false
  }

  private mutating func appendFileSystem(_ type: String, on point: FilePath) {
    program.append(.mount(FilePath(type), on: point, type: type, Self.pseudoFileSystem))
  }

  private mutating func appendBinaryFormat(in directory: FilePath) {
    guard let format = plan.binaryFormat else { return }
    let path = directory.appending("register")
    let file = program.appendKeepingResult(.open(path, .writeOnly))
    program.append(.write(format, to: .register(file), named: path))
    program.appendClose(file)
  }

  private mutating func appendRoot() {
    if let root = plan.root {
      program.begin("change the root directory")
      program.append(.changeRoot(root))
    }
    if let directory = plan.workingDirectory ?? plan.root.map({ _ in "/" }) {
      program.begin("change the working directory")
      program.append(.changeDirectory(directory))
    }
  }

  /// A proc that is there already must not hand the new mount on; where there is none, there is nothing to change.
  private mutating func appendProc() {
    guard let point = plan.procMountPoint else { return }
    program.begin("mount proc")
    if plan.root == nil, plan.propagation != .private {
      program.append(.setPropagation(.private, of: point).tolerating(.einval))
    }
    appendFileSystem("proc", on: point)
  }

  private mutating func appendCredentials() {
    program.begin("become the user")
    if let group = plan.groupID {
      program.append(.setGroups([]))
      program.append(.setGroupID(group))
    }
    if let user = plan.userID { program.append(.setUserID(user)) }
    if plan.keepsCapabilities, plan.namespaces.contains(.newUser) {
      program.append(.keepPermittedCapabilities())
    }
  }
}

extension SystemCallProgram {
  /// Adds the steps that write the maps of another process, with the caller's rights or by the setuid programs.
  fileprivate mutating func appendRanges(_ plan: UnsharePlan, of processID: Int32) {
    begin("write the maps of the new user namespace")
    let maps = [("uid_map", "newuidmap", plan.users), ("gid_map", "newgidmap", plan.groups)]
    for case (let file, let tool, let ids) in maps {
      guard let ranges = ids.rangesWithOwn else { continue }
      if plan.rangesAreWrittenByTools {
        let numbers = ranges.flatMap { [$0.inner, $0.outer, $0.count] }.map { Array(String($0).utf8) }
        let command = IsolatedCommand(
          arguments: [Array(tool.utf8), Array(String(processID).utf8)] + numbers,
          environment: plan.command.environment)
        append(.run(command.candidates, command.arguments, environment: command.environment))
      } else {
        appendWrite(ranges.text, to: FilePath("/proc/\(processID)/\(file)"))
      }
    }
  }

  /// Adds the steps that mount namespaces on their files, and says which step is for which file.
  fileprivate mutating func appendPins(_ plan: UnsharePlan, of processID: Int32) -> [(step: Int, file: FilePath)] {
    begin("keep the new namespaces")
    var pins: [(step: Int, file: FilePath)] = []
    for namespace in plan.persistentInOrder {
      let name = namespace.kind.procName + (namespace.kind.isForChildren ? "_for_children" : "")
      pins.append((steps.count, namespace.file))
      append(.bindNamespace(FilePath("/proc/\(processID)/ns/\(name)"), on: namespace.file))
    }
    return pins
  }
}
