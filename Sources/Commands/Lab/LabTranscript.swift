// What a learner sees of a claim while it is run: the lesson, what the two shells print, and each fact as it is found.

internal import Lab
internal import Linux

/// Prints the events of a laboratory. A failure to print is kept, and ends the run.
final class LabTranscript {
  /// What went wrong when something was to be printed or kept.
  private(set) var complaint: Complaint?
  private let paint: Paint
  private let text: LabText
  private var terminals: [TerminalName: ShownTerminal] = [:]
  /// Whether the last line was prose, which stands between empty lines.
  private var isProse = true

  init(paint: Paint) {
    self.paint = paint
    text = LabText(paint)
  }

  /// Does something that may fail, unless something has failed already.
  func attempt(_ action: () throws(Complaint) -> Void) {
    if complaint != nil { return }
    do throws(Complaint) { try action() } catch { complaint = error }
  }

  /// Prints lines, with an empty one where prose begins or ends.
  private func say(_ lines: [String], isProse: Bool) {
    if lines.isEmpty { return }
    let gap = isProse || self.isProse ? "\n" : ""
    self.isProse = isProse
    attempt { () throws(Complaint) in try LabManner.say(gap + lines.joined(separator: "\n") + "\n") }
  }

  private func tell(_ prose: String) {
    say(text.paragraphs(prose), isProse: true)
  }

  /// Announces a claim; before the first of a course or a section, what introduces it.
  func begin(_ claim: Claim, in course: Course) {
    terminals = [:]
    if course.claims.first == claim {
      say([paint(course.title, .heading)], isProse: true)
      tell(course.introduction)
    }
    if let section = course.sections.first(where: { $0.claims.first == claim }) {
      say([paint(section.title, .heading)], isProse: true)
      tell(section.introduction)
    }
    say([paint("\(claim.number): \(claim.title)", .heading)], isProse: true)
    say(text.wrapped("The claim: \(claim.sentence)", indent: 0), isProse: true)
  }

  /// Prints an event.
  func show(_ event: LabEvent) {
    switch event {
    case .prose(let text):
      settle()
      tell(text)
    case .typing(let name, let line):
      settle()
      terminals[name, default: ShownTerminal()].type(line)
    case .printed(let name, let bytes): show(terminals[name, default: ShownTerminal()].take(bytes), of: name)
    case .found(let evidence):
      settle()
      say(text.evidence(evidence, indent: 2), isProse: false)
    }
  }

  /// Prints lines of a terminal, its name before each.
  private func show(_ lines: [String], of terminal: TerminalName) {
    say(lines.flatMap { text.shown(Escaping.escaped($0), on: terminal, indent: 2) }, isProse: false)
  }

  /// Prints what was typed and is not to be seen yet, before what came of it.
  private func settle() {
    for name in TerminalName.allCases { show(terminals[name]?.settle() ?? [], of: name) }
  }

  /// Prints how a claim came out.
  func end(_ outcome: Outcome) {
    settle()
    let verdict = outcome.claim.verdict.word
    let words =
      switch outcome.result {
      case .asExpected: "Verdict: \(paint(verdict, .success)), as the kernel has shown."
      case .notAsExpected(let reason):
        "The course says: \(verdict). \(paint("Not so here", .failure)): \(Escaping.escaped(reason))"
      case .cannotTell(let reason):
        "The course says: \(verdict). \(paint("Cannot tell", .warning)) here: \(Escaping.escaped(reason))"
      case .told: "Told, not shown."
      }
    say(text.wrapped(words, indent: 0), isProse: true)
    if !outcome.claim.checklist.isEmpty {
      say(
        outcome.evidence.flatMap { text.wrapped("\($0.isMet ? "✓" : "–") \($0.fact)", indent: 2, hanging: 2) },
        isProse: false)
    }
  }

  /// Asks whether to go on.
  func goesOn() -> Bool {
    attempt { () throws(Complaint) in
      var output = OutputBuffer()
      try output.write("\nEnter goes on, q ends: ")
      try output.flush()
    }
    var answer = [UInt8](repeating: 0, count: 256)
    guard let count = try? FileDescriptor.standardInput.read(into: &answer), count > 0 else { return false }
    return answer[0] != UInt8(ascii: "q")
  }

  /// Prints how the machine was left.
  func close(_ report: CourseReport) {
    let state = report.remains.isEmpty ? "clean" : "not as before: " + report.remains.joined(separator: "; ")
    let lines = ["Kernel: \(report.kernel)", "Tools: \(report.tools)", "Machine: \(state)"]
    say(lines.flatMap { text.wrapped($0, indent: 0, hanging: 2) }, isProse: true)
  }
}
