// What `pangaea web` serves: the map, the feed that keeps it true, and what the inspector asks. While no browser looks,
// nothing is read.

public import Linux

/// The page of the live world.
public final class MapApplication: PageApplication {
  private let signalling: Signalling?
  private let feed: WorldFeed
  /// What was the matter when /proc could not be read.
  private var failure: SystemCallError?

  /// Makes the page.
  ///
  /// - Parameter allowsKill: whether the page may signal processes and end branches.
  public init(allowsKill: Bool = false) {
    signalling = allowsKill ? Signalling() : nil
    feed = WorldFeed(allowsKill: allowsKill)
  }

  /// Sends the page's files, opens feeds, inspects processes, and signals them where that is allowed.
  public func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer {
    if let inspection = feed.answer(request) { return .response(inspection) }
    switch (request.method, request.path) {
    case ("GET", "/feed"): return .events
    case ("POST", "/signal"):
      guard let signalling else { return .response(.text(403, "This page only looks: start it with --allow-kill.")) }
      return .response(signalling.answer(request))
    default: return .response(PageFile.response(to: request, of: .map))
    }
  }

  /// Sends the whole world to a new feed.
  public func opened(_ connection: ConnectionID, _ server: PageServer) {
    feed.open(connection, server)
    goOn(server)
  }

  /// Sends what could not be sent before.
  public func drained(_ connection: ConnectionID, _ server: PageServer) { feed.drained(connection, server) }

  /// Forgets a feed, and looks no more after the last one.
  public func closed(_ connection: ConnectionID, _ server: PageServer) {
    feed.close(connection, server)
    goOn(server)
  }

  /// The kernel announced something.
  public func ready(_ readiness: Readiness, tag: UInt32, _ server: PageServer) {
    feed.ready(server)
    goOn(server)
  }

  /// Looks again.
  public func woken(_ server: PageServer) { goOn(server) }

  private func goOn(_ server: PageServer) {
    do throws(SystemCallError) {
      try feed.goOn(server)
    } catch {
      failure = error
      server.stop()
    }
    let now = monotonicNanoseconds()
    server.wake(after: feed.due.map { $0 > now ? $0 - now : 0 })
  }

  /// Why the server stopped by itself; nil while it did not.
  public var reasonToStop: SystemCallError? { failure }
}
