// `inspect`: what a process has from its parent, and where it departs from it.

internal import JSON
internal import ArgumentParser
internal import Linux
internal import Processes
internal import Screen

/// The verb `inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a process inherited, and where it departs from its parent.",
    discussion: """
      Each line is one trait. A star marks a departure, and the parent's value follows; a question mark what could \
      not be compared. Every process has a PID, a start time and pending signals of its own, so these bear no mark.
      """)

  @Argument(help: ArgumentHelp("PIDs, or names of worlds or containers.", valueName: "who"))
  var processes: [String]

  @Flag(name: [.customShort("d"), .long], help: "Show departures only.")
  var departures = false

  @OptionGroup var options: InspectorOptions

  func run() throws {
    let status = try options.show { (output) throws(Complaint) in try look(&output) }
    if status != 0 { throw ExitCode(status) }
  }

  private func look(_ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    var missing: [Int32] = []
    var inspections: [Inspection] = []
    for name in processes {
      let processID = try Whom.processID(name)
      do {
        inspections.append(try Inspection(of: processID))
      } catch {
        guard error.errno == .esrch, ProcessTable.isProcfsMounted else { throw .unreadable(processID, error) }
        missing.append(processID)
      }
    }
    if options.json {
      var json = JSONWriter(options.layout)
      missing.forEach { json.note(unreadable: "PID \($0)", "no such process") }
      json.writeInspections(inspections)
      try output.write(json.bytes)
    } else {
      let page = InspectionPage(
        paint: options.paint, width: OutputWidth.ofStandardOutput(), showsDeparturesOnly: departures)
      for (index, inspection) in inspections.enumerated() {
        try output.write((index > 0 ? "\n" : "") + page.text(inspection))
      }
    }
    return try Complaint.reportMissing(missing, program: "pangaea inspect", after: &output)
  }
}

/// One process beside its parent, with what it has open.
struct Inspection {
  let lineage: Lineage
  let files: Reading<[OpenFile]>
  let parentsFiles: Reading<[OpenFile]>

  /// Reads the process and its parent.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process.
  init(of processID: Int32) throws(SystemCallError) {
    lineage = try Lineage.read(processID, [.commandLine, .executable])
    files = OpenFile.read(of: processID)
    parentsFiles = lineage.parent.map { OpenFile.read(of: $0.processID) } ?? .notAsked
  }

  /// Whether the parent has the same file, pipe or socket open under the same number.
  func isInherited(_ file: OpenFile) -> Bool? {
    parentsFiles.value.map { $0.contains(file) }
  }

  /// The container or systemd unit that the cgroup's path tells of.
  var container: ContainerName? {
    lineage.process.cgroup.value.flatMap { ContainerName(of: $0) }
  }
}

/// The page of one inspection.
struct InspectionPage {
  let paint: Paint
  let width: Int?
  let showsDeparturesOnly: Bool

  /// The page's text.
  func text(_ inspection: Inspection) -> String {
    let process = inspection.lineage.process
    var text = paint("PID \(process.processID)", .heading) + " \(Escaping.escaped(process.commandName[...]))"
    if let parent = inspection.lineage.parent {
      text += ", child of \(parent.processID) \(Escaping.escaped(parent.commandName[...]))"
    }
    text += "\n" + facts(inspection)
    for comparison in inspection.lineage.comparisons where isShown(comparison) { text += line(comparison) }
    return text + files(inspection)
  }

  private func facts(_ inspection: Inspection) -> String {
    let process = inspection.lineage.process
    var text = ""
    if let line = process.commandLine.value, !line.isEmpty {
      text += fact("command line", Escaping.escaped(Array(line.arguments.joined(separator: [0x20]))[...]))
    }
    if let path = process.executable.value { text += fact("executable", Escaping.escaped(path[...])) }
    if let container = inspection.container { text += fact("container", Escaping.escaped(container.description)) }
    let inside = (process.status.value?.processIDs ?? []).dropFirst()
    if !inside.isEmpty { text += fact("PIDs inside", inside.map { String($0) }.joined(separator: ", ")) }
    return text
  }

  private func isShown(_ comparison: Lineage.Comparison) -> Bool {
    !showsDeparturesOnly || comparison.relation == .departs && !comparison.trait.isOwn
  }

  private func line(_ comparison: Lineage.Comparison) -> String {
    let value = shown(comparison.process)
    switch comparison.relation {
    case .shared: return line(" ", comparison.trait.label, value, nil, nil)
    case .unknown: return line("?", comparison.trait.label, value, nil, .quiet)
    case .departs where comparison.trait.isOwn: return line(" ", comparison.trait.label, value, nil, nil)
    case .departs: return line("*", comparison.trait.label, value, shown(comparison.parent), .warning)
    }
  }

  private func fact(_ label: String, _ value: String) -> String {
    showsDeparturesOnly ? "" : line(" ", label, value, nil, nil)
  }

  private func line(_ mark: String, _ label: String, _ value: String, _ parents: String?, _ role: Paint.Role?) -> String
  {
    let padding = String(repeating: " ", count: max(26 - DisplayWidth.of(label), 1))
    var line = StyledLine()
    line.append("\(mark) \(label)\(padding)", role)
    line.append(value, role)
    if let parents { line.append("  (parent: \(parents))", .quiet) }
    return line.text(width: width, paint: paint)
  }

  private func shown(_ reading: Reading<[UInt8]>) -> String {
    switch reading {
    case .value(let text): text.isEmpty ? "none" : Escaping.escaped(text[...])
    case .unreadable(let error): "- (\(error.name))"
    case .notAsked: "-"
    }
  }

  private func files(_ inspection: Inspection) -> String {
    guard let files = inspection.files.value else {
      return fact("open files", "- (\(inspection.files.error?.name ?? ""))")
    }
    return files.map { file in
      let isInherited = inspection.isInherited(file)
      if showsDeparturesOnly, isInherited != false { return "" }
      let mark = isInherited.map { $0 ? " " : "*" } ?? "?"
      return line(
        mark, "open file \(file.number)", Escaping.escaped(file.target[...]), nil, mark == "*" ? .warning : nil)
    }.joined()
  }
}

extension JSONWriter {
  /// Writes the inspections; the schema is Documentation/schemas/inspect.json.
  mutating func writeInspections(_ inspections: [Inspection]) {
    document { json in
      json.member("processes") { json in
        json.array { json in inspections.forEach { json.writeInspection($0) } }
      }
    }
  }

  private mutating func writeInspection(_ inspection: Inspection) {
    let process = inspection.lineage.process
    object { json in
      json.member("pid", process.processID)
      json.member("startTime", identifier: process.startTime)
      json.member("name", bytes: process.commandName[...])
      json.member("parentPid", inspection.lineage.parent?.processID)
      json.member("commandLine", texts: process.commandLine.value?.arguments.map { $0[...] })
      json.member("executable", bytes: process.executable.value?[...])
      json.member("container", inspection.container?.description)
      json.member("insidePids") { json in
        json.array { json in (process.status.value?.processIDs ?? []).dropFirst().forEach { json.value($0) } }
      }
      json.member("traits") { json in
        json.array { json in inspection.lineage.comparisons.forEach { json.writeComparison($0, process.processID) } }
      }
      json.member("files") { $0.writeFiles(inspection) }
    }
  }

  private mutating func writeComparison(_ comparison: Lineage.Comparison, _ processID: Int32) {
    if let error = comparison.process.error {
      note(unreadable: "\(comparison.trait.label) of PID \(processID)", error.name)
    }
    object { json in
      json.member("trait", comparison.trait.key)
      json.member("value", bytes: comparison.process.value?[...])
      json.member("parentValue", bytes: comparison.parent.value?[...])
      json.member("relation", "\(comparison.relation)")
      json.member("isOwn", comparison.trait.isOwn)
    }
  }

  private mutating func writeFiles(_ inspection: Inspection) {
    guard let files = inspection.files.value else {
      note(
        unreadable: "open files of PID \(inspection.lineage.process.processID)",
        inspection.files.error?.name ?? "")
      return null()
    }
    array { json in
      for file in files {
        json.object {
          $0.member("number", file.number)
          $0.member("target", bytes: file.target[...])
          $0.key("isInherited")
          if let isInherited = inspection.isInherited(file) { $0.value(isInherited) } else { $0.null() }
        }
      }
    }
  }
}
