// What a learner can say at the end of a course: the checklist with the evidence that was gathered, and what could not be
// told on this machine, or to this user, with the reasons.

extension LearnerSession {
  /// Whether nothing is left to be done: each claim has been seen, or cannot be told here.
  public var isFinished: Bool { course.claims.allSatisfy { progress.isSettled($0, in: course) } }

  /// What a learner who has finished can say, with the evidence; then what could not be told.
  public var closing: [PageEntry] {
    let checklists = course.claims.filter { !$0.checklist.isEmpty }
    if checklists.isEmpty { return course.claims.flatMap { evidence(of: $0) } + untold }
    return checklists.flatMap { checklist(of: $0) } + untold
  }

  /// A checklist's items, each with the evidence that it stands on.
  func checklist(of claim: Claim) -> [PageEntry] {
    claim.checklist.flatMap { item in
      let isMet = item.lacking(in: course, isSeen: progress.isDone).isEmpty
      let claims = item.numbers.flatMap { number in course.claims.filter { $0.answers(to: number) } }
      return [.item(item.sentence, isMet: isMet)] + claims.flatMap { evidence(of: $0) }
    }
  }

  /// How a checklist comes out.
  func finding(ofChecklist claim: Claim) -> Finding {
    let lacking = claim.lacking(in: course, isSeen: progress.isDone)
    if lacking.isEmpty { return .asExpected }
    let open = claim.lacking(in: course) { progress.isDone($0) || progress.reasonUntold(of: $0) != nil }
    return .cannotTell(
      open.isEmpty
        ? "it stands on what could not be told here: \(lacking.joined(separator: ", "))"
        : "there is no evidence yet of \(open.joined(separator: ", "))")
  }

  /// The last of a claim's evidence: what the experiment came to.
  private func evidence(of claim: Claim) -> [PageEntry] {
    if progress.reasonUntold(of: claim) != nil { return [.untold(claim.number, "cannot be told here, see below")] }
    guard let last = progress.entry(of: claim)?.evidence.last else { return [] }
    return [.kept(claim.number, last)]
  }

  private var untold: [PageEntry] {
    let entries = course.claims.compactMap { claim in
      progress.reasonUntold(of: claim).map { PageEntry.untold(claim.number, "\(claim.title): \($0)") }
    }
    if entries.isEmpty { return [] }
    return [.heading("What could not be told here, \(entries.count) of \(course.claims.count) lessons")] + entries
      + [.prose("None of these counts as shown. With more rights, or elsewhere, the course takes them up again.")]
  }
}
