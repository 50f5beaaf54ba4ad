// One claim's experiment: types its commands, waits for their ends, and asks for its facts until they are true
// or their time is up.

import Linux

/// The state of an experiment.
struct ClaimRun {
  var result: Finding = .told
  private(set) var evidence: [Evidence] = []
  /// What the terminals showed last, when something was not as expected.
  private(set) var lastLines: [TerminalLines] = []
  private let watch: (LabEvent) -> Void

  /// How long a command may take until its shell waits for the next, in nanoseconds.
  private static let commandLimit: UInt64 = 20_000_000_000
  private static let interval: UInt64 = 1_000_000
  /// How long a refusal is doubted: a process that executes a program cannot be looked at for a moment.
  private static let patience: UInt64 = 300_000_000

  init(watch: @escaping (LabEvent) -> Void) {
    self.watch = watch
  }

  /// Tells what there is to tell of a claim without an experiment.
  func tell(_ claim: Claim) {
    for case .prose(let text) in claim.blocks { watch(.prose(text)) }
  }

  /// Carries out the blocks of a claim in order, to the first that fails.
  mutating func carryOut(_ claim: Claim, _ observer: Observer) {
    var observer = observer
    result = .asExpected
    carryOutBlocks(of: claim, &observer)
    if result != .asExpected { keepLastLines(of: observer) }
  }

  private mutating func carryOutBlocks(of claim: Claim, _ observer: inout Observer) {
    for terminal in TerminalName.allCases {
      guard awaitPrompt(of: observer.terminals[terminal], since: nil) else { return }
    }
    for block in claim.blocks {
      switch block {
      case .prose(let text): watch(.prose(text))
      case .hint, .checklist: break
      case .commands(let commands): type(commands, observer)
      case .facts(let facts): find(facts, &observer)
      }
      if result != .asExpected { return }
    }
  }

  private mutating func type(_ commands: Commands, _ observer: Observer) {
    guard let terminal = observer.terminals[commands.terminal] else { return }
    for (index, line) in commands.lines.enumerated() {
      do throws(Unknown) {
        let text = try observer.text(of: line)
        watch(.typing(commands.terminal, text.escapingControls))
        let before = try observer.asking { () throws(SystemCallError) in
          try terminal.type(Array(text.utf8) + (line.isControl ? [] : [UInt8(ascii: "\n")]))
        }
        let isLast = index == commands.lines.count - 1
        if isLast && !commands.waitsForLast { return }
        guard awaitPrompt(of: terminal, since: before) else { return }
      } catch {
        result = error.asResult("typing at \(commands.terminal.rawValue)")
        return
      }
    }
  }

  /// Waits until a terminal's foreground process waits to be typed at; false, and a result, when it does not.
  private mutating func awaitPrompt(of terminal: LabTerminal?, since before: LabTerminal.Progress?) -> Bool {
    guard let terminal else { return false }
    let end = monotonicNanoseconds() + ClaimRun.commandLimit
    var refusedSince: UInt64?
    repeat {
      do throws(SystemCallError) {
        if try terminal.isWaiting(since: before) {
          watch(.printed(terminal.name, terminal.takeTranscript()))
          return true
        }
        refusedSince = nil
      } catch {
        let now = monotonicNanoseconds()
        refusedSince = refusedSince ?? now
        if now - (refusedSince ?? now) > ClaimRun.patience {
          result = Unknown(error).asResult("waiting for \(terminal.name.rawValue)")
          return false
        }
      }
      pause(nanoseconds: ClaimRun.interval)
    } while monotonicNanoseconds() < end
    result = .notAsExpected("a command at \(terminal.name.rawValue) did not come to its end")
    return false
  }

  private mutating func find(_ facts: Facts, _ observer: inout Observer) {
    for statement in facts.statements {
      let start = monotonicNanoseconds()
      let end = start + UInt64(facts.deadline) * 1_000_000
      var attempt = Attempt(statement, &observer)
      var wait = ClaimRun.interval
      while !attempt.isMet && monotonicNanoseconds() < (attempt.isRefused ? start + ClaimRun.patience : end) {
        drain(observer)
        pause(nanoseconds: wait)
        wait = min(wait * 2, 20_000_000)
        attempt = Attempt(statement, &observer)
      }
      if let found = attempt.evidence {
        evidence.append(found)
        watch(.found(found))
      }
      if let failure = attempt.failure {
        result = failure
        return
      }
    }
  }

  private mutating func keepLastLines(of observer: Observer) {
    drain(observer)
    for name in TerminalName.allCases {
      guard let terminal = observer.terminals[name] else { continue }
      watch(.printed(name, terminal.takeTranscript()))
      lastLines.append(TerminalLines(name, terminal.latest))
    }
  }

  private func drain(_ observer: Observer) {
    for terminal in observer.terminals.values {
      do throws(SystemCallError) { try terminal.drain() } catch {
        // What it printed is for people only; no fact depends on it.
        watch(.printed(terminal.name, Array("(its output cannot be read: \(error))\n".utf8)))
      }
    }
  }
}

/// One look at one fact.
private struct Attempt {
  var isMet = false
  var evidence: Evidence?
  /// The result of the claim if this was the last look.
  var failure: Finding?
  var isRefused: Bool { if case .cannotTell? = failure { true } else { false } }

  init(_ statement: Statement, _ observer: inout Observer) {
    do throws(Unknown) {
      switch statement.content {
      case .binding(let name, let expression):
        try observer.bind(name, to: expression)
        isMet = true
      case .comparison(let left, let relation, let right): try compare(left, relation, right, statement, observer)
      }
    } catch {
      failure = error.asResult("`\(statement.text)`")
      let found = Evidence(fact: statement.text, found: error.reason, isMet: false)
      if case .comparison = statement.content { evidence = found }
    }
  }

  private mutating func compare(
    _ left: Expression, _ relation: Relation, _ right: Expression, _ statement: Statement, _ observer: Observer
  ) throws(Unknown) {
    let first = try value(of: left, comparedWith: right, observer)
    let second = try observer.value(of: right)
    isMet = observer.isTrue(first, relation, second)
    let shown = right.isRead && first.shown != second.shown ? "\(first.shown) / \(second.shown)" : first.shown
    evidence = Evidence(fact: statement.text, found: shown, isMet: isMet)
    if !isMet { failure = .notAsExpected("`\(statement.text)` was not found; it was \(shown)") }
  }

  /// What is missing is `absent`, where that is what is asked for.
  private func value(
    of expression: Expression, comparedWith other: Expression, _ observer: Observer
  ) throws(Unknown) -> Value {
    do throws(Unknown) {
      return try observer.value(of: expression)
    } catch {
      if case .missing = error, other == .absent { return .absent }
      throw error
    }
  }
}

extension Unknown {
  /// The reason in words.
  var reason: String {
    switch self {
    case .missing(let reason), .refused(let reason): reason
    }
  }

  /// What a claim's result is when this is the last word: what is missing is not as expected, what is refused
  /// says nothing of the claim.
  func asResult(_ what: String) -> Finding {
    switch self {
    case .missing(let reason): .notAsExpected("\(what): \(reason)")
    case .refused(let reason): .cannotTell("\(what): \(reason)")
    }
  }
}

extension TypedLine {
  /// Whether it is a control character, typed without a newline.
  var isControl: Bool {
    if case .control? = pieces.first { true } else { false }
  }
}

extension Observer {
  /// What is typed, its PIDs filled in.
  func text(of line: TypedLine) throws(Unknown) -> String {
    var text = ""
    for piece in line.pieces {
      switch piece {
      case .literal(let part): text += part
      case .control(let byte): text += String(decoding: [byte], as: UTF8.self)
      case .processID(let name):
        guard case .process(let process) = try value(of: .name(name, .process)), let number = process.worldID else {
          throw .missing("\(name) is not in the terminals' world")
        }
        text += String(number)
      }
    }
    return text
  }
}
