// A full-screen program that is killed, or dies of its own fault, leaves a terminal that nobody can type at. So it
// runs as a child: its parent does nothing but give the terminal back.

internal import Linux

/// Runs a full-screen program where it can do no harm to the terminal.
public enum ScreenGuard {
  private static let signals: SignalSet = [
    SignalSet(.child, .terminate, .hangup, .interrupt), SignalSet(.quit, .terminalStop),
  ]

  /// Runs a program as a child, and gives the terminal back whatever becomes of it.
  ///
  /// Signals that would end the caller are handed on; when the child stops, the caller does; when the caller is
  /// killed, the child is told to end. Only for a program with a single thread.
  /// - Parameter program: runs in the child, and returns its exit status.
  /// - Returns: the child's exit status.
  /// - Throws: `ScreenError.noTerminal` and the like before anything was started; `ScreenError.killed` when the child
  ///   was ended by a signal that it had not dealt with.
  public static func run(_ program: () -> Int32) throws(ScreenError) -> Int32 {
    try TerminalDescription.verify()
    let status: ExitStatus
    do throws(SystemCallError) {
      let former = signals.block()
      defer { former.setAsMask() }
      let attributes = try FileDescriptor.standardInput.attributes()
      let caller = CallingProcess.processID
      guard case .parent(let child) = try forkProcess() else {
        former.setAsMask()
        try ProcessAttribute.setParentDeathSignal(.terminate)
        exitProcess(CallingProcess.parentID == caller ? program() : 1)
      }
      status = try attend(PIDFD(opening: child))
      if case .signaled = status {
        try FileDescriptor.standardOutput.write(TerminalDescription.restoration)
        try FileDescriptor.standardInput.setAttributes(attributes)
      }
    } catch {
      throw .systemCall(error)
    }
    if case .signaled(let signal) = status { throw .killed(signal) }
    return status.shellStatus
  }

  /// Waits for the child's end, and passes on what it must know.
  private static func attend(_ child: borrowing PIDFD) throws(SystemCallError) -> ExitStatus {
    let descriptor = try SignalDescriptor(signals)
    while true {
      var requests = [PollRequest(descriptor.descriptor)]
      _ = try poll(&requests)
      while let received = try descriptor.next() {
        // The terminal's keys go to the child as well, and whether it stops is its own affair.
        guard received.signal != .child, received.signal != .terminalStop else { continue }
        if received.isFromProcess || received.signal == .hangup { _ = try child.sendIfAlive(received.signal) }
      }
      while let change = try child.waitForChange([.exited, .stopped, .withoutBlocking]) {
        guard case .stopped = change else { return change }
        try sendSignal(.stop, to: CallingProcess.processID)
        _ = try child.sendIfAlive(.resume)
      }
    }
  }
}
