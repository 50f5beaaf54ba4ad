// What stands behind a page: who answers its requests and hears of its connections. One thread does it all.

public import Linux

/// A connection of the server for as long as it lives; never given again.
public struct ConnectionID: Hashable, Sendable {
  let number: UInt64
}

/// What is done with a request that passed the gate.
public enum Answer: Sendable {
  /// It is answered.
  case response(Response)
  /// The connection stays open for server-sent events, which `PageServer.send(_:to:)` sends.
  case events
  /// The connection becomes a WebSocket.
  case webSocket
}

/// What a page does.
///
/// Everything is called on the thread that runs the server, one after the other, so nothing here may wait.
public protocol PageApplication: AnyObject {
  /// What the page may load; `Response.contentSecurityPolicy` unless it needs more.
  var contentSecurityPolicy: String { get }

  /// Answers a request that passed the gate.
  ///
  /// - Parameter connection: of a feed or a WebSocket, what its messages are sent to.
  func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer

  /// A feed or a WebSocket is open now.
  func opened(_ connection: ConnectionID, _ server: PageServer)

  /// A message came over a WebSocket.
  func received(_ message: WebSocketMessage, from connection: ConnectionID, _ server: PageServer)

  /// All that a feed or a WebSocket was sent has been taken.
  func drained(_ connection: ConnectionID, _ server: PageServer)

  /// A feed or a WebSocket is no more.
  func closed(_ connection: ConnectionID, _ server: PageServer)

  /// A descriptor that `PageServer.watch` was given is ready.
  func ready(_ readiness: Readiness, tag: UInt32, _ server: PageServer)

  /// The time that `PageServer.wake(after:)` set has come.
  func woken(_ server: PageServer)
}

extension PageApplication {
  /// That which allows what this server sends.
  public var contentSecurityPolicy: String { Response.contentSecurityPolicy }
  /// Nothing to do.
  public func opened(_ connection: ConnectionID, _ server: PageServer) {}
  /// Nothing to do.
  public func received(_ message: WebSocketMessage, from connection: ConnectionID, _ server: PageServer) {}
  /// Nothing to do.
  public func drained(_ connection: ConnectionID, _ server: PageServer) {}
  /// Nothing to do.
  public func closed(_ connection: ConnectionID, _ server: PageServer) {}
  /// Nothing to do.
  public func ready(_ readiness: Readiness, tag: UInt32, _ server: PageServer) {}
  /// Nothing to do.
  public func woken(_ server: PageServer) {}
}
