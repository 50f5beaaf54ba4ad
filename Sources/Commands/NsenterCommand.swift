// `nsenter`: moves itself into namespaces of other processes and becomes a program, with the options, the order of
// effects and the exit codes of util-linux 2.41.

internal import CommandDescription
internal import Isolation
internal import Linux

/// The verb `nsenter`, and the classic program.
struct NsenterCommand: HandParsedVerb {
  static var description: VerbDescription {
    VerbDescription(
      name: "nsenter",
      abstract: "run a program in namespaces of other processes",
      usage: ["[options] [PROGRAM [ARGUMENT...]]"],
      discussion: [
        "Moves itself into the namespaces of the process --target, or of files, then becomes PROGRAM; the process that "
          + "called it stays where it is. Without PROGRAM it becomes the shell that SHELL names.",
        "pangaea enter finds out what is to be joined, and takes names of containers and worlds too.",
      ],
      options: options,
      operands: .command,
      examples: [
        .init(command: "pangaea nsenter -t 4711 -u hostname", meaning: "The hostname that process 4711 sees."),
        .init(command: "pangaea nsenter -t 4711 -a", meaning: "A shell in every namespace of process 4711."),
      ],
      exitStatuses: [
        .init(status: "1", meaning: "nsenter itself failed"),
        .init(status: "126", meaning: "PROGRAM cannot be executed"),
        .init(status: "127", meaning: "PROGRAM was not found"),
        .init(status: "else", meaning: "PROGRAM's own"),
      ],
      seeAlso: ["nsenter(1)", "setns(2)", "namespaces(7)"])
  }

  /// Apart from the rest, which only a reader of the help needs.
  private static var options: [OptionDescription] { namespaceOptions + contextOptions + processOptions }

  private static var namespaceOptions: [OptionDescription] {
    [
      OptionDescription("a", "all", "every namespace of the target", section: joined),
      OptionDescription("t", "target", "the process", value: .required("PID"), completion: .processID, section: joined),
      kind("m", "mount", "the mount namespace"),
      kind("u", "uts", "the UTS namespace: host name and NIS domain name"),
      kind("i", "ipc", "the IPC namespace"),
      kind("n", "net", "the network namespace"),
      OptionDescription(
        "N", "net-socket", "the network namespace of a socket, by its descriptor in the target",
        value: .required("FD"), section: joined),
      kind("p", "pid", "the PID namespace"),
      kind("C", "cgroup", "the cgroup namespace"),
      kind("U", "user", "the user namespace"),
      OptionDescription(nil, "user-parent", "the parent of the user namespace", section: joined),
      kind("T", "time", "the time namespace"),
    ]
  }
  private static let joined = "Namespaces to enter (of the target, or of FILE)"

  private static func kind(_ letter: Character, _ word: String, _ help: String) -> OptionDescription {
    OptionDescription(letter, word, help, value: .optional("FILE"), completion: .file, section: joined)
  }

  private static var contextOptions: [OptionDescription] {
    [
      OptionDescription(
        "r", "root", "the root directory: the target's, or DIR", value: .optional("DIR"), completion: .directory,
        section: contexts),
      OptionDescription(
        "w", "wd", "the working directory: the target's, or DIR", value: .optional("DIR"), completion: .directory,
        section: contexts),
      OptionDescription(
        "W", "wdns", "the working directory, looked up inside", value: .optional("DIR"), completion: .directory,
        section: contexts),
      OptionDescription("e", "env", "the target's environment", section: contexts),
      OptionDescription("c", "join-cgroup", "the target's control group (version 2)", section: contexts),
      OptionDescription("Z", "follow-context", "the target's SELinux context", section: contexts),
    ]
  }
  private static let contexts = "Other contexts"

  private static var processOptions: [OptionDescription] {
    [
      OptionDescription(
        "S", "setuid", "the user ID of PROGRAM, or follow: the target's", value: .required("UID"), section: process),
      OptionDescription(
        "G", "setgid", "the group ID of PROGRAM, or follow: the target's", value: .required("GID"), section: process),
      OptionDescription(nil, "preserve-credentials", "do not become user 0 with a user namespace", section: process),
      OptionDescription(nil, "keep-caps", "keep the capabilities that a user namespace gives", section: process),
      OptionDescription("F", "no-fork", "do not run PROGRAM as a child with a PID namespace", section: process),
      OptionDescription("h", "help", "show this help", section: process),
      OptionDescription("V", "version", "show the version", section: process),
    ]
  }
  private static let process = "The process"

  static let failureStatus: Int32 = 1

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var request = NsenterRequest()
    let first = try invocation.readOptions(options, of: description) { (option) throws(Complaint) in
      try request.apply(option)
    }
    guard let first else { return 0 }
    let arguments = invocation.argumentBytes(from: first)
    let command = IsolatedCommand(arguments: arguments, environment: CallersEnvironment.entries)
    let plan = request.plan(command: command)
    do {
      try plan.run()
    } catch {
      throw NsenterFailure(plan: plan, error: error).complaint
    }
  }
}
