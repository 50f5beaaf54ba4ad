// A lesson's page, laid out in lines of a pane.

internal import Lab
internal import Screen

/// A line of a page.
struct PageLine: Hashable {
  var text: String
  var style = Style.plain
  /// How its first character looks, where that is a mark of its own.
  var mark: Style?
  /// What stands behind the text and is seen also where the text is cut.
  var tail = ""
}

/// Lays entries out.
struct LessonPage {
  private let text: LabText

  static let good = Style(Color.okabeIto[2], on: .terminal, .bold)
  static let bad = Style(Color.okabeIto[5], on: .terminal, .bold)
  static let quiet = Style(.terminal, on: .terminal, .dim)
  static let strong = Style(.terminal, on: .terminal, .bold)
  static let task = Style(Color.okabeIto[1], on: .terminal, .bold)

  /// - Parameter width: in columns.
  init(width: Int) {
    text = LabText(width: width, Paint(isEnabled: false))
  }

  /// The lines of a page, an empty one between unlike entries.
  func lines(of page: [PageEntry]) -> [PageLine] { laidOut(page).lines }

  /// The lines of a page, and the first line of each entry.
  func laidOut(_ page: [PageEntry]) -> (lines: [PageLine], starts: [Int]) {
    var lines: [PageLine] = []
    var starts: [Int] = []
    for (index, entry) in page.enumerated() {
      if index > 0, !isClose(page[index - 1], entry) { lines.append(PageLine(text: "")) }
      starts.append(lines.count)
      lines += self.lines(of: entry)
    }
    return (lines, starts)
  }

  /// What is to be typed at a terminal, in few lines for who sees the shell and not the lesson.
  func strip(_ terminal: TerminalName, _ lines: [String], rows: Int) -> [String] {
    if lines.isEmpty { return [] }
    let strip = text.pieces("\(terminal.rawValue): " + lines.joined(separator: " ⏎ "), indent: 0)
    if strip.count <= rows { return strip }
    let more = " … Ctrl-] has all"
    let last = strip[rows - 1]
    let room = text.width - DisplayWidth.of(more)
    return strip[..<(rows - 1)] + [DisplayWidth.prefix(of: last, columns: min(room, DisplayWidth.of(last))) + more]
  }

  private func isClose(_ former: PageEntry, _ entry: PageEntry) -> Bool {
    switch (former, entry) {
    case (.evidence, .evidence), (.untold, .untold): true
    case (.item, .kept), (.item, .untold), (.item, .item): true
    case (.kept, .kept), (.kept, .untold), (.kept, .item), (.untold, .kept), (.untold, .item): true
    default: false
    }
  }

  private func lines(of entry: PageEntry) -> [PageLine] {
    switch entry {
    case .heading(let heading): return wrapped(heading, LessonPage.strong)
    case .sentence(let sentence): return wrapped("The claim: \(sentence)")
    case .prose(let prose): return text.paragraphs(prose).map { PageLine(text: $0) }
    case .question(let prediction): return question(prediction)
    case .answer(let choice): return wrapped("You say: \(choice)")
    case .task(let terminal, let lines): return task(terminal, lines)
    case .evidence(let found):
      let lines = text.evidence(found, indent: 0).map { PageLine(text: $0) }
      return marked(lines, found.isMet ? LessonPage.good : LessonPage.bad)
    case .done: return marked(wrapped("✓ Done."), LessonPage.good)
    case .verdict(let verdict, let finding): return self.verdict(verdict, finding)
    case .prediction(let prediction, let wasRight):
      return wasRight
        ? marked(wrapped("✓ As you said."), LessonPage.good)
        : marked(wrapped("✗ You had guessed otherwise; it is: \(prediction.choices[prediction.right])"), LessonPage.bad)
    case .hint(let hint): return wrapped("Hint: \(hint)", Style(Color.okabeIto[3]))
    case .note(let note): return wrapped(note, Style(Color.okabeIto[0]))
    case .item(let sentence, let isMet):
      return marked(wrapped("\(isMet ? "✓" : "–") \(sentence)", hanging: 2), isMet ? LessonPage.good : LessonPage.bad)
    case .kept(let number, let found):
      return text.wrapped("\(number): \(found.fact): \(found.found)", indent: 2, hanging: 2).map {
        PageLine(text: $0, style: LessonPage.quiet)
      }
    case .untold(let number, let words):
      return text.wrapped("\(number): \(Escaping.escaped(words))", indent: 2, hanging: 2).map { PageLine(text: $0) }
    }
  }

  private func wrapped(_ words: String, _ style: Style = .plain, hanging: Int = 0) -> [PageLine] {
    text.wrapped(words, indent: 0, hanging: hanging).map { PageLine(text: $0, style: style) }
  }

  private func marked(_ lines: [PageLine], _ mark: Style) -> [PageLine] {
    var lines = lines
    if !lines.isEmpty { lines[0].mark = mark }
    return lines
  }

  private func question(_ prediction: Prediction) -> [PageLine] {
    wrapped(prediction.question, LessonPage.strong)
      + prediction.choices.enumerated().flatMap { index, choice in
        marked(wrapped("\(index + 1)  \(choice)", hanging: 3), LessonPage.task)
      }
  }

  private func task(_ terminal: TerminalName, _ lines: [String]) -> [PageLine] {
    let start = "Type in \(terminal.rawValue):"
    return [PageLine(text: start, style: LessonPage.quiet)]
      + lines.flatMap { line in
        text.pieces(line, indent: 2).map { PageLine(text: $0, style: LessonPage.task) }
      }
  }

  private func verdict(_ verdict: Verdict, _ finding: Finding) -> [PageLine] {
    switch finding {
    case .asExpected: wrapped("Verdict: \(verdict.word), as the kernel has shown.", LessonPage.good)
    case .notAsExpected(let reason):
      wrapped("The course says: \(verdict.word). Not so here: \(Escaping.escaped(reason))", LessonPage.bad)
    case .cannotTell(let reason):
      wrapped("The course says: \(verdict.word). Cannot tell here: \(Escaping.escaped(reason))", LessonPage.bad)
    case .told: wrapped("Told, not shown.", LessonPage.quiet)
    }
  }
}

extension LabText {
  /// A line that is to be typed: it goes on below, further in, after a blank; within a word only where there is none.
  func pieces(_ line: String, indent: Int) -> [String] {
    var lines: [String] = []
    var rest = line[...]
    repeat {
      let margin = lines.isEmpty ? indent : indent + 4
      var part = DisplayWidth.prefix(of: String(rest), columns: max(width - margin, 1))[...]
      if part.count < rest.count, let blank = part.lastIndex(of: " "), blank > part.startIndex {
        part = part[...blank]
      }
      rest = rest.dropFirst(max(part.count, 1))
      if part.last == " " { part.removeLast() }
      lines.append(String(repeating: " ", count: margin) + part)
    } while !rest.isEmpty
    return lines
  }
}
