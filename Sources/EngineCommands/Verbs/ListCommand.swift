// `list`: every container of a root, as a table or as JSON.

internal import CommandDescription
internal import Containers
internal import OCI

/// The verb `list`.
struct ListCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription(
        "f", "format", "as a table or as JSON (default: table)", value: .required("table|json"),
        completion: .words(["table", "json"])),
      OptionDescription("q", "quiet", "the identifiers alone"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "list", abstract: "list the containers", usage: ["[options]"],
      discussion: ["Those of --root. One that cannot be read is told of, and does not keep the others from the list."],
      options: options, seeAlso: ["pangaea-oci-state(1)"])
  }

  /// `table` or `json`.
  private(set) var format = "table"
  /// The identifiers alone.
  private(set) var isQuiet = false

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    switch option.name {
    case "quiet": isQuiet = true
    default: format = try OutputFormat.checked(option)
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var request = ListCommand()
    let operands = try call.read(self, operands: 0...0) { (option) throws(EngineFailure) in try request.take(option) }
    if operands == nil { return 0 }
    let containers = try call.attempt { () throws(ContainerError) in try call.store.list() }
    if request.isQuiet {
      try StandardOutput.write(containers.map { $0.identifier.text + "\n" }.joined())
      return 0
    }
    let states = ContainerState.all(of: containers, call.log)
    try StandardOutput.write(request.format == "json" ? json(states) : Array(table(states).utf8))
    return 0
  }

  /// On one line.
  static func json(_ states: [ContainerState]) -> [UInt8] {
    let objects = states.map { $0.json(isIndented: false).dropLast() }
    return Array("[".utf8) + objects.joined(separator: [UInt8(ascii: ",")]) + Array("]\n".utf8)
  }

  /// In runc's columns.
  static func table(_ states: [ContainerState]) -> String {
    let heading = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]
    let rows = states.map { state in
      [state.id, "\(state.pid)", state.status.rawValue, state.bundle, state.created ?? "", state.owner ?? ""]
    }
    return OutputFormat.table([heading] + rows)
  }
}
