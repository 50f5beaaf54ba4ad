// Turns an isolation plan into the system calls of the world's first process. The order is the one that
// permissions need: maps, clocks, names, mounts, root, then the command's own rights, last of all exec.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// What the first process has of its caller, by number.
struct WorldCaller {
  /// The process that starts the world.
  var pidfd: Int32 = -1
  /// The pipe on which it says that its part is done.
  var goReading: Int32 = -1
  var goWriting: Int32 = -1
  /// The socket that it gets descriptors through.
  var channel: Int32 = -1
  /// The mounts whose owners it has mapped, detached, by their place in the plan.
  var mappedMounts: [Int: Int32] = [:]
}

extension IsolationPlan {
  /// The descriptors that a first process goes on to use.
  fileprivate func descriptors(besides caller: WorldCaller) -> [Int32] {
    var numbers = [caller.pidfd, caller.goReading, caller.channel] + caller.mappedMounts.values
    numbers += joins.map(\.descriptor) + [joinedRoot, joinedDirectory, startGate].compactMap(\.self) + keptDescriptors
    switch terminal {
    case .made(let number), .ofWorld(let number, _): numbers.append(number)
    case nil: break
    }
    return Set(numbers).filter { $0 > 2 }.sorted()
  }
}

/// Makes the program of a plan.
struct WorldProgram {
  let plan: IsolationPlan
  let caller: WorldCaller
  /// Expects a container's; what is not used is not touched.
  var program = SystemCallProgram(expecting: 512)
  /// The session's end of the terminal.
  private(set) var terminal: SystemCallProgram.Argument?
  /// The procfs of outside, which the world cannot have laid something over.
  private(set) var procfs: SystemCallProgram.Register?

  init(_ plan: IsolationPlan, caller: WorldCaller) {
    self.plan = plan
    self.caller = caller
    appendTies()
    appendCgroup()
    appendStart()
    appendJoins()
    if !plan.makesUserNamespaceLate { appendOwnMaps() }
    appendLateNamespaces()
    var files = WorldFileSystem(plan: plan, caller: caller)
    if plan.namespaces.contains(.newMount) { appendPropagation() }
    if plan.becomesRootOfUserNamespace { appendRootUser(&files) }
    appendNames()
    appendFileSystem(&files)
    appendCommand()
  }

  /// The caller may have ended before it was named the one to follow.
  private mutating func appendTies() {
    if let signal = plan.parentDeathSignal {
      program.begin("end when the caller ends")
      program.append(.setParentDeathSignal(signal))
      program.append(.requireLife(of: .descriptor(caller.pidfd, named: "CALLER"), named: "the caller"))
    }
    guard plan.listensToCaller else { return }
    program.begin("hear of the caller's end")
    // With a copy of the writing end open here, the caller's end would go unnoticed.
    program.append(.close(.descriptor(caller.goWriting, named: "PIPE")))
    if plan.waitsForCaller { program.appendWaitForCaller(caller.goReading) }
  }

  /// Before anything that is to be counted.
  private mutating func appendCgroup() {
    for file in plan.cgroupFiles {
      program.begin("join the control group")
      program.appendWrite("0", to: file)
    }
  }

  /// What is done with the files and rights of outside, before anything is joined.
  private mutating func appendStart() {
    if plan.commandIsFirst && !plan.joins.isEmpty {
      program.begin("let go of what the caller has open")
      program.append(.closeOthers(besides: plan.descriptors(besides: caller)))
    }
    if let processors = plan.process.initialProcessors {
      program.begin("choose the processors to start on")
      program.append(.setProcessors(processors))
    }
    if let adjustment = plan.process.outOfMemoryScoreAdjustment {
      program.begin("set the out-of-memory score")
      program.appendWrite(String(adjustment), to: "/proc/self/oom_score_adj")
    }
    appendLabels()
    if !plan.kernelSettings.isEmpty {
      program.begin("hold the procfs of outside")
      procfs = appendProcfs()
    }
    if !plan.makesUserNamespaceLate { appendCover() }
  }

  /// Those in joined namespaces could look at this process, and through it outside, until it executes (CVE-2016-9962).
  /// Its maps are written before: nobody but root may write them after.
  private mutating func appendCover() {
    guard plan.commandIsFirst && !plan.joins.isEmpty else { return }
    program.begin("keep those in the namespaces from looking at this process")
    program.append(.setDumpable(false))
  }

  /// What is executed gets these labels, also when a child of this process executes it. So they are set while nobody looks
  /// on, and the procfs of outside need not be held inside.
  private mutating func appendLabels() {
    if let profile = plan.process.appArmorProfile {
      program.begin("have the command get the AppArmor profile \(profile)")
      appendLabel("exec " + profile, to: "thread-self/attr/apparmor/exec")
    }
    if let label = plan.process.selinuxLabel {
      program.begin("have the command get the SELinux label \(label)")
      appendLabel(label, to: "thread-self/attr/exec")
    }
  }

  private mutating func appendLabel(_ label: String, to path: FilePath) {
    let procfs = appendProcfs()
    let file = program.appendKeepingResult(.open(path, .writeOnly, in: .register(procfs)))
    program.append(.requireProcfs(file))
    program.append(.write(Array(label.utf8), to: .register(file), named: path))
    program.appendClose(file)
    program.appendClose(procfs)
  }

  private mutating func appendProcfs() -> SystemCallProgram.Register {
    let procfs = program.appendKeepingResult(.open("/proc", [.path, .directory]))
    program.append(.requireProcfs(procfs))
    return procfs
  }

  /// Rights over what belongs to the namespaces of others go with the own user namespace, and those over what belongs
  /// to a user namespace come with it: what cannot be joined before it is joined after it.
  private mutating func appendJoins() {
    let others = plan.joins.filter { !$0.kinds.contains(.newUser) }
    let users = plan.joins.filter { $0.kinds.contains(.newUser) }
    if users.isEmpty || others.isEmpty || !plan.commandIsFirst {
      for join in plan.joins { appendJoin(join) }
    } else {
      let results = others.map { join in
        program.begin("join the namespaces of \(join.object)")
        return program.appendKeepingResult(
          .setns(.descriptor(join.descriptor), join.kinds, on: join.object).tolerating(.eperm))
      }
      for join in users { appendJoin(join) }
      for (join, result) in zip(others, results) {
        program.append(.skip(1, when: result))
        appendJoin(join)
        program.free(result)
      }
    }
    appendTieAfterJoins()
    if let root = plan.joinedRoot {
      program.begin("take over the root directory")
      program.append(.changeDirectory(to: .descriptor(root), named: "root directory"))
      program.append(.changeRoot("."))
    }
    if let directory = plan.joinedDirectory {
      program.begin("take over the working directory")
      program.append(.changeDirectory(to: .descriptor(directory), named: "working directory"))
    }
  }

  private mutating func appendJoin(_ join: PlannedJoin) {
    program.begin("join the namespaces of \(join.object)")
    program.append(.setns(.descriptor(join.descriptor), join.kinds, on: join.object))
  }

  /// Another user namespace brings other credentials, and with them the parent-death signal is gone.
  private mutating func appendTieAfterJoins() {
    guard let signal = plan.parentDeathSignal, plan.joins.contains(where: { $0.kinds.contains(.newUser) }) else {
      return
    }
    program.append(.setParentDeathSignal(signal))
  }

  private mutating func appendOwnMaps() {
    guard let maps = plan.idMaps, maps.areOwn, !maps.isWrittenByTools else { return }
    program.begin("say who is who in the user namespace")
    if let policy = maps.setgroups { program.appendWrite(policy.rawValue, to: "/proc/self/setgroups") }
    program.appendWrite(maps.users.text, to: "/proc/self/uid_map")
    program.appendWrite(maps.groups.text, to: "/proc/self/gid_map")
  }

  private mutating func appendLateNamespaces() {
    let late = plan.lateNamespaces
    if !late.isEmpty {
      program.begin("make the namespaces that could not be made before")
      program.append(.unshare(late))
    }
    if plan.makesUserNamespaceLate {
      appendOwnMaps()
      program.begin("wait until it is said who is who in the user namespace")
      program.append(.reportProgress())
      program.append(.await(caller.goReading, for: "the maps are written"))
      appendCover()
    }
    if let offsets = plan.timeOffsets {
      program.begin("set the clocks of the time namespace, which the command will enter")
      program.appendWrite(offsets.text, to: "/proc/self/timens_offsets")
    }
    guard plan.forksSibling else { return }
    program.begin("go on in the namespaces that take in only children")
    program.append(.forkSibling(sendingPIDFDThrough: caller.channel))
  }

  private mutating func appendNames() {
    if let hostname = plan.hostname {
      program.begin("name the host")
      program.append(.setHostname(hostname))
    }
    if let domainname = plan.domainname {
      program.begin("name the NIS domain")
      program.append(.setDomainname(domainname))
    }
    appendKernelSettings()
    if plan.namespaces.contains(.newNetwork) {
      program.begin("bring the loopback interface up")
      program.appendLoopbackUp()
    }
  }

  /// Below /proc/sys of outside: it shows each process the settings of its own namespaces.
  private mutating func appendKernelSettings() {
    guard let procfs else { return }
    for setting in plan.kernelSettings {
      program.begin("set \(setting.name)")
      let file = program.appendKeepingResult(
        .open(
          setting.file, .writeOnly, resolve: [.beneath, .noSymbolicLinks, .noMagicLinks], in: .register(procfs)))
      program.append(.write(Array(setting.value.utf8), to: .register(file), named: setting.file))
      program.appendClose(file)
    }
  }

  /// What is outside is opened before: the files of others are out of reach of this user.
  private mutating func appendRootUser(_ files: inout WorldFileSystem) {
    if plan.namespaces.contains(.newMount) {
      lendProgram(to: &files) { $0.appendSources() }
    }
    program.begin("become root of the user namespace")
    program.append(.setGroups([]).tolerating(.eperm))
    program.append(.setGroupID(0))
    program.append(.setUserID(0))
  }

  private mutating func appendFileSystem(_ files: inout WorldFileSystem) {
    guard plan.namespaces.contains(.newMount) else {
      if plan.pausesBeforeRootChange { program.appendPause(caller.goReading) }
      appendTerminalOfWorld(.open("/dev/ptmx", Self.terminalFlags))
      appendRootAlone()
      return
    }
    lendProgram(to: &files) { $0.append() }
    if let opening = files.step(opening: "/dev/ptmx", Self.terminalFlags) { appendTerminalOfWorld(opening) }
    let (hasConsole, terminal) = (plan.hasConsole, terminal)
    lendProgram(to: &files) { files in
      if hasConsole, let terminal { files.appendConsole(terminal) }
      files.appendCover()
    }
    guard plan.propagation == .unbindable else { return }
    program.begin("keep mounts from being bound")
    program.append(.mount("none", on: "/", [.recursive, plan.propagation.flag]))
  }

  /// Has files add their steps. A copy of the program would be one of every step.
  private mutating func lendProgram(to files: inout WorldFileSystem, _ body: (inout WorldFileSystem) -> Void) {
    swap(&program, &files.program)
    body(&files)
    swap(&program, &files.program)
  }

  /// The root directory in a mount namespace that is another's, and so is left as it is.
  private mutating func appendRootAlone() {
    guard let root = plan.root else { return }
    program.begin("take over the root directory")
    program.append(.changeDirectory(root.path))
    program.append(.changeRoot("."))
  }

  /// What is mounted from here on stays inside, also where what the command mounts is to be seen outside. What cannot
  /// be bound is made so last, after the binding.
  private mutating func appendPropagation() {
    let first = plan.propagation == .unbindable ? MountPropagation.private : plan.propagation
    program.begin(first == .shared ? "share mounts with the outside" : "keep mounts from spreading")
    program.append(.mount("none", on: "/", [.recursive, first.flag]))
    if let mountPoint = plan.sharedMountPoint {
      program.begin("keep the new root directory inside")
      program.append(.mount("none", on: mountPoint, MountPropagation.private.flag))
    }
    guard first == .shared, plan.hasFreshProc else { return }
    program.begin("keep the new proc inside")
    program.append(.mount("none", on: "/proc", [.recursive, MountPropagation.private.flag]))
  }

  private static var terminalFlags: OpenFlags { [.readWrite, .noControllingTerminal] }

  /// Makes a terminal where its name can be found, while this process still has all rights.
  private mutating func appendTerminalOfWorld(_ opening: SystemCallProgram.Step) {
    guard case .ofWorld(let socket, let size) = plan.terminal else {
      if case .made(let number) = plan.terminal { terminal = .descriptor(number, named: "TERMINAL") }
      return
    }
    program.begin("make a terminal that the world has a name for")
    let controller = program.appendKeepingResult(opening)
    program.append(.unlockTerminal(.register(controller)))
    let register = program.appendKeepingResult(.openTerminal(of: .register(controller)))
    program.append(.setWindowSize(size, of: .register(register)))
    program.append(
      .send(.register(controller), "the terminal's other end", through: .descriptor(socket, named: "SOCKET")))
    program.appendClose(controller)
    terminal = .register(register)
  }
}
