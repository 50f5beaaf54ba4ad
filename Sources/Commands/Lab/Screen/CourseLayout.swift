// Where everything stands on the screen of a course: side by side where there is room, else one at a time.

internal import Lab
internal import Linux

/// A part of the screen that can have the keyboard, or be looked at.
enum CoursePane: Hashable, CaseIterable {
  case lesson, a, b, tree

  init(_ terminal: TerminalName) {
    self = terminal == .a ? .a : .b
  }

  /// The shell that is in it; nil for the others.
  var terminal: TerminalName? {
    switch self {
    case .a: .a
    case .b: .b
    case .lesson, .tree: nil
    }
  }

  /// What leads to it from the lesson.
  var key: String {
    switch self {
    case .lesson: "Ctrl-]"
    case .a: "a"
    case .b: "b"
    case .tree: "w"
    }
  }

  /// As its title says.
  var title: String {
    switch self {
    case .lesson: "Lesson"
    case .a: "Shell A"
    case .b: "Shell B"
    case .tree: "World"
    }
  }
}

/// A rectangle of the screen.
struct CourseArea: Hashable {
  var rows: Range<Int>
  var columns: Range<Int>

  var size: WindowSize { WindowSize(rows: rows.count, columns: columns.count) }

  func contains(row: Int, column: Int) -> Bool { rows.contains(row) && columns.contains(column) }
}

/// The areas of one size of screen. Above each area stands a row with its title, above all of them with tabs; the last
/// row has the keys.
struct CourseLayout: Hashable {
  static let minimum = WindowSize(rows: 24, columns: 80)
  /// With tabs, the rows below a shell that have what is to be typed.
  static let stripRows = 3
  /// From here on all is side by side.
  static let roomy = WindowSize(rows: 30, columns: 110)

  let size: WindowSize
  /// Whether one pane is shown at a time.
  let hasTabs: Bool
  private let areas: [CoursePane: CourseArea]

  /// - Parameters:
  ///   - shown: the pane to be shown where there is room for one.
  ///   - isFree: whether the shells have the whole screen.
  init(_ size: WindowSize, shown: CoursePane, isFree: Bool) {
    self.size = size
    hasTabs = size.rows < CourseLayout.roomy.rows || size.columns < CourseLayout.roomy.columns
    if hasTabs {
      areas = Dictionary(
        uniqueKeysWithValues: CoursePane.allCases.map { pane in
          let below = pane.terminal == nil ? 1 : 1 + CourseLayout.stripRows
          return (pane, CourseArea(rows: 1..<max(size.rows - below, 2), columns: 0..<size.columns))
        })
    } else {
      areas = CourseLayout.sideBySide(size, isFree: isFree)
    }
    self.shown = shown
    self.isFree = isFree
  }

  private let shown: CoursePane
  private let isFree: Bool

  private static func sideBySide(_ size: WindowSize, isFree: Bool) -> [CoursePane: CourseArea] {
    let left = isFree ? 0 : min(max(size.columns * 2 / 5, 46), 84)
    let treeHeight = isFree ? 0 : min(max(size.rows / 4, 7), 14)
    let top = 1..<(size.rows - 1 - (treeHeight > 0 ? treeHeight + 1 : 0))
    let half = (top.lowerBound + top.upperBound) / 2
    let right = (isFree ? 0 : left + 1)..<size.columns
    var areas = [
      CoursePane.a: CourseArea(rows: top.lowerBound..<half, columns: right),
      .b: CourseArea(rows: (half + 1)..<top.upperBound, columns: right),
    ]
    if !isFree {
      areas[.lesson] = CourseArea(rows: top, columns: 0..<left)
      areas[.tree] = CourseArea(rows: (top.upperBound + 1)..<(size.rows - 1), columns: 0..<size.columns)
    }
    return areas
  }

  /// Where a pane is; nil while it is not shown.
  func area(of pane: CoursePane) -> CourseArea? {
    hasTabs && pane != shown ? nil : areas[pane]
  }

  /// The size that a pane has, also while another has its place; nil where there is none for it.
  func size(of pane: CoursePane) -> WindowSize? { areas[pane]?.size }

  /// The size that a shell's terminal has, also while it is not shown.
  func size(of terminal: TerminalName) -> WindowSize {
    areas[CoursePane(terminal)]?.size ?? CourseLayout.minimum
  }

  /// The pane at a place; nil for titles and the last row.
  func pane(row: Int, column: Int) -> CoursePane? {
    CoursePane.allCases.first { area(of: $0)?.contains(row: row, column: column) == true }
  }
}
