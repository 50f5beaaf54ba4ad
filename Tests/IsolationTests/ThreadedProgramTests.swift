// The library inside a program that has threads: no child may hang between fork and exec.

import Linux
import Testing
import struct SystemPackage.FilePath

@Suite struct ThreadedProgramTests {
  /// Beside the test program lies what it starts.
  private var probe: String {
    let own = CommandLine.arguments[0]
    return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "Probe"
  }

  @Test func startsAThousandWorldsFromABusyThreadPool() async throws {
    var program = SystemCallProgram()
    program.append(
      .execute([FilePath(probe)], [Array("Probe".utf8), Array("crowd".utf8), Array("1000".utf8)], environment: []))
    let child = try program.start()
    try child.report.awaitExecution()
    let status = try await end(of: child.pidfd, within: .seconds(300))
    #expect(status == .exited(0), "it hung, or a world did not start")
  }

  /// How the process ended; nil, and it is killed, when it had not by the deadline.
  private func end(of process: borrowing PIDFD, within patience: Duration) async throws -> Linux.ExitStatus? {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      if let status = try process.waitNow() { return status }
      try await Task.sleep(for: .milliseconds(50))
    }
    try process.send(.kill)
    _ = try process.wait()
    return nil
  }
}
