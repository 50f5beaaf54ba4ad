// `unshare`: moves itself into new namespaces and becomes a program, with the options, the order of effects and the
// exit codes of util-linux 2.41.

internal import CommandDescription
internal import Isolation
internal import Linux

/// The verb `unshare`, and the classic program.
struct UnshareCommand: HandParsedVerb {
  static var description: VerbDescription {
    VerbDescription(
      name: "unshare",
      abstract: "run a program in new namespaces",
      usage: ["[options] [PROGRAM [ARGUMENT...]]"],
      discussion: [
        "Moves itself into the new namespaces, then becomes PROGRAM: the PID stays the same unless --fork is given. "
          + "Without PROGRAM it becomes the shell that SHELL names.",
        "A new PID or time namespace is entered by children only; --fork makes PROGRAM such a child.",
      ],
      options: options,
      operands: .command,
      examples: [
        .init(
          command: "pangaea unshare --uts sh", meaning: "A shell whose hostname can be changed and nobody notices."),
        .init(
          command: "pangaea unshare --map-root-user --fork --pid --mount-proc sh",
          meaning: "A shell that is root and PID 1 in a world of its own, with no rights needed."),
      ],
      exitStatuses: [
        .init(status: "1", meaning: "unshare itself failed"),
        .init(status: "126", meaning: "PROGRAM cannot be executed"),
        .init(status: "127", meaning: "PROGRAM was not found"),
        .init(status: "else", meaning: "PROGRAM's own"),
      ],
      seeAlso: ["unshare(1)", "unshare(2)", "namespaces(7)"])
  }

  /// Apart from the rest, which only a reader of the help needs.
  private static var options: [OptionDescription] { namespaceOptions + mapOptions + mountOptions + processOptions }

  private static var namespaceOptions: [OptionDescription] {
    [
      kind("m", "mount", "new mount namespace"),
      kind("u", "uts", "new UTS namespace: host name and NIS domain name"),
      kind("i", "ipc", "new IPC namespace"),
      kind("n", "net", "new network namespace"),
      kind("p", "pid", "new PID namespace, for children"),
      kind("U", "user", "new user namespace"),
      kind("C", "cgroup", "new cgroup namespace"),
      kind("T", "time", "new time namespace, for children"),
    ]
  }

  private static func kind(_ letter: Character, _ word: String, _ help: String) -> OptionDescription {
    OptionDescription(letter, word, help, value: .optionalAfterWord("FILE"), completion: .file, section: new)
  }

  private static let new = "New namespaces (mounted on FILE, they outlive their members)"

  private static var mapOptions: [OptionDescription] {
    [
      OptionDescription("r", "map-root-user", "be root inside (implies --user)", section: maps),
      OptionDescription("c", "map-current-user", "be oneself inside (implies --user)", section: maps),
      OptionDescription(
        nil, "map-user", "be this user inside", value: .required("UID|NAME"), completion: .user, section: maps),
      OptionDescription(
        nil, "map-group", "be this group inside", value: .required("GID|NAME"), completion: .group, section: maps),
      OptionDescription(
        nil, "map-users", "map a range of users", value: .required("INNER:OUTER:COUNT|auto|subids|all"), section: maps),
      OptionDescription(
        nil, "map-groups", "map a range of groups", value: .required("INNER:OUTER:COUNT|auto|subids|all"), section: maps
      ),
      OptionDescription(nil, "map-auto", "map the first range of /etc/subuid and /etc/subgid from 0 on", section: maps),
      OptionDescription(
        nil, "map-subids", "map the first range of /etc/subuid and /etc/subgid to itself", section: maps),
      OptionDescription(
        nil, "setgroups", "what setgroups(2) is inside", value: .required("allow|deny"),
        completion: .words(["allow", "deny"]), section: maps),
      OptionDescription(nil, "keep-caps", "keep the capabilities that a new user namespace gives", section: maps),
    ]
  }
  private static let maps = "Users and groups"

  private static var mountOptions: [OptionDescription] {
    [
      OptionDescription(
        nil, "mount-proc", "mount proc (implies --mount)", value: .optional("DIR"), completion: .directory,
        section: files
      ),
      OptionDescription(
        nil, "mount-binfmt", "mount binfmt_misc (implies --user and --mount)", value: .optional("DIR"),
        completion: .directory, section: files),
      OptionDescription(
        "l", "load-interp", "register a binary format (implies --mount-binfmt)", value: .required("STRING"),
        section: files),
      OptionDescription(
        nil, "propagation", "how mounts spread; private if not given",
        value: .required("slave|shared|private|unchanged"),
        completion: .words(["slave", "shared", "private", "unchanged"]), section: files),
      OptionDescription(
        "R", "root", "the root directory", value: .required("DIR"), completion: .directory, section: files),
      OptionDescription(
        "w", "wd", "the working directory", value: .required("DIR"), completion: .directory, section: files),
    ]
  }
  private static let files = "Files"

  private static var processOptions: [OptionDescription] {
    [
      OptionDescription("f", "fork", "run PROGRAM as a child", section: process),
      OptionDescription(
        nil, "kill-child", "send the child a signal when unshare ends (implies --fork); KILL if not given",
        value: .optional("SIGNAL"), completion: .signal, section: process),
      OptionDescription("S", "setuid", "the user ID of PROGRAM", value: .required("UID"), section: process),
      OptionDescription("G", "setgid", "the group ID of PROGRAM", value: .required("GID"), section: process),
      OptionDescription(
        nil, "monotonic", "offset of the monotonic clock", value: .required("SECONDS"), section: process),
      OptionDescription(
        nil, "boottime", "offset of the clock since boot", value: .required("SECONDS"), section: process),
      OptionDescription("h", "help", "show this help", section: process),
      OptionDescription("V", "version", "show the version", section: process),
    ]
  }
  private static let process = "The process"

  static let failureStatus: Int32 = 1

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var request = UnshareRequest()
    let first = try invocation.readOptions(options, of: description) { (option) throws(Complaint) in
      try request.apply(option)
    }
    guard let first else { return 0 }
    let plan = try request.plan(command: invocation.command(from: first))
    if invocation.form == .verb { warnOfTrap(plan) }
    do {
      try plan.run()
    } catch {
      throw UnshareFailure(plan: plan, failure: error).complaint
    }
  }

  /// The one thing about unshare that everybody trips over once.
  private static func warnOfTrap(_ plan: UnsharePlan) {
    guard plan.namespaces.contains(.newPID), !plan.forks, FileDescriptor.standardError.isTerminal else { return }
    let hint =
      "pangaea: only the first child will enter the PID namespace, and after its end no other can start (ENOMEM); "
      + "--fork makes the program that child\n"
    do { try FileDescriptor.standardError.write(hint) } catch {
      // A hint that nobody can read is no reason to fail.
    }
  }
}

extension Invocation {
  /// The command that begins at an index of the arguments; the person's shell when there is none.
  func command(from index: Int) -> IsolatedCommand {
    let environment = CallersEnvironment.entries
    let arguments = argumentBytes(from: index)
    if arguments.isEmpty { return .loginShell(environment: environment) }
    return IsolatedCommand(arguments: arguments, environment: environment)
  }
}
