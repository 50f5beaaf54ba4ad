// A container's process in the foreground: the signals that a caller gets go to it, and so does what is typed.

internal import Isolation
internal import Linux

/// What has to be there before a process is started in the foreground: signals that no longer end the caller, and the
/// socket through which the terminal comes.
struct Foreground: ~Copyable {
  private let supervisor: Supervisor
  private let near: UnixSocket?
  private let far: UnixSocket?
  /// The number of the socket that gets the terminal's controlling end; nil without a terminal.
  let socket: Int32?

  /// - Parameter hasTerminal: whether the process gets a terminal, which is relayed.
  init(hasTerminal: Bool) throws(ContainerError) {
    Supervisor.signals.block()
    let supervisor = try attempt("watch for signals") { () throws(SystemCallError) in try Supervisor() }
    if hasTerminal {
      let pair = try attempt("make a socket for the terminal") { () throws(SystemCallError) in try UnixSocketPair() }
      socket = pair.second.descriptor.number
      near = consume pair.first
      far = consume pair.second
    } else {
      socket = nil
      near = nil
      far = nil
    }
    self.supervisor = supervisor
  }

  /// Makes the terminal that came the caller's own.
  func relay() throws(ContainerError) -> TerminalRelay? {
    do throws(SystemCallError) {
      guard var message = try near?.receive(limit: 64), let controller = message.attachment.take() else { return nil }
      try controller.stopBlocking()
      return try TerminalRelay(PseudoTerminal(controller: controller))
    } catch {
      throw .failed(purpose: "relay the terminal", error)
    }
  }

  /// Waits for the end of a process.
  func attend(
    to world: borrowing World, relaying relay: inout TerminalRelay?
  ) throws(ContainerError) -> ExitStatus {
    do throws(SystemCallError) {
      return try supervisor.attend(to: world, relaying: &relay)
    } catch {
      throw .failed(purpose: "attend to the process", error)
    }
  }
}
