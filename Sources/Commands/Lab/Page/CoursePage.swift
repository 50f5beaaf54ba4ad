// The page of a course at work: it brings together the workbench with its terminals, the one browser window that has the
// course, the map of the course's world, and the clock. It never waits.

internal import Lab
internal import Linux
internal import Web

/// What `lab web` serves.
///
/// One window has the course at a time, the one that was opened last: a terminal has one size and one person at it. A
/// window that is opened again, or a second one, is painted as the one before was, which is told and goes quiet.
final class CoursePage: PageApplication {
  /// The tag of the signals; terminals have those from 1.
  private static let signalTag: UInt32 = .max - 1
  /// When terminals are offered again what they did not take.
  private static let pushInterval: UInt64 = 50_000_000

  let bench: Workbench
  private let signals: SignalDescriptor
  private let feed = WorldFeed(from: nil)
  /// The window that has the course.
  private var window: ConnectionID?
  private var streams: [TerminalName: TerminalStream] = [:]
  /// The terminals that are watched for output now.
  private var watched: Set<TerminalName> = []
  private var worldNumber = 0
  /// What the window was told of the session last; nil while it knows nothing.
  private var told: LearnerSession?
  /// Whether the connection that is being opened is the window's, not a feed's.
  private var opensWindow = false
  /// In nanoseconds of the monotonic clock: when the workbench goes on, and when input is offered.
  private var nextAdvance: UInt64?
  private var nextPush: UInt64?
  /// The signal that ended it; nil while none did.
  private(set) var endedBy: Signal?

  /// - Parameter signals: those that end the program, which are blocked.
  init(_ bench: Workbench, _ signals: consuming SignalDescriptor) {
    self.bench = bench
    self.signals = signals
  }

  /// Begins to watch what is to be watched.
  func begin(_ server: PageServer) throws(SystemCallError) {
    try server.watch(signals.descriptor, tag: Self.signalTag)
    goOn(server)
  }

  // MARK: Requests and connections

  func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer {
    if let inspection = feed.answer(request) { return .response(inspection) }
    opensWindow = request.path == "/socket"
    switch request.path {
    case "/feed" where request.method == "GET": return .events
    case "/socket" where request.asksForWebSocket: return .webSocket
    case "/socket": return .response(.text(426, "This address is a WebSocket."))
    default: return .response(PageFile.response(to: request, of: .course))
    }
  }

  func opened(_ connection: ConnectionID, _ server: PageServer) {
    if opensWindow { takeOver(connection, server) } else { feed.open(connection, server) }
    goOn(server)
  }

  private func takeOver(_ connection: ConnectionID, _ server: PageServer) {
    let former = window
    window = connection
    if let former {
      server.send(.text(CourseJSON.state("elsewhere")), to: former)
      server.close(former)
    }
    for name in TerminalName.allCases { streams[name]?.restart() }
    server.send(.text(CourseJSON.course(bench.session.course)), to: connection)
    told = nil
  }

  func closed(_ connection: ConnectionID, _ server: PageServer) {
    feed.close(connection, server)
    if connection == window { window = nil }
    // It may be in the midst of going on that a window turns out to be gone.
    server.wake(after: 0)
  }

  func drained(_ connection: ConnectionID, _ server: PageServer) { feed.drained(connection, server) }

  func received(_ message: WebSocketMessage, from connection: ConnectionID, _ server: PageServer) {
    guard connection == window, let message = CourseMessage(message) else { return }
    switch message {
    case .key(let key):
      bench.press(key)
      nextAdvance = nil
    case .typed(let name, let bytes):
      bench.type(bytes, at: name)
      nextPush = 0
    case .answered(let name, let bytes): bench.answer(bytes, at: name)
    case .size(let name, let size): bench.resize(name, to: size)
    case .drawn(let name, let count): streams[name]?.noteDrawn(count)
    }
    goOn(server)
  }

  func ready(_ readiness: Readiness, tag: UInt32, _ server: PageServer) {
    if tag == Self.signalTag {
      do throws(SystemCallError) { endedBy = try signals.next()?.signal } catch {}
      if endedBy != nil { return server.stop() }
    }
    if tag == WorldFeed.tag { feed.ready(server) }
    goOn(server)
  }

  func woken(_ server: PageServer) { goOn(server) }
}

// Going on.
extension CoursePage {
  /// Does what there is to do now, and sets the time of the next.
  private func goOn(_ server: PageServer) {
    let now = monotonicNanoseconds()
    if nextAdvance.map({ now >= $0 }) ?? true { nextAdvance = bench.advance().map { now + $0 } }
    if bench.worldNumber != worldNumber { adoptWorld(server) }
    for name in TerminalName.allCases { carryOutput(of: name, server) }
    tellSession(server)
    if nextPush.map({ now >= $0 }) ?? false { nextPush = bench.pushInput() ? now + Self.pushInterval : nil }
    // A world that has ended cannot be looked at, and another one will come.
    do throws(SystemCallError) { try feed.goOn(server) } catch {}
    if bench.isLeft { return leave(server) }
    let next = [nextAdvance, feed.due, nextPush].compactMap(\.self).min()
    server.wake(after: next.map { $0 > now ? $0 - now : 0 })
  }

  /// Takes up the terminals of another world, which begin empty.
  private func adoptWorld(_ server: PageServer) {
    worldNumber = bench.worldNumber
    watched = []
    for (index, name) in TerminalName.allCases.enumerated() {
      streams[name] = TerminalStream()
      do throws(SystemCallError) {
        // What is watched is closed with its world, and so watched no more.
        try bench.withController(of: name) { (controller) throws(SystemCallError) in
          try server.watch(controller, [], tag: tag(index))
        }
      } catch {
        // It is read whenever something else happens.
      }
    }
    feed.show(bench.procfs)
    told = nil
  }

  private func tag(_ index: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: worldNumber % (1 << 24)) * 2 + UInt32(index) + 1
  }

  /// Reads a terminal as far as the window keeps up: who prints more waits, as at any terminal. While a step is played
  /// or checked nothing may be held up.
  private func carryOutput(of name: TerminalName, _ server: PageServer) {
    let hasRoom = window != nil && streams[name]?.hasRoom == true
    if hasRoom || bench.isBusy { streams[name]?.append(bench.takeOutput(of: name)) }
    if let window {
      while let piece = streams[name]?.next() {
        server.send(CourseMessage.output(piece, of: name), to: window)
        if self.window != window { break }
      }
    }
    watch(name, window != nil && streams[name]?.hasRoom == true, server)
  }

  private func watch(_ name: TerminalName, _ isWanted: Bool, _ server: PageServer) {
    guard watched.contains(name) != isWanted, let index = TerminalName.allCases.firstIndex(of: name) else { return }
    do throws(SystemCallError) {
      try bench.withController(of: name) { (controller) throws(SystemCallError) in
        try server.change(controller, isWanted ? .readable : [], tag: tag(index))
      }
    } catch {
      return
    }
    if isWanted { watched.insert(name) } else { watched.remove(name) }
  }

  private func tellSession(_ server: PageServer) {
    guard let window, bench.session != told else { return }
    told = bench.session
    server.send(.text(CourseJSON.session(bench.session, shells: bench.shellNumbers)), to: window)
  }

  private func leave(_ server: PageServer) {
    if let window { server.send(.text(CourseJSON.state("left")), to: window) }
    server.stop()
  }
}
