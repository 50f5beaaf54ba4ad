// The code of "Reading the process tree" (Processes).

import Linux
import Processes

enum ReadingTheTree {
  static func run() throws {
    let tree = try read()
    show(tree)
    let processID = CallingProcess.processID
    guard let own = tree.table[processID] else { return }
    print("works in \(directory(of: own))")
    print("is there still: \(try isThereStill(own.identity))")
  }

  static func read() throws(SystemCallError) -> ProcessTree {
    let table = try ProcessTable(reading: [.owner, .commandLine, .workingDirectory])
    for error in table.unreadable { print("could not be read: \(error)") }
    return ProcessTree(table)
  }

  static func show(_ tree: ProcessTree) {
    tree.forEach { process, depth in
      let name = String(decoding: process.commandName, as: UTF8.self)
      let user = process.owner.value.map { "user \($0.userID)" } ?? "unknown user"
      print(String(repeating: "  ", count: depth) + "\(process.processID) \(name), \(user)")
    }
  }

  static func directory(of process: ProcessRecord) -> String {
    switch process.workingDirectory {
    case .value(let link): String(decoding: link.target, as: UTF8.self)
    case .unreadable(let reason): "a directory that may not be read (\(reason))"
    case .notAsked: "a directory that nobody asked for"
    }
  }

  static func isThereStill(_ process: ProcessIdentity) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      _ = try ProcessRecord.read(process, .stat)
      return true
    } catch {
      if error.errno == .esrch { return false }
      throw error
    }
  }
}
