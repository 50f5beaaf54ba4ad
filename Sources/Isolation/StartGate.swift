// Where the first process of a world waits, all made, until somebody lets it run its command: who made the world may
// have ended by then.

public import Linux

/// A socket with a name at which a world waits to be started.
///
/// Its number goes into `IsolationPlan.startGate`. The maker closes it after the start, and the world holds it alone:
/// once that runs its command, or has ended, nobody waits there any more.
///
/// Source: unix(7).
public struct StartGate: ~Copyable, Sendable {
  /// The socket.
  public let descriptor: FileDescriptor

  /// Makes the gate.
  ///
  /// - Parameter directory: where the name is made; nobody but who may start the world can be let in there.
  /// - Throws: `IsolationError` with `EADDRINUSE` when the name is taken.
  ///
  /// Source: unix(7).
  public init(_ name: String, in directory: borrowing FileDescriptor) throws(IsolationError) {
    let number = directory.number
    descriptor = try attempt("make the start gate") { () throws(SystemCallError) in
      try UnixStream(listeningAt: name, in: FileDescriptor(borrowing: number)).release()
    }
  }

  /// Lets the world that waits there run its command, and returns when it does.
  ///
  /// - Parameter command: what it runs, for the error.
  /// - Throws: `IsolationError` with `ECONNREFUSED` when nobody waits there, and with the failed call of the world's
  ///   last steps: `execve`, `seccomp`, `capset`.
  ///
  /// Source: unix(7).
  public static func open(
    _ name: String, in directory: borrowing FileDescriptor, command: String
  ) throws(IsolationError) {
    let number = directory.number
    let report = try attempt("open the start gate") { () throws(SystemCallError) in
      let connection = try UnixStream(connectingTo: name, in: FileDescriptor(borrowing: number))
      try connection.descriptor.write([1])
      return try connection.descriptor.readAll()
    }
    guard let failure = SystemCallError(gateReport: report, object: command) else { return }
    throw IsolationError(purpose: "become the command", cause: failure)
  }
}
