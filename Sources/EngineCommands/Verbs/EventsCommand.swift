// `events`: what a container uses, as JSON that engines read, once or again and again.

internal import Cgroups
internal import CommandDescription
internal import Containers
internal import JSON
internal import Linux

/// The verb `events`.
struct EventsCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription(nil, "interval", "look again after so long (default: 5s)", value: .required("TIME")),
      OptionDescription(nil, "stats", "look once"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "events", abstract: "say what a container uses, as JSON", usage: ["[options] CONTAINER"],
      discussion: [
        "A line for each look, in the form of runc, until the container ends. TIME is a number with ms, s, m or h."
      ],
      options: options, operands: .container, seeAlso: ["pangaea-oci-update(1)"])
  }

  /// Between two looks, in nanoseconds.
  private(set) var interval: UInt64 = 5_000_000_000
  /// Look once.
  private(set) var isOnce = false

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    if option.name == "stats" { return isOnce = true }
    guard let interval = Duration.nanoseconds(option.value ?? ""), interval > 0 else {
      throw .value(option.value ?? "", of: option)
    }
    self.interval = interval
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = EventsCommand()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try command.take(option) }
    guard let operands else { return 0 }
    let container = try call.attempt { () throws(ContainerError) in try call.store.container(named: operands[0]) }
    try command.look(container, call)
    while !command.isOnce {
      pause(nanoseconds: command.interval)
      guard try call.attempt({ () throws(ContainerError) in try container.isAlive }) else { return 0 }
      try command.look(container, call)
    }
    return 0
  }

  private func look(_ container: Container, _ call: EngineCall) throws(EngineFailure) {
    let statistics = try call.attempt { () throws(ContainerError) in try container.statistics() }
    var json = JSONWriter(.line)
    json.object { json in
      json.member("type", "stats")
      json.member("id", container.identifier.text)
      json.member("data") { statistics.write(&$0) }
    }
    try StandardOutput.write(json.bytes + [UInt8(ascii: "\n")])
  }
}

extension Container {
  /// Whether it is there and has not ended.
  fileprivate var isAlive: Bool {
    get throws(ContainerError) {
      do throws(ContainerError) {
        return try status() != .stopped
      } catch .doesNotExist {
        return false
      }
    }
  }
}

/// Spans of time as Go writes them.
enum Duration {
  /// Reads `5s`, `1500ms`, `1m`, `2h`; nil where it is none of that.
  static func nanoseconds(_ text: String) -> UInt64? {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let units: [Substring: Double] = ["ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9]
    guard let number = Double(digits), let unit = units[text.dropFirst(digits.count)] else { return nil }
    return UInt64(exactly: (number * unit).rounded())
  }
}
