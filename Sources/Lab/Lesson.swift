// A claim as a learner goes through it: steps of something to do and something to find, then what explains.

/// A claim, cut into steps.
public struct Lesson: Hashable, Sendable {
  /// The claim that it is about.
  public let claim: Claim
  /// In order; none where there is nothing to run.
  public let steps: [LessonStep]
  /// The prose after the last fact.
  public let explanation: [String]

  /// Cuts a claim after each of its fences of facts.
  public init(_ claim: Claim) {
    var steps: [LessonStep] = []
    var tasks: [LessonStep.Task] = []
    for block in claim.blocks {
      switch block {
      case .prose(let text): tasks.append(.read(text))
      case .commands(let commands): tasks.append(.type(commands))
      case .facts(let facts):
        steps.append(LessonStep(tasks: tasks, facts: facts, hints: []))
        tasks = []
      case .hint(let hint):
        if hint.condition != nil && !steps.isEmpty { steps[steps.count - 1].hints.append(hint) }
      case .checklist: break
      }
    }
    self.claim = claim
    self.steps = steps
    explanation = tasks.compactMap { if case .read(let text) = $0 { text } else { nil } }
  }

  /// How many steps have something to do, in the whole lesson or before a step.
  ///
  /// - Parameter end: the place of the step, from 0; nil for the whole.
  public func stepsToDo(before end: Int? = nil) -> Int {
    steps.prefix(end ?? steps.count).count { !$0.commands.isEmpty }
  }
}

/// A part of a lesson: what is to be done, and what the kernel must show then.
public struct LessonStep: Hashable, Sendable {
  /// Something for the learner.
  public enum Task: Hashable, Sendable {
    /// Markdown to be read.
    case read(String)
    /// Lines to be typed.
    case type(Commands)
  }
  /// In order.
  public let tasks: [Task]
  /// What must be so when all is done.
  public let facts: Facts
  /// Those whose condition may be so while the step is not done.
  public internal(set) var hints: [Hint]

  /// What is to be typed, in order; none where there is only something to be seen.
  public var commands: [Commands] {
    tasks.compactMap { if case .type(let commands) = $0 { commands } else { nil } }
  }
}
