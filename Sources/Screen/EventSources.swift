// What every full-screen program waits for: the keyboard, and the signals that would end, stop or resize it.

internal import Linux

/// The descriptors behind `TerminalScreen.wait`.
struct EventSources: ~Copyable {
  static let keyboardTag = UInt64.max
  static let signalTag = UInt64.max - 1
  /// What ends the program, stops it, has it go on or changes the terminal.
  static let signals: SignalSet = [
    SignalSet(.terminate, .hangup, .interrupt, .quit), SignalSet(.terminalStop, .resume, .windowChange),
  ]

  let signals: SignalDescriptor
  let poll: EventPoll

  /// Opens them.
  ///
  /// - Throws: `ScreenError.systemCall` when there are too many descriptors.
  static func opened() throws(ScreenError) -> EventSources {
    do throws(SystemCallError) {
      let signals = try SignalDescriptor(EventSources.signals)
      let poll = try EventPoll()
      try poll.add(FileDescriptor.standardInput, .readable, tag: EventSources.keyboardTag)
      try poll.add(signals.descriptor, .readable, tag: EventSources.signalTag)
      return EventSources(signals: signals, poll: poll)
    } catch {
      throw .systemCall(error)
    }
  }
}
