// A verb's description as a manual page. Source: man(7).

/// The manual page of one verb, or of a program, in roff.
public struct ManualPage {
  private let verb: VerbDescription
  /// As typed: `pangaea tree`.
  private let program: String
  /// The verbs of the verb have pages of their own.
  private let isOverview: Bool

  /// The page of a verb.
  ///
  /// - Parameters:
  ///   - program: as typed, `pangaea tree`.
  ///   - isOverview: the verbs of this verb, or program, have pages of their own.
  public init(_ verb: VerbDescription, program: String, isOverview: Bool = false) {
    self.verb = verb
    self.program = program
    self.isOverview = isOverview
  }

  /// The page's file name.
  public var fileName: String { "\(title).1" }

  private var title: String { program.split(separator: " ").joined(separator: "-") }

  /// The page's text.
  public var text: String {
    var page = ".TH \(quoted(title.uppercased())) 1 \"\" \"pangaea \(Release.version)\" \"User Commands\"\n"
    page += ".SH NAME\n\(escaped(title)) \\- \(escaped(verb.abstract))\n"
    page += ".SH SYNOPSIS\n" + verb.usage.map { ".B \(escaped(program))\n\(escaped($0))\n" }.joined(separator: ".br\n")
    let sentence = verb.abstract.prefix(1).uppercased() + verb.abstract.dropFirst() + "."
    page += ".SH DESCRIPTION\n" + ([sentence] + verb.discussion).map { escaped($0) + "\n" }.joined(separator: ".PP\n")
    page += list("VERBS", verb.verbs.map { ($0.name, $0.abstract) })
    page += options() + innerVerbs()
    page += list("EXAMPLES", verb.examples.map { ($0.command, $0.meaning) })
    page += list("EXIT STATUS", verb.exitStatuses.map { ($0.status, $0.meaning) })
    if !verb.seeAlso.isEmpty {
      page += ".SH SEE ALSO\n" + escaped(verb.seeAlso.joined(separator: ", ")) + "\n"
    }
    return page
  }

  private func options() -> String {
    var sections: [String] = []
    for option in verb.options where !option.isHidden && !sections.contains(option.section) {
      sections.append(option.section)
    }
    return sections.map { section in
      let shown = verb.options.filter { $0.section == section && !$0.isHidden }
      return list(section.uppercased(), shown.map { ($0.synopsis.drop { $0 == " " }.description, $0.help) })
    }.joined()
  }

  /// The options of the verbs of a verb, which have no page of their own.
  private func innerVerbs() -> String {
    if isOverview { return "" }
    return verb.verbs.map { inner in
      let usage = inner.usage.map { "\(program) \(inner.name) \($0)" }.joined(separator: "\n.br\n")
      let shown = inner.options.filter { !$0.isHidden }
      return ".SH \(quoted("\(program) \(inner.name)".uppercased()))\n\(escaped(usage))\n.PP\n"
        + (inner.discussion.map { escaped($0) + "\n.PP\n" }.joined())
        + items(shown.map { ($0.synopsis.drop { $0 == " " }.description, $0.help) })
    }.joined()
  }

  private func list(_ heading: String, _ entries: [(String, String)]) -> String {
    entries.isEmpty ? "" : ".SH \(quoted(heading))\n" + items(entries)
  }

  private func items(_ entries: [(String, String)]) -> String {
    entries.map { ".TP\n.B \(escaped($0.0))\n\(escaped($0.1))\n" }.joined()
  }

  private func quoted(_ text: String) -> String {
    "\"\(escaped(text))\""
  }

  /// Text that roff shows as it is.
  private func escaped(_ text: String) -> String {
    var result = ""
    for letter in text {
      switch letter {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\"": result += "\\(dq"
      case "'": result += "\\(aq"
      default: result.append(letter)
      }
    }
    return result.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(".") && !line.hasPrefix(".br") ? "\\&" + line : String(line)
    }.joined(separator: "\n")
  }
}
