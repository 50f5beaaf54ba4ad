// `state`: what a container is doing, as JSON that engines read.

internal import CommandDescription
internal import Containers
internal import JSON

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
    let summary = try call.attempt { () throws(ContainerError) in
      try ContainerSummary(call.store.container(named: operands[0]))
    }
    try StandardOutput.write(json(summary))
    return 0
  }

  /// Indented, and ended by a newline.
  static func json(_ summary: ContainerSummary) -> [UInt8] {
    var json = JSONWriter()
    summary.write(&json)
    return json.bytes + [UInt8(ascii: "\n")]
  }
}
