// The server of a page: one thread that waits for connections, for what they send, and for what the page watches. While
// nothing of that happens it sleeps.

public import Linux

/// A server on 127.0.0.1 for one page.
///
/// Source: epoll(7), RFC 9112, HTML Living Standard §9.2 (server-sent events), RFC 6455 (WebSocket).
public final class PageServer {
  /// How many connections there may be at once: a browser opens six, and one for each WebSocket.
  public static let maximumConnections = 64

  /// Who may come in.
  public var gate: Gate
  private let listener: LoopbackListener
  private let events: EventPoll
  private let application: any PageApplication
  private var connections: [ConnectionID: Connection] = [:]
  private var nextNumber: UInt64 = 1 << 32
  /// In nanoseconds of the monotonic clock; nil for no time.
  private var wakeTime: UInt64?
  private var isStopping = false
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  private static let listenerTag: UInt64 = 0

  /// Begins to listen.
  ///
  /// - Parameter port: 0 for one that is free.
  /// - Throws: `SystemCallError` with `EADDRINUSE` when the port is taken, `EACCES` below 1024 without the right.
  public init(port: UInt16 = 0, _ application: any PageApplication) throws(SystemCallError) {
    let listener = try LoopbackListener(port: port)
    let events = try EventPoll()
    try events.add(listener.descriptor, .readable, tag: Self.listenerTag)
    gate = Gate(port: listener.port)
    self.listener = listener
    self.events = events
    self.application = application
  }

  /// Serves until `stop()` is called.
  ///
  /// - Throws: `SystemCallError` when waiting fails; a browser that goes away is no error.
  public func run() throws(SystemCallError) {
    while !isStopping { try turn(milliseconds: millisecondsToWait()) }
  }

  /// Waits once, and does what there is to do then.
  func turn(milliseconds: Int32?) throws(SystemCallError) {
    for event in try events.wait(milliseconds: milliseconds) { try handle(event) }
    if let time = wakeTime, monotonicNanoseconds() >= time {
      wakeTime = nil
      application.woken(self)
    }
  }

  /// Ends `run()` after what is being done; connections are cut.
  public func stop() { isStopping = true }

  /// Sets the one time at which the application is woken, in place of any that was set; nil for none.
  public func wake(after nanoseconds: UInt64?) {
    wakeTime = nanoseconds.map { monotonicNanoseconds() + $0 }
  }

  /// Watches a descriptor, which must stay open until `unwatch` is called.
  ///
  /// - Parameter tag: above 0; what the application is told when it is ready.
  /// - Throws: `SystemCallError` with `EPERM` for a plain file, `EEXIST` when it is watched.
  public func watch(
    _ descriptor: borrowing FileDescriptor, _ awaited: Readiness = .readable, tag: UInt32
  ) throws(SystemCallError) {
    try events.add(descriptor, awaited, tag: UInt64(tag))
  }

  /// Changes what a watched descriptor is awaited for.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func change(
    _ descriptor: borrowing FileDescriptor, _ awaited: Readiness, tag: UInt32
  ) throws(SystemCallError) {
    try events.change(descriptor, awaited, tag: UInt64(tag))
  }

  /// Watches a descriptor no more.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func unwatch(_ descriptor: borrowing FileDescriptor) throws(SystemCallError) {
    try events.remove(descriptor)
  }

  private func millisecondsToWait() -> Int32? {
    wakeTime.map { time in
      let now = monotonicNanoseconds()
      return time <= now ? 0 : Int32(min((time - now) / 1_000_000 + 1, 3_600_000))
    }
  }

  private func handle(_ event: EventPoll.Event) throws(SystemCallError) {
    if event.tag == Self.listenerTag { return try acceptAll() }
    if event.tag <= UInt64(UInt32.max) {
      return application.ready(event.ready, tag: UInt32(event.tag), self)
    }
    guard let connection = connections[ConnectionID(number: event.tag)] else { return }
    if !event.ready.isDisjoint(with: [.readable, .hangUp, .error]) { receive(connection) }
    if connections[connection.id] != nil { flush(connection) }
  }
}

// MARK: Connections

extension PageServer {
  private func acceptAll() throws(SystemCallError) {
    do throws(SystemCallError) {
      while let stream = try listener.accept() {
        if connections.count >= Self.maximumConnections { dropLongestIdle() }
        try open(stream)
      }
    } catch {
      // Too many descriptors: make room, so that the one who waits gets in at the next turn.
      guard error.errno == .emfile, !connections.isEmpty else { throw error }
      dropLongestIdle()
    }
  }

  private func open(_ stream: consuming LoopbackStream) throws(SystemCallError) {
    let connection = Connection(ConnectionID(number: nextNumber), stream)
    nextNumber += 1
    try events.add(connection.stream.descriptor, .readable, tag: connection.id.number)
    connections[connection.id] = connection
  }

  private func dropLongestIdle() {
    let idle = connections.values.filter { $0.form == .requests }.min { $0.id.number < $1.id.number }
    if let connection = idle ?? connections.values.min(by: { $0.id.number < $1.id.number }) { drop(connection) }
  }

  private func drop(_ connection: Connection) {
    // The application may hold the connection's number only: its descriptor closes with the last reference.
    guard connections.removeValue(forKey: connection.id) != nil else { return }
    do throws(SystemCallError) { try events.remove(connection.stream.descriptor) } catch {}
    if connection.form != .requests { application.closed(connection.id, self) }
  }

  private func receive(_ connection: Connection) {
    do throws(SystemCallError) {
      while connections[connection.id] != nil, let count = try connection.stream.receive(into: &buffer) {
        if count == 0 { return drop(connection) }
        if connection.isClosing { continue }
        if connection.form == .webSocket {
          connection.messages.append(buffer[..<count])
        } else {
          connection.requests.append(buffer[..<count])
        }
        process(connection)
      }
    } catch {
      drop(connection)
    }
  }

  private func process(_ connection: Connection) {
    do throws(RequestError) {
      while connection.form == .requests, !connection.isClosing, let request = try connection.requests.next() {
        respond(to: request, connection)
      }
    } catch {
      refuse(.text(error.status, error.problem), connection)
    }
    if connection.form == .webSocket { processMessages(connection) }
  }

  private func processMessages(_ connection: Connection) {
    do throws(WebSocketError) {
      while connections[connection.id] != nil, !connection.isClosing, let message = try connection.messages.next() {
        switch message {
        case .ping(let content): connection.enqueue(WebSocketFrame.pong(content))
        case .close: close(connection.id)
        default: application.received(message, from: connection.id, self)
        }
      }
    } catch {
      connection.enqueue(WebSocketFrame.close(error))
      connection.isClosing = true
    }
  }

  private func refuse(_ response: Response, _ connection: Connection) {
    connection.enqueue(response.bytes(policy: application.contentSecurityPolicy, closes: true))
    connection.isClosing = true
  }

  private func flush(_ connection: Connection) {
    let hadOutput = connection.pendingCount > 0
    do throws(SystemCallError) {
      try connection.flush()
    } catch {
      return drop(connection)
    }
    awaitWritable(connection, connection.pendingCount > 0)
    guard connection.pendingCount == 0 else { return }
    if connection.isClosing { return drop(connection) }
    if hadOutput, connection.form != .requests { application.drained(connection.id, self) }
  }

  /// A connection that has nothing to take is not asked whether it would.
  private func awaitWritable(_ connection: Connection, _ isWanted: Bool) {
    if connection.awaitsWritable == isWanted { return }
    connection.awaitsWritable = isWanted
    do throws(SystemCallError) {
      try events.change(
        connection.stream.descriptor, isWanted ? [.readable, .writable] : .readable, tag: connection.id.number)
    } catch {
      drop(connection)
    }
  }
}

// MARK: Answering

extension PageServer {
  private func respond(to request: Request, _ connection: Connection) {
    switch gate.admit(request) {
    case .refused(let response): refuse(response, connection)
    case .admitted: answer(gate.inside(request), [], connection)
    case .admittedAnew(let cookie): answer(gate.inside(request), [cookie], connection)
    }
  }

  private func answer(_ request: Request, _ headers: [Response.Header], _ connection: Connection) {
    let policy = application.contentSecurityPolicy
    switch application.answer(request, on: connection.id, self) {
    case .response(var response):
      response.headers += headers
      let closes = request.headers["connection"]?.lowercased() == "close"
      connection.enqueue(response.bytes(policy: policy, closes: closes, isHead: request.method == "HEAD"))
      connection.isClosing = closes
    case .events:
      connection.enqueue(
        Response.head(
          200, [.init("Content-Type", "text/event-stream"), .init("Connection", "keep-alive")], policy: policy))
      open(connection, as: .events)
    case .webSocket:
      guard let handshake = WebSocketHandshake.response(to: request, policy: policy) else {
        return refuse(.text(426, "This address is a WebSocket of version 13."), connection)
      }
      connection.enqueue(handshake)
      connection.messages.append(connection.requests.takeRest()[...])
      open(connection, as: .webSocket)
    }
  }

  private func open(_ connection: Connection, as form: Connection.Form) {
    connection.form = form
    application.opened(connection.id, self)
  }

  /// How many bytes a feed or a WebSocket has yet to take; nil when it is no more.
  public func pendingCount(of connection: ConnectionID) -> Int? { connections[connection]?.pendingCount }

  /// Sends a message: over a WebSocket in a frame of its kind, to a feed as one event, whose text has no line breaks.
  ///
  /// To one that is no more, nothing is sent; the application was told by `closed`.
  public func send(_ message: WebSocketMessage, to id: ConnectionID) {
    guard let connection = connections[id], !connection.isClosing else { return }
    switch (connection.form, message) {
    case (.webSocket, _): connection.enqueue(WebSocketFrame.bytes(message))
    case (.events, .text(let content)): connection.enqueue(Array("data: ".utf8) + content + [10, 10])
    default: return
    }
    flush(connection)
  }

  /// Ends a feed or a WebSocket once all is sent.
  public func close(_ id: ConnectionID) {
    guard let connection = connections[id] else { return }
    if connection.form == .webSocket { connection.enqueue(WebSocketFrame.bytes(.close)) }
    connection.isClosing = true
    flush(connection)
  }
}
