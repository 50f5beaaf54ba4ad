// The caller's part of making a world, as values: what a plan prints is what the start carries out.

internal import Cgroups
public import Linux
internal import struct SystemPackage.FilePath

/// One step that the caller takes, outside the world.
enum CallerStep {
  case makeCgroup(CgroupPlan)
  case clone(CloneFlags, into: Cgroup.Place?)
  case fillCgroup(CgroupPlan)
  case writeMaps(IDMaps)
  case runMapTools(IDMaps)
  case release
  case awaitNamespaces
  case adoptSibling
  case awaitLayout
  case takeListener
  case awaitExecution
}

extension IsolationPlan {
  /// The caller's steps, in order.
  var callerSteps: [CallerStep] {
    var steps: [CallerStep] = []
    if let cgroup { steps.append(.makeCgroup(cgroup)) }
    steps.append(.clone(cloneFlags, into: movesIntoCgroup ? nil : enteredCgroup?.unified))
    if let cgroup, cgroup.keeper != nil { steps.append(.fillCgroup(cgroup)) }
    if !makesUserNamespaceLate { steps += mapSteps }
    if waitsForCaller { steps.append(.release) }
    if makesUserNamespaceLate { steps += [.awaitNamespaces] + mapSteps + [.release] }
    if forksSibling { steps.append(.adoptSibling) }
    if pausesBeforeRootChange { steps += [.awaitLayout, .release] }
    if process.seccomp?.hasListener == true { steps.append(.takeListener) }
    return steps + [.awaitExecution]
  }

  private var mapSteps: [CallerStep] {
    guard let idMaps else { return [] }
    if idMaps.isWrittenByTools { return [.runMapTools(idMaps)] }
    return idMaps.areOwn ? [] : [.writeMaps(idMaps)]
  }

  /// Whether the first process has to wait until the caller has done something for it.
  var waitsForCaller: Bool {
    cgroup?.keeper != nil || (!makesUserNamespaceLate && !mapSteps.isEmpty)
  }

  /// The control group that the first process begins in or joins by itself; systemd puts it into one that it keeps.
  var enteredCgroup: Cgroup? { cgroup?.keeper == nil ? cgroup?.cgroup ?? joinedCgroup : nil }

  /// Where the first process writes that it joins. A process that moves itself in version 1 waits for nobody, and in
  /// version 2 it begins as a member.
  var cgroupFiles: [FilePath] {
    let places = enteredCgroup?.places ?? []
    return places.filter { $0.hierarchy.version == .v1 || movesIntoCgroup }.map(\.joinFile)
  }

  /// Whether the first process reads at all what the caller says.
  var listensToCaller: Bool { waitsForCaller || makesUserNamespaceLate || pausesBeforeRootChange }

  /// The kinds that the first process begins in. A cgroup namespace shows its maker's cgroup as the root, so it is
  /// made after the new cgroup was joined; clocks can be set only before somebody enters.
  public var cloneFlags: CloneFlags { namespaces.subtracting(lateNamespaces) }

  /// The kinds that the first process makes for itself, after it was started.
  ///
  /// Beside a user namespace that it joins, all: they belong to that one. Beside a user namespace that it makes and
  /// others that it joins, all too: the rights to join are lost in the new one.
  public var lateNamespaces: CloneFlags {
    if commandIsFirst && (joinedKinds.contains(.newUser) || (namespaces.contains(.newUser) && !joins.isEmpty)) {
      return namespaces
    }
    var late: CloneFlags = []
    if cgroup != nil || joinedCgroup != nil { late.formUnion(namespaces.intersection(.newCgroup)) }
    if timeOffsets != nil { late.formUnion(.newTime) }
    if commandIsFirst && (timeOffsets != nil || !joinedKinds.isDisjoint(with: [.newPID, .newTime])) {
      late.formUnion(namespaces.intersection([.newPID, .newTime]))
    }
    return late
  }

  /// The kinds that are joined.
  var joinedKinds: CloneFlags { joins.reduce(into: CloneFlags()) { $0.formUnion($1.kinds) } }

  var makesUserNamespaceLate: Bool { lateNamespaces.contains(.newUser) }

  /// Whether a sibling of the first process goes on as the command, in namespaces that take in only children.
  var forksSibling: Bool { commandIsFirst && onlyChildrenEnter }

  /// Whether the first process sends descriptors to the caller.
  var hasChannel: Bool { forksSibling || process.seccomp?.hasListener == true }
}

/// One line of a printed plan.
///
/// Source: syscalls(2).
public struct PlannedStep: Hashable, Sendable {
  /// Whether the first process of the world does it, or the caller.
  public let isInside: Bool
  /// What it is for.
  public let purpose: String
  /// The system call, as strace(1) would show it. What has no number yet has a name: `PID`, `CALLER`, `PIPE`.
  public let call: String

  /// A step that is taken outside of the world.
  public static func outside(_ purpose: String, _ calls: String...) -> [PlannedStep] { outside(purpose, calls) }

  static func outside(_ purpose: String, _ calls: [String]) -> [PlannedStep] {
    calls.map { PlannedStep(isInside: false, purpose: purpose, call: $0) }
  }
}

extension IsolationPlan {
  /// Every step that `start()` will take, with its system call: the caller's, and before the last of them, which waits,
  /// those of the world's first process.
  public var steps: [PlannedStep] {
    let inside = WorldProgram(self, caller: WorldCaller()).program.steps.map {
      PlannedStep(isInside: true, purpose: $0.purpose, call: $0.description)
    }
    let outside = callerSteps.flatMap(\.planned)
    let waiting = outside.count - 1
    return Array(outside[..<waiting]) + inside + outside[waiting...]
  }
}

extension IsolationPlan {
  /// What `World.removeTraces()` does.
  ///
  /// Source: cgroups(7).
  public var stepsOfRemovingTraces: [PlannedStep] {
    guard let cgroup = cgroup?.cgroup else { return [] }
    let ends =
      cgroup.unified.map { "write(\"\($0.directory.appending("cgroup.kill"))\", \"1\")" }
      ?? "pidfd_send_signal(MEMBER, SIGKILL) /* for each that is left */"
    let removals = cgroup.places.map { "rmdir(\"\($0.directory)\")" }
    return PlannedStep.outside("end what is left in the control group, and take it away", [ends] + removals)
  }
}

extension CallerStep {
  /// The step as lines of a plan.
  var planned: [PlannedStep] {
    lines.map { PlannedStep(isInside: false, purpose: purpose, call: $0) }
  }

  /// What the step is for.
  var purpose: String {
    switch self {
    case .makeCgroup: "make a control group with the limits"
    case .clone([], into: nil): "start a process"
    case .clone([], into: _): "start a process in the control group"
    case .clone(_, into: nil): "start a process in new namespaces"
    case .clone: "start a process in the control group and in new namespaces"
    case .fillCgroup: "put the process in the control group"
    case .writeMaps, .runMapTools: "say who is who in the user namespace"
    case .release: "let the process go on"
    case .awaitNamespaces: "wait until the namespaces are made"
    case .adoptSibling: "hold the process in the namespaces"
    case .awaitLayout: "wait until the world is laid out"
    case .takeListener: "get the descriptor of the system call filter"
    case .awaitExecution: "wait until the command runs"
    }
  }

  private var lines: [String] {
    switch self {
    case .makeCgroup(let plan): plan.steps.map(\.description)
    case .clone(let flags, into: nil):
      ["clone3({flags=\(flags.description)|CLONE_PIDFD, exit_signal=SIGCHLD}, 88) = PID"]
    case .clone(let flags, into: let place?):
      [
        "open(\"\(place.directory)\", O_PATH|O_DIRECTORY) = CGROUP",
        "clone3({flags=\(flags.description)|CLONE_PIDFD|CLONE_INTO_CGROUP, exit_signal=SIGCHLD, cgroup=CGROUP}, 88)"
          + " = PID",
      ]
    case .fillCgroup(let plan):
      plan.cgroup.places.map { "write(\"\($0.directory.appending("cgroup.procs"))\", \"PID\")" }
    case .writeMaps(let maps): maps.writings.map { "write(\"/proc/PID/\($0.file)\", \"\($0.shown)\")" }
    case .runMapTools(let maps): maps.toolArguments.map { ([$0.tool, "PID"] + $0.numbers).joined(separator: " ") }
    case .release: ["write(PIPE, \"\\1\", 1)"]
    case .awaitNamespaces, .awaitLayout: ["read(REPORT, STEP, 8) = 8"]
    case .adoptSibling: ["recvmsg(CHANNEL, PIDFD)", "wait4(PID)"]
    case .takeListener: ["recvmsg(CHANNEL, LISTENER)"]
    case .awaitExecution: ["read(REPORT, FAILURE, 8) = 0"]
    }
  }
}
