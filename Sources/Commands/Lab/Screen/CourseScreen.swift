// A course on the whole screen, at work: waits for the learner, the shells and the clock, and draws.

internal import Lab
internal import Linux
internal import Processes
internal import Screen

/// One learner at one workbench.
struct CourseScreen: ~Copyable {
  private let bench: Workbench
  private var screen: TerminalScreen
  private var shells: [TerminalName: ShellView] = [:]
  private var worldNumber = 0
  private var focus = CoursePane.lesson
  /// The shell that the key before led out of.
  private var left: TerminalName?
  private var isHelping = false
  private var page: [PageEntry] = []
  /// The first line that is shown of the lesson and of the world, and of the lesson while the keys are explained.
  private var tops: [CoursePane: Int] = [:]
  private var formerTop = 0
  /// Whether the shells had the whole screen when they were fitted last.
  private var wasFree = false
  private var tree = WorldTree()
  private var nextLook: UInt64 = 0
  private var hasStirred = true

  /// From one look at the world to the next while something happens, and while nothing does, in nanoseconds.
  private static let interval: UInt64 = 250_000_000
  private static let leisure: UInt64 = 2_000_000_000

  /// Takes the terminal over.
  init(_ bench: Workbench, usesColor: Bool) throws(ScreenError) {
    screen = try TerminalScreen(
      minimum: CourseLayout.minimum, handsOverEveryKey: true, usesColor: usesColor)
    self.bench = bench
    for name in TerminalName.allCases { shells[name] = ShellView(name, size: CourseLayout.minimum) }
    fitShells()
  }

  /// Goes on until the learner leaves or a signal comes.
  ///
  /// - Returns: the exit status.
  mutating func run() throws(SystemCallError) -> Int32 {
    while !bench.isLeft {
      let next = bench.advance().map { monotonicNanoseconds() + $0 }
      try adoptWorld()
      readShells()
      lookAtWorld()
      draw()
      for event in try screen.wait(until: min(next ?? .max, nextLook)) {
        hasStirred = true
        switch event {
        case .key(let key): take(key)
        case .mouse(let event): take(event)
        case .resized: fitShells()
        case .resumed, .ready: break
        case .ended(let signal): return 128 + signal.rawValue
        }
      }
    }
    return 0
  }

  private var layout: CourseLayout {
    CourseLayout(screen.canvas.size, shown: focus, isFree: bench.session.isFree)
  }

  private mutating func fitShells() {
    let layout = layout
    wasFree = bench.session.isFree
    for (name, shell) in shells {
      let size = layout.size(of: name)
      shell.resize(to: size)
      bench.resize(name, to: size)
    }
  }

  /// Takes up the shells of another world.
  private mutating func adoptWorld() throws(SystemCallError) {
    if bench.worldNumber == worldNumber { return }
    worldNumber = bench.worldNumber
    fitShells()
    for (index, name) in TerminalName.allCases.enumerated() {
      shells[name]?.clear()
      let tag = UInt64(worldNumber * 2 + index)
      // What is watched is closed with its world, and so watched no more.
      try bench.withController(of: name) { (controller) throws(SystemCallError) in
        try screen.watch(controller, tag: tag)
      }
    }
    nextLook = 0
  }

  private mutating func readShells() {
    for (name, shell) in shells {
      let bytes = bench.takeOutput(of: name)
      if bytes.isEmpty { continue }
      let answer = shell.show(bytes)
      if !answer.isEmpty { bench.answer(answer, at: name) }
    }
  }

  private mutating func lookAtWorld() {
    let now = monotonicNanoseconds()
    if now < nextLook { return }
    tree = bench.processes().map { WorldTree($0, shells: bench.shells) } ?? WorldTree()
    nextLook = now + (hasStirred ? CourseScreen.interval : CourseScreen.leisure)
    hasStirred = false
  }

  private mutating func draw() {
    if wasFree != bench.session.isFree { fitShells() }
    turnPage()
    screen.cursor = drawing.draw(shells, on: &screen.canvas)
    screen.present()
  }

  /// Brings into view what has come to the page since.
  private mutating func turnPage() {
    if isHelping || page == bench.session.page { return }
    let kept = zip(page, bench.session.page).prefix { $0 == $1 }.count
    page = bench.session.page
    tops[.lesson] = drawing.top(showingEntriesFrom: kept)
  }

  private var keys: CourseKeys {
    CourseKeys(
      focus: focus, left: left, isListing: bench.session.marked != nil, isHelping: isHelping,
      isAlternate: focus.terminal.map { shells[$0]?.isAlternate == true } ?? false,
      page: max((layout.area(of: focus)?.size.rows ?? 1) - 2, 1))
  }

  private var drawing: CourseDrawing {
    CourseDrawing(
      session: bench.session, layout: layout, keys: keys, tree: tree, page: isHelping ? CourseKeys.help : page,
      tops: tops)
  }
}

// What the learner does.
extension CourseScreen {
  private mutating func take(_ key: Key) {
    let deed = keys.deed(of: key)
    left = nil
    switch deed {
    case .session(let key): press(key)
    case .focus(let pane): focus = pane
    case .leave(let name): (focus, left) = (.lesson, name)
    case .returnTyping(let name):
      focus = CoursePane(name)
      type(key, at: name)
    case .scroll(let scroll): self.scroll(focus, scroll)
    case .type(let name): type(key, at: name)
    case .help: help()
    case .nothing: break
    }
    if focus != .lesson { endHelp() }
    nextLook = min(nextLook, monotonicNanoseconds() + CourseScreen.interval)
  }

  private func type(_ key: Key, at name: TerminalName) {
    guard let bytes = shells[name]?.bytes(of: key), !bytes.isEmpty else { return }
    bench.type(bytes, at: name)
  }

  private mutating func press(_ key: SessionKey) {
    endHelp()
    if key == .free {
      // One shell at a time has the screen anyway where there are tabs.
      if layout.hasTabs { return focus = .a }
      bench.press(key)
      focus = bench.session.isFree ? .a : .lesson
      return
    }
    bench.press(key)
    focus = .lesson
  }

  private mutating func help() {
    if isHelping { return endHelp() }
    if bench.session.isFree { bench.press(.free) }
    formerTop = tops[.lesson] ?? 0
    (isHelping, focus, tops[.lesson]) = (true, .lesson, 0)
  }

  private mutating func endHelp() {
    if !isHelping { return }
    (isHelping, tops[.lesson]) = (false, formerTop)
  }

  private mutating func scroll(_ pane: CoursePane, _ scroll: CourseDeed.Scroll) {
    if let name = pane.terminal {
      if case .by(let lines) = scroll { shells[name]?.scroll(by: -lines) }
      return
    }
    let last = drawing.lastTop(of: pane)
    let top = min(tops[pane] ?? 0, last)
    switch scroll {
    case .by(let lines): tops[pane] = min(max(top + lines, 0), last)
    case .toStart: tops[pane] = 0
    case .toEnd: tops[pane] = last
    }
  }

  private mutating func take(_ event: MouseEvent) {
    let layout = layout
    if layout.hasTabs, event.row == 0, case .press = event.action {
      if let tab = drawing.tabs().first(where: { $0.columns.contains(event.column) }) { look(at: tab.pane) }
      return
    }
    guard let pane = layout.pane(row: event.row, column: event.column) else { return }
    if case .press = event.action { look(at: pane) }
    if let name = pane.terminal, let area = layout.area(of: pane), let shell = shells[name] {
      let bytes = shell.bytes(of: event, in: area)
      if !bytes.isEmpty { return bench.type(bytes, at: name) }
    }
    switch event.action {
    case .wheelUp: scroll(pane, .by(-3))
    case .wheelDown: scroll(pane, .by(3))
    case .press, .release, .drag: break
    }
  }

  private mutating func look(at pane: CoursePane) {
    (focus, left) = (pane, nil)
    if pane != .lesson { endHelp() }
  }
}
