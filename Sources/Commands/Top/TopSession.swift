// `top` at work: looks at the machine, draws, waits for the person, and does what only the machine can do.

internal import Isolation
internal import Linux
internal import Processes
internal import Screen

/// One run of `top`.
struct TopSession: ~Copyable {
  /// From one look to the next, in nanoseconds.
  private let interval: UInt64
  private let strokes: TreeStrokes
  private var screen: TerminalScreen
  private var model: TopModel
  private var census = LiveCensus()
  private var events = ProcessEventDigest()
  /// How many lost announcements the person was told of.
  private var toldLost: UInt64 = 0
  private var nextLook: UInt64 = 0

  /// Takes the terminal over.
  init(_ model: TopModel, interval: UInt64, usesColor: Bool) throws(ScreenError) {
    screen = try TerminalScreen(minimum: TopLayout.minimum, usesColor: usesColor)
    self.interval = interval
    self.model = model
    strokes = screen.isUnicode ? .ofLocale() : .ascii
  }

  /// Goes on until the person quits or a signal comes.
  ///
  /// - Returns: the exit status.
  mutating func run() throws(Complaint) -> Int32 {
    try look()
    watchEvents()
    while true {
      draw()
      for event in try wait() {
        switch event {
        case .key(let key):
          if try !carryOut(model.take(key, overlayHeight: layout.overlayHeight)) { return 0 }
        case .mouse(let mouse): if try !carryOut(model.take(mouse, layout: layout)) { return 0 }
        case .resized: break
        case .ready: restEvents()
        case .resumed: nextLook = 0
        case .ended(let signal): return 128 + signal.rawValue
        }
      }
      if model.isPaused { continue }
      if monotonicNanoseconds() >= nextLook { try look() }
      if monotonicNanoseconds() >= events.due { hear() }
    }
  }

  private var layout: TopLayout { TopLayout(screen.canvas.size) }

  private mutating func wait() throws(Complaint) -> [ScreenEvent] {
    do throws(SystemCallError) {
      return try screen.wait(until: model.isPaused ? nil : min(nextLook, events.due))
    } catch {
      throw Complaint(error, doing: "wait for keys")
    }
  }

  private mutating func look() throws(Complaint) {
    do throws(SystemCallError) {
      try census.look(readsThreads: model.view.showsThreads, seen: model.visibleProcessIDs)
    } catch {
      throw .unreadableProcfs(error)
    }
    model.machine = census.machine
    model.update(census.processes)
    nextLook = monotonicNanoseconds() + interval
  }

  private mutating func watchEvents() {
    if let refusal = events.refusal {
      model.isPolled = true
      model.notice = "The kernel announces nothing here (\(refusal.name)): short lives are missed"
    }
    listen()
  }

  private func listen() {
    // Without them a look in every interval has to do.
    do throws(SystemCallError) { try screen.watch(events.descriptor, tag: 0) } catch {}
  }

  /// Something was announced: it is heard a tenth of a second after the time before, at the earliest.
  private mutating func restEvents() {
    events.wake()
    // One that overflowed would wake even who waits for nothing of it.
    do throws(SystemCallError) { try screen.unwatch(events.descriptor) } catch {}
  }

  private mutating func hear() {
    switch events.hear() {
    case .processes(let heard) where !model.view.showsThreads:
      census.look(at: heard)
      model.update(census.processes)
    default: nextLook = 0
    }
    if events.lost > toldLost {
      toldLost = events.lost
      model.notice = "\(toldLost) events were lost, and everything was looked at instead"
    }
    listen()
  }

  private mutating func draw() {
    let layout = layout
    model.setRoom(rows: layout.listRows.count, columns: layout.size.columns)
    TopDrawing(model: model, layout: layout, strokes: strokes).draw(on: &screen.canvas, &census.cgroups)
    screen.present()
  }
}

// MARK: What only the machine can do

extension TopSession {
  /// - Returns: false to quit.
  private mutating func carryOut(_ deed: TopDeed) throws(Complaint) -> Bool {
    switch deed {
    case .nothing: break
    case .quit: return false
    case .look: try look()
    case .redraw: screen.redraw()
    case .showEnvironment(let process): model.overlay = .text(.environment(of: process))
    case .inspect(let process): model.overlay = .text(.inspection(of: process))
    case .signal(let signal, let processes):
      model.notice = TopKill.send(signal, to: processes)
      nextLook = 0
    case .planBranchKill(let processes): planKill(processes)
    case .killBranches(let processes):
      model.notice = TopKill.endBranches(processes)
      nextLook = 0
    case .renice(let step, let processes):
      model.notice = TopKill.renice(processes, by: step)
      nextLook = 0
    }
    return true
  }

  private mutating func planKill(_ processes: [ProcessIdentity]) {
    do throws(Complaint) {
      model.overlay = .question(try TopKill.plan(processes), .killBranches(processes))
    } catch {
      model.notice = error.inOneLine
    }
  }
}
