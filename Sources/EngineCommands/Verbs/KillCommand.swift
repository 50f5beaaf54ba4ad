// `kill`: sends a signal to a container's first process, or to all of them.

internal import CommandDescription
internal import Containers
internal import Linux

/// The verb `kill`.
struct KillCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription("a", "all", "send it to every process of the container"),
      OptionDescription("r", "regex", "CONTAINER is a regular expression, for several containers"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "kill", abstract: "send a signal to a container", usage: ["[options] CONTAINER [SIGNAL]"],
      discussion: [
        "SIGNAL is a number or a name with or without SIG, TERM where none is given. Without --all its first process "
          + "gets it."
      ],
      options: options, operands: .container,
      examples: [.init(command: "pangaea-oci kill web KILL", meaning: "Ends the container web.")],
      seeAlso: ["signal(7)"])
  }

  /// Every process gets it.
  private(set) var isForAll = false
  /// The operand is a pattern of names.
  private(set) var isPattern = false

  mutating func take(_ option: ScannedOption) {
    switch option.name {
    case "all": isForAll = true
    default: isPattern = true
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var request = KillCommand()
    let operands = try call.read(self, operands: 1...2) { (option) throws(EngineFailure) in request.take(option) }
    guard let operands else { return 0 }
    let containers = try call.containers(operands[0], isPattern: request.isPattern)
    let name = operands.count > 1 ? operands[1] : "TERM"
    guard let signal = Signal(named: name) else { throw EngineFailure("unknown signal \"\(name)\"") }
    for container in containers {
      try call.attempt { () throws(ContainerError) in try container.kill(signal, all: request.isForAll) }
    }
    return 0
  }
}
