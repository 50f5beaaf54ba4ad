// How the tests start the built runtime, and other programs, and gather what they say.

import Linux
import struct SystemPackage.FilePath

/// The built program, beside the tests' own.
let runtimePath: String = {
  let own = CommandLine.arguments[0]
  return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "pangaea-oci"
}()

/// What a program did.
struct Outcome {
  let output: String
  let error: String
  let status: Linux.ExitStatus
}

/// Runs a program of the search path, or by its path, to its end.
///
/// - Parameters:
///   - directory: where it starts; nil for the caller's.
///   - input: what it reads; nothing where it is empty.
func run(_ command: [String], in directory: String? = nil, input: String = "") throws -> Outcome {
  let reading = try Pipe()
  let output = try Pipe()
  let error = try Pipe()
  var program = SystemCallProgram()
  for (end, stream) in [(reading.reading.number, 0), (output.writing.number, 1), (error.writing.number, 2)]
    as [(Int32, Int32)]
  {
    program.append(.duplicate(.descriptor(end), as: stream))
  }
  if let directory { program.append(.changeDirectory(FilePath(directory))) }
  let name = command[0]
  let paths =
    name.contains("/") ? [FilePath(name)] : ["/usr/bin", "/bin", "/usr/sbin"].map { FilePath($0).appending(name) }
  program.append(
    .execute(paths, command.map { Array($0.utf8) }, environment: [Array("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8)]))
  let child = try program.start()
  if let failure = try child.report.awaitOutcome() { throw failure.error }
  try reading.writing.write(input)
  _ = reading.closeWriting()
  let printed = try output.closeWriting().readAll()
  let complained = try error.closeWriting().readAll()
  return Outcome(
    output: String(decoding: printed, as: UTF8.self), error: String(decoding: complained, as: UTF8.self),
    status: try child.pidfd.wait())
}

/// Runs the built runtime to its end.
func runtime(_ arguments: String..., in directory: String? = nil, input: String = "") throws -> Outcome {
  try run([runtimePath] + arguments, in: directory, input: input)
}

/// Whether a program is installed, and answers.
func isInstalled(_ name: String) -> Bool {
  (try? run(["sh", "-c", "command -v \"$0\"", name]).status) == .exited(0)
}

/// A directory that goes when it is no longer used.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = String(try run(["mktemp", "-d"]).output.dropLast())
  }

  deinit {
    _ = try? run(["rm", "-r", path])
  }
}
