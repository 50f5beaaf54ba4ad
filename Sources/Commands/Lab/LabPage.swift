// The report of a course for people, in 80 columns: verdicts by section, evidence where it matters, a checklist.

internal import Lab
internal import Linux

/// A report as a page of text.
struct LabPage {
  private let report: CourseReport
  private let paint: Paint
  /// Whether every claim's evidence is shown, not only where the claim is refuted or failed.
  private let showsAll: Bool
  private static let width = 80

  init(_ report: CourseReport, paint: Paint, showsAll: Bool) {
    self.report = report
    self.paint = paint
    self.showsAll = showsAll
  }

  /// The page.
  var text: String {
    var lines = [heading(report.course.title)]
    for section in report.course.sections {
      let outcomes = report.outcomes.filter { outcome in section.claims.contains { $0.number == outcome.claim.number } }
      if outcomes.isEmpty { continue }
      lines += ["", heading(section.title)]
      for outcome in outcomes { lines += self.lines(of: outcome) }
    }
    lines += refuted + checklist + closing
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading(_ text: String) -> String { paint(cut(text, LabPage.width), .heading) }

  private func lines(of outcome: Outcome) -> [String] {
    let claim = outcome.claim
    let (word, role) = LabPage.word(of: outcome.result)
    let start = "\(DisplayWidth.padded(claim.number, 14)) \(DisplayWidth.padded(claim.verdict.word, 10)) "
    var lines = [
      start + paint(DisplayWidth.padded(word, 12), role) + " "
        + cut(claim.title, LabPage.width - 39)
    ]
    switch outcome.result {
    case .notAsExpected(let reason), .cannotTell(let reason): lines += wrapped(reason, indent: 4)
    case .asExpected, .told: break
    }
    lines += outcome.lastLines.flatMap { shown in
      shown.lines.flatMap { wrapped("\(shown.terminal.rawValue) │ \($0)", indent: 4) }
    }
    if showsAll, claim.checklist.isEmpty { lines += evidence(of: outcome) }
    return lines
  }

  private static func word(of result: Finding) -> (String, Paint.Role) {
    switch result {
    case .asExpected: ("as expected", .success)
    case .notAsExpected: ("NOT SO", .failure)
    case .cannotTell: ("cannot tell", .warning)
    case .told: ("told", .quiet)
    }
  }

  private func evidence(of outcome: Outcome) -> [String] {
    outcome.evidence.flatMap { found in
      let mark = found.isMet ? "✓" : "✗"
      let line = "    \(mark) \(found.fact)"
      let value = paint(found.found, .quiet)
      let isShort = DisplayWidth.of(line) <= 46 && 48 + DisplayWidth.of(found.found) <= LabPage.width
      if isShort { return ["\(DisplayWidth.padded(line, 46))  \(value)"] }
      return [cut(line, LabPage.width)] + wrapped(found.found, indent: 8).map { paint($0, .quiet) }
    }
  }

  /// What Linux does instead of what refuted claims say.
  private var refuted: [String] {
    let outcomes = report.outcomes.filter { $0.claim.verdict == .refuted && $0.result == .asExpected }
    if outcomes.isEmpty || showsAll { return [] }
    var lines = ["", heading("Refuted: what the kernel showed")]
    for outcome in outcomes {
      lines += wrapped("\(outcome.claim.number): \(outcome.claim.sentence)", indent: 2)
      lines += evidence(of: outcome)
    }
    return lines
  }

  private var checklist: [String] {
    guard let outcome = report.outcomes.first(where: { !$0.claim.checklist.isEmpty }) else { return [] }
    var lines = ["", heading("What the evidence of this run lets you say")]
    for item in outcome.evidence {
      let mark = item.isMet ? paint("✓", .success) : paint("–", .warning)
      let sentence = wrapped(item.fact, indent: 4)
      lines.append("  \(mark) " + sentence[0].dropFirst(4))
      lines += sentence.dropFirst()
    }
    return lines
  }

  private var closing: [String] {
    let milliseconds = report.duration / 1_000_000
    let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    let told = report.outcomes.count { $0.result == .told }
    let sum =
      "\(report.outcomes.count) claims: \(report.asExpected) as expected, \(report.notAsExpected) not so, "
      + "\(report.cannotTell) cannot tell, \(told) told; \(seconds)"
    var lines = ["", "Kernel: \(report.kernel)"] + wrapped("Tools: \(report.tools)", indent: 0)
    if report.remains.isEmpty {
      lines.append("Machine: \(paint("clean", .success)); as before are:")
      lines += wrapped(report.compared, indent: 2)
    } else {
      lines.append("Machine: \(paint("not as before", .failure))")
      lines += report.remains.flatMap { wrapped($0, indent: 2) } + ["Compared were:"]
      lines += wrapped(report.compared, indent: 2)
    }
    return lines + [sum] + couldNotLook
  }

  /// What cannot be told is no success: says so, and what would help.
  private var couldNotLook: [String] {
    guard report.exitStatus == 77 else { return [] }
    let help = UserIDs.current.effective == 0 ? "" : " More can be told as root."
    let word = report.cannotTell == 1 ? "1 claim" : "\(report.cannotTell) claims"
    return wrapped(
      "Could not look at \(word), for the reasons given there: neither shown nor refuted, so the exit status is 77.\(help)",
      indent: 0)
  }

  private func cut(_ text: String, _ columns: Int) -> String {
    DisplayWidth.of(text) <= columns ? text : DisplayWidth.prefix(of: text, columns: columns - 1) + "…"
  }

  /// A text in lines of the page's width.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let isFirst = line.count == indent
      if !isFirst, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > LabPage.width {
        lines.append(line)
        line = margin + word
      } else {
        line += (isFirst ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}

extension DisplayWidth {
  /// A text with blanks behind it, up to a number of columns.
  static func padded(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - of(text)))
  }
}
