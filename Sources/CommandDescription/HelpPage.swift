// The page that `--help` shows, made from a verb's description.

/// The help page of one verb.
public struct HelpPage {
  private let verb: VerbDescription
  /// Help texts start at this column.
  private static let indent = 28
  private static let lineLength = 80

  /// The page of a verb.
  public init(_ verb: VerbDescription) {
    self.verb = verb
  }

  /// The whole page.
  ///
  /// - Parameter program: the program as typed: `pangaea unshare`, or `unshare`.
  public func text(program: String) -> String {
    var parts = [usage(program), wrapped(sentence(verb.abstract), indent: 0)]
    parts += verb.discussion.map { wrapped($0, indent: 0) }
    if !verb.verbs.isEmpty {
      parts.append("Verbs:\n" + verb.verbs.map { entry($0.name, $0.abstract) }.joined())
    }
    parts += sections().map(section)
    if !verb.examples.isEmpty { parts.append("Examples:\n" + verb.examples.map(example).joined()) }
    if !verb.exitStatuses.isEmpty {
      parts.append("Exit status:\n" + verb.exitStatuses.map { entry($0.status, $0.meaning) }.joined())
    }
    if !verb.seeAlso.isEmpty { parts.append("See also: " + verb.seeAlso.joined(separator: ", ") + "\n") }
    return parts.joined(separator: "\n")
  }

  private func usage(_ program: String) -> String {
    verb.usage.enumerated().map { "\($0 == 0 ? "Usage:" : "      ") \(program) \($1)\n" }.joined()
  }

  private func sentence(_ phrase: String) -> String {
    phrase.prefix(1).uppercased() + phrase.dropFirst() + "."
  }

  private func sections() -> [String] {
    var headings: [String] = []
    for option in verb.options where !option.isHidden && !headings.contains(option.section) {
      headings.append(option.section)
    }
    return headings
  }

  private func section(_ heading: String) -> String {
    let shown = verb.options.filter { $0.section == heading && !$0.isHidden }
    return "\(heading):\n" + shown.map { entry($0.synopsis, $0.help) }.joined()
  }

  private func example(_ example: VerbDescription.Example) -> String {
    "  \(example.command)\n" + wrapped(example.meaning, indent: 6)
  }

  private func entry(_ term: String, _ meaning: String) -> String {
    let body = wrapped(meaning, indent: HelpPage.indent)
    if term.count > HelpPage.indent - 4 { return "  \(term)\n\(body)" }
    let padding = String(repeating: " ", count: HelpPage.indent - 2 - term.count)
    return "  \(term)\(padding)\(body.dropFirst(HelpPage.indent))"
  }

  private func wrapped(_ text: String, indent: Int) -> String {
    HelpPage.wrapped(text, indent: indent, lineLength: HelpPage.lineLength)
  }

  /// Breaks a text at blanks into lines that are indented, and as long as may be.
  public static func wrapped(_ text: String, indent: Int, lineLength: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines = [margin]
    for word in text.split(separator: " ") {
      let isFresh = lines[lines.count - 1].utf8.count == indent
      if !isFresh, lines[lines.count - 1].count + 1 + word.count > lineLength {
        lines.append(margin + word)
      } else {
        lines[lines.count - 1] += isFresh ? word : " " + word
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension OptionDescription {
  /// How the option is typed, for example `-R, --root=DIR`, `-m, --mount[=FILE]`.
  public var synopsis: String {
    var text = short.map { "-\($0)" } ?? "   "
    if let long { text += (short == nil ? " " : ", ") + "--\(long)" }
    switch value {
    case .none: return text
    case .required(let name): return text + (long == nil ? " " : "=") + name
    case .optional(let name), .optionalAfterWord(let name): return text + (long == nil ? "[\(name)]" : "[=\(name)]")
    }
  }
}
