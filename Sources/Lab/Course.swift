// A course as a value: sections of claims, and for each claim what is told, typed and checked. Nothing here
// touches the machine.

/// What a course says of the sentence that a claim is about.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
  /// The kernel shows it.
  case holds
  /// True within a limit, and the limit is shown.
  case qualified
  /// Not what Linux does; what Linux does is shown.
  case refuted
  /// Told in prose; there is nothing to run.
  case notShown = "not-shown"

  /// The word as a report prints it.
  public var word: String { self == .notShown ? "not shown" : rawValue }
}

/// A course: one Markdown file.
public struct Course: Hashable, Sendable {
  /// The file's name without its directory and `.md`.
  public let name: String
  /// The heading of level 1.
  public let title: String
  /// The prose before the first section.
  public let introduction: String
  /// In the order of the file.
  public internal(set) var sections: [CourseSection]

  /// Every claim, in the order of the file.
  public var claims: [Claim] { sections.flatMap(\.claims) }

  /// The claim that has this number; nil when none does.
  public func claim(numbered number: String) -> Claim? {
    claims.first { $0.answers(to: number) }
  }
}

/// A part of a course: a heading of level 2 and what follows it.
public struct CourseSection: Hashable, Sendable {
  /// The heading of level 2.
  public let title: String
  /// The prose before the first claim.
  public internal(set) var introduction: String
  /// In the order of the file.
  public internal(set) var claims: [Claim]
}

/// A sentence, what the course says of it, and the experiment that shows it: a heading of level 3 and what follows.
public struct Claim: Hashable, Sendable {
  /// The number before the colon of the heading, for example `S12`, `S20–S22` or `S33, S37, S38`.
  public let number: String
  /// The heading after the colon.
  public let title: String
  /// What is claimed.
  public internal(set) var sentence: String
  /// What the course says of it.
  public internal(set) var verdict: Verdict
  /// What must be there for the experiment to be made.
  public internal(set) var needs: [Need]
  /// What a learner is asked before the experiment; nil when nothing.
  public internal(set) var prediction: Prediction?
  /// What is told, typed and checked, in the order of the file.
  public internal(set) var blocks: [Block]
  /// The line of the heading, from 1.
  public let line: Int

  /// A part of a claim, in the order of the file.
  public enum Block: Hashable, Sendable {
    /// Told to the reader.
    case prose(String)
    /// Typed at a terminal.
    case commands(Commands)
    /// Waited for.
    case facts(Facts)
    /// Shown to who asks.
    case hint(Hint)
    /// What a learner can say once the claims before came out as expected.
    case checklist([ChecklistItem])
  }

  /// The items of the claim's checklist; empty when it has none.
  public var checklist: [ChecklistItem] {
    blocks.flatMap { (block) -> [ChecklistItem] in
      if case .checklist(let items) = block { items } else { [] }
    }
  }

  /// The hints that are good at any time, in order.
  public var hints: [String] {
    blocks.compactMap { if case .hint(let hint) = $0, hint.condition == nil { hint.text } else { nil } }
  }

  /// Whether a number names this claim: the whole of it, one of its parts, or one within a range.
  public func answers(to wanted: String) -> Bool {
    let wanted = wanted.lowercased()
    if number.lowercased() == wanted || number.last?.isLetter == true && number.lowercased().dropLast() == wanted {
      return true
    }
    return number.lowercased().split(separator: ",").contains { part in
      let ends = part.split(whereSeparator: { $0 == "–" || $0 == " " }).map(String.init)
      if ends.contains(wanted) { return true }
      guard ends.count == 2, let first = Claim.serial(ends[0]), let last = Claim.serial(ends[1]),
        let asked = Claim.serial(wanted)
      else { return false }
      return first.prefix == asked.prefix && first.number <= asked.number && asked.number <= last.number
    }
  }

  private static func serial(_ text: String) -> (prefix: String, number: Int)? {
    let digits = text.drop { !$0.isNumber }
    guard let number = Int(digits) else { return nil }
    return (String(text.dropLast(digits.count)), number)
  }
}

/// What helps a learner who is stuck.
public struct Hint: Hashable, Sendable {
  /// The fact that must be so for the hint to be the right one; nil when it is good at any time.
  public let condition: Statement?
  /// In Markdown.
  public let text: String
}

/// A line of a checklist.
public struct ChecklistItem: Hashable, Sendable {
  /// The claims whose evidence it stands on.
  public let numbers: [String]
  /// What the learner can say.
  public let sentence: String
}

/// The two terminals of a course.
public enum TerminalName: String, Hashable, Sendable, CaseIterable {
  /// The one that most is typed at.
  case a = "A"
  /// The one beside it.
  case b = "B"
}

/// What is typed at one terminal, line by line.
public struct Commands: Hashable, Sendable {
  /// Where they are typed.
  public let terminal: TerminalName
  /// In order; at least one.
  public let lines: [TypedLine]
  /// Whether the last line's end is waited for; else it goes on running.
  public let waitsForLast: Bool
}

/// A line that is typed.
public struct TypedLine: Hashable, Sendable {
  /// A part of the line.
  public enum Piece: Hashable, Sendable {
    /// Typed as it is written.
    case literal(String)
    /// The PID of a named process, as the terminals' PID namespace numbers it: `{name}`.
    case processID(String)
    /// A control character without a newline after it, for example 0x03 for `^C`.
    case control(UInt8)
  }
  /// From left to right.
  public let pieces: [Piece]
}

/// Facts that must become true together, in order.
public struct Facts: Hashable, Sendable {
  /// In order; at least one.
  public let statements: [Statement]
  /// How long each is waited for, in milliseconds.
  public let deadline: Int
}

/// What must be there for an experiment.
public enum Need: Hashable, Sendable {
  /// A program on the PATH of the terminals.
  case program(String)
  /// A controller of cgroups whose limits can be set; `kill` for cgroup.kill of version 2.
  case controlGroup(String)
  /// A kind of namespace that the kernel has.
  case namespace(String)
  /// A verb of the program.
  case verb(String)
  /// A user ID other than the lab's that a process may take on.
  case otherUser
}
