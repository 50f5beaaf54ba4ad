// A command line of `trace` as typed.

internal import CommandDescription
internal import Processes
internal import struct SystemPackage.FilePath

/// The options and the command that were typed.
struct TraceRequest {
  var processID: Int32?
  var followsAll = false
  var isQuiet = false
  var showsEnvironment = false
  var printsJSON = false
  var color = ColorChoice.auto
  var asksForHelp = false
  var asksForVersion = false
  /// Where to print; nil for standard error beside a command, whose standard output is its own, else standard output.
  var output: FilePath?
  /// The database to be made.
  var record: FilePath?
  /// The page to be made.
  var page: FilePath?
  /// The command, byte for byte; empty where none was typed.
  var command: [[UInt8]] = []

  /// Whether standard output is the command's.
  var leavesStandardOutput: Bool { !command.isEmpty }

  /// Reads what follows `trace`.
  init(_ invocation: Invocation) throws(Complaint) {
    var scanner = OptionScanner(
      invocation.arguments, options: TraceDescription.verb.options, stopsAtOperand: true)
    while let option = try scanner.nextOption(failureStatus: 125) { try take(option) }
    command = invocation.argumentBytes(from: scanner.index)
    if asksForHelp || asksForVersion { return }
    let subjects = (processID == nil ? 0 : 1) + (followsAll ? 1 : 0) + (command.isEmpty ? 0 : 1)
    guard subjects == 1 else {
      throw .usage(
        subjects == 0
          ? "say what to follow: a command, -p PID or --all" : "a command, -p PID and --all exclude each other",
        exitStatus: 125)
    }
    try verify(failureStatus: 125)
  }

  /// Reads what follows `trace replay`.
  init(replay invocation: Invocation) throws(Complaint) {
    var scanner = OptionScanner(invocation.arguments, options: TraceDescription.replay.options)
    while let option = try scanner.nextOption() { try take(option) }
    if asksForHelp || asksForVersion { return }
    guard scanner.operands.count == 1 else { throw .usage("name one file that `trace --record` made") }
    record = FilePath(scanner.operands[0])
    try verify(failureStatus: 2)
  }

  private func verify(failureStatus: Int32) throws(Complaint) {
    if isQuiet && printsJSON { throw .usage("--quiet and --json exclude each other", exitStatus: failureStatus) }
  }

  private mutating func take(_ option: ScannedOption) throws(Complaint) {
    switch option.name {
    case "pid":
      guard let number = Int32(option.value ?? ""), number > 0 else {
        throw .usage("\(option.typed) wants a PID, not '\(option.value ?? "")'", exitStatus: 125)
      }
      processID = number
    case "all": followsAll = true
    case "quiet": isQuiet = true
    case "env": showsEnvironment = true
    case "json": printsJSON = true
    case "output": output = FilePath(option.value ?? "")
    case "record": record = FilePath(option.value ?? "")
    case "html": page = FilePath(option.value ?? "")
    case "color": color = try ColorChoice(word: option.value)
    case "help": asksForHelp = true
    case "version": asksForVersion = true
    default: preconditionFailure("the option \(option.name) is described but not read")
    }
  }
}
