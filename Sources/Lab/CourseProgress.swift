// What a learner has seen of a course, with the evidence: a value, and the text that keeps it between two sessions.

/// How far a learner has come in one course.
public struct CourseProgress: Hashable, Sendable {
  /// What is known of one claim.
  public struct Entry: Hashable, Sendable {
    /// The claim's number.
    public let number: String
    /// How it came out: a result's word, or `begun`.
    public let word: String
    /// Whether the learner had predicted it; nil without a prediction.
    public let wasPredicted: Bool?
    /// What was found.
    public let evidence: [Evidence]
    /// Why it could not be told; nil where it was, or where that is not known.
    public let reason: String?

    init(number: String, word: String, wasPredicted: Bool? = nil, evidence: [Evidence] = [], reason: String? = nil) {
      self.number = number
      self.word = word
      self.wasPredicted = wasPredicted
      self.evidence = evidence
      self.reason = reason
    }
  }

  /// In the order in which they were noted, the latest last; one for each claim.
  public private(set) var entries: [Entry] = []
  private static let begun = "begun"
  fileprivate static let untold = Finding.cannotTell("").word

  /// Nothing seen yet.
  public init() {}

  /// What is known of a claim; nil when nothing.
  public func entry(of claim: Claim) -> Entry? {
    entries.last { $0.number == claim.number }
  }

  /// Whether a claim has been seen, with evidence or told.
  public func isDone(_ claim: Claim) -> Bool {
    [Finding.asExpected.word, Finding.told.word].contains(entry(of: claim)?.word)
  }

  /// Why a claim cannot be told on this machine, or to this user; nil for one that was told, or has not been tried.
  public func reasonUntold(of claim: Claim) -> String? {
    guard let entry = entry(of: claim), entry.word == CourseProgress.untold else { return nil }
    return entry.reason ?? "it could not be told when it was tried"
  }

  /// Whether nothing more can come of a claim here: it has been seen, or it cannot be told. A checklist cannot be told
  /// only when that is so of each claim whose evidence it lacks.
  public func isSettled(_ claim: Claim, in course: Course) -> Bool {
    if isDone(claim) { return true }
    guard reasonUntold(of: claim) != nil else { return false }
    return claim.lacking(in: course) { isDone($0) || reasonUntold(of: $0) != nil }.isEmpty
  }

  /// Where a learner goes on: at the claim that was begun last, else at the first that is not settled; nil when all are.
  public func next(in course: Course) -> Claim? {
    let begun = entries.last { $0.word == CourseProgress.begun }
    return course.claims.first { $0.number == begun?.number } ?? course.claims.first { !isSettled($0, in: course) }
  }

  /// The next claim after another that is not settled, from the end on to the beginning; nil when all others are.
  public func next(after claim: Claim, in course: Course) -> Claim? {
    guard let index = course.claims.firstIndex(of: claim) else { return next(in: course) }
    return (course.claims[(index + 1)...] + course.claims[..<index]).first { !isSettled($0, in: course) }
  }

  /// Notes how a claim came out. A checklist that stands on it and could not be told is to be told again.
  public mutating func note(
    _ claim: Claim, in course: Course, _ result: Finding, evidence: [Evidence] = [], wasPredicted: Bool? = nil
  ) {
    var reason: String?
    if case .cannotTell(let why) = result { reason = why }
    forgetUntoldChecklists(over: [claim], in: course)
    replace(
      claim,
      Entry(
        number: claim.number, word: result.word, wasPredicted: wasPredicted, evidence: evidence, reason: reason))
  }

  /// Forgets what could not be told and can be now, so that a learner comes to it again.
  ///
  /// - Parameter canTell: whether the machine and the user have what a claim needs.
  public mutating func reopen(in course: Course, where canTell: (Claim) -> Bool) {
    let open = course.claims.filter { reasonUntold(of: $0) != nil && $0.checklist.isEmpty && canTell($0) }
    forgetUntoldChecklists(over: open, in: course)
    forget(open)
  }

  private mutating func forgetUntoldChecklists(over claims: [Claim], in course: Course) {
    forget(
      course.claims.filter { checklist in
        reasonUntold(of: checklist) != nil && !checklist.lacking(in: course) { !claims.contains($0) }.isEmpty
      })
  }

  /// Notes that a learner is at a claim and no more at another; what is done stays done.
  public mutating func noteBegin(of claim: Claim) {
    entries.removeAll { $0.word == CourseProgress.begun }
    if isDone(claim) { return }
    replace(claim, Entry(number: claim.number, word: CourseProgress.begun))
  }

  /// Forgets claims.
  public mutating func forget(_ claims: [Claim]) {
    entries.removeAll { entry in claims.contains { $0.number == entry.number } }
  }

  private mutating func replace(_ claim: Claim, _ entry: Entry) {
    forget([claim])
    entries.append(entry)
  }
}

// The text: a line for each claim, number, word and prediction between tabs; below it, after a tab, its evidence, or why
// it could not be told. Earlier releases pass over what they do not know.
extension CourseProgress {
  /// Reads the text; lines that mean nothing are passed over.
  public init(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      if (2...3).contains(words.count), words[0].isEmpty {
        if let last = entries.popLast() { entries.append(last.adding(words.dropFirst())) }
      } else if (2...3).contains(words.count) {
        let wasPredicted = words.count == 3 ? words[2] == "predicted" : nil
        entries.removeAll { $0.number == words[0] }
        entries.append(Entry(number: words[0], word: words[1], wasPredicted: wasPredicted))
      }
    }
  }

  /// The text.
  public var text: String {
    var lines: [String] = []
    for entry in entries {
      let prediction = entry.wasPredicted.map { $0 ? "\tpredicted" : "\tnot predicted" } ?? ""
      lines.append("\(entry.number)\t\(entry.word)\(prediction)")
      if let reason = entry.reason { lines.append("\t\(reason.escapingControls)") }
      lines += entry.evidence.map { "\t\($0.fact.escapingControls)\t\($0.found.escapingControls)" }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension CourseProgress.Entry {
  /// The entry with what a line below it says: a fact and what was found, or a reason.
  fileprivate func adding(_ words: ArraySlice<String>) -> CourseProgress.Entry {
    let found = words.count == 2 ? [Evidence(fact: words[1], found: words[2], isMet: true)] : []
    return CourseProgress.Entry(
      number: number, word: word, wasPredicted: wasPredicted, evidence: evidence + found,
      reason: found.isEmpty && word == CourseProgress.untold ? words.first : reason)
  }
}

extension ChecklistItem {
  /// The claims that it stands on and that have not been seen.
  public func lacking(in course: Course, isSeen: (Claim) -> Bool) -> [String] {
    numbers.flatMap { number in course.claims.filter { $0.answers(to: number) && !isSeen($0) }.map(\.number) }
  }
}

extension Claim {
  /// The claims that its checklist stands on and that have not been seen, each once; none without a checklist.
  func lacking(in course: Course, isSeen: (Claim) -> Bool) -> [String] {
    var numbers: [String] = []
    for number in checklist.flatMap({ $0.lacking(in: course, isSeen: isSeen) }) where !numbers.contains(number) {
      numbers.append(number)
    }
    return numbers
  }
}
