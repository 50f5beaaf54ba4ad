// Carries bytes between the caller's terminal and the one that a world has for itself.

public import Linux

/// The caller's terminal, raw while this value lives, and the controlling end of the world's.
public struct TerminalRelay: ~Copyable {
  private let controller: FileDescriptor
  private let former: TerminalAttributes?
  private let input = FileDescriptor.standardInput
  private let output = FileDescriptor.standardOutput
  private var inputHasEnded = false

  /// Makes the caller's terminal raw, if standard input is one.
  ///
  /// - Parameter controller: the controlling end of a pseudo-terminal; the relay closes it.
  /// - Throws: `SystemCallError` when the terminal refuses its settings.
  public init(controller: consuming FileDescriptor) throws(SystemCallError) {
    let input = FileDescriptor.standardInput
    let former = input.isTerminal ? try input.attributes() : nil
    if let former {
      try controller.setWindowSize(input.windowSize())
      try input.setAttributes(former.raw)
    }
    self.former = former
    self.controller = controller
  }

  deinit {
    guard let former else { return }
    // Nobody is left to be told; the terminal may have gone away.
    do throws(SystemCallError) { try input.setAttributes(former) } catch {}
  }

  /// Gives the world's terminal the size of the caller's.
  ///
  /// - Throws: `SystemCallError` when either terminal is gone.
  public func adoptWindowSize() throws(SystemCallError) {
    guard input.isTerminal else { return }
    try controller.setWindowSize(input.windowSize())
  }

  /// What to wait for.
  var requests: [PollRequest] {
    [PollRequest(controller)] + (inputHasEnded ? [] : [PollRequest(input)])
  }

  /// Moves what is ready, by the answers to `requests`.
  mutating func relay(_ answers: [PollRequest]) throws(SystemCallError) {
    if !answers[0].ready.isEmpty { _ = try move(from: controller, to: output) }
    guard answers.count > 1, !answers[1].ready.isEmpty else { return }
    inputHasEnded = try !move(from: input, to: controller)
  }

  /// Moves what the world printed before its end.
  func drain() throws(SystemCallError) {
    while try move(from: controller, to: output) {}
  }

  /// Moves what can be read at once; false when there is nothing.
  private func move(
    from source: borrowing FileDescriptor, to target: borrowing FileDescriptor
  ) throws(SystemCallError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    do throws(SystemCallError) {
      let count = try source.read(into: &buffer)
      try target.write(Array(buffer[..<count]))
      return count > 0
    } catch {
      // EIO: the other end of the world's terminal is closed.
      if error.errno == .eagain || error.errno == .eio { return false }
      throw error
    }
  }
}
