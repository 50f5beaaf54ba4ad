// `state`: what a container is doing, as JSON that engines read.

internal import CommandDescription
internal import Containers
internal import OCI

/// The verb `state`.
enum StateCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "state", abstract: "say what a container is doing, as JSON", usage: ["CONTAINER"],
      discussion: [
        "The fields are those of the runtime specification, and runc's: ociVersion, id, pid, status, bundle, rootfs, "
          + "created, annotations and owner. The status is creating, created, running, paused or stopped."
      ],
      operands: .container, seeAlso: ["pangaea-oci-list(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    guard let operands = try call.read(self) else { return 0 }
    let state = try call.attempt { () throws(ContainerError) in
      try ContainerState(call.store.container(named: operands[0]))
    }
    try StandardOutput.write(state.json(isIndented: true))
    return 0
  }
}
