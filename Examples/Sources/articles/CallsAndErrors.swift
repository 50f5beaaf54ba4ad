// The code of "Calls, errors and descriptors" (Linux).

import Linux
import struct SystemPackage.FilePath

enum CallsAndErrors {
  static func run() throws {
    print("the caller runs: \(try isRunning(CallingProcess.processID))")
    print("first line: \(try firstLine(of: "/proc/self/status"))")
    do {
      _ = try firstLine(of: "/proc/self/no-such-file")
    } catch {
      print(error)
    }
  }
}

func isRunning(_ processID: Int32) throws(SystemCallError) -> Bool {
  do throws(SystemCallError) {
    let process = try PIDFD(opening: processID)
    return try process.sendIfAlive(Signal(rawValue: 0))
  } catch {
    if error.errno == .esrch { return false }
    throw error
  }
}

func firstLine(of path: String) throws(SystemCallError) -> String {
  let file = try FileDescriptor.open(FilePath(path))
  let bytes = try file.readAll()
  return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}
