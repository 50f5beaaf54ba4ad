// The list of verbs, and how each is reached.

internal import CommandDescription
internal import OCI

/// Which type answers to which name.
enum EngineVerbs {
  /// What the program is called.
  static let programName = "pangaea-oci"

  /// The verb of a name; nil when there is none.
  static func named(_ name: String) -> (any EngineVerb.Type)? {
    switch name {
    case "create": CreateCommand.self
    case "start": StartCommand.self
    case "state": StateCommand.self
    case "kill": KillCommand.self
    case "delete": DeleteCommand.self
    case "run": RunCommand.self
    case "exec": ExecCommand.self
    case "list": ListCommand.self
    case "ps": ProcessesCommand.self
    case "pause": PauseCommand.self
    case "resume": ResumeCommand.self
    case "update": UpdateCommand.self
    case "events": EventsCommand.self
    case "checkpoint": CheckpointCommand.self
    case "restore": RestoreCommand.self
    case "spec": SpecificationCommand.self
    case "features": FeaturesCommand.self
    case "complete": CompleteCommand.self
    case "generate": GenerateCommand.self
    default: nil
    }
  }

  /// In the order of the help page.
  static let names = [
    "create", "start", "state", "kill", "delete", "run", "exec", "list", "ps", "pause", "resume", "update", "events",
    "checkpoint", "restore", "spec", "features",
  ]

  /// The program as a whole.
  static var program: VerbDescription {
    let verbs = names.compactMap { named($0)?.description }
    return VerbDescription(
      name: programName, abstract: "run containers for engines, as runc and crun do",
      usage: ["[options] VERB [options]", "--help", "--version"],
      discussion: [
        "Runs what a bundle describes, a directory with config.json and a root file system, as the runtime "
          + "specification of the Open Container Initiative has it. podman, containerd and Docker call it in the place "
          + "of runc or crun; every verb and option is one of theirs.",
        "An error is one line on standard error, and in the file of --log.",
      ],
      options: GlobalOptions.descriptions,
      exitStatuses: [
        .init(status: "0", meaning: "done"), .init(status: "1", meaning: "failed, or the command line is wrong"),
        .init(status: "255", meaning: "exec failed before the program began"),
        .init(status: "else", meaning: "of run and exec: the program's own, 128+n after signal n"),
      ],
      seeAlso: verbs.map { "\(programName)-\($0.name)(1)" } + ["runc(8)", "crun(1)", "namespaces(7)", "cgroups(7)"],
      verbs: verbs)
  }

  /// What `--version` prints: in the form of runc, which engines read.
  static var version: String {
    "\(programName) version \(Release.version)\nspec: \(Specification.version)\n"
  }
}
