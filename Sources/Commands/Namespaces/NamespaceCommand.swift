// `ns`: every namespace, those that no process is in as well; and `lsns`, which answers as util-linux 2.41 does.

internal import CommandDescription
internal import Linux
internal import Namespaces
internal import Processes

/// The verb `ns`.
struct NamespaceCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "ns",
    abstract: "list the namespaces of this machine, and what keeps them",
    usage: ["[options] [PID|WORLD|NAMESPACE]", "--why NAMESPACE"],
    discussion: [
      "Without an operand, lists every namespace that can be seen from here: those that processes are in, and those "
        + "that only a thread, an open descriptor, a socket, a bind mount or a descendant keeps alive.",
      "With a PID, or the name of a world that `pangaea run --name` made, lists the namespaces of that process; with the "
        + "inode of a namespace, or a name such as uts:[4026531838], lists the processes in it.",
    ],
    options: options
      + [OptionDescription(nil, "why", "say what keeps a namespace alive", value: .required("NAMESPACE"))]
      + InspectorOptions.handParsed,
    operands: .processID,
    examples: [
      .init(command: "pangaea ns -T", meaning: "Shows which user namespace owns which namespaces."),
      .init(command: "pangaea ns -P -t net", meaning: "Shows network namespaces without processes."),
      .init(
        command: "pangaea ns -Q 'NPROCS > 5 and USER != \"root\"'", meaning: "Shows those of which that is true."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "at least one was found"), .init(status: "1", meaning: "there is no such namespace"),
      .init(status: "2", meaning: "trouble"),
    ],
    seeAlso: ["lsns(8)", "namespaces(7)", "ioctl_nsfs(2)"])

  /// The options of lsns(8).
  static let options = [
    OptionDescription("J", "json", "print JSON"),
    OptionDescription("l", "list", "print a list, not a tree"),
    OptionDescription("n", "noheadings", "print no titles"),
    OptionDescription(
      "o", "output", "print these columns; with + before them, these too", value: .required("LIST"),
      completion: .list(NamespaceColumn.allCases.map(\.rawValue))),
    OptionDescription(nil, "output-all", "print all columns"),
    OptionDescription("P", "persistent", "only namespaces without processes"),
    OptionDescription(
      "p", "task", "only the namespaces of a process", value: .required("PID"), completion: .processID),
    OptionDescription(
      "Q", "filter", "only rows of which an expression is true, see scols-filter(5)", value: .required("EXPRESSION")),
    OptionDescription("r", "raw", "print words parted by one blank"),
    OptionDescription("u", "notruncate", "cut no text"),
    OptionDescription("W", "nowrap", "print one line for each row"),
    OptionDescription(
      "t", "type", "only this kind: mnt, net, ipc, user, pid, uts, cgroup or time; may be repeated",
      value: .required("TYPE"), completion: .words(NamespaceKind.allCases.map(\.procName))),
    OptionDescription(
      "T", "tree", "draw a tree by owner, parent or process; owner without a value", value: .optional("RELATION"),
      completion: .words(["owner", "parent", "process"])),
    OptionDescription("H", "list-columns", "list the columns"),
    OptionDescription("h", "help", "show this help"),
    OptionDescription("V", "version", "show the version"),
  ]

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    let request = try NamespaceRequest(invocation, options: description.options)
    if request.showsHelp { return try invocation.showHelp(description) }
    if request.showsVersion { return try invocation.showVersion() }
    return try NamespaceReport(request).show()
  }
}

/// The program `lsns`.
struct LsnsCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "lsns",
    abstract: "list system namespaces",
    usage: ["[options] [<namespace>]"],
    options: NamespaceCommand.options,
    exitStatuses: [.init(status: "0", meaning: "done"), .init(status: "1", meaning: "failed")],
    seeAlso: ["namespaces(7)"])

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    let request = try NamespaceRequest(invocation, options: description.options)
    if request.showsHelp { return try invocation.showHelp(description) }
    if request.showsVersion { return try invocation.showVersion() }
    return try NamespaceReport(request).show()
  }
}
