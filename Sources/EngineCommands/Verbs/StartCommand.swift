// `start`: lets the program of a created container go.

internal import CommandDescription
internal import Containers

/// The verb `start`.
enum StartCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "start", abstract: "run the program of a created container", usage: ["CONTAINER"],
      discussion: ["The container is one that `create` made and nothing has started yet."], operands: .container,
      seeAlso: ["pangaea-oci-create(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    guard let operands = try call.read(self) else { return 0 }
    try call.attempt { () throws(ContainerError) in
      try call.store.container(named: operands[0]).start(
        warn: call.log.warn, beforeEntering: SelfProtection.apply)
    }
    return 0
  }
}
