// Where everything stands on a screen of a given size: for drawing, and for the mouse.

internal import Linux
internal import Screen

/// The places of the parts of the screen.
struct TopLayout: Equatable {
  /// The least that there must be to begin with.
  static let minimum = WindowSize(rows: 10, columns: 40)
  /// The labels of F1 to F10.
  static let functionKeys = [
    "Help", "Group", "Search", "Filter", "Tree", "SortBy", "Nice -", "Nice +", "Kill", "Quit",
  ]

  /// A column of the list.
  struct Column: Equatable {
    enum Content {
      case pid, user, state, cpu, memoryShare, memory, limits, nice, threads, time, command
    }

    let content: Content
    let heading: String
    /// Of the text; one blank follows.
    let width: Int
    let isRight: Bool
    /// What a click on its heading sorts by.
    let order: TopOrder?

    init(_ content: Content, _ heading: String, _ width: Int, isRight: Bool = true, _ order: TopOrder? = nil) {
      self.content = content
      self.heading = heading
      self.width = width
      self.isRight = isRight
      self.order = order
    }
  }

  let size: WindowSize
  let columns: [Column]

  init(_ size: WindowSize) {
    self.size = size
    columns = TopLayout.columns(size.columns)
  }

  private static func columns(_ width: Int) -> [Column] {
    var columns = [Column(.pid, "PID", 7, .pid)]
    if width >= 60 { columns.append(Column(.user, "USER", 8, isRight: false, .user)) }
    if width >= 120 { columns += [Column(.nice, "NI", 3), Column(.threads, "THR", 4)] }
    columns += [Column(.state, "S", 1, isRight: false, .state), Column(.cpu, "CPU%", 5, .cpu)]
    if width >= 100 { columns.append(Column(.memoryShare, "MEM%", 5, .memory)) }
    columns.append(Column(.memory, "RES", 5, .memory))
    if width >= 70 { columns.append(Column(.limits, "LIMIT", width >= 110 ? 16 : 5)) }
    if width >= 100 { columns.append(Column(.time, "TIME+", 8, .time)) }
    columns.append(Column(.command, "COMMAND", 0, isRight: false, .name))
    return columns
  }

  /// Two lines of meters and the legend of letters stand above.
  var headingRow: Int { 3 }
  var firstListRow: Int { 4 }
  var keyBarRow: Int { size.rows - 1 }
  /// What is said of the selected process, or being typed.
  var detailRow: Int { size.rows - 2 }
  var listRows: Range<Int> { firstListRow..<max(firstListRow, detailRow) }
  /// The lines of a page of text below its title, or the items of a menu.
  var overlayHeight: Int { listRows.count }
  var menuWidth: Int { min(30, size.columns) }
  /// Whether there is room for anything.
  var isLargeEnough: Bool { size.rows >= TopLayout.minimum.rows && size.columns >= TopLayout.minimum.columns }

  /// Where a column begins, and where it ends.
  func range(of index: Int) -> Range<Int> {
    let start = columns[..<index].reduce(0) { $0 + $1.width + 1 }
    return start..<(columns[index].content == .command ? size.columns : min(start + columns[index].width, size.columns))
  }

  /// What a click on the heading sorts by.
  func order(at column: Int) -> TopOrder? {
    columns.indices.first { range(of: $0).contains(column) }.flatMap { columns[$0].order }
  }

  /// The width of each function key in the bar, its number included.
  private var keyWidth: Int { max(size.columns / TopLayout.functionKeys.count, 4) }

  /// Where a function key, from 1, stands in the bar.
  func keyRange(_ number: Int) -> Range<Int> {
    min((number - 1) * keyWidth, size.columns)..<min(number * keyWidth, size.columns)
  }

  /// The function key that a click in the bar means.
  func functionKey(at column: Int) -> Int? {
    (1...TopLayout.functionKeys.count).first { keyRange($0).contains(column) }
  }
}
