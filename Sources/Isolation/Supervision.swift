// Attends to a world from outside until it ends: hands on the signals that a process sends here, and the bytes of
// a terminal that was made for it.

public import Linux

/// Attends to a world until it ends.
///
/// Source: signalfd(2), waitid(2).
public struct Supervisor: ~Copyable {
  /// The signals that must not end the supervisor while a world runs; to be blocked before the world starts. Those
  /// with which a terminal stops and continues its jobs stay as they are, so that job control works.
  public static var signals: SignalSet {
    SignalSet.all.subtracting(
      SignalSet(.terminalStop, .resume, .stop, Signal(rawValue: 21), Signal(rawValue: 22)))
  }

  private let received: SignalDescriptor

  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Source: signalfd(2).
  public init() throws(SystemCallError) {
    // An ignored SIGCHLD, inherited, would have the kernel reap the world unseen.
    Signal.child.restoreDefaultAction()
    received = try SignalDescriptor(Supervisor.signals)
  }

  /// Waits for the end of a world.
  ///
  /// - Parameter terminal: the world's own terminal, if it has one.
  /// - Throws: `SystemCallError` with `ECHILD` when the world is not the caller's child, `EPERM` when a signal
  ///   cannot be handed on, `EPIPE` when nobody reads what the terminal prints.
  ///
  /// Source: waitid(2), signalfd(2), poll(2).
  public func attend(
    to world: borrowing World, relaying terminal: inout TerminalRelay?
  ) throws(SystemCallError) -> ExitStatus {
    while true {
      if let status = try world.pidfd.waitNow() {
        try terminal?.drain()
        return status
      }
      var requests = [PollRequest(received.descriptor)]
      if let more = terminal?.requests { requests += more }
      _ = try poll(&requests)
      while let signal = try received.next() { try handle(signal, world, &terminal) }
      try terminal?.relay(Array(requests.dropFirst()))
    }
  }

  private func handle(
    _ received: SignalDescriptor.Received, _ world: borrowing World, _ terminal: inout TerminalRelay?
  ) throws(SystemCallError) {
    switch received.signal {
    case .child: break
    case .windowChange: try terminal?.adoptWindowSize()
    default: if received.isFromProcess { try world.pidfd.sendIfAlive(received.signal) }
    }
  }
}
