// Puts fields into rows. A field that is wider than its column pushes the next ones to the right until their
// own padding has made up for it.

internal import Processes

/// Lays rows out.
struct RowLayout {
  private let columns: [Column]
  private let snapshot: Snapshot
  /// How many columns of the terminal a row may take.
  private let rowWidth: Int
  private var cell = Cell()
  /// More padding than this is not given at once.
  private static let widestGap = 144

  init(_ columns: [Column], screenWidth: Int, snapshot: Snapshot) {
    self.columns = columns
    self.snapshot = snapshot
    let total = Self.width(of: columns)
    rowWidth = (total + screenWidth - 1) / screenWidth * screenWidth
    let signals = columns.count { $0.alignment == .signals }
    snapshot.hasWideSignals = total + signals * 7 <= rowWidth
  }

  /// How wide a row is at least.
  private static func width(of columns: [Column]) -> Int {
    var total = 0
    var needsBlank = false
    for (index, column) in columns.enumerated() {
      let isOpen = column.alignment == .unlimited && index == columns.count - 1
      total += isOpen ? 3 : column.width
      if !column.isLiteral, needsBlank { total += 1 }
      needsBlank = !column.isLiteral
    }
    return max(total, 1)
  }

  /// Whether there is anything to print above the rows.
  var hasHeadings: Bool {
    columns.contains { !$0.isLiteral && !$0.heading.isEmpty }
  }

  /// Appends the headings and a newline.
  mutating func appendHeadings(to output: inout [UInt8]) {
    append(to: &output) { column, cell in cell.put(column.heading) }
  }

  /// Appends the fields of a process, or of a thread, and a newline.
  ///
  /// - Parameter scope: where processes and threads have rows of their own: which of the two this is; fields of the
  ///   other are `-`.
  mutating func append(_ record: ProcessRecord, scope: Column.Scope = .both, to output: inout [UInt8]) {
    let snapshot = snapshot
    append(to: &output) { column, cell in
      if scope == .both || column.scope == .both || column.scope == scope {
        column.write(record, snapshot, &cell)
      } else {
        cell.put(UInt8(ascii: "-"))
      }
    }
  }

  /// `due` is where the next column should begin, `reached` where the row has come to.
  private mutating func append(to output: inout [UInt8], _ write: (borrowing Column, inout Cell) -> Void) {
    var due = 0
    var reached = 0
    var blank = 0
    let last = columns.count - 1
    for index in 0...last {
      let ahead = index == last ? (due > reached ? due - reached : blank) : 0
      cell.clear(room: index == last ? max(0, rowWidth - reached - ahead) : columns[index].width)
      write(columns[index], &cell)
      if columns[index].alignment == .unlimited, rowWidth - reached - ahead < 1 { cell.cutToOne() }
      var gap = due - reached + padding(columns[index])
      if gap < 1 { gap = blank }
      output.append(contentsOf: repeatElement(32, count: min(gap, Self.widestGap)))
      output.append(contentsOf: cell.bytes)
      reached += min(gap, Self.widestGap) + cell.columns
      if index == last { break }
      due += columns[index].width
      if columns[index].alignment == .signals, snapshot.hasWideSignals { due += 7 }
      blank = columns[index].isLiteral || columns[index + 1].isLiteral ? 0 : 1
      due += blank
    }
    output.append(10)
  }

  /// Blanks before the field that belong to its own column.
  private func padding(_ column: borrowing Column) -> Int {
    switch column.alignment {
    case .left, .unlimited, .literal: 0
    case .right: max(0, column.width - cell.columns)
    case .name: snapshot.options.isNumeric ? max(0, column.width - cell.columns) : 0
    case .signals: max(0, (snapshot.hasWideSignals ? 16 : 9) - cell.columns)
    }
  }
}
