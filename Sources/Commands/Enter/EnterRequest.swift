// A command line of `enter` as typed, and the run of the plan that it led to.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// WHO, the options and the command.
struct EnterRequest {
  /// Whom to enter, as typed.
  private(set) var who: String?
  /// The words of the options that have no value.
  private(set) var words: Set<String> = []
  /// Whether the command has the target's environment.
  private(set) var takesEnvironment = false
  private(set) var workingDirectory: String?
  /// The command, byte for byte; /bin/sh when none was typed.
  private(set) var command: [[UInt8]] = [Array("/bin/sh".utf8)]
  private var isShell = true

  init(_ invocation: Invocation) throws(Complaint) {
    let options = EnterCommand.description.options
    // Options may stand before and after WHO; the second operand begins the command.
    var before = OptionScanner(invocation.arguments, options: options, stopsAtOperand: true)
    while let option = try before.nextOption(failureStatus: 125) { try take(option) }
    guard before.index < invocation.arguments.count else { return }
    who = invocation.arguments[before.index]
    let rest = Array(invocation.arguments[(before.index + 1)...])
    var after = OptionScanner(rest, options: options, stopsAtOperand: true)
    while let option = try after.nextOption(failureStatus: 125) { try take(option) }
    let typed = invocation.argumentBytes(from: before.index + 1 + after.index)
    if !typed.isEmpty { (command, isShell) = (typed, false) }
    if words.isSuperset(of: ["cgroup", "no-cgroup"]) {
      throw .usage("--cgroup and --no-cgroup exclude each other", exitStatus: 125)
    }
    if words.contains("json") && !words.contains("plan") { throw .usage("--json goes with --plan", exitStatus: 125) }
  }

  private mutating func take(_ option: ScannedOption) throws(Complaint) {
    switch option.name {
    case "env":
      guard let whose = option.value, ["caller", "target"].contains(whose) else {
        throw .usage("--env is caller or target, not '\(option.value ?? "")'", exitStatus: 125)
      }
      takesEnvironment = whose == "target"
    case "workdir": workingDirectory = option.value
    default: words.insert(option.name)
    }
  }

  /// Prints the plan, or runs it to the command's end.
  ///
  /// - Returns: the exit status of the command.
  func carryOut(_ plan: IsolationPlan) throws(Complaint) -> Int32 {
    var plan = plan
    plan.parentDeathSignal = .kill
    plan.workingDirectory = workingDirectory.map { FilePath($0) }
    let session = WorldSession(plan: plan, name: nil, hasTerminal: words.contains("tty") || startsInteractiveShell)
    if words.contains("plan") { return try PlanPrinter(session.steps(), asJSON: words.contains("json")).print() }
    return try session.run()
  }

  /// A shell minds its jobs: in another PID namespace it cannot tell whose terminal the caller's is, and cannot give it
  /// back, so it gets one of its own.
  private var startsInteractiveShell: Bool {
    isShell && FileDescriptor.standardInput.isTerminal && FileDescriptor.standardOutput.isTerminal
  }
}
