// What the keys of a course mean: those that move between panes everywhere, those of the lesson, those of a shell.

internal import Lab
internal import Screen

/// What a key is for.
enum CourseDeed: Hashable {
  case session(SessionKey)
  case focus(CoursePane)
  case scroll(Int)
  case type(TerminalName)
  case nothing
}

enum CourseKeys {
  /// The meaning of a key while a pane has the keyboard.
  ///
  /// - Parameters:
  ///   - page: how many lines a page has.
  static func deed(of key: Key, in pane: CoursePane, listing: Bool, page: Int) -> CourseDeed {
    if let deed = ofPanes[key] { return deed }
    if let terminal = pane.terminal {
      switch key {
      case .control("]"): return .focus(.lesson)
      case Key(.pageUp, .shift): return .scroll(-page)
      case Key(.pageDown, .shift): return .scroll(page)
      default: return .type(terminal)
      }
    }
    if listing, let deed = ofList[key.symbol] { return deed }
    return ofLesson(key, page)
  }

  private static let ofPanes: [Key: CourseDeed] = [
    Key(.function(1)): .focus(.lesson), Key(.function(2)): .focus(.a), Key(.function(3)): .focus(.b),
    Key(.function(4)): .focus(.tree), Key(.function(5)): .session(.check), Key(.function(6)): .session(.hint),
  ]

  private static let ofList: [Key.Symbol: CourseDeed] = [
    .up: .session(.up), .down: .session(.down), .enter: .session(.choose), .escape: .session(.list),
    .character("k"): .session(.up), .character("j"): .session(.down),
  ]

  private static func ofLesson(_ key: Key, _ page: Int) -> CourseDeed {
    switch key.symbol {
    case .up: return .scroll(-1)
    case .down: return .scroll(1)
    case .pageUp, .backspace: return .scroll(-page)
    case .pageDown, .character(" "): return .scroll(page)
    case .tab: return .focus(.a)
    case .character("c") where key.modifiers == .control: return .session(.quit)
    case .character(let character) where key.modifiers.isEmpty: return deed(of: character)
    default: return .nothing
    }
  }

  private static func deed(of character: Unicode.Scalar) -> CourseDeed {
    switch character {
    case "1", "2", "3", "4": .session(.answer(Int(character.value) - 0x31))
    case "a": .focus(.a)
    case "b": .focus(.b)
    case "n": .session(.next)
    case "h": .session(.hint)
    case "r": .session(.run)
    case "c": .session(.check)
    case "x": .session(.reset)
    case "l": .session(.list)
    case "s": .session(.free)
    case "q": .session(.quit)
    default: .nothing
    }
  }

  /// The key bar of a pane.
  static func bar(_ pane: CoursePane, _ session: LearnerSession) -> String {
    if let terminal = pane.terminal {
      return "typing at \(terminal.rawValue)   F1 lesson  F2 A  F3 B  F4 world  F5 check  F6 hint  Ctrl-] lesson"
    }
    if session.marked != nil { return "↑ ↓ which  Enter go there  l back  q quit" }
    let panes = "  a b shells  F4 world"
    switch session.phase {
    case .predicting:
      return "1-\(session.lesson.claim.prediction?.choices.count ?? 1) guess  n next  l list  s free  q quit" + panes
    case .doing: return "c check  r run  h hint  n next  x reset  l list  s free  q quit" + panes
    case .playing, .checking: return "one moment…  x reset  l list  q quit" + panes
    case .concluded: return "n next  x again  l list  s free  q quit" + panes
    case .finished: return "l list  q quit" + panes
    }
  }
}
