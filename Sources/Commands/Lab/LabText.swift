// How the lab lays out text for a person: prose in lines of the screen's width, facts with what was found beside them.

internal import Lab
internal import Screen

/// Lays text out for a screen of some width.
struct LabText {
  /// In columns.
  let width: Int
  let paint: Paint

  /// For standard output: as wide as the terminal, but no wider than is good to read.
  init(_ paint: Paint) {
    self.init(width: min(OutputWidth.ofStandardOutput() ?? LabText.widest, LabText.widest), paint)
  }

  init(width: Int, _ paint: Paint) {
    self.width = max(width, LabText.narrowest)
    self.paint = paint
  }

  private static let widest = 80
  private static let narrowest = 30

  /// The beginning of a text, cut to the width.
  func cut(_ text: String, _ columns: Int) -> String {
    DisplayWidth.of(text) <= columns ? text : DisplayWidth.prefix(of: text, columns: columns - 1) + "…"
  }

  /// A text in lines of the width, as if it were one paragraph.
  ///
  /// - Parameter hanging: how much further the lines after the first are indented.
  func wrapped(_ text: String, indent: Int, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    var line = String(repeating: " ", count: indent)
    let margin = String(repeating: " ", count: indent + hanging)
    var isFirst = true
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    for word in words.flatMap({ pieces(of: $0, width - margin.count) }) {
      if !isFirst, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width {
        lines.append(line)
        line = margin + word
      } else {
        line += (isFirst ? "" : " ") + word
      }
      isFirst = false
    }
    return lines + [line]
  }

  /// A word that is too long for a line, in pieces that are not.
  private func pieces(of word: Substring, _ columns: Int) -> [Substring] {
    var pieces: [Substring] = []
    var rest = word
    while DisplayWidth.of(String(rest)) > columns {
      let piece = rest.prefix(max(DisplayWidth.prefix(of: String(rest), columns: columns).count, 1))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces + [rest]
  }

  /// Markdown's paragraphs and lists in lines of the width; code and tables as they are.
  func paragraphs(_ text: String) -> [String] {
    var lines: [String] = []
    var paragraph = ""
    var isCode = false
    func end() {
      if !paragraph.isEmpty { lines += wrapped(paragraph, indent: 0, hanging: paragraph.hasPrefix("- ") ? 2 : 0) }
      paragraph = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode || line.hasPrefix("```") || line.hasPrefix("|") || line.hasPrefix("    ") {
        end()
        lines.append(line)
      } else if line.isEmpty {
        end()
        lines.append("")
      } else {
        if line.hasPrefix("- ") { end() }
        paragraph += (paragraph.isEmpty ? "" : " ") + line
      }
    }
    end()
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// A fact and what was found, on one line where there is room.
  func evidence(_ found: Evidence, indent: Int) -> [String] {
    let mark = found.isMet ? paint("✓", .success) : paint("✗", .failure)
    let start = String(repeating: " ", count: indent)
    let column = width >= 72 ? 46 : width / 2
    let room = column - indent - 2
    if DisplayWidth.of(found.fact) <= room && column + 2 + DisplayWidth.of(found.found) <= width {
      return ["\(start)\(mark) \(DisplayWidth.padded(found.fact, room))  \(paint(found.found, .quiet))"]
    }
    var fact = wrapped(found.fact, indent: indent + 2)
    fact[0] = "\(start)\(mark) " + fact[0].dropFirst(indent + 2)
    return fact + wrapped(found.found, indent: indent + 4).map { paint($0, .quiet) }
  }

  /// A line that a terminal showed, behind the terminal's name; continued where it is longer than the screen.
  func shown(_ line: String, on terminal: TerminalName, indent: Int) -> [String] {
    let start = String(repeating: " ", count: indent)
    var lines: [String] = []
    var rest = line[...]
    repeat {
      let part = DisplayWidth.prefix(of: String(rest), columns: max(width - indent - 4, 1))
      let name = lines.isEmpty ? paint(terminal.rawValue, .heading) : " "
      lines.append("\(start)\(name) │ \(part)")
      rest = rest.dropFirst(max(part.count, 1))
    } while !rest.isEmpty
    return lines
  }
}

extension DisplayWidth {
  /// A text with blanks behind it, up to a number of columns.
  static func padded(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - of(text)))
  }
}
