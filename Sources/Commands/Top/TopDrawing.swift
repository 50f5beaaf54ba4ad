// Draws the model on a canvas: meters, letters, the list, what is said of the selected process, the keys.

internal import Cgroups
internal import Linux
internal import Processes
internal import Screen

extension Paint.Role {
  /// How it looks on the screen.
  var style: Style {
    switch self {
    case .failure: Style(Color.okabeIto[5], .bold)
    case .success: Style(Color.okabeIto[2])
    case .warning: Style(Color.okabeIto[0])
    case .heading: Style(.terminal, .bold)
    case .quiet: Style(.terminal, .dim)
    case .namespace(let index): Style(Color.okabeIto[index % Color.okabeIto.count])
    }
  }
}

/// A drawing of the model.
struct TopDrawing {
  let model: TopModel
  let layout: TopLayout
  let strokes: TreeStrokes
  private let bar = Style(Color(16), on: Color(74))
  private let selection = Style(Color(16), on: Color(74))

  /// Draws everything.
  ///
  /// - Parameter cgroups: asked for the limits of what is seen.
  func draw(on canvas: inout Canvas, _ cgroups: inout LiveCgroups) {
    canvas.clear()
    guard layout.isLargeEnough else {
      let minimum = TopLayout.minimum
      canvas.write("The terminal is too small:", row: 0, column: 0)
      canvas.write("\(minimum.columns)x\(minimum.rows) is needed. q quits", row: 1, column: 0)
      return
    }
    drawMeters(on: &canvas)
    drawStatus(on: &canvas)
    drawHeading(on: &canvas)
    for (offset, row) in model.visibleRows.enumerated() {
      draw(
        row, at: layout.firstListRow + offset, isSelected: model.firstRow + offset == model.selectedRow, on: &canvas,
        &cgroups)
    }
    drawDetails(on: &canvas, &cgroups)
    drawKeyBar(on: &canvas)
    if let overlay = model.overlay { draw(overlay, on: &canvas) }
  }
}

// MARK: Above the list

extension TopDrawing {
  private func drawMeters(on canvas: inout Canvas) {
    let machine = model.machine
    drawMeter("CPU", machine.cpuShare / 100, TopFormats.share(machine.cpuShare) + "%", row: 0, on: &canvas)
    canvas.write(
      "\(model.count) processes, \(model.runningCount) running   load \(machine.averages)", row: 0,
      column: meterWidth + 2)
    let (used, total) = (TopFormats.bytes(machine.memoryUsed * 1024), TopFormats.bytes(machine.memoryTotal * 1024))
    let share = Double(machine.memoryUsed) / Double(machine.memoryTotal)
    drawMeter("Mem", share, "\(used)/\(total)", row: 1, on: &canvas)
    let others = model.memberCounts.count
    let uptime = TopFormats.uptime(SystemConfiguration.uptimeNanoseconds)
    canvas.write(
      "\(others) \(others == 1 ? "namespace" : "namespaces") beside the machine's   up \(uptime)", row: 1,
      column: meterWidth + 2)
  }

  private var meterWidth: Int { min(36, max(20, layout.size.columns * 2 / 5)) }

  private func drawMeter(_ label: String, _ share: Double, _ text: String, row: Int, on canvas: inout Canvas) {
    var column = canvas.write(label, row: row, column: 0, Paint.Role.namespace(1).style)
    column = canvas.write("[", row: row, column: column, Style(.terminal, .bold))
    let end = meterWidth - 1
    let filled = Int((min(max(share, 0), 1) * Double(end - column)).rounded())
    let color =
      share > 0.9 ? Paint.Role.failure.style : share > 0.6 ? Paint.Role.warning.style : Paint.Role.success.style
    canvas.write(String(repeating: "|", count: filled), row: row, columns: column..<end, color)
    canvas.write(text, row: row, column: end - text.count)
    canvas.write("]", row: row, column: end, Style(.terminal, .bold))
  }

  /// What is chosen, or else the letters of namespaces.
  private func drawStatus(on canvas: inout Canvas) {
    var column = 0
    if model.isPaused { column = canvas.write("PAUSED ", row: 2, column: column, Paint.Role.failure.style) }
    if model.isPolled { column = canvas.write("POLLED ", row: 2, column: column, Paint.Role.warning.style) }
    for (label, value) in choices {
      column = canvas.write("\(label) ", row: 2, column: column, Paint.Role.quiet.style)
      column = canvas.write(value + "  ", row: 2, column: column, Paint.Role.warning.style)
    }
    drawLegend(from: column, on: &canvas)
  }

  /// As many letters as there is room for; dots say that there are more.
  private func drawLegend(from start: Int, on canvas: inout Canvas) {
    var column = start
    for kind in NamespaceKind.allCases {
      for (index, link) in (model.legend.lettered[kind] ?? []).enumerated() {
        guard let count = model.memberCounts[link] else { continue }
        let (name, number) = ("\(kind.procName)[\(NamespaceLegend.letter(index))]", "\(strokes.times)\(count) ")
        guard column + name.count + number.count + 2 <= layout.size.columns else {
          canvas.write("...", row: 2, column: column, Paint.Role.quiet.style)
          return
        }
        column = canvas.write(name, row: 2, column: column, Paint.Role.namespace(index).style)
        column = canvas.write(number, row: 2, column: column, Paint.Role.quiet.style)
      }
    }
  }

  private var choices: [(String, String)] {
    let view = model.view
    var choices: [(String, String)] = []
    if !view.filter.isEmpty { choices.append(("filter", Escaping.escaped(view.filter))) }
    if let user = view.userID { choices.append(("user", model.userName(user))) }
    if let focus = view.focus { choices.append(("branch of", String(focus.processID))) }
    if let group = view.group { choices.append(("by", group.procName)) }
    if !model.tagged.isEmpty { choices.append(("tagged", String(model.tagged.count))) }
    return choices
  }

  private func drawHeading(on canvas: inout Canvas) {
    let row = layout.headingRow
    let plain = Style(Color(16), on: Color(36))
    canvas.fill(rows: row..<(row + 1), columns: 0..<layout.size.columns, plain)
    for (index, column) in layout.columns.enumerated() {
      let isOrder = column.order == model.view.order && column.heading == model.view.order.title
      let style = isOrder ? bar.adding(.bold) : plain
      write(column.heading, index, row: row, style, on: &canvas)
    }
  }
}

// MARK: The list

extension TopDrawing {
  private func write(_ text: String, _ index: Int, row: Int, _ style: Style, on canvas: inout Canvas) {
    let range = layout.range(of: index)
    let isRight = layout.columns[index].isRight
    let start = isRight ? max(range.lowerBound, range.upperBound - DisplayWidth.of(text)) : range.lowerBound
    canvas.write(text, row: row, columns: start..<max(start, range.upperBound), style)
  }

  private func draw(
    _ row: TopRow, at line: Int, isSelected: Bool, on canvas: inout Canvas, _ cgroups: inout LiveCgroups
  ) {
    switch row.content {
    case .heading(let link, let count): drawHeading(link, count, at: line, on: &canvas)
    case .process(let index):
      let process = model.processes[index]
      let isTagged = model.tagged.contains(process.identity)
      let base = isTagged ? Paint.Role.warning.style.adding(.bold) : row.isContext ? Paint.Role.quiet.style : .plain
      for (place, column) in layout.columns.enumerated() {
        if column.content == .command {
          drawCommand(row, index, from: layout.range(of: place), at: line, base, on: &canvas)
        } else {
          let text = text(column, process, &cgroups)
          let style = base == .plain ? style(column.content, process) : base
          write(text, place, row: line, style, on: &canvas)
        }
      }
    }
    if isSelected {
      canvas.restyle(row: line, columns: 0..<layout.size.columns) { style in
        Style(selection.foreground, on: selection.background, style.emphasis.subtracting(.dim))
      }
    }
  }

  private func drawHeading(_ link: NamespaceLink?, _ count: Int, at line: Int, on canvas: inout Canvas) {
    let number = "\(count) \(count == 1 ? "process" : "processes")"
    guard let link else {
      canvas.write("namespace unknown, \(number)", row: line, column: 0, Paint.Role.heading.style)
      return
    }
    let name = "\(link.kind.procName)\(letter(link).map { "[\($0.letter)]" } ?? "")"
    let style = (letter(link).map { Paint.Role.namespace($0.index) } ?? .heading).style.adding(.bold)
    let column = canvas.write(name, row: line, column: 0, style)
    let note = letter(link) == nil ? "the machine's own, " : ""
    canvas.write("  \(link), \(note)\(number)", row: line, column: column, Paint.Role.quiet.style)
  }

  /// Its PIDs in the PID namespaces that it is in below this one.
  private func innerNumbers(of process: LiveProcess) -> String {
    process.details.insideIDs.map { strokes.arrow + String($0) }.joined()
  }

  private func text(_ border: NamespaceLink) -> String {
    " +\(border.kind.procName)" + (letter(border).map { "[\($0.letter)]" } ?? "")
  }

  private func letter(_ link: NamespaceLink) -> (index: Int, letter: String)? {
    guard let index = model.legend.lettered[link.kind]?.firstIndex(of: link) else { return nil }
    return (index, NamespaceLegend.letter(index))
  }

  private func text(_ column: TopLayout.Column, _ process: LiveProcess, _ cgroups: inout LiveCgroups) -> String {
    let memory = process.isThread ? 0 : process.residentPages * UInt64(SystemConfiguration.pageSize)
    switch column.content {
    case .pid: return String(process.processID)
    case .user:
      let name = process.details.userID.map { model.userName($0) } ?? "?"
      return name.count > column.width ? name.prefix(column.width - 1) + "+" : name
    case .state: return String(UnicodeScalar(process.state))
    case .cpu: return TopFormats.share(process.cpuShare)
    case .memoryShare: return TopFormats.share(Double(memory) / 10.24 / Double(model.machine.memoryTotal))
    case .memory: return memory == 0 ? "-" : TopFormats.bytes(memory)
    case .limits:
      return process.details.cgroup.map { TopFormats.limits(cgroups.limits(of: $0), width: column.width) } ?? ""
    case .nice: return String(process.nice)
    case .threads: return String(process.threadCount)
    case .time:
      return TopFormats.time(ticks: process.ticks, perSecond: SystemConfiguration.clockTicksPerSecond)
    case .command: return ""
    }
  }

  private func style(_ content: TopLayout.Column.Content, _ process: LiveProcess) -> Style {
    switch content {
    case .state:
      switch process.state {
      case UInt8(ascii: "R"): return Paint.Role.success.style.adding(.bold)
      case UInt8(ascii: "D"), UInt8(ascii: "Z"): return Paint.Role.failure.style
      case UInt8(ascii: "T"), UInt8(ascii: "t"): return Paint.Role.warning.style
      default: return Paint.Role.quiet.style
      }
    case .cpu where process.cpuShare < 0.05: return Paint.Role.quiet.style
    case .cpu where process.cpuShare >= 50: return Paint.Role.warning.style
    case .user where process.details.userID == model.callersUserID: return Style(.terminal, .bold)
    default: return .plain
    }
  }

  /// The lines of the tree, the name, what sets it apart from its parent, the arguments.
  private func drawCommand(
    _ row: TopRow, _ index: Int, from range: Range<Int>, at line: Int, _ base: Style, on canvas: inout Canvas
  ) {
    let process = model.processes[index]
    var column = range.lowerBound
    func write(_ text: String, _ style: Style) {
      column = canvas.write(text, row: line, columns: column..<range.upperBound, style)
    }
    if row.depth > 0 { write(prefix(row), Paint.Role.quiet.style) }
    if row.hiddenCount > 0 { write("[+\(row.hiddenCount)] ", Paint.Role.warning.style) }
    let name = Escaping.escaped(process.name[...])
    let shown = process.isThread ? "{\(name)}" : process.isKernelThread ? "[\(name)]" : name
    write(shown, base == .plain ? nameStyle(process) : base)
    write(innerNumbers(of: process), Paint.Role.quiet.style)
    for link in model.borders(of: index) {
      write(text(link), letter(link).map { Paint.Role.namespace($0.index).style } ?? .plain)
    }
    if let container = model.container(of: index) {
      write(" {\(Escaping.escaped(container.description))}", Paint.Role.namespace(6).style)
    }
    if process.isZombie { write(" <defunct>", Paint.Role.failure.style) }
    let room = max(0, range.upperBound - column)
    if !process.isThread, room > 1 {
      write(" " + Escaping.escaped(process.details.arguments.prefix(4 * room)), Paint.Role.quiet.style)
    }
  }

  private func nameStyle(_ process: LiveProcess) -> Style {
    if process.isThread { return Paint.Role.success.style }
    return process.isKernelThread ? Paint.Role.quiet.style : Style(.terminal, .bold)
  }

  private func prefix(_ row: TopRow) -> String {
    var text = ""
    for level in 0..<min(row.depth - 1, 64) {
      text += row.passing & 1 << UInt64(level) != 0 ? strokes.passing : strokes.nothing
    }
    return text + (row.isLast ? strokes.lastChild : strokes.child)
  }
}

// MARK: Below the list

extension TopDrawing {
  private func drawDetails(on canvas: inout Canvas, _ cgroups: inout LiveCgroups) {
    let row = layout.detailRow
    if let entry = model.entry {
      let label = entry.purpose == .search ? "Search: " : "Filter: "
      let column = canvas.write(label, row: row, column: 0, Style(.terminal, .bold))
      canvas.write(Escaping.escaped(entry.text) + "_", row: row, column: column)
      if let notice = model.notice {
        canvas.write("  " + notice, row: row, column: column + entry.text.count + 1, Paint.Role.warning.style)
      }
    } else if let notice = model.notice {
      canvas.write(Escaping.escaped(notice), row: row, column: 0, Paint.Role.warning.style)
    } else if let process = model.selected {
      canvas.write(details(of: process, &cgroups), row: row, column: 0, Paint.Role.quiet.style)
    }
  }

  private func details(of process: LiveProcess, _ cgroups: inout LiveCgroups) -> String {
    var parts = ["\(process.processID) \(Escaping.escaped(process.name[...]))"]
    if let cgroup = process.details.cgroup {
      let limits = TopFormats.limitsInWords(cgroups.limits(of: cgroup))
      parts.append(limits.isEmpty ? "no limits" : "limits: \(limits)")
      parts.append("cgroup \(Escaping.escaped(cgroups.path(of: cgroup)[...]))")
    }
    if let container = process.details.container { parts.insert(Escaping.escaped(container.description), at: 1) }
    // Behind a long name or deep in the tree there is no room for them in the list.
    parts[0] += innerNumbers(of: process)
    if let index = model.selectedIndex { parts[0] += model.borders(of: index).map(text).joined() }
    return parts.joined(separator: "  ")
  }

  private func drawKeyBar(on canvas: inout Canvas) {
    let row = layout.keyBarRow
    for (index, label) in TopLayout.functionKeys.enumerated() {
      let range = layout.keyRange(index + 1)
      canvas.fill(rows: row..<(row + 1), columns: range, bar)
      let column = canvas.write("F\(index + 1)", row: row, columns: range, Style(.terminal, .bold))
      canvas.write(label, row: row, columns: column..<range.upperBound, bar)
    }
  }
}

// MARK: Above everything

extension TopDrawing {
  private func draw(_ overlay: TopOverlay, on canvas: inout Canvas) {
    switch overlay {
    case .text(let text): draw(text, on: &canvas)
    case .menu(let menu): draw(menu, on: &canvas)
    case .question(let lines, _): draw(question: lines, on: &canvas)
    }
  }

  private func drawTitle(_ title: String, columns: Range<Int>, on canvas: inout Canvas) {
    let row = layout.headingRow
    canvas.fill(rows: row..<layout.detailRow, columns: columns)
    canvas.fill(rows: row..<(row + 1), columns: columns, Style(Color(16), on: Color(214)))
    canvas.write(title, row: row, columns: columns, Style(Color(16), on: Color(214), .bold))
  }

  private func draw(_ text: TopText, on canvas: inout Canvas) {
    let rest = text.lines.count - text.first - layout.overlayHeight
    drawTitle(
      text.title + (rest > 0 ? "  (\(rest) more lines)" : ""), columns: 0..<layout.size.columns, on: &canvas)
    for (offset, line) in text.lines.dropFirst(text.first).prefix(layout.overlayHeight).enumerated() {
      canvas.write(line.text, row: layout.firstListRow + offset, column: 0, line.role?.style ?? .plain)
    }
  }

  private func draw(_ menu: TopMenu, on canvas: inout Canvas) {
    drawTitle(menu.title + " (Enter)", columns: 0..<layout.menuWidth, on: &canvas)
    for (offset, item) in menu.items.dropFirst(menu.first).prefix(layout.overlayHeight).enumerated() {
      let row = layout.firstListRow + offset
      let isSelected = menu.first + offset == menu.selected
      let style = isSelected ? selection : .plain
      canvas.fill(rows: row..<(row + 1), columns: 0..<(layout.menuWidth - 1), style)
      canvas.write(" " + item.label, row: row, columns: 0..<(layout.menuWidth - 1), style)
      canvas.write("│", row: row, columns: (layout.menuWidth - 1)..<layout.menuWidth, Paint.Role.quiet.style)
    }
  }

  private func draw(question lines: [String], on canvas: inout Canvas) {
    drawTitle("Are you sure? y does it, any other key does not", columns: 0..<layout.size.columns, on: &canvas)
    for (offset, line) in lines.prefix(layout.overlayHeight).enumerated() {
      canvas.write(line, row: layout.firstListRow + offset, column: 1)
    }
  }
}
