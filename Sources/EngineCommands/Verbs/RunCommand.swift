// `run`: makes a container, starts it, and by default waits for its end and removes it.

internal import CommandDescription
internal import Containers
internal import Linux

/// The verb `run`.
struct RunCommand: EngineVerb {
  static var options: [OptionDescription] {
    CreationOptions.descriptions + [
      OptionDescription("d", "detach", "leave as soon as the program runs"),
      OptionDescription(nil, "keep", "keep the container once the program has ended"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "run", abstract: "make a container, run its program, and remove it", usage: ["[options] CONTAINER"],
      discussion: ["As `create`, `start` and `delete`, with a wait for the program's end in between."],
      options: options,
      examples: [
        .init(command: "pangaea-oci run -b bundle web", meaning: "Runs the program of bundle/config.json.")
      ],
      exitStatuses: [
        .init(status: "1", meaning: "the container could not be made"),
        .init(status: "else", meaning: "the program's own, 128+n after signal n; 0 with --detach"),
      ],
      seeAlso: ["pangaea-oci-create(1)", "pangaea-oci-spec(1)"])
  }

  /// What it is made from.
  private(set) var creation = CreationOptions()
  /// Leave as soon as the program runs.
  private(set) var isDetached = false
  /// Keep it.
  private(set) var isKept = false

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    switch option.name {
    case "detach": isDetached = true
    case "keep": isKept = true
    default: try creation.take(option)
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = RunCommand()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try command.take(option) }
    guard let operands else { return 0 }
    let request = try command.creation.request(operands[0], call)
    let status = try call.attempt { () throws(ContainerError) in
      try SelfProtection.apply()
      return try call.store.run(
        request, isDetached: command.isDetached, keeps: command.isKept, warn: call.log.warn, tell: call.log.tell)
    }
    return status?.shellStatus ?? 0
  }
}
