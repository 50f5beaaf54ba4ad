// What is wrong with a course's text, so that its author finds the place at once.

/// A mistake in a course file.
public struct CourseError: Error, Hashable, Sendable {
  /// The file's name.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// What is wrong.
  public let what: String
  /// What to write instead; nil when there is nothing to say.
  public let remedy: String?
}

extension CourseError: CustomStringConvertible {
  /// `file:line: what`, and on a line of its own what to try.
  public var description: String {
    "\(file):\(line): \(what)" + (remedy.map { "\n  try: \($0)" } ?? "")
  }
}

/// A mistake before its place is known.
struct Mistake: Error {
  let what: String
  var remedy: String?
}
