// The report of a course for people, in 80 columns: what is expected and what was found by section, evidence where it matters, a checklist.

internal import Lab
internal import Linux
internal import Screen

/// A report as a page of text.
struct LabPage {
  private let report: CourseReport
  private let paint: Paint
  private let text: LabText
  /// Whether every claim's evidence is shown, not only where the claim is refuted or failed.
  private let showsAll: Bool

  init(_ report: CourseReport, paint: Paint, showsAll: Bool) {
    self.report = report
    self.paint = paint
    text = LabText(paint)
    self.showsAll = showsAll
  }

  /// The page.
  var page: String {
    let titles = row("CLAIM", "EXPECTED", "FOUND", .heading, "TITLE")
    var lines = [heading(report.course.title), "", titles]
    for section in report.course.sections {
      let outcomes = report.outcomes.filter { outcome in section.claims.contains { $0.number == outcome.claim.number } }
      if outcomes.isEmpty { continue }
      lines += ["", heading(section.title)]
      for outcome in outcomes { lines += self.lines(of: outcome) }
    }
    lines += refuted + checklist + closing
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading(_ text: String) -> String { paint(self.text.cut(text, self.text.width), .heading) }

  private func lines(of outcome: Outcome) -> [String] {
    let claim = outcome.claim
    let (word, role) = LabPage.word(of: outcome.result)
    var lines = [row(claim.number, claim.verdict.word, word, role, claim.title)]
    switch outcome.result {
    case .notAsExpected(let reason), .cannotTell(let reason): lines += text.wrapped(reason, indent: 4)
    case .asExpected, .told: break
    }
    lines += outcome.lastLines.flatMap { shown in
      shown.lines.flatMap { text.shown($0, on: shown.terminal, indent: 4) }
    }
    if showsAll, claim.checklist.isEmpty { lines += evidence(of: outcome) }
    return lines
  }

  /// What the course expects stands before what was found: only the second is the kernel's word.
  private func row(_ number: String, _ expected: String, _ found: String, _ role: Paint.Role, _ title: String) -> String
  {
    let start = "\(DisplayWidth.padded(number, 14)) \(DisplayWidth.padded(expected, 10)) "
    return start + paint(DisplayWidth.padded(found, 12), role) + " " + text.cut(title, max(text.width - 39, 1))
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
    outcome.evidence.flatMap { text.evidence($0, indent: 4) }
  }

  /// What Linux does instead of what refuted claims say.
  private var refuted: [String] {
    let outcomes = report.outcomes.filter { $0.claim.verdict == .refuted && $0.result == .asExpected }
    if outcomes.isEmpty || showsAll { return [] }
    var lines = ["", heading("Refuted: what the kernel showed")]
    for outcome in outcomes {
      lines += text.wrapped("\(outcome.claim.number): \(outcome.claim.sentence)", indent: 2)
      lines += evidence(of: outcome)
    }
    return lines
  }

  private var checklist: [String] {
    guard let outcome = report.outcomes.first(where: { !$0.claim.checklist.isEmpty }) else { return [] }
    var lines = ["", heading("What the evidence of this run lets you say")]
    for item in outcome.evidence {
      let mark = item.isMet ? paint("✓", .success) : paint("–", .warning)
      let sentence = text.wrapped(item.fact, indent: 4)
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
    var lines = ["", "Kernel: \(report.kernel)"] + text.wrapped("Tools: \(report.tools)", indent: 0)
    if report.remains.isEmpty {
      lines.append("Machine: \(paint("clean", .success)); compared were:")
      lines += text.wrapped(report.compared, indent: 2)
    } else {
      lines.append("Machine: \(paint("not as before", .failure))")
      lines += report.remains.flatMap { text.wrapped($0, indent: 2) } + ["Compared were:"]
      lines += text.wrapped(report.compared, indent: 2)
    }
    if !report.others.isEmpty {
      lines += text.wrapped("Others meanwhile: \(report.others.joined(separator: ", "))", indent: 0, hanging: 2)
    }
    return lines + [sum] + couldNotLook
  }

  /// What cannot be told is no success: says so, and what would help.
  private var couldNotLook: [String] {
    guard report.exitStatus == 77 else { return [] }
    let help = UserIDs.current.effective == 0 ? "" : " More can be told as root."
    let word = report.cannotTell == 1 ? "1 claim" : "\(report.cannotTell) claims"
    return text.wrapped(
      "Could not look at \(word), for the reasons given there: neither shown nor refuted, so the exit status is 77.\(help)",
      indent: 0)
  }
}
