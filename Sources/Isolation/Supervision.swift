// Attends to a world from outside until it ends: signals that a process sends here are handed on.

public import Linux

extension World {
  /// The signals that a supervisor keeps from ending it while a world runs. Those with which a terminal stops and
  /// continues its jobs stay as they are, so that job control works.
  public static let supervisedSignals = SignalSet.all.subtracting(
    SignalSet(.terminalStop, .resume, .stop, Signal(rawValue: 21), Signal(rawValue: 22)))

  /// Waits for the end of the world; hands on every signal that a process sends meanwhile.
  ///
  /// `supervisedSignals` must be blocked, from before the start of the world.
  ///
  /// - Throws: `SystemCallError` with `ECHILD` when the world is not the caller's child, `EPERM` when the command is another user's.
  public consuming func supervise() throws(SystemCallError) -> ExitStatus {
    while true {
      if let status = try pidfd.waitNow() { return status }
      let received = World.supervisedSignals.waitForOne()
      if received.isFromProcess && received.signal != .child {
        try pidfd.sendIfAlive(received.signal)
      }
    }
  }
}
