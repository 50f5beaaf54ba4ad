// `ps`: the processes of a container, as a list of PIDs or as ps(1) shows them.

internal import CommandDescription
internal import Containers
internal import Isolation
internal import JSON
internal import Linux

/// The verb `ps`.
struct ProcessesCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription(
        "f", "format", "as a table or as JSON (default: table)", value: .required("table|json"),
        completion: .words(["table", "json"]))
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "ps", abstract: "list the processes of a container", usage: ["[options] CONTAINER [PS-OPTION...]"],
      discussion: [
        "As JSON it is a list of PIDs. The table is that of ps(1), which is called with its options, else with -ef; "
          + "processes of the container are left in it."
      ],
      options: options, operands: .container, seeAlso: ["ps(1)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var format = "table"
    let operands = try call.read(self, operands: 1...Int.max, stopsAtOperand: true) { (option) throws(EngineFailure) in
      format = try OutputFormat.checked(option)
    }
    guard let operands else { return 0 }
    let processes = try call.attempt { () throws(ContainerError) in
      try call.store.container(named: operands[0]).processes()
    }
    if format == "json" {
      try StandardOutput.write(json(processes))
    } else {
      let options = operands.count > 1 ? Array(operands.dropFirst()) : ["-ef"]
      try StandardOutput.write(try rows(ofTable: try table(options), processes))
    }
    return 0
  }

  /// On one line.
  static func json(_ processes: [Int32]) -> [UInt8] {
    var json = JSONWriter(.line)
    json.array { json in for process in processes { json.value(process) } }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  /// The heading of ps(1), and the rows of some processes.
  ///
  /// - Throws: `EngineFailure` where no column is named PID.
  static func rows(ofTable table: [UInt8], _ processes: [Int32]) throws(EngineFailure) -> [UInt8] {
    let lines = table.split(separator: UInt8(ascii: "\n"))
    let wanted = Set(processes)
    guard let heading = lines.first, let column = words(heading).firstIndex(of: "PID") else {
      throw EngineFailure("couldn't find PID field in ps output")
    }
    let rows = lines.dropFirst().filter { line in
      let words = words(line)
      return words.indices.contains(column) && Int32(words[column]).map(wanted.contains) ?? false
    }
    return ([heading] + rows).flatMap { $0 + [UInt8(ascii: "\n")] }
  }

  private static func words(_ line: ArraySlice<UInt8>) -> [String] {
    line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// What ps(1) prints.
  private static func table(_ options: [String]) throws(EngineFailure) -> [UInt8] {
    let command = IsolatedCommand(
      arguments: ["ps"].map { Array($0.utf8) } + options.map { Array($0.utf8) },
      environment: CallersEnvironment.entries)
    do throws(SystemCallError) {
      let pipe = try Pipe()
      var program = SystemCallProgram()
      program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
      program.append(.execute(command.candidates, command.arguments, environment: command.environment))
      let child = try program.start()
      if let failure = try child.report.awaitOutcome() { throw failure.error }
      let output = try pipe.closeWriting().readAll()
      let status = try child.pidfd.wait()
      guard status == .exited(0) else { throw SystemCallError(call: "ps", errno: .echild, object: "\(status)") }
      return output
    } catch {
      throw EngineFailure(error, doing: "run ps")
    }
  }
}
