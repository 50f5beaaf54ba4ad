// The terminal as one screen: taken over through ncurses, drawn on where something changed, and given back as it was.

internal import CCurses
public import Linux

/// The terminal of standard input and output, taken over while this value lives. There can be one at a time.
///
/// Signals that would end or stop the program are blocked meanwhile and come as events (`wait`); Ctrl-Z and fg are
/// dealt with inside. Whatever way the value ends, the terminal is as it was.
///
/// Source: ncurses(3X).
@safe public struct TerminalScreen: ~Copyable {
  /// The least time from one frame to the next, in nanoseconds: ten in a second.
  public static let frameInterval: UInt64 = 100_000_000
  /// LC_CTYPE of setlocale(3).
  private static let characterCategory: Int32 = 0
  /// All events of all buttons, and movement with a button down (ALL_MOUSE_EVENTS, REPORT_MOUSE_POSITION).
  private static let allMouseEvents: UInt32 = 0x1fff_ffff

  /// What to show; seen after `present()`.
  public var canvas: Canvas
  /// Where the cursor is seen; nil to hide it.
  public var cursor: (row: Int, column: Int)?
  /// Whether characters beyond ASCII can be shown.
  public let isUnicode: Bool

  private let screen: OpaquePointer
  private let formerMask: SignalSet
  private let formerAttributes: TerminalAttributes
  private let sources: EventSources
  private let colors: Int
  /// What the terminal shows.
  private var shown: Canvas
  private var showsCursor = true
  private var isStale = true
  private var isDue = false
  private var lastFrame: UInt64 = 0

  /// Takes the terminal over.
  ///
  /// - Parameters:
  ///   - minimum: the rows and columns that are needed at the start.
  ///   - handsOverEveryKey: whether Ctrl-C, Ctrl-Z and Ctrl-\ are keys like others, instead of signals.
  ///   - usesColor: false for a person who asked for none.
  /// - Throws: `ScreenError`; the terminal is as it was.
  public init(
    minimum: WindowSize = WindowSize(rows: 1, columns: 1), handsOverEveryKey: Bool = false, usesColor: Bool = true
  ) throws(ScreenError) {
    try TerminalDescription.verify()
    let (size, attributes) = try TerminalScreen.takeStock()
    if size.rows < minimum.rows || size.columns < minimum.columns { throw .tooSmall(size, needed: minimum) }
    let sources = try EventSources.opened()
    let isUnicode = TerminalScreen.speaksUnicode()
    let mask = EventSources.signals.block()
    guard let started = unsafe ccurses_start() else {
      mask.setAsMask()
      throw .unknownTerminal(TerminalDescription.name)
    }
    ccurses_prepare(handsOverEveryKey)
    set_escdelay(25)
    _ = mousemask(TerminalScreen.allMouseEvents, nil)
    mouseinterval(0)
    resizeterm(Int32(size.rows), Int32(size.columns))
    unsafe self.init(
      started, sources, size, isUnicode: isUnicode, colors: usesColor ? Int(ccurses_colors()) : 0, mask: mask,
      attributes: attributes)
  }

  private init(
    _ screen: OpaquePointer, _ sources: consuming EventSources, _ size: WindowSize, isUnicode: Bool, colors: Int,
    mask: SignalSet, attributes: TerminalAttributes
  ) {
    unsafe self.screen = screen
    self.sources = sources
    self.isUnicode = isUnicode
    self.colors = colors
    formerMask = mask
    formerAttributes = attributes
    canvas = Canvas(size)
    shown = canvas
  }

  private static func takeStock() throws(ScreenError) -> (WindowSize, TerminalAttributes) {
    do throws(SystemCallError) {
      return (try FileDescriptor.standardOutput.windowSize(), try FileDescriptor.standardInput.attributes())
    } catch {
      throw .systemCall(error)
    }
  }

  deinit {
    endwin()
    unsafe delscreen(screen)
    // The terminal may be gone; then there is nothing to restore.
    do throws(SystemCallError) { try FileDescriptor.standardInput.setAttributes(formerAttributes) } catch {}
    formerMask.setAsMask()
  }

  /// Sets the locale that ncurses reads and writes characters by: UTF-8, unless a person named another character set.
  private static func speaksUnicode() -> Bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].map { environmentVariable($0) ?? "" }
    let locale = names.first { !$0.isEmpty }?.uppercased() ?? "C.UTF-8"
    guard locale.contains("UTF-8") || locale.contains("UTF8") else { return false }
    return unsafe setlocale(characterCategory, "C.UTF-8") != nil || setlocale(characterCategory, "") != nil
  }
}

// MARK: Showing

extension TerminalScreen {
  /// Has the canvas shown: at once, or, within a tenth of a second after the frame before, by `wait`.
  public mutating func present() {
    isDue = true
    showIfDue()
  }

  /// Draws everything anew, should something else have written to the terminal.
  public mutating func redraw() {
    isStale = true
    isDue = true
    lastFrame = 0
    showIfDue()
  }

  private mutating func showIfDue() {
    guard isDue, monotonicNanoseconds() >= lastFrame + TerminalScreen.frameInterval else { return }
    for row in 0..<canvas.size.rows where isStale || canvas.row(row) != shown.row(row) {
      write(row)
      shown.copyRow(row, from: canvas)
    }
    if (cursor != nil) != showsCursor || isStale {
      showsCursor = cursor != nil
      curs_set(showsCursor ? 1 : 0)
    }
    ccurses_refresh(Int32(cursor?.row ?? 0), Int32(cursor?.column ?? 0), isStale)
    isStale = false
    isDue = false
    lastFrame = monotonicNanoseconds()
  }

  /// Writes the runs of a row that look alike. A run ends behind a character beyond ASCII, so that a terminal or a C
  /// library with another idea of its width does not shift what follows.
  private func write(_ row: Int) {
    let cells = canvas.row(row)
    var text: [Int32] = []
    var start = cells.startIndex
    while start < cells.endIndex {
      let style = cells[start].style
      var end = start
      text.removeAll(keepingCapacity: true)
      var isPlain = true
      while end < cells.endIndex, isPlain, cells[end].style == style {
        isPlain = append(cells[end], to: &text)
        end += 1
      }
      if !text.isEmpty { write(text, row, column: start - cells.startIndex, style) }
      start = end
    }
  }

  /// - Returns: whether the character was of ASCII.
  private func append(_ cell: Cell, to text: inout [Int32]) -> Bool {
    guard let character = cell.character else { return false }
    if character.value < 0x7f {
      text.append(Int32(character.value))
      return cell.marks.first == nil
    }
    guard isUnicode else {
      text.append(Int32(UInt8(ascii: "?")))
      return DisplayWidth.of(character) == 1
    }
    text.append(Int32(character.value))
    if let mark = cell.marks.first { text.append(Int32(mark.value)) }
    if let mark = cell.marks.second { text.append(Int32(mark.value)) }
    return false
  }

  private func write(_ text: [Int32], _ row: Int, column: Int, _ style: Style) {
    let foreground = style.foreground.fitted(to: colors)
    let background = style.background.fitted(to: colors)
    let pair = foreground < 0 && background < 0 ? 0 : alloc_pair(Int32(foreground), Int32(background))
    // Where there are no colours, what has a ground of its own is told apart all the same.
    let emphasis = background < 0 && style.background != .terminal ? style.emphasis.union(.reverse) : style.emphasis
    unsafe ccurses_write(
      Int32(row), Int32(column), text, Int32(text.count), emphasis.cursesAttributes, max(pair, 0))
  }
}

// MARK: Waiting

extension TerminalScreen {
  /// Has `wait` tell, too, when another descriptor is ready, again and again while it is.
  ///
  /// - Parameters:
  ///   - descriptor: must stay open while it is watched; one that is closed is watched no more.
  ///   - tag: comes back in `ScreenEvent.ready`; not one of the two highest numbers.
  /// - Throws: `SystemCallError` with `EEXIST` when it is watched, `EPERM` for a plain file.
  public func watch(
    _ descriptor: borrowing FileDescriptor, _ awaited: Readiness = .readable, tag: UInt64
  ) throws(SystemCallError) {
    try sources.poll.add(descriptor, awaited, tag: tag)
  }

  /// Changes what a watched descriptor is awaited for; nothing, to have it rest.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func await(
    _ awaited: Readiness, of descriptor: borrowing FileDescriptor, tag: UInt64
  ) throws(SystemCallError) {
    try sources.poll.change(descriptor, awaited, tag: tag)
  }

  /// Watches a descriptor no more.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func unwatch(_ descriptor: borrowing FileDescriptor) throws(SystemCallError) {
    try sources.poll.remove(descriptor)
  }

  /// Waits until something happens; frames that are due are shown meanwhile.
  ///
  /// - Parameter deadline: in nanoseconds of the clock that `monotonicNanoseconds()` reads; nil waits without end.
  /// - Returns: what happened, in order; nothing when the time was over.
  /// - Throws: `SystemCallError` of epoll_wait(2).
  public mutating func wait(until deadline: UInt64?) throws(SystemCallError) -> [ScreenEvent] {
    while true {
      showIfDue()
      let ready = try sources.poll.wait(milliseconds: milliseconds(until: deadline))
      var events: [ScreenEvent] = []
      for event in ready {
        switch event.tag {
        case EventSources.keyboardTag:
          if event.ready.contains(.hangUp) { events.append(.ended(.hangup)) } else { readKeys(into: &events) }
        case EventSources.signalTag: try readSignals(into: &events)
        default: events.append(.ready(event.tag))
        }
      }
      if !events.isEmpty { return events }
      if let deadline, monotonicNanoseconds() >= deadline { return [] }
    }
  }

  /// To the deadline or to the next frame, rounded up; nil for neither.
  private func milliseconds(until deadline: UInt64?) -> Int32? {
    let frame = isDue ? lastFrame + TerminalScreen.frameInterval : .max
    let end = min(deadline ?? .max, frame)
    if end == .max { return nil }
    let now = monotonicNanoseconds()
    return end <= now ? 0 : Int32(clamping: (end - now + 999_999) / 1_000_000)
  }

  /// An Escape right before another key is that key with Alt.
  private func readKeys(into events: inout [ScreenEvent]) {
    var hasEscape = false
    while let read = readKey() {
      for event in read {
        if case .key(Key(.escape)) = event, !hasEscape {
          hasEscape = true
          continue
        }
        if hasEscape, case .key(var key) = event {
          key.modifiers.insert(.alt)
          events.append(.key(key))
        } else {
          if hasEscape { events.append(.key(Key(.escape))) }
          events.append(event)
        }
        hasEscape = false
      }
    }
    if hasEscape { events.append(.key(Key(.escape))) }
  }

  /// - Returns: nil when nothing more was typed; nothing for a key that nobody waits for.
  private func readKey() -> [ScreenEvent]? {
    var character: UInt32 = 0
    let result = unsafe ccurses_key(&character)
    if result == 0 { return [.key(Key(typed: character))] }
    guard result == 0o400 else { return nil }
    if character == 0o631 { return readMouse() }
    let name = character > 0o777 ? unsafe keyname(Int32(character)).map { unsafe String(cString: $0) } : nil
    return Key(code: character, name: name).map { [.key($0)] } ?? []
  }

  private func readMouse() -> [ScreenEvent] {
    var event = ccurses_mouse()
    guard unsafe getmouse(&event) == 0 else { return [] }
    return MouseEvent.events(state: event.state, row: Int(event.row), column: Int(event.column)).map { .mouse($0) }
  }

  private mutating func readSignals(into events: inout [ScreenEvent]) throws(SystemCallError) {
    while let received = try sources.signals.next() {
      switch received.signal {
      case .windowChange: if try adoptSize() { events.append(.resized(canvas.size)) }
      case .terminalStop: try stop()
      case .resume:
        // Who was stopped by SIGSTOP could not give the terminal back, and somebody else has had it.
        endwin()
        redraw()
        events.append(.resumed)
        if try adoptSize() { events.append(.resized(canvas.size)) }
      default: events.append(.ended(received.signal))
      }
    }
  }

  /// - Returns: whether the size is another one; then the canvas is empty.
  private mutating func adoptSize() throws(SystemCallError) -> Bool {
    let size = try FileDescriptor.standardOutput.windowSize()
    guard size != canvas.size, size.rows > 0, size.columns > 0 else { return false }
    resizeterm(Int32(size.rows), Int32(size.columns))
    canvas = Canvas(size)
    shown = canvas
    isStale = true
    lastFrame = 0
    return true
  }

  /// Gives the terminal back and stops; the signal that has the program go on takes it over again.
  private func stop() throws(SystemCallError) {
    endwin()
    try sendSignal(.stop, to: CallingProcess.processID)
  }

  /// Gives the terminal back while something else uses it, a program for instance, and takes it over again.
  public mutating func lend<Result>(_ use: () -> Result) -> Result {
    endwin()
    defer { redraw() }
    return use()
  }
}
