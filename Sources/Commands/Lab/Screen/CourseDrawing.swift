// Draws a course: the lesson's page or the list, the two shells, the world, and the keys.

internal import Lab
internal import Linux
internal import Screen

/// What there is to be drawn.
struct CourseDrawing {
  let session: LearnerSession
  let layout: CourseLayout
  let keys: CourseKeys
  let tree: WorldTree
  /// What stands in the lesson's pane: its page, or what the keys do.
  let page: [PageEntry]
  /// The first line that is shown of the lesson and of the world, as far as there are so many.
  var tops: [CoursePane: Int] = [:]

  private static let bar = Style(.terminal, on: .terminal, .reverse)
  private var focus: CoursePane { keys.focus }

  /// The lines of a pane that can be scrolled.
  private func lines(of pane: CoursePane, _ size: WindowSize) -> [PageLine] {
    pane == .tree ? tree.lines : LessonPage(width: size.columns - 1).lines(of: page)
  }

  /// The last line that may be the first of those shown; 0 where all has room.
  func lastTop(of pane: CoursePane) -> Int {
    guard let size = layout.size(of: pane) else { return 0 }
    return CourseDrawing.lastTop(lines(of: pane, size).count, rows: size.rows)
  }

  /// One row says that there is more.
  private static func lastTop(_ count: Int, rows: Int) -> Int { count <= rows ? 0 : count - (rows - 1) }

  /// Where the lesson's page is to be read from when the entries from one on are new: from their beginning, if there is
  /// more than has room.
  func top(showingEntriesFrom index: Int) -> Int {
    guard index > 0, let size = layout.size(of: .lesson) else { return 0 }
    let starts = LessonPage(width: size.columns - 1).laidOut(page).starts
    return min(index < starts.count ? starts[index] : .max, lastTop(of: .lesson))
  }

  /// Draws all of it.
  ///
  /// - Returns: where the cursor is.
  func draw(_ shells: [TerminalName: ShellView], on canvas: inout Canvas) -> (row: Int, column: Int)? {
    canvas.clear()
    if canvas.size.rows < CourseLayout.minimum.rows || canvas.size.columns < CourseLayout.minimum.columns {
      canvas.write("The window is too small: 80x24 is needed.", row: 0, column: 0)
      return nil
    }
    if layout.hasTabs { drawTabs(on: &canvas) } else { drawTitles(on: &canvas) }
    if let area = layout.area(of: .lesson) { drawLesson(in: area, on: &canvas) }
    if let area = layout.area(of: .tree) { drawScrolled(.tree, in: area, on: &canvas) }
    var cursor: (row: Int, column: Int)?
    for (name, shell) in shells {
      guard let area = layout.area(of: CoursePane(name)) else { continue }
      let own = shell.draw(on: &canvas, in: area)
      if focus == CoursePane(name) { cursor = own }
    }
    drawKeys(on: &canvas)
    return cursor
  }

  /// A pane's title, behind the key that leads there from where the learner is.
  private func title(of pane: CoursePane) -> String {
    let isReachable = pane != focus && (focus.terminal == nil || pane == .lesson)
    return (isReachable ? pane.key + " " : "") + words(of: pane)
  }

  private func words(of pane: CoursePane) -> String {
    if pane != .lesson { return pane.title }
    let done = session.course.claims.count { session.progress.isDone($0) }
    return "Lesson \(session.lesson.claim.number) · \(done) of \(session.course.claims.count) seen"
  }

  /// Where each pane's tab stands in the first row.
  func tabs() -> [(pane: CoursePane, text: String, columns: Range<Int>)] {
    var column = 0
    return CoursePane.allCases.map { pane in
      let text = " \(title(of: pane)) "
      defer { column += DisplayWidth.of(text) }
      return (pane, text, column..<(column + DisplayWidth.of(text)))
    }
  }

  private func drawTabs(on canvas: inout Canvas) {
    canvas.fill(rows: 0..<1, columns: 0..<canvas.size.columns, CourseDrawing.bar)
    for tab in tabs() {
      canvas.write(
        tab.text, row: 0, columns: tab.columns, tab.pane == focus ? LessonPage.strong : CourseDrawing.bar)
    }
    guard let terminal = focus.terminal else { return }
    let strip = LessonPage(width: canvas.size.columns).strip(
      terminal, session.lines(at: terminal), rows: CourseLayout.stripRows)
    for (index, line) in strip.enumerated() {
      let row = canvas.size.rows - 1 - CourseLayout.stripRows + index
      canvas.write(line, row: row, columns: 0..<canvas.size.columns, LessonPage.task)
    }
  }

  private func drawTitles(on canvas: inout Canvas) {
    for pane in CoursePane.allCases {
      guard let area = layout.area(of: pane) else { continue }
      let row = area.rows.lowerBound - 1
      let style = pane == focus ? CourseDrawing.bar : LessonPage.quiet
      canvas.write(String(repeating: "─", count: area.columns.count), row: row, columns: area.columns, LessonPage.quiet)
      let columns = (area.columns.lowerBound + 1)..<area.columns.upperBound
      canvas.write(" \(title(of: pane)) ", row: row, columns: columns, style)
    }
    guard let left = layout.area(of: .lesson), let right = layout.area(of: .a) else { return }
    for row in left.rows {
      canvas.put("│", row: row, column: left.columns.upperBound, before: right.columns.lowerBound, LessonPage.quiet)
    }
  }

  private func drawLesson(in area: CourseArea, on canvas: inout Canvas) {
    if let marked = session.marked, !keys.isHelping { return drawList(marked, in: area, on: &canvas) }
    drawScrolled(.lesson, in: area, on: &canvas)
  }

  /// Draws the lines of a pane from where it is scrolled to, and below them, where not all have room, how many more.
  private func drawScrolled(_ pane: CoursePane, in area: CourseArea, on canvas: inout Canvas) {
    let lines = lines(of: pane, area.size)
    if lines.count <= area.size.rows { return draw(lines, from: 0, in: area, on: &canvas) }
    let last = CourseDrawing.lastTop(lines.count, rows: area.size.rows)
    let top = min(tops[pane] ?? 0, last)
    var shown = area
    shown.rows = area.rows.dropLast()
    draw(lines, from: top, in: shown, on: &canvas)
    let below = lines.count - top - shown.size.rows
    let words =
      below > 0 ? "▼ \(below) more \(below == 1 ? "line" : "lines"): Space" : "▲ \(top) above: Backspace"
    canvas.write(words, row: shown.rows.upperBound, columns: area.columns, CourseDrawing.more)
  }

  private static let more = Style(Color.okabeIto[0], on: .terminal, .bold)

  private func drawList(_ marked: Int, in area: CourseArea, on canvas: inout Canvas) {
    var lines: [PageLine] = []
    var markedLine = 0
    for section in session.course.sections {
      lines.append(PageLine(text: section.title, style: LessonPage.strong))
      for claim in section.claims {
        let isMarked = claim == session.course.claims[marked]
        if isMarked { markedLine = lines.count }
        let mark = LabProgress.mark(of: claim, in: session.progress)
        let text = "\(mark) \(DisplayWidth.padded(claim.number, 14)) \(claim.title)"
        lines.append(PageLine(text: text, style: isMarked ? CourseDrawing.bar : .plain))
      }
    }
    let first = min(max(markedLine - area.size.rows / 2, 0), max(lines.count - area.size.rows, 0))
    draw(lines, from: first, in: area, on: &canvas)
  }

  private func draw(_ lines: [PageLine], from first: Int, in area: CourseArea, on canvas: inout Canvas) {
    for (row, line) in zip(area.rows, lines.dropFirst(first)) {
      let text = CourseDrawing.fitted(line, area.size.columns)
      canvas.write(text, row: row, columns: area.columns, line.style)
      if let mark = line.mark {
        let column = area.columns.lowerBound
        canvas.restyle(row: row, columns: column..<(column + 1)) { _ in mark }
      }
    }
  }

  /// A line with its tail, the text cut where both have no room.
  private static func fitted(_ line: PageLine, _ columns: Int) -> String {
    let room = max(columns - DisplayWidth.of(line.tail), 1)
    if line.tail.isEmpty || DisplayWidth.of(line.text) <= room { return line.text + line.tail }
    return DisplayWidth.prefix(of: line.text, columns: room - 1) + "…" + line.tail
  }

  private func drawKeys(on canvas: inout Canvas) {
    let row = canvas.size.rows - 1
    canvas.fill(rows: row..<(row + 1), columns: 0..<canvas.size.columns, CourseDrawing.bar)
    canvas.write(" " + keys.bar(session), row: row, column: 0, CourseDrawing.bar)
  }
}
