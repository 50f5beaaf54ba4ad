// What a session does beside the plan of its world, as the lines that `--plan` prints: its terminal, its name, its
// supervisor in the background.

internal import Isolation
internal import struct SystemPackage.FilePath

extension WorldSession {
  /// Every step of `run()`, in order.
  ///
  /// - Parameter whenStarted: those that are taken once the command runs.
  func steps(whenStarted: [PlannedStep] = []) -> [PlannedStep] {
    var plan = plan
    if hasTerminal { plan.terminal = SessionTerminal.foreseen(for: plan) }
    let registry = WorldRegistry.own
    var steps = PlannedStep.outside(
      "attend to signals", "rt_sigprocmask(SIG_BLOCK, SIGNALS)", "signalfd4(-1, SIGNALS) = SIGNALFD")
    steps += plan.terminal?.preparation ?? []
    if let name { steps += registry.stepsOfClaiming(name) }
    steps += PlannedStep.outside(
      "make what the process will know of its caller", "pipe2(PIPE, O_CLOEXEC)", "pidfd_open(SELF, 0) = CALLER")
    steps += plan.steps
    if let name { steps += registry.stepsOfGiving(name) }
    steps += whenStarted
    steps += attendance(plan.terminal)
    steps += plan.stepsOfRemovingTraces
    if let name { steps += registry.stepsOfRemoving(name) }
    return steps
  }

  private func attendance(_ terminal: PlannedTerminal?) -> [PlannedStep] {
    guard let terminal else {
      return PlannedStep.outside(
        "attend to the world until it ends", "ppoll([SIGNALFD], NULL)", "waitid(P_PIDFD, PIDFD)")
    }
    return terminal.arrival
      + PlannedStep.outside(
        "carry bytes between the standard streams and the terminal until the world ends",
        "ioctl(0, TCSETS, RAW) /* where standard input is a terminal */", "ppoll([SIGNALFD, CONTROLLER, 0, 1], NULL)",
        "read(0) and write(CONTROLLER)", "read(CONTROLLER) and write(1)",
        "ioctl(CONTROLLER, TIOCSWINSZ) /* after SIGWINCH */", "waitid(P_PIDFD, PIDFD)", "ioctl(0, TCSETS, FORMER)")
  }
}

extension PlannedTerminal {
  /// What is made of it before the world starts.
  fileprivate var preparation: [PlannedStep] {
    switch self {
    case .made:
      PlannedStep.outside(
        "make a terminal", "openat(AT_FDCWD, \"/dev/ptmx\", O_RDWR|O_NOCTTY|O_NONBLOCK|O_CLOEXEC) = CONTROLLER",
        "ioctl(CONTROLLER, TIOCSPTLCK, [0])", "ioctl(CONTROLLER, TIOCGPTPEER, O_RDWR|O_NOCTTY|O_CLOEXEC) = TERMINAL",
        "ioctl(TERMINAL, TIOCSWINSZ, SIZE)")
    case .ofWorld:
      PlannedStep.outside(
        "make a way for the terminal that the world makes",
        "socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0) = SOCKET")
    }
  }

  /// What is done to have its other end, once the world runs.
  fileprivate var arrival: [PlannedStep] {
    switch self {
    case .made: []
    case .ofWorld:
      PlannedStep.outside(
        "get the terminal's other end", "recvmsg(SOCKET) = CONTROLLER",
        "ioctl(CONTROLLER, TIOCGPTPEER, O_RDWR|O_NOCTTY|O_CLOEXEC)")
    }
  }
}

extension WorldRegistry {
  /// What `claim(_:)` does.
  fileprivate func stepsOfClaiming(_ name: String) -> [PlannedStep] {
    PlannedStep.outside(
      "take the name \(name)", "mkdirat(AT_FDCWD, \"\(directory)\", 0700) /* or it is there */",
      "openat(AT_FDCWD, \"\(directory)\", O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC) = NAMES",
      "flock(NAMES, LOCK_EX)", "openat(NAMES, \"\(name)\", O_RDONLY|O_NOFOLLOW|O_CLOEXEC) /* of no running world */")
  }

  /// What `NameClaim.give(to:)` does.
  fileprivate func stepsOfGiving(_ name: String) -> [PlannedStep] {
    PlannedStep.outside(
      "give the name \(name) to the process",
      "openat(AT_FDCWD, \"\(directory)/.draft\", O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_CLOEXEC, 0600) = DRAFT",
      "write(DRAFT, \"PID START-TIME\")",
      "renameat2(AT_FDCWD, \"\(directory)/.draft\", AT_FDCWD, \"\(directory)/\(name)\", 0)", "flock(NAMES, LOCK_UN)")
  }

  /// What `remove(_:)` does.
  fileprivate func stepsOfRemoving(_ name: String) -> [PlannedStep] {
    PlannedStep.outside(
      "take the name \(name) away", "flock(NAMES, LOCK_EX)", "unlinkat(AT_FDCWD, \"\(directory)/\(name)\", 0)",
      "unlinkat(AT_FDCWD, \"\(directory)\", AT_REMOVEDIR) /* after the last name */")
  }
}

extension BackgroundWorld {
  /// Every step of `run()`: the supervisor takes those of a session in the foreground.
  static func steps(of session: WorldSession) -> [PlannedStep] {
    var steps = PlannedStep.outside(
      "leave a supervisor in the background, which takes the other steps outside", "pipe2(ANSWER, O_CLOEXEC)",
      "clone(SIGCHLD) = SUPERVISOR")
    steps += PlannedStep.outside(
      "let go of the terminal, and of pipes whose readers wait for their end", "setsid()",
      "openat(AT_FDCWD, \"/dev/null\", O_RDWR|O_CLOEXEC) = NOTHING", "dup3(NOTHING, 0, 0)",
      "dup3(NOTHING, 1, 0) /* unless it is a file */", "dup3(NOTHING, 2, 0) /* unless it is a file */")
    let said = PlannedStep.outside("say which process it is", "write(ANSWER, \"PID\")")
    let printed = PlannedStep.outside("print that where it was asked for", "read(ANSWER)", "write(1, \"PID\\n\")")
    return steps + session.steps(whenStarted: said + printed)
  }
}
