// Writes the maps of a user namespace from outside: with the caller's own rights, or by the setuid programs.

internal import Linux
internal import struct SystemPackage.FilePath

extension IDMaps {
  /// Whether the maps are one user and one group: what a process may write for itself.
  var areOwn: Bool {
    users.count == 1 && groups.count == 1 && users[0].count == 1 && groups[0].count == 1 && setgroups == .deny
  }

  /// The files below /proc/PID and what is written to them, in order.
  var writings: [(file: String, content: String, shown: String)] {
    func shown(_ ranges: [IDMapRange]) -> String { ranges.map(\.description).joined(separator: "\\n") }
    let policy = setgroups.map { [("setgroups", $0.rawValue, $0.rawValue)] } ?? []
    return policy + [
      ("uid_map", users.text, shown(users)), ("gid_map", groups.text, shown(groups)),
    ]
  }

  /// The setuid programs and what they get after the PID.
  var toolArguments: [(tool: String, numbers: [String])] {
    func numbers(_ ranges: [IDMapRange]) -> [String] {
      ranges.flatMap { [$0.inner, $0.outer, $0.count] }.map(String.init)
    }
    return [("newuidmap", numbers(users)), ("newgidmap", numbers(groups))]
  }

  /// Writes the maps of another process's user namespace.
  ///
  /// - Throws: `IsolationError` with `EPERM` for IDs that the caller may not map.
  func write(to processID: Int32) throws(IsolationError) {
    for writing in writings {
      try attempt("write the \(writing.file) of the user namespace") { () throws(SystemCallError) in
        let file = try FileDescriptor.open(FilePath("/proc/\(processID)/\(writing.file)"), .writeOnly)
        try file.write(writing.content)
      }
    }
  }

  /// Has newuidmap(1) and newgidmap(1) write the maps.
  ///
  /// - Throws: `IsolationError` with `ECHILD` when one of them refused, `ENOENT` when it is not installed.
  func writeByTools(to processID: Int32) throws(IsolationError) {
    for (tool, numbers) in toolArguments { try runTool([tool, String(processID)] + numbers) }
  }

  private func runTool(_ arguments: [String]) throws(IsolationError) {
    let command = IsolatedCommand(arguments, environment: [])
    var program = SystemCallProgram()
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
    let status = try attempt("map users and groups") { () throws(SystemCallError) in
      let child = try program.start()
      if let failure = try child.report.awaitOutcome() {
        throw SystemCallError(call: arguments[0], errno: failure.error.errno)
      }
      return try child.pidfd.wait()
    }
    guard status == .exited(0) else {
      let cause = SystemCallError(call: arguments[0], errno: .echild, object: "exit status \(status.shellStatus)")
      throw IsolationError(purpose: "map users and groups", cause: cause)
    }
  }
}
