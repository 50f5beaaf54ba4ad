// The bell rings at an exec, and at nothing else.

import Linux
import Testing

@Suite struct ExecutionBellTests {
  static let rings = (try? ExecutionBell.hang()) != nil && (try? ProcessEventSocket.listen()) != nil

  private func isReadable(_ descriptor: borrowing FileDescriptor) throws -> Bool {
    var requests = [PollRequest(descriptor)]
    return try poll(&requests, timeout: 0) > 0
  }

  /// Others on the machine may ring it, too: so it is tried until nobody did.
  @Test(.enabled(if: rings, "the kernel does not announce events here"))
  func isSilentAtForksAndEnds() throws {
    let bell = try ExecutionBell.hang()
    var events = try ProcessEventSocket.listen()
    for _ in 0..<100 {
      try bell.silence()
      _ = try events.waiting()
      var program = SystemCallProgram()
      program.append(.exit(3))
      let child = try program.start(signalMask: SignalSet())
      #expect(try child.pidfd.wait() == .exited(3))
      let isRinging = try isReadable(bell.descriptor)
      let kinds = try events.waiting().events.filter { $0.processID == child.processID }.map(\.kind)
      #expect(kinds.contains { if case .exit = $0 { true } else { false } })
      if !isRinging { return }
    }
    Issue.record("it rang at every end")
  }

  /// An exec that rings has been announced already: who looks then, and only then, misses none.
  @Test(.enabled(if: rings, "the kernel does not announce events here"))
  func ringsAfterTheAnnouncement() throws {
    let bell = try ExecutionBell.hang()
    var events = try ProcessEventSocket.listen()
    for _ in 0..<200 {
      var program = SystemCallProgram()
      program.append(.execute([Array("/bin/true".utf8)], [Array("true".utf8)], environment: []))
      let child = try program.start(signalMask: SignalSet())
      var isHeard = false
      while !isHeard {
        // Others may ring, too.
        var requests = [PollRequest(bell.descriptor)]
        try #require(try poll(&requests, timeout: 10_000_000_000) == 1)
        try bell.silence()
        isHeard = try events.waiting().events.contains { $0.kind == .exec && $0.processID == child.processID }
      }
      _ = try child.pidfd.wait()
    }
  }
}
