// Tables as procps and util-linux print them: columns as wide as their widest cell, one space between.

internal import Screen

/// A table that is filled row by row and then written.
struct Table {
  /// One column.
  struct Column {
    enum Alignment { case left, right }

    var title: String
    var alignment: Alignment = .left
    /// May be cut so that a line fits the terminal.
    var isCuttable = false

    init(_ title: String, _ alignment: Alignment = .left, isCuttable: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.isCuttable = isCuttable
    }
  }

  /// One cell: escaped text, and how it is to be coloured.
  struct Cell: ExpressibleByStringLiteral {
    var text: String
    var role: Paint.Role?

    init(_ text: String, _ role: Paint.Role? = nil) {
      self.text = Escaping.escaped(text)
      self.role = role
    }

    init(stringLiteral text: String) {
      self.init(text)
    }
  }

  private let columns: [Column]
  private var rows: [[Cell]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row: one cell for each column.
  mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has one cell for each column")
    rows.append(row)
  }

  /// Writes the table.
  ///
  /// - Parameters:
  ///   - width: the columns of the terminal, which no line exceeds if cutting can help it; nil cuts nothing.
  ///   - showsTitles: whether the first line has the columns' titles.
  func write(
    to output: inout OutputBuffer, width: Int?, paint: Paint, showsTitles: Bool = true
  ) throws(Complaint) {
    let widths = widths(within: width, showsTitles: showsTitles)
    if showsTitles {
      try output.write(line(columns.map { Cell($0.title) }, widths, paint: Paint(isEnabled: false)))
    }
    for row in rows { try output.write(line(row, widths, paint: paint)) }
  }

  private func widths(within limit: Int?, showsTitles: Bool) -> [Int] {
    var widths = columns.map { showsTitles ? DisplayWidth.of($0.title) : 0 }
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], DisplayWidth.of(cell.text)) }
    }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + max(widths.count - 1, 0) - limit
    for index in widths.indices.reversed() where columns[index].isCuttable && excess > 0 {
      let cut = min(excess, max(widths[index] - max(DisplayWidth.of(columns[index].title), 1), 0))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  private func line(_ row: [Cell], _ widths: [Int], paint: Paint) -> String {
    var line = ""
    for (index, cell) in row.enumerated() {
      let column = columns[index]
      let text = column.isCuttable ? DisplayWidth.prefix(of: cell.text, columns: widths[index]) : cell.text
      let padding = String(repeating: " ", count: max(widths[index] - DisplayWidth.of(text), 0))
      let shown = cell.role.map { paint(text, $0) } ?? text
      let isLast = index == row.count - 1
      line += column.alignment == .right ? padding + shown : isLast ? shown : shown + padding
      if !isLast { line += " " }
    }
    return line + "\n"
  }
}
