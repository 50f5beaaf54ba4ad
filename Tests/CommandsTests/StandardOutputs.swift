// Starts the built program under any name, on outputs that are closed, broken or a terminal.

import Linux
import struct SystemPackage.FilePath

/// What a program printed, and how it ended.
struct EndedProgram {
  let output: [UInt8]
  let errorText: String
  let status: ExitStatus

  var text: String { String(decoding: output, as: UTF8.self) }
  var lines: [Substring] { text.split(separator: "\n") }
}

/// Where standard output of a started program goes.
enum StandardOutput {
  case pipe
  case closed
  /// A pipe that nobody reads.
  case broken
}

/// Runs the built program to its end.
///
/// - Parameters:
///   - name: what the program is started as.
///   - environment: all of it, as `NAME=value`.
func runPangaea(
  _ arguments: [String], as name: String = "pangaea", environment: [String] = [],
  standardOutput: StandardOutput = .pipe, ignoresBrokenPipes: Bool = false
) throws -> EndedProgram {
  try start(
    [FilePath(pangaeaPath)], [Array(name.utf8)] + arguments.map { Array($0.utf8) }, environment: environment,
    standardOutput: standardOutput, ignoresBrokenPipes: ignoresBrokenPipes)
}

/// Runs a program of the machine to its end.
func runOther(_ command: [String], environment: [String] = []) throws -> EndedProgram {
  let paths = ["/usr/bin/", "/bin/", "/usr/sbin/"].map { FilePath($0 + command[0]) }
  return try start(
    paths, command.map { Array($0.utf8) }, environment: environment, standardOutput: .pipe, ignoresBrokenPipes: false)
}

private func start(
  _ paths: [FilePath], _ arguments: [[UInt8]], environment: [String], standardOutput: StandardOutput,
  ignoresBrokenPipes: Bool
) throws -> EndedProgram {
  let output = try Pipe()
  let error = try Pipe()
  var program = SystemCallProgram()
  switch standardOutput {
  case .pipe, .broken: program.append(.duplicate(.descriptor(output.writing.number), as: 1))
  case .closed: program.append(.close(.descriptor(1)))
  }
  program.append(.duplicate(.descriptor(error.writing.number), as: 2))
  if ignoresBrokenPipes { program.append(.ignore(.pipe)) }
  program.append(.execute(paths, arguments, environment: environment.map { Array($0.utf8) }))
  if case .broken = standardOutput { return try finish(program, error, brokenBy: output) }
  let child = try program.start()
  close(output.writing)
  close(error.writing)
  try child.report.awaitExecution()
  let outputBytes = try output.reading.readAll()
  let errorBytes = try error.reading.readAll()
  return EndedProgram(
    output: outputBytes, errorText: String(decoding: errorBytes, as: UTF8.self), status: try child.pidfd.wait())
}

/// Closes the reading end before the child begins, so that its first write finds nobody.
private func finish(
  _ program: SystemCallProgram, _ error: consuming Pipe, brokenBy output: consuming Pipe
) throws -> EndedProgram {
  close(output.reading)
  let child = try program.start()
  close(output.writing)
  close(error.writing)
  try child.report.awaitExecution()
  let errorBytes = try error.reading.readAll()
  return EndedProgram(
    output: [], errorText: String(decoding: errorBytes, as: UTF8.self), status: try child.pidfd.wait())
}

/// Runs the built program to its end on a terminal of a size, and returns what the terminal got.
func runPangaea(_ arguments: [String], onTerminal size: WindowSize, environment: [String] = []) throws -> [UInt8] {
  let terminal = try PseudoTerminal(size: size)
  var program = SystemCallProgram()
  for number: Int32 in 0...2 { program.append(.duplicate(.descriptor(terminal.terminal.number), as: number)) }
  program.append(
    .execute(
      [FilePath(pangaeaPath)], [Array("pangaea".utf8)] + arguments.map { Array($0.utf8) },
      environment: environment.map { Array($0.utf8) }))
  let child = try program.start()
  try child.report.awaitExecution()
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  var hasEnded = false
  while true {
    if try terminal.controller.bytesToRead() > 0 {
      content += buffer[..<(try terminal.controller.read(into: &buffer))]
    } else if hasEnded {
      return content
    } else {
      // What a program wrote just before its end reaches the other side a little later.
      hasEnded = try child.pidfd.waitNow() != nil
      pause(nanoseconds: hasEnded ? 100_000_000 : 1_000_000)
    }
  }
}

private func close(_ descriptor: consuming FileDescriptor) {}
