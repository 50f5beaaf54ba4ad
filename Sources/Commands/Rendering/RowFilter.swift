// Which rows of a table are wanted: an expression over the values of columns, as libsmartcols has it.

internal import Linux

/// An expression that is true of a row or not.
///
/// Source: scols-filter(5) of util-linux 2.41.
struct RowFilter<Column> {
  let expression: Expression

  /// A part of the expression.
  indirect enum Expression {
    case value(Value)
    /// What a row has in a column; a number where the column's values are.
    case column(Column, isNumber: Bool)
    case not(Expression)
    case both(Expression, Expression)
    case either(Expression, Expression)
    case comparison(Comparison, Expression, Expression)
    case match(Expression, RegularExpression, isWanted: Bool)
  }

  /// What is compared.
  enum Value: Equatable {
    case text(String)
    case number(UInt64)
    case decimal(Double)
    case truth(Bool)
    /// An empty cell.
    case nothing
  }

  enum Comparison {
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
  }

  /// Whether a row is wanted.
  ///
  /// - Parameter cell: the row's text in a column; nil where it has none.
  func accepts(_ cell: (Column) -> String?) -> Bool {
    RowFilter.isTrue(evaluate(expression, cell))
  }

  private func evaluate(_ expression: Expression, _ cell: (Column) -> String?) -> Value {
    switch expression {
    case .value(let value): value
    case .column(let column, let isNumber): RowFilter.value(of: cell(column), isNumber: isNumber)
    case .not(let inner): .truth(!RowFilter.isTrue(evaluate(inner, cell)))
    case .both(let left, let right):
      .truth(RowFilter.isTrue(evaluate(left, cell)) && RowFilter.isTrue(evaluate(right, cell)))
    case .either(let left, let right):
      .truth(RowFilter.isTrue(evaluate(left, cell)) || RowFilter.isTrue(evaluate(right, cell)))
    case .comparison(let comparison, let left, let right):
      .truth(compare(comparison, (left, evaluate(left, cell)), (right, evaluate(right, cell))))
    case .match(let inner, let pattern, let isWanted):
      .truth(pattern.matches(evaluate(inner, cell).text) == isWanted)
    }
  }

  private static func value(of cell: String?, isNumber: Bool) -> Value {
    guard let cell else { return .nothing }
    return isNumber ? UInt64(cell).map { .number($0) } ?? .nothing : .text(cell)
  }

  /// A value by itself is true unless it is empty, zero or false.
  private static func isTrue(_ value: Value) -> Bool {
    switch value {
    case .text(let text): !text.isEmpty
    case .number(let number): number != 0
    case .decimal(let number): number != 0
    case .truth(let truth): truth
    case .nothing: false
    }
  }
}

// MARK: Comparing

extension RowFilter {
  private typealias Operand = (expression: Expression, value: Value)

  /// Compares as the type that was typed; of two columns, as the left one's.
  private func compare(_ comparison: Comparison, _ left: Operand, _ right: Operand) -> Bool {
    let isTyped = if case .value = right.expression { true } else { false }
    let model = isTyped ? right.value : left.value
    let usesDecimals = [left.value, right.value].contains { if case .decimal = $0 { true } else { false } }
    let values =
      usesDecimals
      ? (left.value.asDecimal, right.value.asDecimal) : (left.value.cast(as: model), right.value.cast(as: model))
    switch values {
    case (.text(let a), .text(let b)): return comparison.holds(a, b)
    case (.number(let a), .number(let b)): return comparison.holds(a, b)
    case (.decimal(let a), .decimal(let b)): return comparison.holds(a, b)
    case (.truth(let a), .truth(let b)): return comparison.holds(a ? 1 : 0, b ? 1 : 0)
    // What is nothing is unequal to all, and neither less nor greater.
    default: return if case .unequal = comparison { true } else { false }
    }
  }
}

extension RowFilter.Comparison {
  fileprivate func holds<Operand: Comparable>(_ left: Operand, _ right: Operand) -> Bool {
    switch self {
    case .equal: left == right
    case .unequal: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}

extension RowFilter.Value {
  /// As a text; empty for nothing.
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .decimal(let number): String(number)
    case .truth(let truth): truth ? "1" : "0"
    case .nothing: ""
    }
  }

  fileprivate var asDecimal: Self {
    Double(text).map { .decimal($0) } ?? .nothing
  }

  /// The value as the type of another one; nothing where it cannot be. Nothing is an empty text.
  fileprivate func cast(as model: Self) -> Self {
    switch (model, self) {
    case (.text, _): .text(text)
    case (.number, .number), (.truth, .truth), (.decimal, .decimal), (_, .nothing), (.nothing, _): self
    case (.number, _): UInt64(text).map { .number($0) } ?? .nothing
    case (.decimal, _): asDecimal
    case (.truth, .number(let number)): .truth(number != 0)
    case (.truth, _): ["true", "false"].contains(text) ? .truth(text == "true") : .nothing
    }
  }
}
