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
  }

  /// In the order in which they were noted, the latest last; one for each claim.
  public private(set) var entries: [Entry] = []
  private static let begun = "begun"

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

  /// Where a learner goes on: at the claim that was begun last, else at the first that has not been seen; nil when all
  /// have.
  public func next(in course: Course) -> Claim? {
    let begun = entries.last { $0.word == CourseProgress.begun }
    return course.claims.first { $0.number == begun?.number } ?? course.claims.first { !isDone($0) }
  }

  /// The next claim after another that has not been seen, from the end on to the beginning; nil when all others have.
  public func next(after claim: Claim, in course: Course) -> Claim? {
    guard let index = course.claims.firstIndex(of: claim) else { return next(in: course) }
    return (course.claims[(index + 1)...] + course.claims[..<index]).first { !isDone($0) }
  }

  /// Notes how a claim came out.
  public mutating func note(
    _ claim: Claim, _ result: Finding, evidence: [Evidence] = [], wasPredicted: Bool? = nil
  ) {
    replace(claim, Entry(number: claim.number, word: result.word, wasPredicted: wasPredicted, evidence: evidence))
  }

  /// Notes that a learner is at a claim and no more at another; what is done stays done.
  public mutating func noteBegin(of claim: Claim) {
    entries.removeAll { $0.word == CourseProgress.begun }
    if isDone(claim) { return }
    replace(claim, Entry(number: claim.number, word: CourseProgress.begun, wasPredicted: nil, evidence: []))
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

// The text: a line for each claim, number, word and prediction between tabs; below it, after a tab, its evidence.
extension CourseProgress {
  /// Reads the text; lines that mean nothing are passed over.
  public init(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      if words.count == 3, words[0].isEmpty, let last = entries.popLast() {
        let found = Evidence(fact: words[1], found: words[2], isMet: true)
        entries.append(
          Entry(
            number: last.number, word: last.word, wasPredicted: last.wasPredicted, evidence: last.evidence + [found]))
      } else if (2...3).contains(words.count), !words[0].isEmpty {
        let wasPredicted = words.count == 3 ? words[2] == "predicted" : nil
        entries.removeAll { $0.number == words[0] }
        entries.append(Entry(number: words[0], word: words[1], wasPredicted: wasPredicted, evidence: []))
      }
    }
  }

  /// The text.
  public var text: String {
    var lines: [String] = []
    for entry in entries {
      let prediction = entry.wasPredicted.map { $0 ? "\tpredicted" : "\tnot predicted" } ?? ""
      lines.append("\(entry.number)\t\(entry.word)\(prediction)")
      lines += entry.evidence.map { "\t\($0.fact.escapingControls)\t\($0.found.escapingControls)" }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension ChecklistItem {
  /// The claims that it stands on and that have not been seen.
  public func lacking(in course: Course, isSeen: (Claim) -> Bool) -> [String] {
    numbers.flatMap { number in course.claims.filter { $0.answers(to: number) && !isSeen($0) }.map(\.number) }
  }
}
