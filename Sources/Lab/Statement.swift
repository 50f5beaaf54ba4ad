// Facts as values: what is read, and what it is compared with. They are typed when the course is read, so a course
// that parses asks only what can be answered.

/// A line of a facts fence.
public struct Statement: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// Keeps a value under a name.
    case binding(String, Expression)
    case comparison(Expression, Relation, Expression)
  }
  let content: Content
  /// The line as it is written.
  public let text: String
  /// The line's number in the file, from 1.
  public let line: Int
}

/// The kinds of value that a fact can have.
enum FactType: String, Hashable, Sendable {
  case process
  case processes
  case number
  case text
  case namespace
  case flag
  /// Something compared as a whole, such as all the limits of a process.
  case record
  case absent
}

/// How two values are compared.
enum Relation: String, Hashable, Sendable, CaseIterable {
  case isNot = "is not"
  case isAtLeast = "is at least"
  case isAtMost = "is at most"
  case `is` = "is"
  case contains = "contains"
  case lacks = "lacks"

  func accepts(_ left: FactType, _ right: FactType) -> Bool {
    switch self {
    case .is, .isNot: left == right || right == .absent
    case .isAtLeast, .isAtMost: left == .number && right == .number
    case .contains, .lacks: (left == .processes && right == .process) || (left == .text && right == .text)
    }
  }
}

/// Something that can be read.
indirect enum Expression: Hashable, Sendable {
  case name(String, FactType)
  case number(Int)
  case text(String)
  case flag(Bool)
  case absent
  case noProcesses
  case property(Expression, Property, [Argument])

  var type: FactType {
    switch self {
    case .name(_, let type): type
    case .number: .number
    case .text: .text
    case .flag: .flag
    case .absent: .absent
    case .noProcesses: .processes
    case .property(_, let property, _): property.result
    }
  }

  /// Whether it is read from the machine, so that a report shows what was read.
  var isRead: Bool {
    switch self {
    case .name, .property: true
    case .number, .text, .flag, .absent, .noProcesses: false
    }
  }
}

/// An argument of a property, such as a variable's name.
typealias Argument = String
