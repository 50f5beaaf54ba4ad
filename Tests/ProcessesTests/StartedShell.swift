// Shells that tests start, stop and let go on.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Processes

/// A program that the test waits for, or ends.
func start(
  _ command: [String], in program: (inout SystemCallProgram) -> Void = { _ in }
) throws -> ProgramChild {
  var steps = SystemCallProgram()
  program(&steps)
  steps.append(
    .execute(
      [FilePath("/bin/" + command[0])], command.map { Array($0.utf8) },
      environment: [Array("PATH=/usr/bin:/bin:/usr/sbin:/sbin".utf8)]))
  let child = try steps.start(signalMask: SignalSet())
  try child.report.awaitExecution()
  return child
}

/// Whether there is such a program.
func canRun(_ name: String) -> Bool {
  ["/bin/", "/usr/bin/"].contains { (try? FileDescriptor.open(FilePath($0 + name))) != nil }
}

/// Waits until a process is as it shall be.
func awaitProcess(_ processID: Int32, until isSo: (ProcessRecord) -> Bool) throws {
  for _ in 0..<2000 {
    if isSo(try ProcessRecord.read(processID, .commandLine)) { return }
    pause(nanoseconds: 5_000_000)
  }
  Issue.record("process \(processID) does not become what it shall be")
}

/// Waits until a shell has stopped itself.
func awaitStop(_ child: borrowing ProgramChild) throws {
  try awaitProcess(child.processID) { $0.state == UInt8(ascii: "T") }
}

/// Lets a shell that stops itself go on, until it is another program.
func letExecute(_ child: borrowing ProgramChild, until name: String) throws {
  try awaitStop(child)
  try child.pidfd.send(.resume)
  try awaitProcess(child.processID) { $0.commandName == Array(name.utf8) }
}
