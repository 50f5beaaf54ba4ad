// What the screen is to show: cells in rows and columns. It is a value: drawing is tested without a terminal.

public import Linux

/// One place on the screen.
public struct Cell: Hashable, Sendable {
  /// The character; nil for the second half of a wide one.
  public let character: Unicode.Scalar?
  /// Combining characters that belong to it.
  var marks: (first: Unicode.Scalar?, second: Unicode.Scalar?) = (nil, nil)
  /// How it looks.
  public var style: Style

  /// A cell of one character.
  public init(_ character: Unicode.Scalar?, _ style: Style = .plain) {
    self.character = character
    self.style = style
  }

  /// Nothing to see but the background.
  public static let blank = Cell(" ")

  public static func == (left: Cell, right: Cell) -> Bool {
    left.character == right.character && left.style == right.style && left.marks == right.marks
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(character)
    hasher.combine(style)
  }
}

/// A grid of cells to draw on.
///
/// What lies outside is not drawn. No control character gets in, whoever wrote the text: it becomes `�`.
public struct Canvas: Sendable {
  /// Rows and columns.
  public private(set) var size: WindowSize
  /// Row after row.
  private var cells: [Cell]

  /// An empty canvas.
  public init(_ size: WindowSize) {
    self.size = WindowSize(rows: max(size.rows, 0), columns: max(size.columns, 0))
    cells = Array(repeating: .blank, count: self.size.rows * self.size.columns)
  }

  /// The cell at a place, which must be inside.
  public subscript(row: Int, column: Int) -> Cell { cells[row * size.columns + column] }

  /// The cells of a row.
  func row(_ row: Int) -> ArraySlice<Cell> {
    cells[(row * size.columns)..<((row + 1) * size.columns)]
  }

  /// Takes a row over from another canvas of the same size.
  mutating func copyRow(_ row: Int, from other: Canvas) {
    for index in (row * size.columns)..<((row + 1) * size.columns) { cells[index] = other.cells[index] }
  }

  /// Clears everything; what was drawn is gone.
  public mutating func clear() {
    for index in cells.indices { cells[index] = .blank }
  }

  /// Fills part of some rows with blanks of one style.
  public mutating func fill(rows: Range<Int>, columns: Range<Int>, _ style: Style = .plain) {
    for row in rows.clamped(to: 0..<size.rows) {
      let columns = columns.clamped(to: 0..<size.columns)
      if columns.isEmpty { continue }
      splitWide(row, columns.lowerBound)
      splitWide(row, columns.upperBound)
      for column in columns { cells[row * size.columns + column] = Cell(" ", style) }
    }
  }

  /// Gives the cells of part of a row another style.
  public mutating func restyle(row: Int, columns: Range<Int>, _ change: (Style) -> Style) {
    guard (0..<size.rows).contains(row) else { return }
    for column in columns.clamped(to: 0..<size.columns) {
      let index = row * size.columns + column
      cells[index].style = change(cells[index].style)
    }
  }

  /// Writes a text.
  ///
  /// - Parameters:
  ///   - columns: where it may stand; what has no room in them is left out.
  /// - Returns: the column after the text.
  @discardableResult
  public mutating func write(
    _ text: some StringProtocol, row: Int, columns: Range<Int>, _ style: Style = .plain
  ) -> Int {
    var column = columns.lowerBound
    for character in text.unicodeScalars {
      guard let next = put(character, row: row, column: column, before: columns.upperBound, style) else { break }
      column = next
    }
    return column
  }

  /// Writes a text from a column on, to the end of the row.
  @discardableResult
  public mutating func write(_ text: some StringProtocol, row: Int, column: Int, _ style: Style = .plain) -> Int {
    write(text, row: row, columns: min(column, size.columns)..<size.columns, style)
  }

  /// Writes one character.
  ///
  /// - Returns: the column after it; nil when there is no room before the limit.
  @discardableResult
  public mutating func put(
    _ character: Unicode.Scalar, row: Int, column: Int, before limit: Int, _ style: Style = .plain
  ) -> Int? {
    let shown = Canvas.isHarmless(character) ? character : "\u{fffd}"
    let width = shown.value < 0x7f ? 1 : DisplayWidth.of(shown)
    let limit = min(limit, size.columns)
    if width == 0 {
      attach(shown, row: row, column: column - 1)
      return column
    }
    guard column + width <= limit else { return nil }
    if (0..<size.rows).contains(row), column >= 0 {
      splitWide(row, column)
      splitWide(row, column + width)
      let index = row * size.columns + column
      cells[index] = Cell(shown, style)
      if width == 2 { cells[index + 1] = Cell(nil, style) }
    }
    return column + width
  }

  /// Adds a combining character to the one before it.
  private mutating func attach(_ mark: Unicode.Scalar, row: Int, column: Int) {
    guard (0..<size.rows).contains(row), (0..<size.columns).contains(column) else { return }
    var index = row * size.columns + column
    if cells[index].character == nil, column > 0 { index -= 1 }
    if cells[index].marks.first == nil {
      cells[index].marks.first = mark
    } else if cells[index].marks.second == nil {
      cells[index].marks.second = mark
    }
  }

  /// Blanks both halves of a wide character of which the second would begin at a column.
  private mutating func splitWide(_ row: Int, _ column: Int) {
    guard (1..<size.columns).contains(column) else { return }
    let index = row * size.columns + column
    guard cells[index].character == nil else { return }
    cells[index] = Cell(" ", cells[index].style)
    cells[index - 1] = Cell(" ", cells[index - 1].style)
  }

  /// Whether a character neither controls a terminal nor reorders what stands around it.
  private static func isHarmless(_ character: Unicode.Scalar) -> Bool {
    switch character.value {
    case 0x20..<0x7f: true
    case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: false
    default: true
    }
  }
}

extension Canvas {
  /// The text of a row, without the blanks at its end; for tests, and for people who search.
  public func text(row: Int) -> String {
    var text = String.UnicodeScalarView()
    for cell in self.row(row) {
      guard let character = cell.character else { continue }
      text.append(character)
      if let mark = cell.marks.first { text.append(mark) }
      if let mark = cell.marks.second { text.append(mark) }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
