// The hint that fits what a learner has done: the kernel is asked what is so, and that chooses what is said.

import Linux
import Processes

extension LessonStage {
  /// What helps with a step.
  ///
  /// - Parameters:
  ///   - time: how often has been asked, from 1: whoever asks again gets the lesson's own hints in turn.
  ///   - general: the lesson's hints that are good at any time.
  func hint(for step: LessonStep, time: Int, general: [String]) -> String {
    let state = hintOfState(for: step)
    if time == 1, let state { return state }
    let index = time - (state == nil ? 1 : 2)
    if general.indices.contains(index) { return general[index] }
    return (state.map { $0 + " " } ?? "") + "With r the lines are typed for you."
  }

  private func hintOfState(for step: LessonStep) -> String? {
    for name in TerminalName.allCases where hasEnded(name) {
      return "\(name.rawValue)'s shell has ended. With x the lesson begins again."
    }
    var tentative = observer
    let unmet = firstUnmet(of: step.facts, &tentative)
    for hint in step.hints {
      if let condition = hint.condition, Attempt(condition, &tentative).isMet { return hint.text }
    }
    guard let unmet else { return "All that this step asks for is so: press c." }
    for commands in step.commands {
      if let hint = hintOfForeground(commands.terminal) { return hint }
    }
    return step.hint(of: unmet)
  }

  private func hasEnded(_ name: TerminalName) -> Bool {
    guard let shell = terminal(name)?.shell else { return true }
    do throws(SystemCallError) { return try ProcessRecord.read(shell, .stat).stat.isZombie } catch { return true }
  }

  /// The first fact that is not so; the names before it are bound.
  private func firstUnmet(of facts: Facts, _ observer: inout Observer) -> UnmetFact? {
    var first: UnmetFact?
    for statement in facts.statements {
      let attempt = Attempt(statement, &observer)
      if attempt.isMet || first != nil { continue }
      first = UnmetFact(fact: statement.text, found: attempt.isUnread ? nil : attempt.evidence?.found)
    }
    return first
  }

  /// What to say of a terminal whose foreground takes no commands; nil where it does.
  private func hintOfForeground(_ name: TerminalName) -> String? {
    guard let terminal = terminal(name), let waits = try? terminal.isWaiting(since: nil), !waits,
      let process = try? terminal.foreground(), let record = try? ProcessRecord.read(process, .stat)
    else { return nil }
    let command = String(decoding: record.commandName, as: UTF8.self).escapingControls
    return "\(name.rawValue) is busy with `\(command)`, and takes no commands until that ends. Ctrl-C ends it."
  }
}

/// A fact that is not so yet.
struct UnmetFact {
  /// The fact as the course has it.
  let fact: String
  /// What was read instead; nil where nothing could be read, as of what is not there yet.
  let found: String?
}

extension LessonStep {
  /// What to say of a fact that is not so, where none of the course's own hints fits.
  ///
  /// Why something could not be read is the lab's affair: a learner is told what is waited for.
  func hint(of unmet: UnmetFact) -> String {
    if let found = unmet.found { return "Not so yet: `\(unmet.fact)`. The kernel says: \(found)." }
    let typedAt = TerminalName.allCases.filter { name in commands.contains { $0.terminal == name } }
    let shells = (typedAt.count == 1 ? "shell " : "shells ") + typedAt.map(\.rawValue).joined(separator: " and ")
    return "Not so yet: nothing of what this step makes is to be seen. Have all of its lines been typed in \(shells), "
      + "and did none of them fail?"
  }
}
