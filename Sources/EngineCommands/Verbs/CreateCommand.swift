// `create`: makes a container whose program waits for `start`.

internal import CommandDescription
internal import Containers

/// The verb `create`.
enum CreateCommand: EngineVerb {
  static var options: [OptionDescription] { CreationOptions.descriptions }

  static var description: VerbDescription {
    VerbDescription(
      name: "create", abstract: "make a container", usage: ["[options] CONTAINER"],
      discussion: [
        "CONTAINER is its name from now on. All of it is made, and its first process waits: `start` lets it run the "
          + "program of the configuration."
      ],
      options: options, seeAlso: ["pangaea-oci-start(1)", "pangaea-oci-run(1)", "pangaea-oci-spec(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var creation = CreationOptions()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try creation.take(option) }
    guard let operands else { return 0 }
    let request = try creation.request(operands[0], call)
    _ = try call.attempt { () throws(ContainerError) in
      try SelfProtection.apply()
      return try call.store.create(request, warn: call.log.warn, tell: call.log.tell)
    }
    return 0
  }
}
