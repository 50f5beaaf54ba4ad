// `env`: the environment that a process was started with, beside its parent's, and along its line of descent.

internal import JSON
internal import ArgumentParser
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `env`.
struct EnvCommand: ParsableCommand {
  /// Said wherever an environment is shown to a person.
  static let caveat =
    "/proc/PID/environ is the block that execve(2) laid down: what the program set or unset since is not in it"

  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Show the environment that a process was started with.",
    discussion: """
      The source is /proc/PID/environ. It is the block that execve(2) laid down when the program started: what the \
      program itself set, changed or unset since then is in its own memory, and cannot be seen here.

      With a name the value alone is printed, and the exit status is 1 when there is none of that name.
      """)

  @Argument(help: ArgumentHelp("A PID, or the name of a world or container.", valueName: "who"))
  var process: String

  @Argument(help: ArgumentHelp("The one variable to show.", valueName: "name"))
  var name: String?

  @Flag(name: .long, help: "Show how the environment differs from the parent's.")
  var diff = false

  @Option(name: .long, help: ArgumentHelp("Follow one variable down the line of descent.", valueName: "name"))
  var ancestry: String?

  @Flag(name: [.customShort("0"), .long], help: "End each entry with NUL, and escape nothing.")
  var null = false

  @OptionGroup var options: InspectorOptions

  mutating func validate() throws {
    let asked = [diff, ancestry != nil, name != nil].filter { $0 }.count
    if asked > 1 { throw ValidationError("a name, --diff and --ancestry exclude each other") }
    if null, diff || ancestry != nil || options.json {
      throw ValidationError("-0 goes with entries alone, not with --diff, --ancestry or --json")
    }
  }

  func run() throws {
    let status = try options.show { (output) throws(Complaint) in try look(&output) }
    if FileDescriptor.standardOutput.isTerminal, FileDescriptor.standardError.isTerminal {
      let note = Paint(options.color, on: FileDescriptor.standardError)(EnvCommand.caveat, .quiet)
      try FileDescriptor.standardError.write(note + "\n")
    }
    if status != 0 { throw ExitCode(status) }
  }

  private func look(_ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    let processID = try Whom.processID(process)
    if let ancestry { return try showAncestry(of: ancestry, to: processID, &output) }
    let record = try ProcessRecord.readEnvironment(of: processID)
    if diff { return try showDifference(record, &output) }
    if let name { return try showValue(of: name, record, &output) }
    return try showEntries(record, &output)
  }

  private func showEntries(_ record: EnvironmentOfProcess, _ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    if options.json {
      var json = JSONWriter(options.layout)
      json.writeEnvironment(record)
      try output.write(json.bytes)
    } else if null {
      try output.write(record.environment.block)
    } else {
      for entry in record.environment.entries {
        Escaping.append(entry.bytes[...], to: &output.bytes)
        try output.write("\n")
      }
    }
    return 0
  }

  private func showValue(
    of name: String, _ record: EnvironmentOfProcess, _ output: inout OutputBuffer
  ) throws(Complaint) -> Int32 {
    let value = record.environment.value(of: name.utf8)
    if options.json {
      var json = JSONWriter(options.layout)
      json.writeValue(of: name, value, record)
      try output.write(json.bytes)
    } else if let value {
      if null { try output.write(value + [0]) } else { try output.write(Escaping.escaped(value[...]) + "\n") }
    }
    return value == nil ? 1 : 0
  }

  private func showDifference(
    _ record: EnvironmentOfProcess, _ output: inout OutputBuffer
  ) throws(Complaint) -> Int32 {
    guard record.parentID != 0 else {
      throw Complaint(what: "PID \(record.identity.processID) has no parent to compare with in this PID namespace")
    }
    let parent = try ProcessRecord.readEnvironment(of: record.parentID)
    let difference = record.environment.difference(from: parent.environment)
    if options.json {
      var json = JSONWriter(options.layout)
      json.writeDifference(difference, record)
      try output.write(json.bytes)
    } else {
      try output.write(EnvironmentText(paint: options.paint).lines(of: difference))
    }
    return 0
  }

  private func showAncestry(
    of name: String, to processID: Int32, _ output: inout OutputBuffer
  ) throws(Complaint) -> Int32 {
    let line = try EnvironmentLine(to: processID)
    let steps = Environment.ancestry(of: name.utf8, along: line.environments)
    if options.json {
      var json = JSONWriter(options.layout)
      json.writeAncestry(of: name, line, steps)
      try output.write(json.bytes)
    } else {
      let table = EnvironmentText(paint: options.paint).table(line, steps)
      try table.write(to: &output, width: OutputWidth.ofStandardOutput(), paint: options.paint)
    }
    guard let last = steps.last, let step = last else { return 2 }
    return step.value == nil ? 1 : 0
  }
}

// MARK: Reading

/// A process and its environment.
struct EnvironmentOfProcess {
  let identity: ProcessIdentity
  let parentID: Int32
  let name: [UInt8]
  let environment: Environment
}

extension ProcessRecord {
  /// Reads an environment, or says why not.
  static func readEnvironment(of processID: Int32) throws(Complaint) -> EnvironmentOfProcess {
    let record: ProcessRecord
    do {
      record = try ProcessRecord.read(processID, [.environment, .owner])
    } catch {
      throw .unreadable(processID, error)
    }
    switch record.environment {
    case .value(let environment):
      return EnvironmentOfProcess(
        identity: record.identity, parentID: record.parentID, name: record.commandName, environment: environment)
    case .unreadable(let error):
      if error == .esrch { throw Complaint(what: "PID \(processID) has no environment: \(record.kindWithoutMemory)") }
      throw Complaint(
        SystemCallError(call: "open", errno: error), doing: "read the environment of PID \(processID)",
        why: error == .eacces ? Complaint.foreignProcess(record) : nil)
    case .notAsked:
      throw Complaint(what: "the environment of PID \(processID) was not read")
    }
  }
}

extension ProcessRecord {
  /// Why it has no memory of its own.
  fileprivate var kindWithoutMemory: String {
    stat.isKernelThread ? "it is a kernel thread" : stat.isZombie ? "it has ended" : "it is ending"
  }
}

extension ProcessTable {
  /// Whether there is a procfs at /proc; a process that is there always sees itself.
  static var isProcfsMounted: Bool {
    do {
      return try !FileDescriptor.workingDirectory.readLink("/proc/self").isEmpty
    } catch {
      return false
    }
  }

  /// Reads all processes.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when no procfs is mounted at /proc; any errno of opening it.
  static func ofMachine(_ fields: ProcessFields) throws(SystemCallError) -> ProcessTable {
    let table = try ProcessTable(reading: fields)
    if table.records.isEmpty { throw SystemCallError(call: "open", errno: .enoent, object: "/proc") }
    return table
  }
}

extension Complaint {
  /// Whose the process is, when that is why it may not be looked at.
  static func foreignProcess(_ record: ProcessRecord) -> String {
    let owner = record.owner.value.map { "user \($0.userID)" } ?? "another user"
    return "it belongs to \(owner); to look takes that user, with no fewer capabilities, or CAP_SYS_PTRACE"
  }
}

/// The line of descent of a process, with the environment of each generation.
struct EnvironmentLine {
  /// From the oldest ancestor to the process itself.
  private(set) var records: [ProcessRecord] = []

  /// Reads the process and its ancestors; an ancestor whose environment is refused stays in the line.
  init(to processID: Int32) throws(Complaint) {
    var next = processID
    while next != 0 {
      do {
        let record = try ProcessRecord.read(next, .environment)
        if let child = records.last, child.startTime < record.startTime { break }
        records.append(record)
        next = record.parentID
      } catch {
        if records.isEmpty { throw .unreadable(processID, error) }
        break
      }
    }
    records.reverse()
  }

  var environments: [Environment?] { records.map { $0.environment.value } }
}

// MARK: Text

/// How differences and ancestries are shown to a person.
struct EnvironmentText {
  let paint: Paint

  /// `+` for what the parent lacks, `-` for what the process lacks, `~` for what has another value.
  func lines(of difference: Environment.Difference) -> String {
    var text = ""
    for entry in difference.added { text += paint("+ " + Escaping.escaped(entry.bytes[...]), .success) + "\n" }
    for entry in difference.removed { text += paint("- " + Escaping.escaped(entry.bytes[...]), .failure) + "\n" }
    for change in difference.changed {
      let name = Escaping.escaped(change.after.name ?? change.after.bytes[...])
      let before = Escaping.escaped(change.before.value ?? [])
      text += paint("~ \(name)=\(Escaping.escaped(change.after.value ?? []))", .warning)
      text += paint("  was \(before)", .quiet) + "\n"
    }
    return text
  }

  /// One row for each generation.
  func table(_ line: EnvironmentLine, _ steps: [Environment.Inheritance?]) -> Table {
    var table = Table([
      .init("PID", .right), .init("NAME"), .init("ORIGIN"), .init("VALUE", isCuttable: true),
    ])
    for (record, step) in zip(line.records, steps) {
      let value = step.map { $0.value.map { Escaping.escaped($0[...]) } ?? "-" }
      let reason = record.environment.error.map { "(\($0.name))" } ?? "-"
      table.append([
        .init("\(record.processID)"), .init(Escaping.escaped(record.commandName[...])),
        .init(step.map { "\($0.origin)" } ?? "unreadable", step?.origin == .inherited ? .quiet : .warning),
        .init(value ?? reason),
      ])
    }
    return table
  }
}
