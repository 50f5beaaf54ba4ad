// `pause` and `resume`: stop all processes of a container, and let them go on.

internal import CommandDescription
internal import Containers

/// The verb `pause`.
enum PauseCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "pause", abstract: "stop all processes of a container", usage: ["CONTAINER"],
      discussion: ["They notice nothing but that time has passed, once `resume` lets them go on."],
      operands: .container, seeAlso: ["pangaea-oci-resume(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    guard let operands = try call.read(self) else { return 0 }
    try call.attempt { () throws(ContainerError) in try call.store.container(named: operands[0]).pause() }
    return 0
  }
}

/// The verb `resume`.
enum ResumeCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "resume", abstract: "let the processes of a paused container go on", usage: ["CONTAINER"],
      operands: .container, seeAlso: ["pangaea-oci-pause(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    guard let operands = try call.read(self) else { return 0 }
    try call.attempt { () throws(ContainerError) in try call.store.container(named: operands[0]).resume() }
    return 0
  }
}
