// `list`: every container of a root, as a table or as JSON.

internal import CommandDescription
internal import Containers
internal import JSON

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
    let summaries = ContainerSummary.all(of: containers, call.log)
    try StandardOutput.write(request.format == "json" ? json(summaries) : Array(table(summaries).utf8))
    return 0
  }

  /// On one line.
  static func json(_ summaries: [ContainerSummary]) -> [UInt8] {
    var json = JSONWriter(.line)
    json.array { json in for summary in summaries { summary.write(&json) } }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  /// In runc's columns.
  static func table(_ summaries: [ContainerSummary]) -> String {
    let heading = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]
    let rows = summaries.map { [$0.identifier, "\($0.processID)", $0.status, $0.bundle, $0.created, $0.owner] }
    return OutputFormat.table([heading] + rows)
  }
}
