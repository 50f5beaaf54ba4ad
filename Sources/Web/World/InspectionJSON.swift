// What the inspector of the page shows of one process: read when it is asked for, and values of variables only when those
// are asked for.

internal import JSON
internal import Linux
internal import Processes

/// One process beside its parent, as JSON.
struct InspectionJSON {
  private let lineage: Lineage

  /// How much of a text of somebody else is sent.
  private static let textLimit = 16 << 10
  private static let mostVariables = 2000

  /// - Throws: `SystemCallError` with `ESRCH` when the process has ended.
  init(of process: ProcessIdentity, from source: Procfs = .machine) throws(SystemCallError) {
    lineage = try Lineage.read(process.processID, [.commandLine, .executable], from: source)
    guard lineage.process.identity == process else {
      throw SystemCallError(call: "open", errno: .esrch, object: "PID \(process.processID)")
    }
  }

  /// All but the values of variables.
  func traits() -> [UInt8] {
    let process = lineage.process
    var json = JSONWriter(.line)
    json.document { json in
      json.member("key", process.identity.key)
      json.member("arguments") { json in
        guard let line = process.commandLine.value else { return json.null() }
        json.list(Self.cut(line)) { $0.value(bytes: $1) }
      }
      json.member("isCut", (process.commandLine.value?.bytes.count ?? 0) > Self.textLimit)
      json.member("executable", bytes: process.executable.value?[...])
      json.member("traits") { json in
        json.list(lineage.comparisons.filter { $0.trait != .environment }) { $0.write($1) }
      }
      json.member("environment") { $0.write(variables(), withValues: false) }
    }
    return json.bytes
  }

  /// The environment with its values.
  func environment() -> [UInt8] {
    var json = JSONWriter(.line)
    json.document { json in
      json.member("key", lineage.process.identity.key)
      json.member("environment") { $0.write(variables(), withValues: true) }
    }
    return json.bytes
  }

  private static func cut(_ line: CommandLine) -> [ArraySlice<UInt8>] {
    if line.bytes.count <= textLimit { return line.arguments.map { $0[...] } }
    return CommandLine(bytes: Array(line.bytes.prefix(textLimit))).arguments.map { $0[...] }
  }

  /// A variable and how it stands to the parent's.
  fileprivate struct Variable {
    let entry: Environment.Entry
    /// `added`, `changed`, `removed`, `inherited` or `unknown`.
    let relation: String
    let before: Environment.Entry?
  }

  private func variables() -> Reading<[Variable]> {
    lineage.process.environment.map { own in
      guard let parents = lineage.parent?.environment.value else {
        return own.entries.prefix(Self.mostVariables).map { Variable(entry: $0, relation: "unknown", before: nil) }
      }
      let difference = own.difference(from: parents)
      let departing = Set(difference.added + difference.changed.map(\.after))
      let all =
        difference.added.map { Variable(entry: $0, relation: "added", before: nil) }
        + difference.changed.map { Variable(entry: $0.after, relation: "changed", before: $0.before) }
        + difference.removed.map { Variable(entry: $0, relation: "removed", before: $0) }
        + own.entries.filter { !departing.contains($0) && $0.name != nil }
        .map { Variable(entry: $0, relation: "inherited", before: nil) }
      return Array(all.prefix(Self.mostVariables))
    }
  }
}

extension JSONWriter {
  private static let valueLimit = 4096

  fileprivate mutating func write(_ comparison: Lineage.Comparison) {
    object { json in
      json.member("trait", comparison.trait.key)
      json.member("label", comparison.trait.label)
      json.member("value", bytes: comparison.process.value?[...])
      if let error = comparison.process.error { json.member("error", error.name) }
      json.member("parents", bytes: comparison.parent.value?[...])
      json.member("relation", "\(comparison.relation)")
      json.member("isOwn", comparison.trait.isOwn)
    }
  }

  fileprivate mutating func write(_ variables: Reading<[InspectionJSON.Variable]>, withValues: Bool) {
    guard let variables = variables.value else {
      note(unreadable: "the environment", variables.error?.name ?? "")
      return null()
    }
    list(variables) { json, variable in
      json.object { json in
        json.member("name", bytes: (variable.entry.name ?? variable.entry.bytes[...]).prefix(Self.valueLimit))
        json.member("relation", variable.relation)
        guard withValues else { return }
        if variable.relation != "removed" {
          json.member("value", bytes: variable.entry.value?.prefix(Self.valueLimit))
        }
        if let before = variable.before { json.member("before", bytes: before.value?.prefix(Self.valueLimit)) }
      }
    }
  }
}
