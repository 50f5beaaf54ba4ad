// Draws a course: the lesson's page or the list, the two shells, the world, and the keys.

internal import Lab
internal import Linux
internal import Screen

/// What there is to be drawn.
struct CourseDrawing {
  let session: LearnerSession
  let layout: CourseLayout
  let focus: CoursePane
  let tree: WorldTree
  /// How far the lesson is scrolled back from its end, in lines.
  let back: Int

  private static let bar = Style(.terminal, on: .terminal, .reverse)

  /// How many lines the lesson can be scrolled.
  func lessonOverflow() -> Int {
    guard let area = layout.area(of: .lesson) else { return 0 }
    return max(lessonLines(area).count - area.size.rows, 0)
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
    if let area = layout.area(of: .tree) { draw(tree.lines, from: 0, in: area, on: &canvas) }
    var cursor: (row: Int, column: Int)?
    for (name, shell) in shells {
      guard let area = layout.area(of: CoursePane(name)) else { continue }
      let own = shell.draw(on: &canvas, in: area)
      if focus == CoursePane(name) { cursor = own }
    }
    drawKeys(on: &canvas)
    return cursor
  }

  private func title(of pane: CoursePane) -> String {
    switch pane {
    case .lesson:
      let done = session.course.claims.count { session.progress.isDone($0) }
      return "Lesson \(session.lesson.claim.number) · \(done) of \(session.course.claims.count) seen"
    default: return pane.title
    }
  }

  private func drawTabs(on canvas: inout Canvas) {
    canvas.fill(rows: 0..<1, columns: 0..<canvas.size.columns, CourseDrawing.bar)
    var column = 0
    for (index, pane) in CoursePane.allCases.enumerated() {
      let style = pane == focus ? LessonPage.strong : CourseDrawing.bar
      column = canvas.write(" F\(index + 1) \(title(of: pane)) ", row: 0, column: column, style)
    }
    let row = canvas.size.rows - 2
    canvas.write(task, row: row, columns: 0..<canvas.size.columns, LessonPage.task)
  }

  /// What is to be typed now, in one line, for who sees a shell and not the lesson.
  private var task: String {
    guard case .doing = session.phase else { return "" }
    for case .task(let terminal, let lines) in session.page.reversed() {
      return "\(terminal.rawValue): " + lines.joined(separator: " ⏎ ")
    }
    return ""
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

  private func lessonLines(_ area: CourseArea) -> [PageLine] {
    LessonPage(width: area.size.columns - 1).lines(of: session.page)
  }

  private func drawLesson(in area: CourseArea, on canvas: inout Canvas) {
    if let marked = session.marked { return drawList(marked, in: area, on: &canvas) }
    let lines = lessonLines(area)
    let overflow = max(lines.count - area.size.rows, 0)
    draw(lines, from: max(overflow - back, 0), in: area, on: &canvas)
  }

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
      canvas.write(line.text, row: row, columns: area.columns, line.style)
      if let mark = line.mark {
        let column = area.columns.lowerBound
        canvas.restyle(row: row, columns: column..<(column + 1)) { _ in mark }
      }
    }
  }

  private func drawKeys(on canvas: inout Canvas) {
    let row = canvas.size.rows - 1
    canvas.fill(rows: row..<(row + 1), columns: 0..<canvas.size.columns, CourseDrawing.bar)
    canvas.write(" " + CourseKeys.bar(focus, session), row: row, column: 0, CourseDrawing.bar)
  }
}
