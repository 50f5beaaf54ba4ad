// `exec`: runs one more program in a container.

internal import CommandDescription
internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

/// The verb `exec`.
struct ExecCommand: EngineVerb {
  /// The exit status where the program was not begun, which tells it from the program's own, as runc has it.
  static let failureStatus: Int32 = 255

  static var options: [OptionDescription] { processOptions + sharedOptions }

  private static var processOptions: [OptionDescription] {
    [
      OptionDescription(
        "p", "process", "take the process from FILE, as JSON", value: .required("FILE"), completion: .file),
      OptionDescription("t", "tty", "give it a terminal", value: .optional("true|false")),
      OptionDescription(
        "u", "user", "run it as this user, by number", value: .required("UID[:GID]")),
      OptionDescription(
        "g", "additional-gids", "give it this group too; may be repeated", value: .required("GID")),
      OptionDescription(nil, "cwd", "start it in this directory of the container", value: .required("DIR")),
      OptionDescription("e", "env", "set a variable; may be repeated", value: .required("NAME=VALUE")),
      OptionDescription("c", "cap", "give it this capability too; may be repeated", value: .required("CAPABILITY")),
      OptionDescription(nil, "no-new-privs", "let execve(2) give it no more rights"),
      OptionDescription(nil, "apparmor", "run it under this AppArmor profile", value: .required("PROFILE")),
      OptionDescription(nil, "process-label", "run it under this SELinux label", value: .required("LABEL")),
      OptionDescription(
        nil, "cgroup", "put it in a control group below the container's", value: .required("[CONTROLLER:]PATH")),
    ]
  }

  private static var sharedOptions: [OptionDescription] {
    [
      OptionDescription("d", "detach", "leave as soon as the program runs"),
      OptionDescription(
        nil, "console-socket", "send the controlling end of the terminal to this socket", value: .required("SOCKET"),
        completion: .file),
      OptionDescription(
        nil, "pid-file", "write the PID of the process into FILE", value: .required("FILE"), completion: .file),
      OptionDescription(
        nil, "pidfd-socket", "send a pidfd of the process to this socket", value: .required("SOCKET"),
        completion: .file),
      OptionDescription(
        nil, "preserve-fds", "pass on N descriptors from 3 on, besides those of LISTEN_FDS", value: .required("N")),
      OptionDescription(nil, "ignore-paused", "join a container that is paused, and wait there"),
      OptionDescription(nil, "no-subreaper", "accepted for the sake of engines; changes nothing"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "exec", abstract: "run a program in a container",
      usage: ["[options] CONTAINER PROGRAM [ARGUMENT...]", "[options] --process FILE CONTAINER"],
      discussion: [
        "It joins everything that the container's first process has, and runs as the container's own process does "
          + "where nothing else is said."
      ],
      options: options, operands: .container,
      examples: [.init(command: "pangaea-oci exec -t web sh", meaning: "A shell in the container web.")],
      exitStatuses: [
        .init(status: "255", meaning: "the program was not begun"),
        .init(status: "else", meaning: "the program's own, 128+n after signal n; 0 with --detach"),
      ],
      seeAlso: ["pangaea-oci-run(1)"])
  }

  /// What is to be run, and how.
  private(set) var request = ExecutionRequest()
  /// The process as JSON.
  private(set) var processFile: FilePath?
  /// Leave as soon as the program runs.
  private(set) var isDetached = false

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    let value = option.value ?? ""
    switch option.name {
    case "process": processFile = FilePath(value)
    case "detach": isDetached = true
    case "console-socket": request.consoleSocket = FilePath(value)
    case "pid-file": request.pidFile = FilePath(value)
    case "pidfd-socket": request.pidfdSocket = FilePath(value)
    case "preserve-fds": request.preservedDescriptors = try option.descriptorCount()
    case "ignore-paused": request.joinsPaused = true
    default: try takeOfProcess(option, value)
    }
  }

  private mutating func takeOfProcess(_ option: ScannedOption, _ value: String) throws(EngineFailure) {
    switch option.name {
    case "tty": request.hasTerminal = !["false", "no", "0"].contains(value)
    case "user": try takeUser(option, value)
    case "additional-gids": request.additionalGroups.append(try option.number())
    case "cwd": request.workingDirectory = value
    case "env": request.environment.append(value)
    case "cap": request.capabilities.append(value)
    case "no-new-privs": request.hasNoNewPrivileges = true
    case "apparmor": request.appArmorProfile = value
    case "process-label": request.processLabel = value
    case "cgroup": request.cgroup = value
    default: break
    }
  }

  private mutating func takeUser(_ option: ScannedOption, _ value: String) throws(EngineFailure) {
    let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = parts.first.flatMap({ UInt32($0) }) else { throw .value(value, of: option) }
    request.userID = user
    guard parts.count == 2 else { return }
    guard let group = UInt32(parts[1]) else { throw .value(value, of: option) }
    request.groupID = group
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    do throws(EngineFailure) {
      return try execute(call)
    } catch {
      throw EngineFailure("exec failed: \(error.message)", exitStatus: failureStatus)
    }
  }

  private static func execute(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = ExecCommand()
    let operands = try call.read(self, operands: 1...Int.max, stopsAtOperand: true) { (option) throws(EngineFailure) in
      try command.take(option)
    }
    guard let operands else { return 0 }
    try command.complete(Array(operands.dropFirst()))
    let status = try call.attempt { () throws(ContainerError) in
      try SelfProtection.apply()
      return try call.store.container(named: operands[0]).execute(
        command.request, isDetached: command.isDetached, warn: call.log.warn)
    }
    return status?.shellStatus ?? 0
  }

  /// Adds what does not stand in options.
  private mutating func complete(_ arguments: [String]) throws(EngineFailure) {
    request.arguments = arguments
    request.preservedDescriptors += ListenedDescriptors.count
    guard let processFile else {
      if arguments.isEmpty { throw EngineFailure("process args cannot be empty") }
      return
    }
    do throws(SystemCallError) {
      request.process = try FileDescriptor.open(processFile).readAll()
    } catch {
      throw EngineFailure(error, doing: "read the process")
    }
  }
}
