// How these tests start a program and gather what it prints.

import Linux
import struct SystemPackage.FilePath

struct EndedProgram {
  let output: String
  let error: String
  let status: ExitStatus
}

/// Runs a program found in /usr/bin, /usr/sbin or by its path, with an empty environment, to its end.
///
/// - Parameter steps: what its process does before.
func output(of command: [String], after steps: [SystemCallProgram.Step] = []) throws -> EndedProgram {
  let output = try Pipe()
  let error = try Pipe()
  var program = SystemCallProgram()
  program.append(.duplicate(.descriptor(output.writing.number), as: 1))
  program.append(.duplicate(.descriptor(error.writing.number), as: 2))
  for step in steps { program.append(step) }
  let paths = command[0].hasPrefix("/") ? [command[0]] : ["/usr/bin/\(command[0])", "/usr/sbin/\(command[0])"]
  program.append(.execute(paths.map { FilePath($0) }, command.map { Array($0.utf8) }, environment: []))
  let child = try program.start()
  close(output.writing)
  close(error.writing)
  try child.report.awaitExecution()
  let outputBytes = try output.reading.readAll()
  let errorBytes = try error.reading.readAll()
  return try EndedProgram(
    output: String(decoding: outputBytes, as: UTF8.self), error: String(decoding: errorBytes, as: UTF8.self),
    status: child.pidfd.wait())
}

private func close(_ descriptor: consuming FileDescriptor) {}
