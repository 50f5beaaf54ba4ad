// A program in a world of its own that stays until its test is over.

import Linux
import struct SystemPackage.FilePath

/// A child that has said that it is ready. It is killed when the value ends.
final class World {
  let processID: Int32
  private let pidfd: PIDFD

  /// Starts a script of sh that prints a line when all is set up, and then stays.
  convenience init(_ kinds: CloneFlags = [], script: String) throws {
    try self.init(kinds, ["/bin/sh", "-c", script])
  }

  /// Starts the test probe.
  convenience init(probe: String) throws {
    try self.init([], [World.probe, probe])
  }

  /// Where the test probe is: beside this program.
  static var probe: String {
    let own = CommandLine.arguments[0]
    return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "Probe"
  }

  private init(_ kinds: CloneFlags, _ command: [String]) throws {
    let pipe = try Pipe()
    var program = SystemCallProgram()
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
    let path = Array("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8)
    program.append(.execute([FilePath(command[0])], command.map { Array($0.utf8) }, environment: [path]))
    let child = try program.start(namespaces: kinds)
    try child.report.awaitExecution()
    processID = child.processID
    pidfd = child.pidfd
    close(pipe.writing)
    var answer = [UInt8](repeating: 0, count: 256)
    let count = try pipe.reading.read(into: &answer)
    let line = String(decoding: answer[..<count], as: UTF8.self)
    guard line.hasPrefix("ready") else { throw WorldError(message: line) }
  }

  deinit {
    do {
      try pidfd.send(.kill)
      _ = try pidfd.wait()
    } catch {
      print("the world \(processID) could not be ended: \(error)")
    }
  }
}

struct WorldError: Error {
  let message: String
}

private func close(_ descriptor: consuming FileDescriptor) {}
