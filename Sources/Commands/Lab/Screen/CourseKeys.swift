// What the keys of a course mean. Whoever is in a shell has every key for its programs but one, Ctrl-], which leads to the
// lesson, and typed again right then is typed in the shell after all. In the lesson and the world each key is the course's.

internal import Lab
internal import Screen

/// What a key is for.
enum CourseDeed: Hashable {
  case session(SessionKey)
  case focus(CoursePane)
  /// From a shell to the lesson.
  case leave(TerminalName)
  /// Back to the shell that was left, and the key that led out of it is typed there.
  case returnTyping(TerminalName)
  case scroll(Scroll)
  case type(TerminalName)
  case help
  case nothing

  /// How far.
  enum Scroll: Hashable {
    case by(Int)
    case toStart
    case toEnd
  }
}

/// The keys, as they are while a pane has the keyboard.
struct CourseKeys {
  let focus: CoursePane
  /// The shell that the key before led out of; nil where it did something else.
  var left: TerminalName?
  /// Whether the list of lessons is shown.
  var isListing = false
  /// Whether the keys are explained.
  var isHelping = false
  /// Whether a full-screen program has the shell, and so all of its keys.
  var isAlternate = false
  /// How many lines a page has.
  var page = 1

  /// What leads out of a shell: telnet is left by it too, and tmux and screen, in which the course may run, leave it alone.
  static let exit = Key.control("]")

  /// The meaning of a key.
  func deed(of key: Key) -> CourseDeed {
    if let terminal = focus.terminal { return ofShell(key, terminal) }
    if key == CourseKeys.exit { return left.map { .returnTyping($0) } ?? .focus(.lesson) }
    if isHelping, let deed = ofHelp(key) { return deed }
    if isListing, let deed = CourseKeys.ofList[key.symbol] { return deed }
    return ofCourse(key)
  }

  private func ofShell(_ key: Key, _ terminal: TerminalName) -> CourseDeed {
    switch key {
    case CourseKeys.exit: .leave(terminal)
    case Key(.pageUp, .shift) where !isAlternate: .scroll(.by(-page))
    case Key(.pageDown, .shift) where !isAlternate: .scroll(.by(page))
    default: .type(terminal)
    }
  }

  private func ofHelp(_ key: Key) -> CourseDeed? {
    key.symbol == .escape || key.symbol == .enter ? .help : nil
  }

  private static let ofList: [Key.Symbol: CourseDeed] = [
    .up: .session(.up), .down: .session(.down), .enter: .session(.choose), .escape: .session(.list),
    .character("k"): .session(.up), .character("j"): .session(.down),
  ]

  private func ofCourse(_ key: Key) -> CourseDeed {
    switch key.symbol {
    case .up: return .scroll(.by(-1))
    case .down: return .scroll(.by(1))
    case .pageUp, .backspace: return .scroll(.by(-page))
    case .pageDown, .character(" "): return .scroll(.by(page))
    case .home: return .scroll(.toStart)
    case .end: return .scroll(.toEnd)
    case .tab: return .focus(.a)
    case .escape: return .focus(.lesson)
    case .character("c") where key.modifiers == .control: return .session(.quit)
    case .character(let character) where key.modifiers.isEmpty: return deed(of: character)
    default: return .nothing
    }
  }

  private func deed(of character: Unicode.Scalar) -> CourseDeed {
    switch character {
    case "1", "2", "3", "4": .session(.answer(Int(character.value) - 0x31))
    case "a": .focus(.a)
    case "b": .focus(.b)
    case "w": .focus(focus == .tree ? .lesson : .tree)
    case "n": .session(.next)
    case "h": .session(.hint)
    case "r": .session(.run)
    case "c": .session(.check)
    case "x": .session(.reset)
    case "l": .session(.list)
    case "s": .session(.free)
    case "q": .session(.quit)
    case "?": .help
    default: .nothing
    }
  }

  /// The key bar, of at most 79 columns. What leads to the panes stands in their titles.
  func bar(_ session: LearnerSession) -> String {
    if let terminal = focus.terminal {
      return "typing at \(terminal.rawValue): it has all keys but Ctrl-], which leads to the lesson and its keys"
    }
    if isHelping { return "Esc back to the lesson  Space more  q quit" }
    if session.marked != nil { return "↑ ↓ which  Enter go there  l back  q quit" }
    let common = "l list  \(session.isFree ? "s lesson" : "s free")  q quit  ? keys"
    switch session.phase {
    case .predicting: return "1-\(session.lesson.claim.prediction?.choices.count ?? 1) guess  n next  \(common)"
    case .doing: return "c check  r run  h hint  n next  x reset  \(common)"
    case .playing, .checking: return "one moment…  x reset  \(common)"
    case .concluded: return "n next  x again  \(common)"
    case .finished: return common
    }
  }
}

extension CourseKeys {
  /// What each key does, for who asks.
  static let help: [PageEntry] = [
    .heading("Keys"),
    .prose(
      """
      In the lesson and in the world:

      - 1 to 4: your guess, before the experiment
      - c check, r run it for me, h hint: it looks at what you did
      - n next lesson, x begin this one again, l list of all lessons
      - s free: the shells alone, and the lesson again
      - a, b: to shell A, to shell B; w: to the world and back
      - ↑ ↓, Space and Backspace, Home and End: scroll
      - q leaves and keeps your progress; so does Ctrl-C

      In a shell every key is its program's, but for one:

      - Ctrl-] leads to the lesson, whose keys work then: Ctrl-] c checks, Ctrl-] b goes to the other shell
      - Ctrl-] twice types Ctrl-] in the shell
      - Shift-PageUp and Shift-PageDown show what has left its screen, unless a full-screen program has it
      """),
  ]
}
