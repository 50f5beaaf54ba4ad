// A course from its first claim to the closing checklist, between two looks at the machine.

import Linux

/// What came of a run of a course.
public struct CourseReport: Hashable, Sendable {
  /// The course whose claims were run.
  public let course: Course
  /// One for each claim that was run, in order.
  public let outcomes: [Outcome]
  /// The machine's kernel.
  public let kernel: String
  /// Which tools were the machine's and which the program's own, in words.
  public let tools: String
  /// What of the machine was compared before and after, in words.
  public let compared: String
  /// What is not as it was before and is the lab's or may be, one line each; empty when the machine is clean.
  public let remains: [String]
  /// What others did to the machine meanwhile, without any trace of the lab.
  public let others: [String]
  /// In nanoseconds.
  public let duration: UInt64

  /// How many claims came out as expected; told ones are not counted.
  public var asExpected: Int { outcomes.count { $0.result == .asExpected } }
  /// How many did not.
  public var notAsExpected: Int { outcomes.count { if case .notAsExpected = $0.result { true } else { false } } }
  /// Of how many nothing can be said here.
  public var cannotTell: Int { outcomes.count { if case .cannotTell = $0.result { true } else { false } } }

  /// 0 when all came out as expected and the machine is clean, 1 when not, 77 when some could not be looked at.
  public var exitStatus: Int32 {
    if notAsExpected > 0 || !remains.isEmpty { return 1 }
    return cannotTell > 0 ? 77 : 0
  }
}

extension Laboratory {
  /// Runs claims of a course in order.
  ///
  /// - Parameters:
  ///   - claims: those to be run.
  ///   - isKnown: whether a claim came out as expected in an earlier run, for the checklist.
  ///   - before: called before each.
  ///   - after: called after each; false ends the run.
  /// - Throws: `LabFailure` when no world can be made, or the machine's state cannot be read.
  public func run(
    _ claims: [Claim], of course: Course, isKnown: (Claim) -> Bool = { _ in false },
    before: (Claim) -> Void = { _ in }, after: (Outcome) -> Bool = { _ in true }
  ) throws(LabFailure) -> CourseReport {
    let start = monotonicNanoseconds()
    let former = try MachineState.read()
    var outcomes: [Outcome] = []
    for claim in claims {
      before(claim)
      let outcome = claim.checklist.isEmpty ? try run(claim) : summary(of: claim, in: course, outcomes, isKnown)
      outcomes.append(outcome)
      if !after(outcome) { break }
    }
    close()
    let changes = try MachineState.changes(since: former, traces)
    return CourseReport(
      course: course, outcomes: outcomes, kernel: former.kernel, tools: tools, compared: former.compared(traces),
      remains: changes.remains, others: changes.others, duration: monotonicNanoseconds() - start)
  }

  /// A checklist's outcome: each item stands on the claims that were run before.
  private func summary(
    of claim: Claim, in course: Course, _ outcomes: [Outcome], _ isKnown: (Claim) -> Bool
  ) -> Outcome {
    var lacking: [String] = []
    let evidence = claim.checklist.map { item in
      let missing = item.lacking(in: course) { claim in
        guard let outcome = outcomes.first(where: { $0.claim == claim }) else { return isKnown(claim) }
        return outcome.result == .asExpected || outcome.result == .told
      }
      lacking += missing.filter { !lacking.contains($0) }
      return Evidence(fact: item.sentence, found: item.numbers.joined(separator: ", "), isMet: missing.isEmpty)
    }
    let isFailed = outcomes.contains { if case .notAsExpected = $0.result { true } else { false } }
    let reason =
      "\(evidence.count { !$0.isMet }) of \(evidence.count) lack the evidence of \(lacking.joined(separator: ", "))"
    let result: Finding = lacking.isEmpty ? .asExpected : isFailed ? .notAsExpected(reason) : .cannotTell(reason)
    return Outcome(claim: claim, result: result, evidence: evidence, lastLines: [], duration: 0)
  }
}
