// Carries bytes between the caller's standard streams and the terminal that a world has for itself. Nothing here
// waits for one side alone: what one side cannot take yet is kept, and read again only when it went.

public import Linux

/// The caller's terminal, raw while this value lives, and both ends of the world's.
///
/// Source: pty(7), termios(3).
public struct TerminalRelay: ~Copyable {
  /// What VEOF is on a terminal that nobody has set up differently: Ctrl-D.
  private static let endOfFile: UInt8 = 4
  /// What a pipe or a terminal that is ready takes without waiting.
  private static let portion = 4096

  /// The world's end stays open here too, so that the terminal does not hang up when the world has closed it.
  private let pty: PseudoTerminal
  private let former: TerminalAttributes?
  private let input = FileDescriptor.standardInput
  private let output = FileDescriptor.standardOutput
  private let nothing = FileDescriptor(borrowing: -1)
  private var typed: [UInt8] = []
  private var printed: [UInt8] = []
  private var inputHasEnded = false
  private var lastTyped = UInt8(ascii: "\n")

  /// Makes the caller's terminal raw, if standard input is one, and gives the world's the same size.
  ///
  /// - Throws: `SystemCallError` when the terminal refuses its settings.
  ///
  /// Source: termios(3), ioctl_tty(2).
  public init(_ pty: consuming PseudoTerminal) throws(SystemCallError) {
    let input = FileDescriptor.standardInput
    let former = input.isTerminal ? try input.attributes() : nil
    if let former {
      try pty.controller.setWindowSize(input.windowSize())
      try input.setAttributes(former.raw)
    }
    self.former = former
    self.pty = pty
  }

  deinit {
    guard let former else { return }
    // Nobody is left to be told; the terminal may have gone away.
    do throws(SystemCallError) { try input.setAttributes(former) } catch {}
  }

  /// Gives the world's terminal the size of the caller's.
  ///
  /// - Throws: `SystemCallError` when either terminal is gone.
  ///
  /// Source: ioctl_tty(2), TIOCSWINSZ.
  public func adoptWindowSize() throws(SystemCallError) {
    guard input.isTerminal else { return }
    try pty.controller.setWindowSize(input.windowSize())
  }

  /// What to wait for: the terminal, the input, the output.
  var requests: [PollRequest] {
    var terminal: Readiness = []
    if printed.isEmpty { terminal.insert(.readable) }
    if !typed.isEmpty { terminal.insert(.writable) }
    // Whoever is not awaited is passed over: else a hang-up would be told again and again.
    return [
      terminal.isEmpty ? PollRequest(nothing) : PollRequest(pty.controller, terminal),
      typed.isEmpty && !inputHasEnded ? PollRequest(input) : PollRequest(nothing),
      printed.isEmpty ? PollRequest(nothing) : PollRequest(output, .writable),
    ]
  }

  /// Moves what is ready, by the answers to `requests`.
  ///
  /// - Throws: `SystemCallError` with `EPIPE` when nobody reads the output.
  mutating func relay(_ answers: [PollRequest]) throws(SystemCallError) {
    if !answers[2].ready.isEmpty { printed = try rest(of: printed, after: output) }
    if printed.isEmpty && !answers[0].ready.isEmpty { printed = try bytes(of: pty.controller) ?? [] }
    if !answers[1].ready.isEmpty { try readInput() }
    if !typed.isEmpty { typed = try rest(of: typed, after: pty.controller) }
  }

  /// Moves what the world printed before its end.
  mutating func drain() throws(SystemCallError) {
    repeat {
      while !printed.isEmpty {
        var request = [PollRequest(output, .writable)]
        _ = try poll(&request)
        printed = try rest(of: printed, after: output)
      }
      printed = try bytes(of: pty.controller) ?? []
    } while !printed.isEmpty
  }

  /// Reads what was typed. The end of what is no terminal is told as a person would, by Ctrl-D: once to hand over an
  /// unfinished line, and once at the beginning of a line, where it means the end.
  private mutating func readInput() throws(SystemCallError) {
    guard let bytes = try bytes(of: input) else { return }
    if let last = bytes.last {
      lastTyped = last
      typed = bytes
    } else {
      inputHasEnded = true
      typed = Array(repeating: Self.endOfFile, count: lastTyped == UInt8(ascii: "\n") ? 1 : 2)
    }
  }

  /// What can be read at once; empty at the end, nil when there is nothing yet.
  private func bytes(of source: borrowing FileDescriptor) throws(SystemCallError) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: Self.portion)
    do throws(SystemCallError) {
      return Array(buffer[..<(try source.read(into: &buffer))])
    } catch {
      switch error.errno {
      case .eagain: return nil
      // A terminal that has hung up, and a standard input that was closed.
      case .eio, .ebadf: return []
      default: throw error
      }
    }
  }

  /// Writes what the target takes, and gives back the rest.
  private func rest(
    of bytes: [UInt8], after target: borrowing FileDescriptor
  ) throws(SystemCallError) -> [UInt8] {
    do throws(SystemCallError) {
      return Array(bytes.dropFirst(try target.writeSome(bytes)))
    } catch {
      if error.errno == .eagain { return bytes }
      throw error
    }
  }
}
