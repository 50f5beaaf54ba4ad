// Writes the maps of a user namespace from outside: with the caller's own rights, or by the setuid programs.

internal import Linux
internal import struct SystemPackage.FilePath

extension IDMaps {
  /// Whether the maps are one user and one group: what a process may write for itself.
  var areOwn: Bool {
    users.count == 1 && groups.count == 1 && users[0].count == 1 && groups[0].count == 1 && setgroups == .deny
  }

  /// Writes the maps of another process's user namespace.
  ///
  /// - Throws: `IsolationError` with `EPERM` for IDs that the caller may not map.
  func write(to processID: Int32) throws(IsolationError) {
    if let setgroups { try write(setgroups.rawValue, "setgroups", processID) }
    try write(users.text, "uid_map", processID)
    try write(groups.text, "gid_map", processID)
  }

  private func write(_ content: String, _ name: String, _ processID: Int32) throws(IsolationError) {
    try attempt("write the \(name) of the user namespace") { () throws(SystemCallError) in
      try FileDescriptor.open(FilePath("/proc/\(processID)/\(name)"), .writeOnly).write(content)
    }
  }

  /// Has newuidmap(1) and newgidmap(1) write the maps.
  ///
  /// - Throws: `IsolationError` with `ECHILD` when one of them refused, `ENOENT` when it is not installed.
  func writeByTools(to processID: Int32) throws(IsolationError) {
    try runTool("newuidmap", users, processID)
    try runTool("newgidmap", groups, processID)
  }

  private func runTool(_ name: String, _ ranges: [IDMapRange], _ processID: Int32) throws(IsolationError) {
    let numbers = ranges.flatMap { [$0.inner, $0.outer, $0.count] }.map(String.init)
    let command = IsolatedCommand([name, String(processID)] + numbers, environment: [])
    var program = SystemCallProgram()
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
    let status = try attempt("run \(name)") { () throws(SystemCallError) in
      let child = try program.start()
      try child.report.awaitExecution()
      return try child.pidfd.wait()
    }
    guard status == .exited(0) else {
      throw IsolationError(
        purpose: "map users and groups",
        cause: SystemCallError(call: name, errno: .echild, object: "\(status.shellStatus)"))
    }
  }
}
