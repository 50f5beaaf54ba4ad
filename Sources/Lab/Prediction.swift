// What a learner is asked before an experiment: who has guessed looks closer.

/// A question with a few answers, one of which the experiment will show.
public struct Prediction: Hashable, Sendable {
  /// What is asked.
  public let question: String
  /// From two to four, in the order in which they are offered.
  public let choices: [String]
  /// Which of them the experiment shows: an index of `choices`.
  public let right: Int
}

extension Prediction {
  /// Reads the lines of a fence: the question, then a choice on each line, `(x)` before the right one and `( )` before
  /// the others.
  ///
  /// - Parameter lines: without blanks around them, none empty.
  init(_ lines: [String]) throws(Mistake) {
    let marks = ["( ) ", "(x) "]
    let start = lines.firstIndex { line in marks.contains { line.hasPrefix($0) } } ?? lines.endIndex
    if start == 0 { throw Mistake(what: "the prediction asks nothing", remedy: "a question before the choices") }
    let offered = lines[start...]
    if let odd = offered.first(where: { line in !marks.contains { line.hasPrefix($0) } }) {
      throw Mistake(what: "`\(odd)` is no choice", remedy: "( ) one of those that are wrong, (x) the one that is right")
    }
    let right = offered.indices.filter { lines[$0].hasPrefix(marks[1]) }
    guard (2...4).contains(offered.count), right.count == 1 else {
      throw Mistake(
        what: "the prediction has \(offered.count) choices, and \(right.count) of them right",
        remedy: "two to four lines, `( )` before each, `(x)` before one")
    }
    question = lines[..<start].joined(separator: " ")
    choices = offered.map { String($0.dropFirst(marks[0].count)) }
    self.right = right[0] - start
  }
}
