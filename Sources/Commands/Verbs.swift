// The list of verbs, and how each is reached.

internal import ArgumentParser
internal import CommandDescription

/// Which type answers to which name.
enum Verbs {
  /// The verbs that read their own command line, by name.
  static func handParsed(_ name: String) -> (any HandParsedVerb.Type)? {
    switch name {
    case "cgroup": CgroupCommand.self
    case "doctor": DoctorCommand.self
    case "hostname": HostnameCommand.self
    case "kill": KillCommand.self
    case "ns": NamespaceCommand.self
    case "trace": TraceCommand.self
    case "run": RunCommand.self
    case "unshare": UnshareCommand.self
    case "web": WebCommand.self
    case "nsenter": NsenterCommand.self
    case "enter": EnterCommand.self
    case "complete": CompleteCommand.self
    case "generate": GenerateCommand.self
    case "ps": ProcessStatusCommand.self
    case "top": TopCommand.self
    default: nil
    }
  }

  /// The programs that pangaea stands in for when it is started under their name.
  static func classic(_ name: String) -> (any HandParsedVerb.Type)? {
    switch name {
    case "hostname": HostnameCommand.self
    case "kill": KillCommand.self
    case "unshare": UnshareCommand.self
    case "nsenter": NsenterCommand.self
    case "pstree": PstreeCommand.self
    case "lsns": LsnsCommand.self
    case "ps": ProcessStatusCommand.self
    default: nil
    }
  }

  /// Whether a verb has this name.
  static func isKnown(_ name: String) -> Bool {
    name == "help" || names.contains(name)
  }

  /// The verbs that the help page lists.
  static var names: [String] {
    Pangaea.configuration.groupedSubcommands.flatMap(\.subcommands).compactMap { $0.configuration.commandName }
  }

  /// The exit status for a command line that ArgumentParser could not read.
  static func usageStatus(_ verb: String?) -> Int32 {
    verb == "enter" ? 125 : 2
  }
}

/// The root of what a person types.
struct Pangaea: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pangaea",
    abstract: "See, shape and learn the processes and namespaces of a Linux machine.",
    version: Release.version,
    groupedSubcommands: [
      CommandGroup(
        name: "See",
        subcommands: [
          Passthrough<ProcessStatusCommand>.self,
          TreeCommand.self,
          EnvCommand.self,
          InspectCommand.self,
          Passthrough<NamespaceCommand>.self,
          Passthrough<WebCommand>.self,
          Passthrough<TraceCommand>.self,
          Passthrough<TopCommand>.self,
          Passthrough<DoctorCommand>.self,
        ]),
      CommandGroup(
        name: "Shape",
        subcommands: [
          Passthrough<RunCommand>.self,
          Passthrough<UnshareCommand>.self,
          Passthrough<NsenterCommand>.self,
          Passthrough<EnterCommand>.self,
          Passthrough<HostnameCommand>.self, Passthrough<KillCommand>.self,
          Passthrough<CgroupCommand>.self,
        ]),
      CommandGroup(name: "Learn", subcommands: [LabCommand.self]),
    ])
}

/// Makes a verb that reads its own command line known to ArgumentParser, for the list of verbs.
struct Passthrough<Verb: HandParsedVerb>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let verb = Verb.description
    return CommandConfiguration(
      commandName: verb.name, abstract: verb.abstract.prefix(1).uppercased() + verb.abstract.dropFirst() + ".",
      shouldDisplay: !verb.isHidden)
  }

  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

  func run() throws {
    let name = Verb.description.name
    let invocation = Invocation(program: "pangaea \(name)", form: .verb, arguments: arguments)
    throw ExitCode(try Verb.run(invocation))
  }
}
