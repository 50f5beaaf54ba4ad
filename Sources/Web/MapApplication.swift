// What `pangaea web` serves: the map, the feed that keeps it true, and what the inspector asks. While no browser looks,
// nothing is read.

internal import JSON
public import Linux
internal import Processes

/// The page of the live world.
public final class MapApplication: PageApplication {
  /// The shortest and the longest time between two looks at the world, in nanoseconds: what splits off is to be seen
  /// within a second, on a machine of many processes too.
  private static let shortestInterval: UInt64 = 250_000_000
  private static let longestInterval: UInt64 = 700_000_000
  /// Between the two, of the time one part in so many is spent on looking.
  private static let share: UInt64 = 10

  private let files: [String: PageFile]
  private let signalling: Signalling?
  private let accounts = Accounts()
  private var reader = WorldReader()
  private var world = WorldSnapshot()
  /// What each feed was sent last; nil before its first event.
  private var feeds: [ConnectionID: WorldSnapshot?] = [:]
  /// What was the matter when /proc could not be read.
  private var failure: SystemCallError?

  /// Makes the page.
  ///
  /// - Parameter allowsKill: whether the page may signal processes and end branches.
  public init(allowsKill: Bool = false) {
    files = Dictionary(PageFile.all().map { ($0.name, $0) }) { first, _ in first }
    signalling = allowsKill ? Signalling() : nil
  }

  // MARK: Requests

  /// Sends the page's files, opens feeds, inspects processes, and signals them where that is allowed.
  public func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer {
    switch (request.method, request.path) {
    case ("GET", "/feed"): return .events
    case ("GET", "/process"): return .response(inspect(request) { $0.traits() })
    case ("GET", "/environment"): return .response(inspect(request) { $0.environment() })
    case ("POST", "/signal"):
      guard let signalling else { return .response(.text(403, "This page only looks: start it with --allow-kill.")) }
      return .response(signalling.answer(request))
    case ("GET", _), ("HEAD", _):
      let name = request.path == "/" ? "page.html" : String(request.path.dropFirst())
      return .response(files[name]?.response ?? .text(404, "There is no such page."))
    default: return .response(.text(405, "That is not done here."))
    }
  }

  private func inspect(_ request: Request, _ text: (InspectionJSON) -> [UInt8]) -> Response {
    guard let process = ProcessIdentity(key: request.query["key"] ?? "") else {
      return .text(400, "A process is named by its PID and its start time.")
    }
    do throws(SystemCallError) {
      return .json(text(try InspectionJSON(of: process)))
    } catch {
      return error.errno == .esrch
        ? .text(404, "The process has ended.") : .text(503, "The process could not be read: \(error.errno.name).")
    }
  }

  // MARK: The feed

  /// Sends the whole world to a new feed.
  public func opened(_ connection: ConnectionID, _ server: PageServer) {
    feeds.updateValue(nil, forKey: connection)
    look(server)
  }

  /// Forgets a feed, and with the last one the world.
  public func closed(_ connection: ConnectionID, _ server: PageServer) {
    feeds.removeValue(forKey: connection)
    guard feeds.isEmpty else { return }
    server.wake(after: nil)
    reader = WorldReader()
    world = WorldSnapshot()
  }

  /// Looks again.
  public func woken(_ server: PageServer) {
    if !feeds.isEmpty { look(server) }
  }

  private func look(_ server: PageServer) {
    let start = monotonicNanoseconds()
    do throws(SystemCallError) {
      world = try reader.read()
    } catch {
      failure = error
      return server.stop()
    }
    for connection in Array(feeds.keys) { tell(connection, server) }
    let cost = monotonicNanoseconds() - start
    server.wake(after: min(max(Self.shortestInterval, cost * Self.share), Self.longestInterval))
  }

  /// Sends a feed what it does not know yet; one that has not taken the last event waits for the next look, so that
  /// what is kept for a slow browser does not grow.
  private func tell(_ connection: ConnectionID, _ server: PageServer) {
    guard let entry = feeds[connection] else { return }
    guard let known = entry else { return sendFirst(connection, server) }
    guard server.pendingCount(of: connection) == 0 else { return }
    let difference = WorldDifference(from: known, to: world)
    feeds[connection] = world
    if !difference.isEmpty { send(difference, nil, connection, server) }
  }

  private func sendFirst(_ connection: ConnectionID, _ server: PageServer) {
    feeds[connection] = world
    send(WorldDifference(from: WorldSnapshot(), to: world), setting(), connection, server)
  }

  private func send(
    _ difference: WorldDifference, _ setting: WorldSetting?, _ connection: ConnectionID, _ server: PageServer
  ) {
    let time = realTimeNanoseconds() / 1_000_000
    server.send(.text(difference.json(time: time, setting: setting)), to: connection)
  }

  private func setting() -> WorldSetting {
    var host: [UInt8] = []
    do throws(SystemCallError) { host = try SystemName().hostName } catch {}
    return WorldSetting(
      hostName: host, machine: world.machine, userNames: accounts.users.map { ($0.id, $0.name) },
      allowsKill: signalling != nil)
  }

  /// Why the server stopped by itself; nil while it did not.
  public var reasonToStop: SystemCallError? { failure }
}

extension ProcessIdentity {
  /// A process by what the page calls it, `PID.START`; nil for any other text.
  init?(key: String) {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let processID = Int32(parts[0]), processID > 0, let start = UInt64(parts[1]) else {
      return nil
    }
    self.init(processID: processID, startTime: start)
  }
}
