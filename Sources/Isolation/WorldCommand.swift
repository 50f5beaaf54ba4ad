// The last steps of a world's first process: how the command is scheduled and limited, who it is, what it may do, and
// its execution. What takes rights comes before what takes them away.

internal import Linux
internal import struct SystemPackage.FilePath

extension WorldProgram {
  /// Every capability that a set has a bit for; those that the kernel does not know are passed over.
  private static let capabilities: ClosedRange<Int32> = 0...63
  /// CAP_SYS_ADMIN, which lets a process filter its system calls without giving up new privileges.
  private static let administration: UInt64 = 1 << 21

  /// Adds them.
  mutating func appendCommand() {
    if plan.hasInit {
      program.begin("leave a parent behind that reaps, and hands signals on")
      let role: ParentRole = [.forwardsSignals, .closesDescriptors]
      let mayLend = !plan.credentials.changesUser && plan.startGate == nil
      program.append(.fork(parent: mayLend ? role.union(.lendsMemory) : role))
    }
    appendKeyring()
    appendTerminal()
    let entered = appendWorkingDirectory()
    appendLimits()
    appendCredentials()
    appendUmask()
    if let entered { appendDirectoryAsUser(entered) }
    appendCommandTie()
    appendExecution()
  }

  /// Waiting at the gate is what comes last: what is not let in by a filter is then not needed any more.
  private mutating func appendExecution() {
    program.begin("become the command")
    program.append(.closeOnExecute(from: 3))
    for descriptor in plan.keptDescriptors { program.append(.keepOpen(descriptor)) }
    let seccomp = plan.process.seccomp
    if let seccomp, seccomp.hasListener { appendListener(seccomp) }
    if let gate = plan.startGate {
      if let name = plan.command.arguments.first {
        program.begin("find the command")
        program.append(
          .requireExecutable(plan.command.candidates, named: String(decoding: name, as: UTF8.self)))
      }
      program.begin("wait to be started")
      program.append(.waitAtGate(gate))
    }
    if let seccomp, !seccomp.hasListener {
      program.begin("filter the system calls")
      program.append(.installFilter(seccomp.program, flags: seccomp.flags))
    }
    if let sets = plan.credentials.capabilitySets { appendLastSets(sets) }
    program.begin("become the command")
    program.append(
      .execute(plan.command.candidates, plan.command.arguments, environment: plan.command.environment))
  }

  /// A listener is there before anybody may have to answer for a call that the filter asks about.
  private mutating func appendListener(_ seccomp: PlannedSeccomp) {
    program.begin("filter the system calls")
    let newListener: UInt64 = 1 << 3
    let listener = program.appendKeepingResult(
      .installFilter(seccomp.program, flags: seccomp.flags | newListener))
    program.append(.send(.register(listener), "the listener", through: .descriptor(caller.channel, named: "CHANNEL")))
  }

  /// A change of user takes the parent-death signal away, and the child of a fork never had it. In a new PID
  /// namespace the init's end is the end of all, so there it is not needed.
  private mutating func appendCommandTie() {
    guard let signal = plan.parentDeathSignal, !plan.namespaces.contains(.newPID) else { return }
    program.begin("end when the parent ends")
    program.append(.setParentDeathSignal(signal))
  }

  private mutating func appendKeyring() {
    guard let name = plan.process.sessionKeyring else { return }
    program.begin("join a session keyring")
    // A kernel without keyrings has nothing that could be shared.
    program.append(.joinSessionKeyring(name).tolerating(.enosys))
  }

  private mutating func appendTerminal() {
    program.begin("take the terminal")
    if plan.startsSession || plan.terminal != nil { program.append(.startSession()) }
    if let terminal {
      program.append(.setControllingTerminal(terminal))
      for stream: Int32 in 0...2 { program.append(.duplicate(terminal, as: stream)) }
    }
    guard plan.process.ownsStandardStreams, let user = plan.credentials.userID else { return }
    program.begin("give the standard streams to the user")
    for stream: Int32 in 0...2 { program.append(.giveStream(stream, to: user)) }
  }

  /// Goes to the working directory with the rights of now; where they do not suffice, the user's may.
  ///
  /// - Returns: the result, negative when it has to be tried again; nil where the first attempt is the only one.
  private mutating func appendWorkingDirectory() -> SystemCallProgram.Register? {
    guard let directory = plan.workingDirectory else { return nil }
    program.begin("go to the working directory")
    guard plan.commandIsFirst else {
      program.append(.changeDirectory(directory))
      return nil
    }
    if plan.process.createsWorkingDirectory {
      let root = program.appendKeepingResult(.open("/", [.path, .directory]))
      let place = program.appendKeepingResult(
        .place(directory, [.creates, .directory], in: .register(root)).tolerating(.eacces, .eperm, .erofs))
      program.append(.close(.register(place)).tolerating(.ebadf))
      program.free(place)
      program.appendClose(root)
    }
    return program.appendKeepingResult(.changeDirectory(directory).tolerating(.eacces, .eperm))
  }

  /// A working directory that lies outside the root would lead out of it (CVE-2024-21626).
  private mutating func appendDirectoryAsUser(_ entered: SystemCallProgram.Register) {
    guard let directory = plan.workingDirectory else { return }
    program.begin("go to the working directory")
    program.append(.skip(1, when: entered))
    program.append(.changeDirectory(directory))
    program.append(.requireInside(directory))
    program.free(entered)
  }

  private mutating func appendLimits() {
    let wanted = plan.process
    program.begin("set the limits of resources")
    for limit in wanted.resourceLimits {
      program.append(.setLimit(limit.resource, soft: limit.soft, hard: limit.hard))
    }
    program.begin("choose how it is scheduled")
    if let processors = wanted.processors { program.append(.setProcessors(processors)) }
    if let scheduling = wanted.scheduling { program.append(.setScheduling(scheduling)) }
    if let priority = wanted.inputOutputPriority { program.append(.setInputOutputPriority(priority)) }
    if let policy = wanted.memoryPolicy {
      program.begin("choose where its memory comes from")
      program.append(.setMemoryPolicy(policy))
    }
    if let personality = wanted.personality {
      program.begin("choose the kernel's personality")
      program.append(.setPersonality(personality))
    }
  }

  private mutating func appendUmask() {
    guard let umask = plan.process.umask else { return }
    program.begin("take permissions from new files")
    program.append(.setUmask(umask))
  }

  private mutating func appendCredentials() {
    let wanted = plan.credentials
    program.begin("become the user, with the capabilities that are left")
    if let bounding = wanted.capabilitySets?.bounding ?? wanted.boundingSet { appendBounding(bounding) }
    let keeps = (wanted.capabilities != nil || wanted.capabilitySets != nil) && wanted.userID != nil
    if keeps { program.append(.keepCapabilities(true)) }
    if let groups = wanted.supplementaryGroups {
      let step = SystemCallProgram.Step.setGroups(groups)
      program.append(groups.isEmpty && plan.commandIsFirst ? step.tolerating(.eperm) : step)
    }
    if let group = wanted.groupID { program.append(.setGroupID(group)) }
    if let user = wanted.userID { program.append(.setUserID(user)) }
    if let sets = wanted.capabilitySets {
      appendSets(sets)
    } else if let capabilities = wanted.capabilities {
      appendCapabilities(capabilities, ambient: keeps && wanted.userID != 0)
    }
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

  /// Whether the right to filter system calls has to outlive the change of user.
  private var keepsAdministration: Bool {
    plan.process.seccomp != nil && !plan.credentials.hasNoNewPrivileges
  }

  /// The five sets; while a filter is still to come, with the right to install it.
  private mutating func appendSets(_ sets: CapabilitySets) {
    let kept = keepsAdministration ? Self.administration : 0
    program.append(
      .setCapabilities(
        effective: sets.effective | kept, permitted: sets.permitted | kept, inheritable: sets.inheritable))
    program.append(.clearAmbientCapabilities())
    for number in Self.capabilities where sets.ambient & (1 << UInt64(number)) != 0 {
      program.append(.raiseAmbientCapability(number).tolerating(.eperm))
    }
  }

  /// The sets without the right that installing the filter took.
  private mutating func appendLastSets(_ sets: CapabilitySets) {
    guard keepsAdministration, sets.permitted & sets.effective & Self.administration == 0 else { return }
    program.begin("give up the last capabilities")
    program.append(
      .setCapabilities(effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable))
  }
}

extension KernelSetting {
  /// The file below /proc. As sysctl(8) has it, the first separator says which one it is: dots become slashes, and in a
  /// name with slashes dots belong to names, of interfaces for example.
  var file: FilePath {
    let isPath = (name.firstIndex(of: "/") ?? name.endIndex) < (name.firstIndex(of: ".") ?? name.endIndex)
    let swapped = String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    return FilePath("sys/" + (isPath ? name : swapped))
  }
}
