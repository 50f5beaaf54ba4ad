// What a learner sees of a claim while it is run: the lesson, what the two shells print, and each fact as it is found.

internal import Lab
internal import Linux

/// Prints the events of a laboratory. A failure to print is kept, and ends the run.
final class LabTranscript {
  /// What went wrong when something was to be printed or kept.
  private(set) var complaint: Complaint?
  private let paint: Paint
  /// The line that a terminal has begun and not ended: a prompt.
  private var begun: [TerminalName: String] = [:]

  init(paint: Paint) {
    self.paint = paint
  }

  /// Does something that may fail, unless something has failed already.
  func attempt(_ action: () throws(Complaint) -> Void) {
    if complaint != nil { return }
    do throws(Complaint) { try action() } catch { complaint = error }
  }

  private func say(_ text: String) {
    attempt { () throws(Complaint) in try LabManner.say(text + "\n") }
  }

  /// Announces a claim.
  func begin(_ claim: Claim, in course: Course) {
    begun = [:]
    let section = course.sections.first { $0.claims.contains(claim) }
    if let section, section.claims.first == claim {
      say("\n" + paint(section.title, .heading))
      if !section.introduction.isEmpty { say(section.introduction) }
    }
    say("\n" + paint("\(claim.number): \(claim.title)", .heading))
    say("The claim: \(claim.sentence)\n")
  }

  /// Prints an event.
  func show(_ event: LabEvent) {
    switch event {
    case .prose(let text): say(text)
    case .typing: break
    case .printed(let terminal, let bytes): show(bytes, of: terminal)
    case .found(let evidence):
      let mark = evidence.isMet ? paint("✓", .success) : paint("✗", .failure)
      say("  \(mark) \(evidence.fact)  \(paint(evidence.found, .quiet))")
    }
  }

  /// Prints the whole lines of a terminal, its name before each.
  private func show(_ bytes: [UInt8], of terminal: TerminalName) {
    let text = (begun[terminal] ?? "") + String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    begun[terminal] = lines.removeLast()
    for line in lines { say("  \(paint(terminal.rawValue, .heading)) │ \(Escaping.escaped(line))") }
  }

  /// Prints how a claim came out.
  func end(_ outcome: Outcome) {
    let verdict = outcome.claim.verdict.word
    switch outcome.result {
    case .asExpected: say("\nVerdict: \(paint(verdict, .success)), and the kernel has shown it.")
    case .notAsExpected(let reason): say("\nVerdict expected: \(verdict). \(paint("Not so here", .failure)): \(reason)")
    case .cannotTell(let reason): say("\nVerdict expected: \(verdict). \(paint("Cannot tell", .warning)): \(reason)")
    case .told: say("\nTold, not shown.")
    }
    for item in outcome.evidence where !outcome.claim.checklist.isEmpty {
      say("  \(item.isMet ? "✓" : "–") \(item.fact)")
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
    say("\nKernel: \(report.kernel)\nTools: \(report.tools)\nMachine: \(state)")
  }
}
