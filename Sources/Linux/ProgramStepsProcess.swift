// Steps of a program that fork, execute, and change what the process is and may do.

internal import CLinux
public import struct SystemPackage.FilePath

/// What the parent does while the child of a fork step runs.
///
/// Source: fork(2), wait(2).
public struct ParentRole: OptionSet, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Hands every signal that it gets on to the child.
  public static let forwardsSignals = ParentRole(rawValue: UInt64(CLINUX_PARENT_FORWARDS.rawValue))
  /// Stops when the child stops, and continues it when continued.
  public static let stopsWithChild = ParentRole(rawValue: UInt64(CLINUX_PARENT_STOPS.rawValue))
  /// Ends by the signal that ended the child, instead of exiting with 128 + the signal.
  public static let diesAlike = ParentRole(rawValue: UInt64(CLINUX_PARENT_DIES_ALIKE.rawValue))
  /// Closes every descriptor above 2.
  public static let closesDescriptors = ParentRole(rawValue: UInt64(CLINUX_PARENT_CLOSES.rawValue))
  /// Is not ended by SIGINT and SIGTERM while the child runs.
  public static let outlastsInterrupts = ParentRole(rawValue: UInt64(CLINUX_PARENT_OUTLASTS.rawValue))
  /// Exits with status 0 at once, so that the child is adopted by its PID namespace's init.
  public static let leaves = ParentRole(rawValue: UInt64(CLINUX_PARENT_LEAVES.rawValue))
  /// Lends the child its memory until the child executes, instead of a copy; for a program that is started, and whose
  /// child does not become another user.
  public static let lendsMemory = ParentRole(rawValue: UInt64(CLINUX_PARENT_LENDS.rawValue))
}

extension SystemCallProgram.Step {
  /// unshare(2).
  public static func unshare(_ kinds: CloneFlags) -> Self {
    Self("unshare", .call(__NR_unshare), [.value(kinds.rawValue, shown: kinds.description)], on: kinds.description)
  }

  /// setns(2).
  ///
  /// - Parameter namespace: a descriptor of a namespace or a pidfd.
  public static func setns(
    _ namespace: SystemCallProgram.Argument, _ kinds: CloneFlags, on object: String
  ) -> Self {
    Self("setns", .call(__NR_setns), [namespace, .value(kinds.rawValue, shown: kinds.description)], on: object)
  }

  /// clone3(2): the child goes on with the next step, the parent attends to it, reaps every other child that it
  /// gets, and exits as the child did.
  public static func fork(_ namespaces: CloneFlags = [], parent: ParentRole) -> Self {
    Self(
      "clone3", .fork,
      [
        .value(namespaces.rawValue, shown: shownFlags(namespaces, parent)),
        .value(
          parent.rawValue,
          shown: parent.contains(.closesDescriptors)
            ? "88 /* after PR_SET_DUMPABLE 0; then close_range(3, ~0U), PR_SET_DUMPABLE 1 */" : "88"),
      ], on: namespaces.description)
  }

  private static func shownFlags(_ namespaces: CloneFlags, _ parent: ParentRole) -> String {
    let lending = parent.contains(.lendsMemory) ? "CLONE_VM|CLONE_VFORK" : ""
    let separator = namespaces.isEmpty || lending.isEmpty ? "" : "|"
    let kinds = namespaces.isEmpty && !lending.isEmpty ? "" : namespaces.description
    return "{flags=\(kinds)\(separator)\(lending), exit_signal=SIGCHLD}"
  }

  /// execve(2) of the first candidate that there is and that may be executed; a script that names no interpreter
  /// is given to /bin/sh, as execvp(3) does.
  ///
  /// - Parameters:
  ///   - candidates: paths in the order of PATH.
  ///   - arguments: with the program's name first; bytes without NUL.
  ///   - environment: `NAME=value` entries; bytes without NUL.
  public static func execute(
    _ candidates: [[UInt8]], _ arguments: [[UInt8]], environment: [[UInt8]]
  ) -> Self {
    Self(
      "execve", .execute, executionArguments(candidates, arguments, environment),
      on: String(decoding: arguments.first ?? [], as: UTF8.self))
  }

  /// execve(2) of the first of these paths that there is; see `execute` of bytes.
  public static func execute(
    _ candidates: [FilePath], _ arguments: [[UInt8]], environment: [[UInt8]]
  ) -> Self {
    execute(candidates.map { $0.terminatedBytes.dropLast() }, arguments, environment: environment)
  }

  /// Runs another program in a child and waits for it; an exit status other than 0 is `ECHILD`.
  public static func run(_ candidates: [[UInt8]], _ arguments: [[UInt8]], environment: [[UInt8]]) -> Self {
    Self(
      "fork+execve+wait4", .run, executionArguments(candidates, arguments, environment),
      on: String(decoding: arguments.first ?? [], as: UTF8.self))
  }

  private static func executionArguments(
    _ candidates: [[UInt8]], _ arguments: [[UInt8]], _ environment: [[UInt8]]
  ) -> [SystemCallProgram.Argument] {
    var interpreted = arguments
    interpreted.replaceSubrange(0..<min(1, arguments.count), with: [Array("/bin/sh".utf8), []])
    return [
      .texts(candidates, shown: candidates.count == 1 ? quoted(candidates[0]) : "PATH"),
      .texts(arguments, shown: "[" + arguments.map(quoted).joined(separator: ", ") + "]"),
      .texts(environment, shown: "/* \(environment.count) variables */"),
      .texts(interpreted, shown: "/* or by /bin/sh */"),
    ]
  }

  private static func quoted(_ text: [UInt8]) -> String {
    "\"" + String(decoding: text, as: UTF8.self) + "\""
  }

  /// Reads one byte: waits until whoever holds the other end of a pipe says to go on. Its end is `ECANCELED`.
  public static func await(_ descriptor: Int32, for what: String) -> Self {
    Self("read", .await, [.descriptor(descriptor, named: "PIPE"), .value(0, shown: "/* until \(what) */")], on: what)
  }

  /// exit_group(2).
  public static func exit(_ status: Int32) -> Self {
    Self("exit_group", .exit, [.value(UInt64(status))])
  }

  /// sethostname(2).
  public static func setHostname(_ name: String) -> Self {
    named("sethostname", __NR_sethostname, name)
  }

  /// setdomainname(2): the NIS domain name.
  public static func setDomainname(_ name: String) -> Self {
    named("setdomainname", __NR_setdomainname, name)
  }

  private static func named(_ call: String, _ number: Int32, _ name: String) -> Self {
    let bytes = Array(name.utf8)
    return Self(call, .call(number), [.bytes(bytes, shown: "\"\(name)\""), .value(UInt64(bytes.count))], on: name)
  }

  /// setresuid(2): real, effective and saved user ID.
  public static func setUserID(_ id: UInt32) -> Self {
    Self("setresuid", .call(__NR_setresuid), Array(repeating: .value(UInt64(id)), count: 3), on: "user \(id)")
  }

  /// setresgid(2): real, effective and saved group ID.
  public static func setGroupID(_ id: UInt32) -> Self {
    Self("setresgid", .call(__NR_setresgid), Array(repeating: .value(UInt64(id)), count: 3), on: "group \(id)")
  }

  /// setgroups(2).
  public static func setGroups(_ ids: [UInt32]) -> Self {
    Self(
      "setgroups", .call(__NR_setgroups),
      [.value(UInt64(ids.count)), .bytes(ids.flatMap(bytes(of:)), shown: "\(ids)")], on: "\(ids)")
  }

  /// capset(2): the three sets of the process, bit n for capability n.
  public static func setCapabilities(effective: UInt64, permitted: UInt64, inheritable: UInt64) -> Self {
    let header: [UInt32] = [0x2008_0522, 0]
    let sets = [effective, permitted, inheritable]
    let low = sets.map { UInt32(truncatingIfNeeded: $0) }
    let high = sets.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    return Self(
      "capset", .call(__NR_capset),
      [
        .bytes(header.flatMap(bytes(of:)), shown: "_LINUX_CAPABILITY_VERSION_3"),
        .bytes(
          (low + high).flatMap(bytes(of:)),
          shown: "{effective=\(hex(effective)), permitted=\(hex(permitted)), inheritable=\(hex(inheritable))}"),
      ], on: hex(permitted))
  }

  private static func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }

  private static func control(
    _ option: UInt64, _ name: String, _ first: SystemCallProgram.Argument,
    _ second: SystemCallProgram.Argument = .value(0), on object: String = ""
  ) -> Self {
    Self(
      "prctl", .call(__NR_prctl), [.value(option, shown: name), first, second, .value(0), .value(0)],
      on: object.isEmpty ? name : object)
  }

  /// prctl(2) PR_SET_PDEATHSIG: the signal that comes when the parent thread ends.
  public static func setParentDeathSignal(_ signal: Signal) -> Self {
    control(1, "PR_SET_PDEATHSIG", .value(UInt64(signal.rawValue), shown: "SIG" + signal.name))
  }

  /// prctl(2) PR_SET_DUMPABLE.
  public static func setDumpable(_ isDumpable: Bool) -> Self {
    control(4, "PR_SET_DUMPABLE", .value(isDumpable ? 1 : 0))
  }

  /// prctl(2) PR_SET_KEEPCAPS: permitted capabilities outlive a change of user.
  public static func keepCapabilities(_ keep: Bool) -> Self {
    control(8, "PR_SET_KEEPCAPS", .value(keep ? 1 : 0))
  }

  /// prctl(2) PR_CAPBSET_DROP.
  public static func dropBoundingCapability(_ number: Int32) -> Self {
    control(24, "PR_CAPBSET_DROP", .value(UInt64(number)), on: "capability \(number)")
  }

  /// prctl(2) PR_SET_CHILD_SUBREAPER.
  public static func setChildSubreaper(_ isSubreaper: Bool) -> Self {
    control(36, "PR_SET_CHILD_SUBREAPER", .value(isSubreaper ? 1 : 0))
  }

  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  public static func setNoNewPrivileges() -> Self {
    control(38, "PR_SET_NO_NEW_PRIVS", .value(1))
  }

  /// prctl(2) PR_CAP_AMBIENT_RAISE.
  public static func raiseAmbientCapability(_ number: Int32) -> Self {
    control(
      47, "PR_CAP_AMBIENT", .value(2, shown: "PR_CAP_AMBIENT_RAISE"), .value(UInt64(number)),
      on: "capability \(number)")
  }

  /// prctl(2) PR_CAP_AMBIENT_CLEAR_ALL.
  public static func clearAmbientCapabilities() -> Self {
    control(47, "PR_CAP_AMBIENT", .value(4, shown: "PR_CAP_AMBIENT_CLEAR_ALL"))
  }

  /// setsid(2).
  public static func startSession() -> Self {
    Self("setsid", .call(__NR_setsid), [])
  }

  /// setpgid(2) of the process itself.
  public static func startProcessGroup() -> Self {
    Self("setpgid", .call(__NR_setpgid), [.value(0), .value(0)])
  }

  /// ioctl(2) TIOCSCTTY: the terminal becomes the session's controlling terminal.
  public static func setControllingTerminal(_ terminal: SystemCallProgram.Argument) -> Self {
    Self("ioctl", .call(__NR_ioctl), [terminal, .value(0x540e, shown: "TIOCSCTTY"), .value(0)], on: "TIOCSCTTY")
  }

  /// ioctl(2) TIOCSPTLCK: the other end of a pseudo-terminal may be opened.
  public static func unlockTerminal(_ controller: SystemCallProgram.Argument) -> Self {
    Self(
      "ioctl", .call(__NR_ioctl),
      [controller, .value(0x4004_5431, shown: "TIOCSPTLCK"), .bytes([0, 0, 0, 0], shown: "[0]")], on: "TIOCSPTLCK")
  }

  /// ioctl(2) TIOCGPTPEER; its result is the end of a pseudo-terminal that a session has.
  public static func openTerminal(of controller: SystemCallProgram.Argument) -> Self {
    let flags = OpenFlags([.readWrite, .noControllingTerminal]).rawValue | 0o2000000
    return Self(
      "ioctl", .call(__NR_ioctl),
      [
        controller, .value(0x5441, shown: "TIOCGPTPEER"),
        .value(UInt64(UInt32(bitPattern: flags)), shown: "O_RDWR|O_NOCTTY|O_CLOEXEC"),
      ], on: "TIOCGPTPEER")
  }

  /// ioctl(2) TIOCSWINSZ.
  public static func setWindowSize(_ size: WindowSize, of terminal: SystemCallProgram.Argument) -> Self {
    let numbers = [size.rows, size.columns, 0, 0].map { UInt16(clamping: $0) }
    return Self(
      "ioctl", .call(__NR_ioctl),
      [
        terminal, .value(0x5414, shown: "TIOCSWINSZ"),
        .bytes(
          numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] },
          shown: "{\(size.rows) rows, \(size.columns) columns}"),
      ], on: "TIOCSWINSZ")
  }

  /// personality(2).
  public static func setPersonality(_ persona: UInt64) -> Self {
    Self("personality", .call(__NR_personality), [.value(persona)])
  }

}

extension SystemCallProgram {
  /// Adds the steps that bring the loopback interface of the network namespace up.
  ///
  /// Corresponds to ioctl(2) SIOCSIFFLAGS; netdevice(7).
  public mutating func appendLoopbackUp() {
    var request = Array("lo".utf8) + Array(repeating: 0, count: 38)
    request[16] = 0x41
    let socket = appendKeepingResult(
      Step(
        "socket", .call(__NR_socket),
        [.value(2, shown: "AF_INET"), .value(0x80002, shown: "SOCK_DGRAM|SOCK_CLOEXEC"), .value(0)]))
    append(
      Step(
        "ioctl", .call(__NR_ioctl),
        [
          .register(socket), .value(0x8914, shown: "SIOCSIFFLAGS"),
          .bytes(request, shown: "{ifr_name=\"lo\", ifr_flags=IFF_UP|IFF_RUNNING}"),
        ], on: "lo"))
    appendClose(socket)
  }
}
