// What lies above the list: pages of text, and menus.

internal import Linux
internal import Processes
internal import Screen

/// A page that can be scrolled.
struct TopText {
  /// A line: escaped text, and what it is.
  struct Line: Equatable {
    let text: String
    var role: Paint.Role?
  }

  let title: String
  /// As long as they are.
  private let whole: [Line]
  /// As long as there is room for.
  private(set) var lines: [Line]
  var first = 0

  /// A page of lines.
  init(title: String, _ lines: [Line]) {
    self.title = title
    whole = lines
    self.lines = lines
  }

  /// Breaks lines that are longer than so many columns.
  mutating func wrap(to columns: Int) {
    lines = whole.flatMap { $0.wrapped(to: columns) }
  }

  /// Scrolls by a key.
  ///
  /// - Parameter height: how many lines are seen.
  /// - Returns: false when the key is none of this page's.
  mutating func take(_ key: Key, height: Int) -> Bool {
    switch key.symbol {
    case .up: first -= 1
    case .down, .enter: first += 1
    case .pageUp: first -= height
    case .pageDown, .character(" "): first += height
    case .home: first = 0
    case .end: first = lines.count
    default: return false
    }
    first = max(0, min(first, lines.count - height))
    return true
  }
}

extension TopText.Line {
  /// The line in pieces that fit; what goes on is indented.
  fileprivate func wrapped(to columns: Int) -> [TopText.Line] {
    let indentation = columns > 20 ? "    " : ""
    var pieces: [String] = []
    var piece = ""
    var width = 0
    for character in text {
      let more = DisplayWidth.of(String(character))
      if width + more > columns, !piece.isEmpty {
        pieces.append(piece)
        (piece, width) = (indentation, indentation.count)
      }
      piece.append(character)
      width += more
    }
    return (pieces + [piece]).map { TopText.Line(text: $0, role: role) }
  }
}

/// A list to choose from.
struct TopMenu {
  /// What a choice means.
  enum Choice: Equatable {
    case sort(TopOrder)
    case user(UInt32?)
    case group(NamespaceKind?)
    case signal(Signal)
    case branch
  }

  let title: String
  let items: [(label: String, choice: Choice)]
  /// Whom a signal goes to: those that the menu was opened on, whoever is selected when it is chosen.
  var targets: [ProcessIdentity] = []
  var selected = 0
  var first = 0

  /// Moves by a key.
  ///
  /// - Parameter height: how many items are seen.
  /// - Returns: false when the key is none of this menu's.
  mutating func take(_ key: Key, height: Int) -> Bool {
    switch key.symbol {
    case .up: selected -= 1
    case .down: selected += 1
    case .pageUp: selected -= height
    case .pageDown: selected += height
    case .home: selected = 0
    case .end: selected = items.count - 1
    case .character(let letter) where key.modifiers.isEmpty: return jump(to: letter, height)
    default: return false
    }
    scroll(height)
    return true
  }

  /// Goes to the next item of which a word begins with a letter; of a signal, the name after SIG.
  private mutating func jump(to letter: Unicode.Scalar, _ height: Int) -> Bool {
    let wanted = letter.properties.lowercaseMapping
    for step in 0..<items.count {
      let index = (selected + 1 + step) % items.count
      let words = items[index].label.lowercased().split(separator: " ")
      guard words.contains(where: { $0.hasPrefix(wanted) || $0.hasPrefix("sig" + wanted) }) else { continue }
      selected = index
      scroll(height)
      return true
    }
    return false
  }

  private mutating func scroll(_ height: Int) {
    selected = max(0, min(selected, items.count - 1))
    if selected < first { first = selected }
    if selected >= first + height { first = selected - height + 1 }
  }
}

extension TopMenu {
  /// What to sort by.
  static func orders(_ present: TopOrder) -> TopMenu {
    var menu = TopMenu(title: "Sort by", items: TopOrder.allCases.map { ($0.title, .sort($0)) })
    menu.selected = TopOrder.allCases.firstIndex(of: present) ?? 0
    return menu
  }

  /// Whose processes to show.
  static func users(_ users: [(id: UInt32, name: String)]) -> TopMenu {
    TopMenu(title: "Show processes of", items: [("All users", .user(nil))] + users.map { ($0.name, .user($0.id)) })
  }

  /// What to group by.
  static func groups(_ present: NamespaceKind?) -> TopMenu {
    let kinds = NamespaceKind.allCases
    var menu = TopMenu(
      title: "Group by", items: [("no namespace", .group(nil))] + kinds.map { ("\($0.procName)", .group($0)) })
    menu.selected = present.flatMap { kinds.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    return menu
  }

  /// What to send: SIGTERM, which is chosen, the end of the whole branch, then all signals.
  static func signals(to targets: [LiveProcess]) -> TopMenu {
    func item(_ signal: Signal) -> (label: String, choice: Choice) {
      ("\(signal.rawValue < 10 ? " " : "")\(signal.rawValue) SIG\(signal.name)", .signal(signal))
    }
    return TopMenu(
      title: "To \(named(targets))",
      items: [item(.terminate), ("end the whole branch", .branch)] + (1...31).map { item(Signal(rawValue: $0)) },
      targets: targets.map(\.identity))
  }

  private static func named(_ targets: [LiveProcess]) -> String {
    guard let only = targets.first, targets.count == 1 else { return "\(targets.count) tagged" }
    return "\(only.processID) \(Escaping.escaped(only.name[...]))"
  }
}
