// A tree of files that looks like /proc, for what the real one shows too seldom.

import Linux
import Processes
import struct SystemPackage.FilePath

/// A directory that a shell script fills, and that is removed with the value.
struct FakeProcfs: ~Copyable {
  let path: FilePath
  let source: Procfs

  /// - Parameter script: run by sh in the empty directory.
  init(_ script: String) throws {
    path = FilePath("/tmp/pangaea-procfs-\(commandLineIdentity())-\(monotonicNanoseconds())")
    try makeDirectory(path)
    try FakeProcfs.run("cd \(path.string) && { \(script)\n}")
    source = try Procfs(at: path)
  }

  deinit {
    do { try FakeProcfs.run("rm -rf \(path.string)") } catch {}
  }

  static func run(_ script: String) throws {
    var program = SystemCallProgram()
    program.append(
      .execute(
        ["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)]))
    let child = try program.start()
    try child.report.awaitExecution()
    let status = try child.pidfd.wait()
    guard status == .exited(0) else { throw SystemCallError(call: "sh", errno: .eio, object: script) }
  }
}

/// Tells the test processes of one machine apart.
private func commandLineIdentity() -> Int32 { CallingProcess.processID }

/// A line of /proc/PID/stat.
func statLine(_ processID: Int32, _ name: String = "sh", parent: Int32 = 1, start: UInt64 = 100) -> String {
  "\(processID) (\(name)) S \(parent) \(processID) \(processID) 0 -1 4194304 0 0 0 0 1 2 0 0 20 0 1 0 \(start) 4096 1 "
    + "18446744073709551615 1 1 1 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
}
