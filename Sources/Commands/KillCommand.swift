// `kill`: sends signals as procps' kill(1) does, and ends whole branches of the tree of processes.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import Processes

/// The verb `kill`, and the classic program.
struct KillCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "kill",
    abstract: "send a signal, or end a whole branch of processes",
    usage: [
      "[options] PID...", "--tree [options] PID...", "--name NAME [options] [PID...]", "-l [SIGNAL]", "-L",
    ],
    discussion: [
      "A negative PID is a process group. Without a signal, TERM is sent.",
      "With --tree each PID is ended with all its descendants, by SIGKILL unless another signal is named: all are "
        + "stopped first, looked for again until nothing new is found, and killed, those that they fork and orphan "
        + "meanwhile included. PID 1 and whatever this command descends from are refused. Only KILL is sure to end them: "
        + "another signal is sent to each once, whoever handles it lives on, and the exit status does not tell who did.",
      "With --name the world that `pangaea run --name NAME` made, or the container of that name, is ended, as with --tree; if a signal is named, its "
        + "command is sent that signal instead.",
    ],
    options: [
      OptionDescription(
        "s", "signal", "send SIGNAL, by name or number; also -SIGNAL", value: .required("SIGNAL"), completion: .signal),
      OptionDescription("q", "queue", "send the integer VALUE with the signal", value: .required("VALUE")),
      OptionDescription("t", "tree", "end each process with all its descendants, or send them all SIGNAL"),
      OptionDescription(
        nil, "name", "end the world that `run --name` made, or a container; may be repeated", value: .required("NAME"),
        completion: .world),
      OptionDescription("n", "dry-run", "say who would get what, and do nothing"),
      OptionDescription("v", "verbose", "say what was ended"),
      OptionDescription(nil, "json", "say it as JSON"),
      OptionDescription("l", "list", "list the names of signals, or convert one", value: .optional("SIGNAL")),
      OptionDescription("L", "table", "list the names and numbers of signals"),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("V", "version", "show the version"),
    ],
    operands: .processID,
    examples: [
      .init(command: "pangaea kill -HUP 4711", meaning: "Sends SIGHUP to one process."),
      .init(command: "pangaea kill --tree --dry-run 4711", meaning: "Shows the branch that would end."),
      .init(command: "pangaea kill --tree -v 4711", meaning: "Ends the branch, and says what ended."),
      .init(command: "pangaea kill --name blue", meaning: "Ends the world that `pangaea run --name blue` made."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "every process was sent the signal, and where it is KILL every branch has ended"),
      .init(status: "1", meaning: "one was not there, or may not be signalled"),
      .init(status: "2", meaning: "the command line is wrong (1 under the name kill)"),
    ],
    seeAlso: ["kill(1)", "kill(2)", "signal(7)"])

  private var signal: Signal?
  private var value: Int32?
  private var isTree = false
  private var isDryRun = false
  private var isVerbose = false
  private var isJSON = false
  private var targets: [String] = []
  private var names: [String] = []

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var command = KillCommand()
    let rest = command.takeSignal(invocation.arguments)
    if invocation.form == .verb { try refuseUnknownSignal(in: rest) }
    var scanner = OptionScanner(rest, options: options(of: invocation.form))
    while let option = try scanner.nextOption(failureStatus: invocation.failure) {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "version": return try invocation.showVersion()
      case "list": return try list(option.value ?? rest.following(option.typed), invocation)
      case "table": return try SignalList.printTable()
      default: try command.apply(option, invocation)
      }
    }
    command.targets += scanner.operands
    if command.targets.isEmpty && command.names.isEmpty {
      throw .usage("no PID is given", exitStatus: invocation.failure)
    }
    try command.refuseWhatWouldBeIgnored(invocation)
    let targets = command.targets.map(Target.init(typed:)) + command.names.map(Target.named)
    return try command.carryOut(targets, invocation)
  }

  /// Under the classic name only what procps has: there `-t` and `-n` are slips, and must not end a branch or do nothing.
  private static func options(of form: Invocation.Form) -> [OptionDescription] {
    let classic: Set = ["signal", "queue", "list", "table", "help", "version"]
    return form == .classic ? description.options.filter { classic.contains($0.name) } : description.options
  }

  /// Takes the first argument of the form -SIGNAL out, and negative PIDs after a signal, which getopt would read as
  /// options.
  private mutating func takeSignal(_ arguments: [String]) -> [String] {
    var rest: [String] = []
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return rest + arguments[index...] }
      let named = argument.hasPrefix("-") && !argument.hasPrefix("--") ? String(argument.dropFirst()) : ""
      if signal == nil, !rest.contains(where: KillCommand.namesSignal), let found = Signal(named: named) {
        signal = found
      } else if named.utf8.first.map({ (48...57).contains($0) }) == true {
        targets.append(argument)
      } else {
        rest.append(argument)
      }
    }
    return rest
  }

  /// Tells -FOO from letters of options: what is neither is more likely a signal with a slip.
  private static func refuseUnknownSignal(in arguments: [String]) throws(Complaint) {
    let letters = description.options.compactMap(\.short)
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("-") && !argument.hasPrefix("--") {
      let word = argument.dropFirst()
      guard word.count > 1, let first = word.first, !letters.contains(first) else { continue }
      throw .unknownSignal(String(word))
    }
  }

  private static func namesSignal(_ argument: String) -> Bool {
    argument.hasPrefix("-s") || argument.hasPrefix("--s")
  }

  private mutating func apply(_ option: ScannedOption, _ invocation: Invocation) throws(Complaint) {
    switch option.name {
    case "signal":
      // procps sends what is no signal, for the kernel to refuse.
      let unknown = invocation.form == .classic ? Signal(rawValue: 65) : nil
      guard let found = Signal(named: option.value ?? "") ?? unknown else {
        throw .unknownSignal(option.value ?? "")
      }
      signal = found
    case "queue":
      guard let number = Int32(option.value ?? "") else {
        throw Complaint(
          what: "the value \(option.value ?? "") is no integer",
          classic: "must be an integer value to be passed with the signal.: '\(option.value ?? "")'",
          exitStatus: invocation.failure)
      }
      value = number
    case "tree": isTree = true
    case "name": names.append(option.value ?? "")
    case "dry-run": isDryRun = true
    case "verbose": isVerbose = true
    default: isJSON = true
    }
  }

  /// An option that would do nothing beside the others is a slip, and whoever typed it relies on it.
  private func refuseWhatWouldBeIgnored(_ invocation: Invocation) throws(Complaint) {
    let endsWorlds = !names.isEmpty && signal == nil
    if value != nil && (isTree || endsWorlds) {
      throw .usage("--queue sends its value to one process, not to a whole branch", exitStatus: invocation.failure)
    }
    if isJSON && !isTree && !(endsWorlds && targets.isEmpty) {
      throw .usage("--json tells of branches: it wants --tree, or --name alone", exitStatus: invocation.failure)
    }
  }

  private static func list(_ name: String?, _ invocation: Invocation) throws(Complaint) -> Int32 {
    guard let name else { return try SignalList.printNames() }
    return try SignalList.convert(name, isClassic: invocation.form == .classic)
  }
}

extension Invocation {
  /// The exit status for a wrong command line.
  fileprivate var failure: Int32 { form == .classic ? 1 : 2 }
}

extension [String] {
  /// The argument after an option.
  fileprivate func following(_ option: String) -> String? {
    firstIndex(of: option).flatMap { $0 + 1 < count ? self[$0 + 1] : nil }
  }
}

/// Who is to be signalled or ended.
private enum Target: CustomStringConvertible {
  /// A PID, or a negative process group.
  case process(String)
  /// A world or a container by its name.
  case named(String)

  init(typed text: String) { self = .process(text) }

  var description: String {
    switch self {
    case .process(let text): "PID \(text)"
    case .named(let name): name
    }
  }
}

// MARK: Carrying out

extension KillCommand {
  private func carryOut(_ targets: [Target], _ invocation: Invocation) throws(Complaint) -> Int32 {
    var status: Int32 = 0
    var reports: [BranchReport] = []
    var failures: [(object: String, complaint: Complaint)] = []
    for target in targets {
      do throws(Complaint) {
        guard let report = try carryOut(target) else { continue }
        if !report.hasEnded { status = 1 }
        reports.append(report)
      } catch {
        error.present(program: invocation.program, form: invocation.form)
        failures.append((target.description, error))
        status = 1
      }
    }
    if isJSON {
      try BranchReport.printJSON(reports, failures)
    } else {
      for report in reports { try report.print(isVerbose: isVerbose || isDryRun) }
    }
    return status
  }

  /// Sends the signal, or ends a branch, of which there is something to say.
  private func carryOut(_ target: Target) throws(Complaint) -> BranchReport? {
    switch target {
    case .process(let text) where isTree: return try endBranch(try parse(text))
    case .process(let text):
      let processID = try parse(text)
      if isDryRun { try foresee(processID) } else { try send(to: processID) }
    case .named(let name):
      if isTree || signal == nil {
        let first = try find(name, .firstProcess)
        return try endBranch(first.processID, startTime: first.startTime)
      }
      let command = try find(name, .command)
      if isDryRun { try foresee(command.processID) } else { try send(to: command) }
    }
    return nil
  }

  private func parse(_ target: String) throws(Complaint) -> Int32 {
    if let number = Int32(target) { return number }
    let isName = (try? find(target, .firstProcess)) != nil
    throw Complaint(
      what: "\(target) is no PID", why: isName ? "it is the name of a world or container" : nil,
      try: isName ? "pangaea kill --name \(target)" : nil,
      classic: "failed to parse argument: '\(target)'", exitStatus: 1)
  }

  /// The process that stands for a world or a container.
  private func find(_ name: String, _ representative: Whom.Representative) throws(Complaint) -> ProcessIdentity {
    let missing = Diagnosis.ofMissingProc()
    if missing == nil, Int32(name) == nil, case .process(let process) = try found(name, representative) {
      return process
    }
    throw Complaint(
      what: "there is no world or container '\(name)'",
      why: missing?.why
        ?? "no `pangaea run --name \(name)` of this user is running, nor a container of that name"
        + (Whom.reasonNamesUnseen.map { "; \($0)" } ?? ""),
      try: missing?.remedy, exitStatus: 1)
  }

  /// Who has the name; nil where nobody has.
  private func found(_ name: String, _ representative: Whom.Representative) throws(Complaint) -> Whom? {
    do throws(Complaint) {
      return try Whom(name, representative, exitStatus: 1)
    } catch {
      if error == Whom.absent(name, isKnown: false, 1) { return nil }
      throw error
    }
  }

  private func foresee(_ target: Int32) throws(Complaint) {
    try SignalForecast(signal ?? .terminate, to: target).print()
  }

  private func send(to target: Int32) throws(Complaint) {
    try send(to: target) { (signal) throws(SystemCallError) in
      if let value {
        try queueSignal(signal, value: value, to: target)
      } else {
        try sendSignal(signal, to: target)
      }
    }
  }

  private func send(to process: ProcessIdentity) throws(Complaint) {
    try send(to: process.processID) { (signal) throws(SystemCallError) in
      try process.send(signal, value: value)
    }
  }

  private func send(
    to target: Int32, by call: (Signal) throws(SystemCallError) -> Void
  ) throws(Complaint) {
    let signal = signal ?? .terminate
    do throws(SystemCallError) {
      try call(signal)
    } catch {
      throw .unsent(signal, to: target, error.errno)
    }
    if isVerbose {
      var output = OutputBuffer()
      try output.write("SIG\(signal.name) to PID \(target)\n")
      try output.flush()
    }
  }

  private func endBranch(_ processID: Int32, startTime: UInt64? = nil) throws(Complaint) -> BranchReport {
    do throws(BranchKillError) {
      let plan = try BranchKillPlan(of: processID, startTime: startTime, signal: signal ?? .kill)
      return isDryRun ? BranchReport(foreseeing: plan) : BranchReport(plan, try plan.carryOut())
    } catch {
      throw Complaint(error, processID)
    }
  }
}

extension Complaint {
  fileprivate static func unknownSignal(_ name: String) -> Complaint {
    let names = (1...31).map { Signal(rawValue: $0).name }
    let typed = name.uppercased().hasPrefix("SIG") ? String(name.dropFirst(3)) : name
    return Complaint(
      what: "there is no signal '\(name)'", why: "the signals are " + names.joined(separator: " "),
      try: NearName.of(typed, among: names).map { "pangaea kill -\($0)" } ?? "pangaea kill -L")
  }

  /// Describes why a signal could not be sent.
  static func unsent(_ signal: Signal, to target: Int32, _ reason: Errno) -> Complaint {
    Complaint(
      what: "cannot send SIG\(signal.name) to PID \(target): \(reason.message)",
      why: Diagnosis.ofSignalling(target, reason)?.why, classic: "(\(target)): \(reason.message)", exitStatus: 1)
  }

  /// Describes why a branch could not be ended.
  init(_ error: BranchKillError, _ processID: Int32) {
    let what = "cannot end the branch of PID \(processID)"
    switch error {
    case .noSuchProcess:
      let unseen = Diagnosis.ofUnseen(processID) ?? Diagnosis.ofEnded(processID)
      self.init(
        what: unseen == nil ? "\(what): no such process" : what, why: unseen?.why, try: unseen?.remedy, exitStatus: 1)
    case .firstProcess: self.init(what: what, why: "every process descends from PID 1", exitStatus: 1)
    case .containsCaller: self.init(what: what, why: "this command is in that branch", exitStatus: 1)
    case .kernelThread: self.init(what: what, why: "it is a thread of the kernel", exitStatus: 1)
    case .systemCall(let cause): self.init(cause, doing: "end the branch of PID \(processID)")
    }
  }
}

extension ProcessIdentity {
  /// Signals this process and no other that got its PID: once the pidfd is open, the start time must still be its own.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when it is gone, `EPERM` without the right.
  func send(_ signal: Signal, value: Int32? = nil) throws(SystemCallError) {
    let pidfd = try PIDFD(opening: processID)
    _ = try ProcessRecord.read(self, .stat)
    if let value {
      try pidfd.send(signal, value: value)
    } else {
      try pidfd.send(signal)
    }
  }
}
