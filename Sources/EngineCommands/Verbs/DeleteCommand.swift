// `delete`: removes what is left of a container, and with --force the container too.

internal import CommandDescription
internal import Containers

/// The verb `delete`.
struct DeleteCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription("f", "force", "end it first, whatever it is doing; one that is not there is no failure"),
      OptionDescription("r", "regex", "CONTAINER is a regular expression, for several containers"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "delete", abstract: "remove what a container holds", usage: ["[options] CONTAINER"],
      discussion: [
        "Without --force the container has to be stopped. Its control groups and the record of it are removed, and the "
          + "hooks for its end are run; the bundle stays."
      ],
      options: options, operands: .container, seeAlso: ["pangaea-oci-kill(1)"])
  }

  /// Ends it first.
  private(set) var isForced = false
  /// The operand is a pattern of names.
  private(set) var isPattern = false

  mutating func take(_ option: ScannedOption) {
    switch option.name {
    case "force": isForced = true
    default: isPattern = true
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var request = DeleteCommand()
    let operands = try call.read(self) { (option) throws(EngineFailure) in request.take(option) }
    guard let operands else { return 0 }
    do throws(ContainerError) {
      for container in try call.store.containers(operands[0], isPattern: request.isPattern) {
        try container.delete(force: request.isForced, warn: call.log.warn)
      }
    } catch {
      if request.isForced, case .doesNotExist = error { return 0 }
      throw EngineFailure(error)
    }
    return 0
  }
}
