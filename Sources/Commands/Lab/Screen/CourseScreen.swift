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
  private var back = 0
  private var page: [PageEntry] = []
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
    if page != bench.session.page {
      page = bench.session.page
      back = 0
    }
    let drawing = CourseDrawing(session: bench.session, layout: layout, focus: focus, tree: tree, back: back)
    screen.cursor = drawing.draw(shells, on: &screen.canvas)
    screen.present()
  }
}

// What the learner does.
extension CourseScreen {
  private mutating func take(_ key: Key) {
    let layout = layout
    let height = layout.area(of: focus)?.size.rows ?? 1
    switch CourseKeys.deed(of: key, in: focus, listing: bench.session.marked != nil, page: max(height - 2, 1)) {
    case .session(let key): press(key)
    case .focus(let pane): focus = pane
    case .scroll(let lines): scroll(focus, by: lines)
    case .type(let name):
      guard let bytes = shells[name]?.bytes(of: key), !bytes.isEmpty else { return }
      bench.type(bytes, at: name)
    case .nothing: break
    }
    nextLook = min(nextLook, monotonicNanoseconds() + CourseScreen.interval)
  }

  private mutating func press(_ key: SessionKey) {
    bench.press(key)
    if key == .free {
      focus = bench.session.isFree ? .a : .lesson
      fitShells()
    }
    if key == .list { focus = .lesson }
  }

  private mutating func scroll(_ pane: CoursePane, by lines: Int) {
    if let name = pane.terminal {
      shells[name]?.scroll(by: -lines)
    } else {
      let drawing = CourseDrawing(session: bench.session, layout: layout, focus: focus, tree: tree, back: back)
      back = min(max(back - lines, 0), drawing.lessonOverflow())
    }
  }

  private mutating func take(_ event: MouseEvent) {
    let layout = layout
    if layout.hasTabs, event.row == 0, case .press = event.action {
      focus = CoursePane.allCases[min(event.column * 4 / max(layout.size.columns, 1), 3)]
      return
    }
    guard let pane = layout.pane(row: event.row, column: event.column) else { return }
    if case .press = event.action { focus = pane }
    if let name = pane.terminal, let area = layout.area(of: pane), let shell = shells[name] {
      let bytes = shell.bytes(of: event, in: area)
      if !bytes.isEmpty { return bench.type(bytes, at: name) }
    }
    switch event.action {
    case .wheelUp: scroll(pane, by: -3)
    case .wheelDown: scroll(pane, by: 3)
    case .press, .release, .drag: break
    }
  }
}
