// Puts fields into rows. A field that is wider than its column pushes the next ones to the right until their
// own padding has made up for it.

internal import Linux
internal import Processes

/// Lays rows out.
struct RowLayout {
  /// The columns in the two parts that each row needs: reading a whole column would count references.
  private let places: [Place]
  private let writings: [Column.Writing]
  private let headings: [String]
  private let snapshot: Snapshot
  /// How many columns of the terminal a row may take.
  private let rowWidth: Int
  private let paint: Paint
  /// In colour, the kind of the columns that show namespaces, and which namespace has which colour.
  private let kinds: [NamespaceKind?]
  private var legend: NamespaceLegend
  private var cell = Cell()
  /// More padding than this is not given at once.
  private static let widestGap = 144

  /// Where a column is.
  private struct Place {
    let width: Int
    let alignment: Column.Alignment
    let scope: Column.Scope

    var isLiteral: Bool { alignment == .literal }
  }

  /// - Parameters:
  ///   - screenWidth: in columns of the terminal; a row may take a multiple of it.
  ///   - paint: colours headings, and namespaces as the other verbs do.
  init(_ columns: [Column], screenWidth: Int, snapshot: Snapshot, paint: Paint) {
    self.paint = paint
    kinds = paint.isEnabled ? columns.map { column in .allCases.first { $0.procName + "ns" == column.name } } : []
    legend = NamespaceLegend(own: kinds.contains { $0 != nil } ? .ofMachine : NamespaceLinks())
    places = columns.map { Place(width: $0.width, alignment: $0.alignment, scope: $0.scope) }
    writings = columns.map(\.write)
    headings = columns.map(\.heading)
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
    zip(places, headings).contains { !$0.isLiteral && !$1.isEmpty }
  }

  /// Appends the headings and a newline.
  mutating func appendHeadings(to output: inout [UInt8]) {
    let headings = headings
    append(to: &output) { index, cell in
      cell.put(headings[index])
      return .heading
    }
  }

  /// Appends the fields of a process, or of a thread, and a newline.
  ///
  /// - Parameter scope: where processes and threads have rows of their own: which of the two this is; fields of the
  ///   other are `-`.
  mutating func append(_ record: ProcessRecord, scope: Column.Scope = .both, to output: inout [UInt8]) {
    let (snapshot, places, writings) = (snapshot, places, writings)
    let roles = roles(of: record)
    append(to: &output) { index, cell in
      if scope == .both || places[index].scope == .both || places[index].scope == scope {
        writings[index](record, snapshot, &cell)
      } else {
        cell.put(UInt8(ascii: "-"))
      }
      return roles.isEmpty ? nil : roles[index]
    }
  }

  /// What each field is, in colour: a namespace that is not the machine's own. Empty without colour.
  private mutating func roles(of record: ProcessRecord) -> [Paint.Role?] {
    var roles: [Paint.Role?] = []
    for kind in kinds {
      let link = kind.flatMap { record.namespaces.value?.link($0) }
      roles.append(link.flatMap { legend.index(of: $0) }.map { .namespace($0) })
    }
    return roles
  }

  /// `due` is where the next column should begin, `reached` where the row has come to.
  private mutating func append(to output: inout [UInt8], _ write: (Int, inout Cell) -> Paint.Role?) {
    var due = 0
    var reached = 0
    var blank = 0
    let last = places.count - 1
    for index in 0...last {
      let place = places[index]
      let ahead = index == last ? (due > reached ? due - reached : blank) : 0
      cell.clear(room: index == last ? max(0, rowWidth - reached - ahead) : place.width)
      let role = write(index, &cell)
      if place.alignment == .unlimited, rowWidth - reached - ahead < 1 { cell.cutToOne() }
      var gap = due - reached + padding(place)
      if gap < 1 { gap = blank }
      output.append(contentsOf: repeatElement(32, count: min(gap, Self.widestGap)))
      if let role, paint.isEnabled, !cell.bytes.isEmpty {
        output.append(contentsOf: paint(String(decoding: cell.bytes, as: UTF8.self), role).utf8)
      } else {
        output.append(contentsOf: cell.bytes)
      }
      reached += min(gap, Self.widestGap) + cell.columns
      if index == last { break }
      due += place.width
      if place.alignment == .signals, snapshot.hasWideSignals { due += 7 }
      blank = place.isLiteral || places[index + 1].isLiteral ? 0 : 1
      due += blank
    }
    output.append(10)
  }

  /// Blanks before the field that belong to its own column.
  private func padding(_ place: Place) -> Int {
    switch place.alignment {
    case .left, .unlimited, .literal: 0
    case .right: max(0, place.width - cell.columns)
    case .name: snapshot.options.isNumeric ? max(0, place.width - cell.columns) : 0
    case .signals: max(0, (snapshot.hasWideSignals ? 16 : 9) - cell.columns)
    }
  }
}
