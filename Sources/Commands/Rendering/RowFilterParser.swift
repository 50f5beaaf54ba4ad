// Reads the expressions of `--filter`.

internal import Linux

extension RowFilter {
  /// Why an expression cannot be used.
  enum Unusable: Error, Hashable {
    /// Something else was expected where this stands; empty at the end.
    case unexpected(String)
    case unknownColumn(String)
    case noExpression(String)
  }

  /// Reads an expression.
  ///
  /// - Parameter column: finds a column by name, and whether its values are numbers.
  /// - Throws: `Unusable` for what is no expression.
  init(_ text: String, column: @escaping (String) -> (Column, isNumber: Bool)?) throws(Unusable) {
    var parser = RowFilterParser<Column>(words: try RowFilterParser<Column>.words(of: text), column: column)
    expression = try parser.expression()
    if let rest = parser.next { throw .unexpected(rest.text) }
  }
}

/// A place in an expression. Loosest first bind: or, and, comparisons, not.
private struct RowFilterParser<Column> {
  typealias Filter = RowFilter<Column>

  /// A word: a quoted text, or a name, a number or an operator.
  struct Word: Equatable {
    var text: String
    var isQuoted = false
  }

  private let words: [Word]
  private let column: (String) -> (Column, isNumber: Bool)?
  private var position = 0

  init(words: [Word], column: @escaping (String) -> (Column, isNumber: Bool)?) {
    self.words = words
    self.column = column
  }

  var next: Word? { position < words.count ? words[position] : nil }

  private mutating func takes(_ spellings: String...) -> Bool {
    guard let next, !next.isQuoted, spellings.contains(next.text) else { return false }
    position += 1
    return true
  }

  mutating func expression() throws(Filter.Unusable) -> Filter.Expression {
    var left = try conjunction()
    while takes("or", "OR", "||") { left = .either(left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(Filter.Unusable) -> Filter.Expression {
    var left = try comparison()
    while takes("and", "AND", "&&") { left = .both(left, try comparison()) }
    return left
  }

  private mutating func comparison() throws(Filter.Unusable) -> Filter.Expression {
    var left = try negation()
    while true {
      if let comparison = takesComparison() {
        left = .comparison(comparison, left, try negation())
      } else if takes("=~") {
        left = .match(left, try pattern(), isWanted: true)
      } else if takes("!~") {
        left = .match(left, try pattern(), isWanted: false)
      } else {
        return left
      }
    }
  }

  private mutating func takesComparison() -> Filter.Comparison? {
    if takes("eq", "EQ", "==") { return .equal }
    if takes("ne", "NE", "!=") { return .unequal }
    if takes("le", "LE", "<=") { return .lessOrEqual }
    if takes("lt", "LT", "<") { return .less }
    if takes("ge", "GE", ">=") { return .greaterOrEqual }
    return takes("gt", "GT", ">") ? .greater : nil
  }

  private mutating func pattern() throws(Filter.Unusable) -> RegularExpression {
    guard let word = next, word.isQuoted else { throw .unexpected(next?.text ?? "") }
    position += 1
    guard let pattern = RegularExpression(word.text) else { throw .noExpression(word.text) }
    return pattern
  }

  private mutating func negation() throws(Filter.Unusable) -> Filter.Expression {
    takes("not", "NOT", "!") ? .not(try negation()) : try primary()
  }

  private mutating func primary() throws(Filter.Unusable) -> Filter.Expression {
    if takes("(") {
      let inner = try expression()
      guard takes(")") else { throw .unexpected(next?.text ?? "") }
      return inner
    }
    guard let word = next else { throw .unexpected("") }
    position += 1
    if word.isQuoted { return .value(.text(word.text)) }
    if ["true", "TRUE", "false", "FALSE"].contains(word.text) {
      return .value(.truth(word.text.lowercased() == "true"))
    }
    guard let first = word.text.unicodeScalars.first else { throw .unexpected("") }
    if ("0"..."9").contains(first) { return .value(try number(word.text)) }
    guard first.isASCII, first.properties.isAlphabetic else { throw .unexpected(word.text) }
    guard let found = column(word.text) else { throw .unknownColumn(word.text) }
    return .column(found.0, isNumber: found.isNumber)
  }

  /// `12`, `1.5`, `4K`, `4KiB`.
  private func number(_ text: String) throws(Filter.Unusable) -> Filter.Value {
    if text.contains("."), let decimal = Double(text) { return .decimal(decimal) }
    let digits = text.prefix { $0.isNumber }
    var suffix = text.dropFirst(digits.count)
    if suffix.hasSuffix("iB") { suffix = suffix.dropLast(2) }
    let powers = Array("KMGTPEZY")
    let power = suffix.isEmpty ? 0 : suffix.count == 1 ? powers.firstIndex(of: suffix.first ?? " ").map { $0 + 1 } : nil
    guard var number = UInt64(digits), let power else { throw .unexpected(text) }
    for _ in 0..<power {
      let (product, isTooLarge) = number.multipliedReportingOverflow(by: 1024)
      guard !isTooLarge else { throw .unexpected(text) }
      number = product
    }
    return .number(number)
  }
}

// MARK: Words

extension RowFilterParser {
  private static func isName(_ character: Unicode.Scalar) -> Bool {
    switch character {
    case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "%", ":", "/", "-": true
    default: false
    }
  }

  static func words(of text: String) throws(Filter.Unusable) -> [Word] {
    var words: [Word] = []
    var rest = text.unicodeScalars[...]
    while let first = rest.first {
      if [" ", "\t", "\n"].contains(first) {
        rest.removeFirst()
      } else if first == "\"" || first == "'" {
        let inner = rest.dropFirst().prefix { $0 != first && $0 != "\n" }
        guard rest.dropFirst(inner.count + 1).first == first else { throw .unexpected(String(rest)) }
        words.append(Word(text: String(inner), isQuoted: true))
        rest = rest.dropFirst(inner.count + 2)
      } else if isName(first) {
        let name = rest.prefix(while: isName)
        words.append(Word(text: String(name)))
        rest = rest.dropFirst(name.count)
      } else {
        let pairs = ["&&", "||", "==", "!=", "<=", ">=", "=~", "!~"]
        let pair = String(rest.prefix(2))
        words.append(Word(text: pairs.contains(pair) ? pair : String(first)))
        rest = rest.dropFirst(pairs.contains(pair) ? 2 : 1)
      }
    }
    return words
  }
}
