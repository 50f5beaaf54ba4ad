// Carries an isolation plan out: the caller's part of it, in the order in which the new process waits for it.

public import Linux
internal import struct SystemPackage.FilePath

/// A running world: its first process, held by descriptor.
@frozen
public struct World: ~Copyable, Sendable {
  /// The PID of the world's first process, as the caller sees it.
  public let processID: Int32
  /// Holds that process.
  public let pidfd: PIDFD
}

extension IsolationPlan {
  /// Starts the world, and returns when its command has been executed.
  ///
  /// Nothing is left behind when a step fails.
  ///
  /// - Parameter signalMask: what the command has blocked at its start; nil for what the caller has blocked now.
  /// - Throws: `IsolationError` with the step that failed, of the caller or of the new process: `clone3` with
  ///   `EPERM` without the rights, `ENOSPC` or `EUSERS` at a limit of namespaces; `execve` with `ENOENT` or
  ///   `EACCES` when there is no such program, or it may not be executed; any other as its manual page has it.
  public func start(signalMask: SignalSet? = nil) throws(IsolationError) -> World {
    let go = try attempt("make a pipe") { () throws(SystemCallError) in try Pipe() }
    let world = WorldProgram(self, go: go.reading.number, mapsAreOwn: idMapWriter == .world)
    let child = try attempt("make the new namespaces") { () throws(SystemCallError) in
      try world.program.start(namespaces: cloneFlags, signalMask: signalMask)
    }
    do throws(IsolationError) {
      try prepare(child.processID)
      try attempt("release the new process") { () throws(SystemCallError) in try go.writing.write([1]) }
      try confirm(child.report)
    } catch {
      try attempt("end the new process") { () throws(SystemCallError) in try child.pidfd.end() }
      throw error
    }
    return World(processID: child.processID, pidfd: child.pidfd)
  }

  /// The kinds that the first process begins in.
  var cloneFlags: CloneFlags {
    timeOffsets == nil ? namespaces : namespaces.subtracting(.newTime)
  }

  private func confirm(_ report: borrowing ProgramReport) throws(IsolationError) {
    let failure = try attempt("hear from the new process") { () throws(SystemCallError) in
      try report.awaitOutcome()
    }
    if let failure { throw IsolationError(purpose: failure.purpose, cause: failure.error) }
  }

  /// The caller's part, while the new process waits.
  private func prepare(_ processID: Int32) throws(IsolationError) {
    guard let idMaps else { return }
    switch idMapWriter {
    case .world: break
    case .caller: try idMaps.write(to: processID)
    case .tools: try idMaps.writeByTools(to: processID)
    }
  }

  /// Who writes the maps: the new process can write only its own user and group.
  var idMapWriter: IDMapWriter {
    guard let idMaps else { return .world }
    if idMaps.isWrittenByTools { return .tools }
    return idMaps.areOwn ? .world : .caller
  }
}

/// Who writes the maps of a user namespace.
enum IDMapWriter {
  case world, caller, tools
}
