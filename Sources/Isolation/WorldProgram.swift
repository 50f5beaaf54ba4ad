// Turns an isolation plan into the system calls of the world's first process. The order is the one that
// permissions need: maps, clocks, names, mounts, root, then the command's own rights, last of all exec.

internal import Linux
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
}

/// Makes the program of a plan.
struct WorldProgram {
  /// Every capability that a set has a bit for; those that the kernel does not know are passed over.
  private static let capabilities: ClosedRange<Int32> = 0...63

  private let plan: IsolationPlan
  private let caller: WorldCaller
  private(set) var program = SystemCallProgram()
  /// The session's end of the terminal.
  private var terminal: SystemCallProgram.Argument?

  init(_ plan: IsolationPlan, caller: WorldCaller) {
    self.plan = plan
    self.caller = caller
    appendTies()
    appendJoins()
    if !plan.makesUserNamespaceLate { appendOwnMaps() }
    appendLateNamespaces()
    appendNames()
    appendFileSystem()
    appendTerminalOfWorld()
    appendCommand()
  }

  /// The caller may have ended before it was named the one to follow.
  private mutating func appendTies() {
    if let signal = plan.parentDeathSignal {
      program.begin("end when the caller ends")
      program.append(.setParentDeathSignal(signal))
      program.append(.requireLife(of: .descriptor(caller.pidfd), named: "the caller"))
    }
    guard plan.listensToCaller else { return }
    program.begin("wait for the caller's part")
    // With a copy of the writing end open here, the caller's end would go unnoticed.
    program.append(.close(.descriptor(caller.goWriting)))
    if plan.waitsForCaller { appendWait(until: "the caller has done its part") }
  }

  private mutating func appendWait(until what: String) {
    program.append(.await(caller.goReading, for: what))
  }

  private mutating func appendJoins() {
    for join in plan.joins {
      program.begin("join the namespaces of \(join.object)")
      program.append(.setns(.descriptor(join.descriptor), join.kinds, on: join.object))
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
      appendWait(until: "the maps are written")
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
    if plan.namespaces.contains(.newNetwork) {
      program.begin("bring the loopback interface up")
      program.appendLoopbackUp()
    }
  }

  private mutating func appendFileSystem() {
    guard plan.namespaces.contains(.newMount) else {
      if plan.pausesBeforeRootChange { program.appendPause(caller.goReading) }
      return
    }
    appendPropagation()
    var files = WorldFileSystem(plan: plan, program: program, goReading: caller.goReading)
    files.append()
    program = files.program
    guard plan.propagation == .unbindable else { return }
    program.begin("keep mounts from being bound")
    program.append(.mount("none", on: "/", [.recursive, plan.propagation.flag]))
  }

  /// What is mounted from here on stays inside, also where what the command mounts is to be seen outside. What cannot
  /// be bound is made so last, after the binding.
  private mutating func appendPropagation() {
    let first = plan.propagation == .unbindable ? MountPropagation.private : plan.propagation
    program.begin(first == .shared ? "share mounts with the outside" : "keep mounts from spreading")
    program.append(.mount("none", on: "/", [.recursive, first.flag]))
    guard first == .shared, plan.hasFreshProc else { return }
    program.begin("keep the new proc inside")
    program.append(.mount("none", on: "/proc", [.recursive, MountPropagation.private.flag]))
  }

  private mutating func appendCommand() {
    if plan.hasInit {
      program.begin("leave a parent behind that reaps, and hands signals on")
      let role: ParentRole = [.forwardsSignals, .closesDescriptors]
      program.append(.fork(parent: plan.credentials.changesUser ? role : role.union(.lendsMemory)))
    }
    appendTerminal()
    appendWorkingDirectory()
    appendCredentials()
    appendCommandTie()
    program.begin("become the command")
    program.append(.closeOnExecute(from: 3))
    for descriptor in plan.keptDescriptors { program.append(.keepOpen(descriptor)) }
    if let gate = plan.startGate { program.append(.waitAtGate(gate)) }
    program.append(
      .execute(plan.command.candidates, plan.command.arguments, environment: plan.command.environment))
  }

  /// A change of user takes the parent-death signal away, and the child of a fork never had it. In a new PID
  /// namespace the init's end is the end of all, so there it is not needed.
  private mutating func appendCommandTie() {
    guard let signal = plan.parentDeathSignal, !plan.namespaces.contains(.newPID) else { return }
    program.begin("end when the parent ends")
    program.append(.setParentDeathSignal(signal))
  }

  private mutating func appendTerminal() {
    program.begin("take the terminal")
    if plan.startsSession || plan.terminal != nil { program.append(.startSession()) }
    guard let terminal else { return }
    program.append(.setControllingTerminal(terminal))
    for stream: Int32 in 0...2 { program.append(.duplicate(terminal, as: stream)) }
  }

  /// Makes a terminal where its name can be found, while this process still has all rights.
  private mutating func appendTerminalOfWorld() {
    guard case .ofWorld(let socket, let size) = plan.terminal else {
      if case .made(let number) = plan.terminal { terminal = .descriptor(number) }
      return
    }
    program.begin("make a terminal that the world has a name for")
    let controller = program.appendKeepingResult(
      .open("/dev/ptmx", [.readWrite, .noControllingTerminal, .nonBlocking]))
    program.append(.unlockTerminal(.register(controller)))
    let register = program.appendKeepingResult(.openTerminal(of: .register(controller)))
    program.append(.setWindowSize(size, of: .register(register)))
    program.append(.send(.register(controller), "the terminal's other end", through: .descriptor(socket)))
    program.appendClose(controller)
    terminal = .register(register)
  }

  private mutating func appendWorkingDirectory() {
    guard let directory = plan.workingDirectory else { return }
    program.begin("go to the working directory")
    program.append(.changeDirectory(directory))
  }

  private mutating func appendCredentials() {
    let wanted = plan.credentials
    program.begin("become the user, with the capabilities that are left")
    if let boundingSet = wanted.boundingSet { appendBounding(boundingSet) }
    let keeps = wanted.capabilities != nil && wanted.userID != nil
    if keeps { program.append(.keepCapabilities(true)) }
    if let groups = wanted.supplementaryGroups { program.append(.setGroups(groups)) }
    if let group = wanted.groupID { program.append(.setGroupID(group)) }
    if let user = wanted.userID { program.append(.setUserID(user)) }
    if let capabilities = wanted.capabilities { appendCapabilities(capabilities, ambient: keeps && wanted.userID != 0) }
    if wanted.hasNoNewPrivileges { program.append(.setNoNewPrivileges()) }
  }

  private mutating func appendBounding(_ boundingSet: UInt64) {
    for number in Self.capabilities where boundingSet & (1 << UInt64(number)) == 0 {
      program.append(.dropBoundingCapability(number).tolerating(.einval))
    }
  }

  private mutating func appendCapabilities(_ capabilities: UInt64, ambient: Bool) {
    program.append(
      .setCapabilities(effective: capabilities, permitted: capabilities, inheritable: ambient ? capabilities : 0))
    program.append(.clearAmbientCapabilities())
    guard ambient else { return }
    for number in Self.capabilities where capabilities & (1 << UInt64(number)) != 0 {
      program.append(.raiseAmbientCapability(number))
    }
  }
}
