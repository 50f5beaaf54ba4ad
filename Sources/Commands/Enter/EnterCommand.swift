// `enter`: a command in the world of a process, a container or a named world.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `enter`.
enum EnterCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "enter",
    abstract: "run a command in the world of a process or container",
    usage: ["WHO [options] [--] [COMMAND [ARGUMENT...]]"],
    discussion: [
      """
      WHO is a PID, the name of a world that `pangaea run --name` made, a container's name or identifier or the first \
      characters of that, or the path of a namespace. Names of containers are read from the files of Podman, CRI-O, \
      Docker, containerd, crun and runc where they are by default. Without a choice of kinds, every namespace in which WHO differs from \
      the caller is joined. Without a COMMAND, it is /bin/sh, at a terminal \
      with a pseudo-terminal of its own.
      """,
      """
      Who enters a whole world or container by its name joins its control group too, and is under its limits, as with \
      `exec` of a container engine. A PID may be of a service that others are accounted to, and a choice of kinds is a \
      look at a part: there the command stays in the caller's control group, outside of the world's limits, unless \
      --cgroup is given.
      """,
    ],
    options: kindOptions + [
      .init(
        nil, "env", "whose environment the command has", value: .required("WHOSE"),
        completion: .words(["caller", "target"]), section: "Command"),
      .init(nil, "cgroup", "join the control group, and be under its limits", section: "Command"),
      .init(nil, "no-cgroup", "stay in the caller's control group, outside of the world's limits", section: "Command"),
      .init("w", "workdir", "where the command starts", value: .required("DIRECTORY"), section: "Command"),
      .init("t", "tty", "a pseudo-terminal of its own", section: "Command"),
      .init(nil, "plan", "print each step and its system call, and do nothing", section: "Command"),
      .init(nil, "json", "print the plan as JSON", section: "Command"),
      .init("h", "help", "print this page", section: "Command"),
      .init("V", "version", "print the version", section: "Command"),
    ],
    operands: .processID,
    examples: [
      .init(command: "pangaea enter 4711 -- ps -e", meaning: "the process table as PID 4711 sees it"),
      .init(command: "pangaea enter blue --net -- ip address", meaning: "only the network of the world named blue"),
    ],
    exitStatuses: RunDescription.verb.exitStatuses, seeAlso: ["nsenter(1)", "namespaces(7)"])

  private static let kindOptions: [OptionDescription] = kinds.map {
    .init($0.letter, $0.word, "join the \($0.kind.name) namespace", section: "Namespaces")
  }

  /// The options that choose kinds: nsenter's letters, and words that leave `--cgroup` to the control group.
  private static let kinds: [(kind: NamespaceKind, letter: Character?, word: String)] = [
    (.mount, "m", "mount"), (.uts, "u", "uts"), (.ipc, "i", "ipc"), (.network, "n", "net"), (.pid, "p", "pid"),
    (.user, "U", "user"), (.cgroup, "C", "cgroup-namespace"), (.time, "T", "time"),
  ]

  static let failureStatus: Int32 = 125

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    let request = try EnterRequest(invocation)
    if request.words.contains("help") { return try invocation.showHelp(description) }
    if request.words.contains("version") { return try invocation.showVersion() }
    guard let who = request.who else { throw .usage("whose world is to be entered?", exitStatus: 125) }
    let chosen = CloneFlags(kinds.filter { request.words.contains($0.word) }.map(\.kind))
    switch try Whom(who) {
    case .process(let process): return try enter(process, chosen: chosen.isEmpty ? nil : chosen, request)
    case .namespace(let path):
      try refuseWhatNeedsAProcess(chosen, request)
      return try enter(path, request)
    }
  }

  private static func enter(
    _ process: ProcessIdentity, chosen: CloneFlags?, _ request: EnterRequest
  ) throws(Complaint) -> Int32 {
    let target = try attempt(request) { () throws(IsolationError) in try EnterTarget(process) }
    let isWhole = chosen == nil && request.who.flatMap { Int32($0) } == nil
    let environment = try attempt(request) { () throws(IsolationError) in
      try request.takesEnvironment ? target.environment() : CallersEnvironment.entries
    }
    let command = IsolatedCommand(arguments: request.command, environment: environment)
    var plan = target.plan(command, joining: chosen ?? target.differing)
    if request.words.contains("cgroup") || (isWhole && !request.words.contains("no-cgroup")) {
      plan.joinedCgroup = try attempt(request) { () throws(IsolationError) in try target.controlGroup() }
    }
    return try request.carryOut(plan)
  }

  private static func open(_ path: FilePath) throws(Complaint) -> NamespaceDescriptor {
    do throws(SystemCallError) {
      return try NamespaceDescriptor(opening: path)
    } catch {
      throw Complaint(error, doing: "open the namespace \(path.string)", exitStatus: 125)
    }
  }

  private static func attempt<Result: ~Copyable>(
    _ request: EnterRequest, _ body: () throws(IsolationError) -> Result
  ) throws(Complaint) -> Result {
    do throws(IsolationError) {
      return try body()
    } catch {
      throw Complaint(error, running: IsolatedCommand(arguments: request.command, environment: []))
    }
  }

  /// A namespace has no environment, no control group, and no namespaces of other kinds.
  private static func refuseWhatNeedsAProcess(_ chosen: CloneFlags, _ request: EnterRequest) throws(Complaint) {
    let option =
      request.takesEnvironment
      ? "--env target" : request.words.contains("cgroup") ? "--cgroup" : chosen.isEmpty ? nil : "a choice of kinds"
    guard let option else { return }
    throw .usage("\(option) needs a process or a world to enter, not one namespace", exitStatus: 125)
  }

  private static func enter(_ path: FilePath, _ request: EnterRequest) throws(Complaint) -> Int32 {
    let namespace = try open(path)
    let kind: NamespaceKind
    do throws(SystemCallError) {
      kind = try namespace.kind()
    } catch {
      throw Complaint(what: "\(path.string) is no namespace", exitStatus: 125)
    }
    let command = IsolatedCommand(arguments: request.command, environment: CallersEnvironment.entries)
    var plan = IsolationPlan(command: command, namespaces: [])
    plan.joins = [
      PlannedJoin(
        descriptor: namespace.descriptor.number, kinds: kind.cloneFlag,
        object: "the \(kind.name) namespace \(path.string)")
    ]
    return try request.carryOut(plan)
  }
}
