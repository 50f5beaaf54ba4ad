// Tables as libsmartcols prints them for lsns: one column may hold a tree, cells may have several lines, and the
// same rows come out as columns, raw words or JSON. What cells hold is bytes: names and paths need not be UTF-8.

internal import Linux
internal import Screen

/// Rows, each perhaps below another.
struct TreeTable {
  /// One column.
  struct Column {
    var title: String
    /// The least width of a column whose cells fill at least its title's; 0 for none.
    var usualWidth = 0
    var isRight = false
    /// The tree is drawn before its text.
    var isTree = false
    /// May be cut so that a line fits the terminal.
    var isCuttable = false
    /// Its cells have the colour of their row.
    var isPainted = false
    /// A newline parts the lines of a cell; elsewhere it is a control character like others.
    var isWrapped = false
    /// In JSON its values are numbers.
    var isNumber = false
  }

  /// How the rows are written.
  enum Form {
    case columns, raw, json
  }

  private struct Row {
    let cells: [[UInt8]?]
    let role: Paint.Role?
    var children: [Int] = []
  }

  private let columns: [Column]
  private let drawsUnicode: Bool
  private let isClassic: Bool
  private var rows: [Row] = []
  private var roots: [Int] = []

  /// - Parameters:
  ///   - drawsUnicode: whether the tree's lines are box characters.
  ///   - isClassic: whether text is made harmless as libsmartcols does it, and not as the other verbs do.
  init(_ columns: [Column], drawsUnicode: Bool, isClassic: Bool = false) {
    self.columns = columns
    self.drawsUnicode = drawsUnicode
    self.isClassic = isClassic
  }

  /// Adds a row, and returns its number.
  ///
  /// - Parameters:
  ///   - cells: one for each column; nil is nothing, `null` in JSON.
  ///   - parent: the row that it stands below; nil for none. Without a column for the tree all rows are a list.
  ///   - role: what the row is, in colour; nil for nothing in particular.
  mutating func append(_ cells: [String?], under parent: Int? = nil, role: Paint.Role? = nil) -> Int {
    append(cells.map { $0.map { Array($0.utf8) } }, under: parent, role: role)
  }

  /// Adds a row of bytes, and returns its number.
  mutating func append(_ cells: [[UInt8]?], under parent: Int? = nil, role: Paint.Role? = nil) -> Int {
    precondition(cells.count == columns.count, "a row has one cell for each column")
    rows.append(Row(cells: cells, role: role))
    if let parent, columns.contains(where: \.isTree) {
      rows[parent].children.append(rows.count - 1)
    } else {
      roots.append(rows.count - 1)
    }
    return rows.count - 1
  }

  /// Writes the rows; nothing at all when there is none.
  ///
  /// - Parameters:
  ///   - name: what the list is called in JSON.
  ///   - width: the columns of the terminal; nil cuts nothing.
  func write(
    to output: inout OutputBuffer, _ form: Form, named name: String, width: Int?, showsTitles: Bool,
    paint: Paint = Paint(isEnabled: false)
  ) throws(Complaint) {
    if rows.isEmpty { return }
    switch form {
    case .json: try writeJSON(named: name, to: &output)
    case .raw: try writeRaw(to: &output, showsTitles: showsTitles)
    case .columns: try writeColumns(to: &output, width: width, showsTitles: showsTitles, paint)
    }
  }

  /// The rows in the order in which they are shown, the tree's lines drawn.
  private func drawnRows() -> [(cells: [DrawnCell], role: Paint.Role?)] {
    var drawn: [(cells: [DrawnCell], role: Paint.Role?)] = []
    func draw(_ index: Int, _ own: String, _ below: String) {
      let cells = columns.indices.map { column in
        DrawnCell(tree: columns[column].isTree ? own : "", bytes: rows[index].cells[column] ?? [])
      }
      drawn.append((cells, rows[index].role))
      let children = rows[index].children
      for child in children {
        let isLast = child == children.last
        draw(child, below + symbol(isLast ? 1 : 0), below + symbol(isLast ? 3 : 2))
      }
    }
    for root in roots { draw(root, "", "") }
    return drawn
  }

  private struct DrawnCell {
    let tree: String
    let bytes: [UInt8]
  }

  private func symbol(_ index: Int) -> String {
    (drawsUnicode ? ["├─", "└─", "│ ", "  "] : ["|-", "`-", "| ", "  "])[index]
  }

  /// What the cell shows: nothing in it drives a terminal. A newline parts the lines of a wrapped cell.
  private func harmless(_ cell: [UInt8], isWrapped: Bool) -> String {
    let lines = isWrapped ? cell.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) : [cell[...]]
    let texts = lines.map { isClassic ? ClassicText.shown($0, isUnicode: drawsUnicode) : Escaping.escaped($0) }
    return texts.joined(separator: "\n")
  }
}

// MARK: Columns

extension TreeTable {
  private func writeColumns(
    to output: inout OutputBuffer, width: Int?, showsTitles: Bool, _ paint: Paint
  ) throws(Complaint) {
    var lines = drawnRows().flatMap { row in
      split(
        columns.indices.map { row.cells[$0].tree + harmless(row.cells[$0].bytes, isWrapped: columns[$0].isWrapped) }
      )
      .map { (cells: $0, role: row.role) }
    }
    let widths = widths(of: lines.map(\.cells), within: width)
    if showsTitles { lines.insert((columns.map(\.title), .heading), at: 0) }
    for (number, line) in lines.enumerated() {
      for (index, cell) in line.cells.enumerated() {
        let isTitle = showsTitles && number == 0
        let role = isTitle || columns[index].isPainted ? line.role : nil
        try output.write(shown(cell, in: index, widths[index]) { text in role.map { paint(text, $0) } ?? text })
      }
    }
  }

  /// One row as several lines where a cell has several.
  private func split(_ row: [String]) -> [[String]] {
    let parts = row.map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    let height = parts.map(\.count).max() ?? 1
    return (0..<height).map { line in parts.map { line < $0.count ? $0[line] : "" } }
  }

  private func widths(of lines: [[String]], within limit: Int?) -> [Int] {
    var widths = columns.map { _ in 0 }
    for line in lines {
      for (index, cell) in line.enumerated() { widths[index] = max(widths[index], DisplayWidth.of(cell)) }
    }
    // As in libsmartcols; titles count whether they are shown or not.
    for (index, column) in columns.enumerated() {
      let title = column.title.count
      widths[index] =
        widths[index] < title ? title : max(widths[index], title < column.usualWidth ? column.usualWidth : 0)
    }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + widths.count - 1 - limit
    for index in columns.indices where columns[index].isCuttable && excess > 0 {
      let cut = min(excess, max(widths[index] - columns[index].title.count, 0))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  private func shown(_ cell: String, in index: Int, _ width: Int, _ paint: (String) -> String) -> String {
    let text = columns[index].isCuttable ? DisplayWidth.prefix(of: cell, columns: width) : cell
    let padding = String(repeating: " ", count: max(width - DisplayWidth.of(text), 0))
    let isLast = index == columns.count - 1
    if columns[index].isRight { return padding + paint(text) + (isLast ? "\n" : " ") }
    return paint(text) + (isLast ? "\n" : padding + " ")
  }
}

// MARK: Raw and JSON

extension TreeTable {
  private func writeRaw(to output: inout OutputBuffer, showsTitles: Bool) throws(Complaint) {
    if showsTitles { try output.write(columns.map(\.title).joined(separator: " ") + "\n") }
    for row in drawnRows() {
      let words = row.cells.map { ClassicText.word(Array($0.tree.utf8) + $0.bytes) }
      try output.write(words.joined(separator: " ") + "\n")
    }
  }

  private func writeJSON(named name: String, to output: inout OutputBuffer) throws(Complaint) {
    try output.write("{\n   \"\(name)\": [\n      ")
    try writeObjects(roots, indent: 6, to: &output)
    try output.write("\n   ]\n}\n")
  }

  private func writeObjects(_ indices: [Int], indent: Int, to output: inout OutputBuffer) throws(Complaint) {
    let margin = String(repeating: " ", count: indent)
    for (place, index) in indices.enumerated() {
      try output.write(place == 0 ? "{\n" : ",{\n")
      let members = zip(columns, rows[index].cells).map { column, cell in
        Array("\(margin)   \"\(Self.key(of: column.title))\": ".utf8) + Self.value(cell, isNumber: column.isNumber)
      }
      try output.write(Array(members.joined(separator: Array(",\n".utf8))))
      if !rows[index].children.isEmpty {
        try output.write(",\n\(margin)   \"children\": [\n\(margin)      ")
        try writeObjects(rows[index].children, indent: indent + 6, to: &output)
        try output.write("\n\(margin)   ]")
      }
      try output.write("\n\(margin)}")
    }
  }

  private static func key(of title: String) -> String { title.lowercased() }

  private static func value(_ cell: [UInt8]?, isNumber: Bool) -> [UInt8] {
    guard let cell else { return Array("null".utf8) }
    return isNumber ? cell : ClassicText.quoted(cell)
  }
}
