// The terminal of `--tty`: made here, or, where the world has a /dev/pts of its own, inside, so that tty(1) finds a
// name for it there.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// A terminal for a command, before the command starts.
struct SessionTerminal: ~Copyable {
  /// What the plan is to say.
  let planned: PlannedTerminal
  private let source: Source

  private enum Source: ~Copyable {
    case made(PseudoTerminal)
    /// To be made inside; its other end comes through the first socket.
    case comes(UnixSocketPair)
  }

  /// What the plan of a world is to say before there is a terminal.
  static func foreseen(for plan: IsolationPlan) -> PlannedTerminal {
    plan.hasOwnTerminals ? .ofWorld(socket: -1, size: WindowSize(rows: 24, columns: 80)) : .made(-1)
  }

  /// Makes the terminal, of the size of the caller's before the command can ask.
  init(for plan: IsolationPlan) throws(SystemCallError) {
    let size = try SessionTerminal.size()
    if plan.hasOwnTerminals {
      let sockets = try UnixSocketPair()
      planned = .ofWorld(socket: sockets.second.descriptor.number, size: size)
      source = .comes(sockets)
    } else {
      let pty = try PseudoTerminal(size: size)
      planned = .made(pty.terminal.number)
      source = .made(pty)
    }
  }

  private static func size() throws(SystemCallError) -> WindowSize {
    let input = FileDescriptor.standardInput
    return input.isTerminal ? try input.windowSize() : WindowSize(rows: 24, columns: 80)
  }

  /// Both ends, once the command runs.
  ///
  /// - Throws: `SystemCallError` with `ECONNRESET` when no other end came.
  consuming func opened() throws(SystemCallError) -> PseudoTerminal {
    switch consume source {
    case .made(let pty): return pty
    case .comes(let sockets):
      var message = try sockets.first.receive()
      guard let controller = message.attachment.take() else {
        throw SystemCallError(call: "recvmsg", errno: .econnreset, object: "the terminal's other end")
      }
      try controller.stopBlocking()
      return try PseudoTerminal(controller: controller)
    }
  }
}

extension IsolationPlan {
  /// Whether the command has a devpts of its own: one that is made for its root, or the one of a joined root.
  fileprivate var hasOwnTerminals: Bool {
    if root?.hasFreshDevices == true { return true }
    guard let joinedRoot else { return false }
    do throws(SystemCallError) {
      return try !FileDescriptor(borrowing: joinedRoot).status(of: "dev/ptmx").isDirectory
    } catch {
      return false
    }
  }
}
