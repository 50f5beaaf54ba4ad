// Looks for facts, again and again, until they are true or their time is up. It never waits itself, so that whoever
// has a screen to keep alive can do so between two looks.

import Linux

/// How something came along that takes its time.
enum Advance {
  case goesOn
  case done
  case failed(Finding)
}

/// A search for facts, one after the other.
struct FactSearch {
  private let statements: [Statement]
  /// How long each fact is waited for, in nanoseconds.
  private let patience: UInt64
  private var index = 0
  private var since: UInt64
  /// How long to wait before the next look, in nanoseconds.
  private(set) var interval: UInt64

  private static let shortest: UInt64 = 1_000_000
  private static let longest: UInt64 = 20_000_000
  /// How long a refusal is doubted: a process that executes a program cannot be looked at for a moment.
  static let doubt: UInt64 = 300_000_000

  /// - Parameter patience: how long each fact is waited for, in nanoseconds; nil for what the course says.
  init(_ facts: Facts, patience: UInt64? = nil) {
    statements = facts.statements
    self.patience = patience ?? UInt64(facts.deadline) * 1_000_000
    since = monotonicNanoseconds()
    interval = FactSearch.shortest
  }

  /// Looks at the facts from the first that has not been found yet on, to one that is not so.
  ///
  /// - Parameter found: called with each that was found, and with one that was not in time.
  mutating func advance(_ observer: inout Observer, _ found: (Evidence) -> Void) -> Advance {
    while index < statements.count {
      let attempt = Attempt(statements[index], &observer)
      if !attempt.isMet {
        let limit = attempt.isRefused ? min(patience, FactSearch.doubt) : patience
        if monotonicNanoseconds() < since + limit {
          interval = min(interval * 2, FactSearch.longest)
          return .goesOn
        }
      }
      if let evidence = attempt.evidence { found(evidence) }
      if let failure = attempt.failure { return .failed(failure) }
      index += 1
      since = monotonicNanoseconds()
      interval = FactSearch.shortest
    }
    return .done
  }
}

/// One look at one fact.
struct Attempt {
  var isMet = false
  var evidence: Evidence?
  /// The result of the claim if this was the last look.
  var failure: Finding?
  /// Whether something that it takes could not be read, as of what is not there yet.
  private(set) var isUnread = false
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
      isUnread = true
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
