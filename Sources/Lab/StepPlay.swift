// A step that is played for the learner: every line of it, at the terminals where they belong.

/// Commands that are being typed, terminal after terminal.
struct StepPlay {
  private var typings: [Typing]

  init(_ step: LessonStep) {
    typings = step.commands.map { Typing($0, clearsLine: true) }
  }

  /// Types what can be typed now.
  mutating func advance(_ observer: Observer) -> Advance {
    while !typings.isEmpty {
      let advance = typings[0].advance(observer, nil)
      guard case .done = advance else { return advance }
      typings.removeFirst()
    }
    return .done
  }
}
