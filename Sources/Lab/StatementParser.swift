// Reads the lines of a facts fence into typed statements.

import Linux

/// Reads statements of one claim, whose names it knows as they are bound.
struct StatementParser {
  /// What a name stands for.
  private(set) var names: [String: FactType] = [
    "A": .process, "B": .process, "init": .process, "lab": .process,
    "world": .processes, "machine": .processes,
  ]

  /// Reads a line.
  mutating func parse(_ text: String, line: Int) throws(Mistake) -> Statement {
    var words = try WordReader(text)
    let content = words.takes("let") ? try binding(&words) : try comparison(&words)
    if let rest = words.next() {
      throw Mistake(what: "`\(rest.text)` follows a fact that is complete", remedy: "one fact on each line")
    }
    return Statement(content: content, text: text, line: line)
  }

  private mutating func binding(_ words: inout WordReader) throws(Mistake) -> Statement.Content {
    guard case .word(let name)? = words.next() else {
      throw Mistake(what: "`let` is not followed by a name", remedy: "let child = A.foreground")
    }
    guard words.takes("=") else {
      throw Mistake(what: "`let \(name)` is not followed by `=`", remedy: "let \(name) = A.foreground")
    }
    if StatementParser().names[name] != nil {
      throw Mistake(what: "`\(name)` already stands for something in every course", remedy: "another name")
    }
    let expression = try expression(&words)
    names[name] = expression.type
    return .binding(name, expression)
  }

  private func comparison(_ words: inout WordReader) throws(Mistake) -> Statement.Content {
    let left = try expression(&words)
    let relation = try relation(&words)
    let right = try expression(&words)
    guard relation.accepts(left.type, right.type) else {
      throw Mistake(
        what: "`\(relation.rawValue)` cannot compare a \(left.type.rawValue) with a \(right.type.rawValue)")
    }
    return .comparison(left, relation, right)
  }

  private func relation(_ words: inout WordReader) throws(Mistake) -> Relation {
    for relation in Relation.allCases where words.takesAll(of: relation.rawValue) { return relation }
    let found = words.next().map { "`\($0.text)`" } ?? "the end of the line"
    throw Mistake(
      what: "\(found) stands where a relation should",
      remedy: "one of: " + Relation.allCases.map(\.rawValue).sorted().joined(separator: ", "))
  }

  private func expression(_ words: inout WordReader) throws(Mistake) -> Expression {
    var expression = try primary(&words)
    while words.takes(".") {
      expression = try property(of: expression, &words)
    }
    return expression
  }

  private func primary(_ words: inout WordReader) throws(Mistake) -> Expression {
    switch words.next() {
    case .number(let number): return .number(number)
    case .quoted(let text): return .text(text)
    case .word("yes"): return .flag(true)
    case .word("no"): return .flag(false)
    case .word("absent"): return .absent
    case .word("none"): return .noProcesses
    case .word(let name):
      guard let type = names[name] else {
        throw Mistake(
          what: "`\(name)` stands for nothing here",
          remedy: "one of: \(names.keys.sorted().joined(separator: ", ")); or bind it before: let \(name) = …")
      }
      return .name(name, type)
    case .mark(let mark): throw Mistake(what: "`\(mark)` stands where something to read should")
    case nil: throw Mistake(what: "the line ends where something to read should stand")
    }
  }

  private func property(of receiver: Expression, _ words: inout WordReader) throws(Mistake) -> Expression {
    guard case .word(let name)? = words.next(), let property = Property(rawValue: name),
      property.receiver == receiver.type
    else {
      let known = Property.allCases.filter { $0.receiver == receiver.type }.map(\.rawValue).sorted()
      throw Mistake(
        what: "that is no property of a \(receiver.type.rawValue)",
        remedy: known.isEmpty ? nil : "one of: " + known.joined(separator: ", "))
    }
    let arguments = try arguments(&words, of: property)
    try check(arguments, of: property)
    return .property(receiver, property, arguments)
  }

  private func arguments(_ words: inout WordReader, of property: Property) throws(Mistake) -> [Argument] {
    var arguments: [Argument] = []
    if words.takes("(") {
      repeat {
        switch words.next() {
        case .word(let text), .quoted(let text): arguments.append(text)
        case .number(let number): arguments.append(String(number))
        case .mark, nil: throw Mistake(what: "an argument of `\(property.rawValue)` is missing")
        }
      } while words.takes(",")
      guard words.takes(")") else { throw Mistake(what: "`(` after `\(property.rawValue)` is not closed") }
    }
    guard arguments.count == property.parameters.count else {
      let form = property.parameters.isEmpty ? "" : "(\(property.parameters.joined(separator: ", ")))"
      throw Mistake(
        what: "`\(property.rawValue)` has \(arguments.count) arguments", remedy: property.rawValue + form)
    }
    return arguments
  }

  private func check(_ arguments: [Argument], of property: Property) throws(Mistake) {
    switch property {
    case .namespace:
      if NamespaceKind(named: arguments[0]) == nil {
        throw Mistake(
          what: "`\(arguments[0])` is no kind of namespace",
          remedy: "one of: " + NamespaceKind.allCases.map(\.procName).joined(separator: ", "))
      }
    case .thread:
      guard let which = Int(arguments[0]), which >= 1 else {
        throw Mistake(what: "`\(arguments[0])` is no place of a thread", remedy: "thread(1) for the first, thread(2)…")
      }
    case .namespaceForChildren:
      if NamespaceKind(named: arguments[0])?.isForChildren != true {
        throw Mistake(what: "`\(arguments[0])` has no namespace for children", remedy: "one of: pid, time")
      }
    default: break
    }
  }
}
