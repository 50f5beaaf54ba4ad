// A command line of `run` as typed. What it means is decided in RunPlan.swift.

internal import CommandDescription
internal import Isolation

/// The options and the command that were typed.
struct RunRequest {
  var hasNetwork = false
  var hasTime = false
  var monotonic: Int64?
  var boottime: Int64?
  var forcesUserNamespace = false
  var hasSubordinateIDs = false
  var shared: [String] = []
  var hostname: String?
  var propagation: String?
  var root: String?
  var isReadOnly = false
  var mounts: [(option: String, value: String)] = []
  var workingDirectory: String?
  var variables: [String] = []
  var clearsEnvironment = false
  var user: String?
  var capabilities: [(isAdded: Bool, names: String)] = []
  var allowsNewPrivileges = false
  var hasTerminal = false
  var cpus: String?
  var memory: String?
  var processes: String?
  var name: String?
  var isDetached = false
  var printsPlan = false
  var printsJSON = false
  var asksForHelp = false
  var asksForVersion = false
  /// The command, byte for byte.
  var command: [[UInt8]] = []

  init(_ invocation: Invocation) throws(Complaint) {
    var scanner = OptionScanner(
      invocation.arguments, options: RunDescription.options, stopsAtOperand: true)
    while let option = try scanner.nextOption(failureStatus: 125) { try take(option) }
    command = invocation.argumentBytes(from: scanner.index)
    if let name, !WorldRegistry.isName(name) {
      throw .usage(
        "'\(name)' cannot be a name: letters, digits, '.', '_' and '-', no number, 64 at most", exitStatus: 125)
    }
    if printsJSON && !printsPlan { throw .usage("--json goes with --plan", exitStatus: 125) }
    if hasTerminal && isDetached { throw .usage("--tty and --detach exclude each other", exitStatus: 125) }
  }

  private mutating func take(_ option: ScannedOption) throws(Complaint) {
    let value = option.value ?? ""
    switch option.name {
    case "net": hasNetwork = true
    case "time": hasTime = true
    case "monotonic": monotonic = try RunRequest.seconds(option)
    case "boottime": boottime = try RunRequest.seconds(option)
    case "user-namespace": forcesUserNamespace = true
    case "subids": hasSubordinateIDs = true
    case "share": shared += value.split(separator: ",").map(String.init)
    case "hostname": hostname = value
    case "propagation": propagation = value
    case "rootfs": root = value
    case "read-only": isReadOnly = true
    case "bind", "tmpfs": mounts.append((option.name, value))
    case "workdir": workingDirectory = value
    default: takeOfCommand(option.name, value)
    }
  }

  private mutating func takeOfCommand(_ name: String, _ value: String) {
    switch name {
    case "env": variables.append(value)
    case "clear-env": clearsEnvironment = true
    case "user": user = value
    case "cap-add": capabilities.append((true, value))
    case "cap-drop": capabilities.append((false, value))
    case "new-privileges": allowsNewPrivileges = true
    case "tty": hasTerminal = true
    case "cpus": cpus = value
    case "memory": memory = value
    case "pids": processes = value
    default: takeOfWorld(name, value)
    }
  }

  private mutating func takeOfWorld(_ name: String, _ value: String) {
    switch name {
    case "name": self.name = value
    case "detach": isDetached = true
    case "plan": printsPlan = true
    case "json": printsJSON = true
    case "help": asksForHelp = true
    case "version": asksForVersion = true
    default: preconditionFailure("the option \(name) is described but not read")
    }
  }

  private static func seconds(_ option: ScannedOption) throws(Complaint) -> Int64 {
    guard let seconds = Int64(option.value ?? "") else {
      throw .usage("\(option.typed) wants a whole number of seconds, not '\(option.value ?? "")'", exitStatus: 125)
    }
    return seconds
  }
}
