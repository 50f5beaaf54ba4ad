// What the kernel announces of processes: messages as they are laid out, and the sockets where the machine has them.

import Testing

@testable import Linux

@Suite struct ProcessEventTests {
  /// A message of the connector: headers, then struct proc_event.
  private static func message(_ what: UInt32, _ data: [UInt32], processor: UInt32 = 3, sequence: UInt32 = 7) -> [UInt32]
  {
    [76, 3, 0, 0, 1, 1, sequence, 0, 40, what, processor, 5, 1] + data + Array(repeating: 0, count: 10 - data.count)
  }

  private static let announced: [(UInt32, [UInt32], ProcessEvent.Kind)] = [
    (0x1, [10, 9, 12, 11], .fork(parentID: 9)), (0x2, [12, 11], .exec),
    (0x4, [12, 11, 1000, 0], .userID(real: 1000, effective: 0)),
    (0x40, [12, 11, 5, 6], .groupID(real: 5, effective: 6)), (0x80, [12, 11], .session),
    (0x200, [12, 11, 0x6c6c_6568, 0x6f], .commandName(Array("hello".utf8))), (0x4000_0000, [12, 11], .coreDump),
    (0x8000_0000, [12, 11, 0x300, 17, 9, 9], .exit(.exited(3), parentID: 9)),
    (0x8000_0000, [12, 11, 9, 17, 9, 9], .exit(.signaled(.kill), parentID: 9)),
    (0x8000_0000, [12, 11, 0x8b, 17, 9, 9], .exit(.signaled(Signal(rawValue: 11)), parentID: 9)),
  ]

  @Test func readsEachKind() throws {
    for (what, data, kind) in Self.announced {
      let words = Self.message(what, data)
      let read = ProcessEventMessage(words.span)
      let message = try #require(read)
      #expect(message.processor == 3 && message.sequence == 7)
      #expect(message.event == ProcessEvent(time: 5 | 1 << 32, processID: 11, threadID: 12, kind: kind))
    }
  }

  @Test func passesOverTheUnknownAndTheCut() {
    let unknown = Self.message(0x100, [12, 11])
    let message = ProcessEventMessage(unknown.span)
    #expect(message != nil && message?.event == nil)
    for length in 0..<23 {
      let words = Array(
        Self.message(0x200, [12, 11, 0x6c6c_6568, 0x6c6c_6568, 0x6c6c_6568, 0x6c6c_6568]).prefix(length))
      let event = ProcessEventMessage(words.span)?.event
      if case .commandName(let name)? = event?.kind { #expect(name.count <= 16) }
      #expect(length >= 15 || event == nil)
    }
  }

  @Test func tellsTheAnswerFromEvents() {
    let refused = Self.message(0, [1])
    let event = Self.message(2, [12, 11])
    let errors = (
      ProcessEventMessage.acknowledgedError(refused.span), ProcessEventMessage.acknowledgedError(event.span)
    )
    #expect(errors == (1, nil))
  }

  @Test func readsAttributesWithinTheirMessage() {
    // Type 4 of 12 bytes, in it type 1 of 8 bytes; then one that claims to be longer than all.
    let words: [UInt32] = [4 << 16 | 12, 1 << 16 | 8, 77, 3 << 16 | 400]
    let outer = netlinkAttribute(4, in: words.span, 0..<4)
    let inner = netlinkAttribute(1, in: words.span, 1..<3)
    let tooLong = netlinkAttribute(3, in: words.span, 0..<4)
    let empty: [UInt32] = [0]
    let none = netlinkAttribute(9, in: empty.span, 0..<1)
    #expect(outer == 1..<3 && inner == 2..<3 && tooLong == nil && none == nil)
  }

  static let hears = (try? ProcessEventSocket.listen()) != nil
  static let counts = (try? TaskStatisticsSocket.listen()) != nil

  /// Everything that is said of a program from its fork to its end.
  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func hearsAProgram() throws {
    var socket = try ProcessEventSocket.listen()
    var program = SystemCallProgram()
    program.append(.execute([Array("/bin/sh".utf8)], ["sh", "-c", "exit 3"].map { Array($0.utf8) }, environment: []))
    let child = try program.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    #expect(try child.pidfd.wait() == .exited(3))
    var kinds: [ProcessEvent.Kind] = []
    let deadline = monotonicNanoseconds() + 5_000_000_000
    while monotonicNanoseconds() < deadline {
      let batch = try socket.waiting()
      kinds += batch.events.filter { $0.processID == child.processID && !$0.isOfThread }.map(\.kind)
      if case .exit? = kinds.last { break }
      pause(nanoseconds: 1_000_000)
    }
    let own = CallingProcess.processID
    #expect(
      kinds.filter { $0 != .commandName(Array("sh".utf8)) } == [
        .fork(parentID: own), .exec, .exit(.exited(3), parentID: own),
      ])
  }

  @Test(.enabled(if: counts, "the kernel does not tell what tasks have used"))
  func hearsWhatItUsed() throws {
    var socket = try TaskStatisticsSocket.listen()
    var program = SystemCallProgram()
    program.append(.execute([Array("/bin/true".utf8)], [Array("true".utf8)], environment: []))
    let child = try program.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    _ = try child.pidfd.wait()
    let processID = child.processID
    let used = try #require(try socket.waiting().statistics.first { $0.taskID == processID })
    #expect(used.peakMemory > 65536 && used.peakMemory < 1 << 30)
    #expect(used.commandName == Array("true".utf8))
    #expect(used.elapsedTime > 0 && used.elapsedTime < 60_000_000_000)
  }
}
