// The feed that keeps a map true: each browser that listens is told what it does not know yet. A page has one beside
// whatever else it serves; it watches no descriptor and no clock, so the page asks it to look.

internal import JSON
public import Linux
public import Processes

/// The feeds of a page's map, over one procfs.
public final class WorldFeed {
  /// The shortest and the longest time between two looks at the world, in nanoseconds: what splits off is to be seen
  /// within a second, on a machine of many processes too.
  private static let shortestInterval: UInt64 = 250_000_000
  private static let longestInterval: UInt64 = 700_000_000
  /// Between the two, of the time one part in so many is spent on looking.
  private static let share: UInt64 = 10

  private let accounts = Accounts()
  private let allowsKill: Bool
  private var source: Procfs?
  private var reader: WorldReader?
  private var world = WorldSnapshot()
  /// What each feed was sent last; nil before its first event.
  private var feeds: [ConnectionID: WorldSnapshot?] = [:]

  /// A feed that nobody listens to.
  ///
  /// - Parameters:
  ///   - source: whose processes are shown, under the numbers that they have there; nil for nobody's.
  ///   - allowsKill: whether the page is told that it may signal processes.
  public init(from source: Procfs? = .machine, allowsKill: Bool = false) {
    self.source = source
    self.allowsKill = allowsKill
    reader = source.map { WorldReader(from: $0) }
  }

  /// Whether nobody listens.
  public var isIdle: Bool { feeds.isEmpty }

  /// Whether a connection is one that listens.
  public func has(_ connection: ConnectionID) -> Bool { feeds[connection] != nil }

  /// Another one listens, who is sent the whole world at the next look.
  public func open(_ connection: ConnectionID) {
    feeds.updateValue(nil, forKey: connection)
  }

  /// One listens no more; with the last one what was read is forgotten.
  public func close(_ connection: ConnectionID) {
    feeds.removeValue(forKey: connection)
    if feeds.isEmpty { forget() }
  }

  /// Shows another procfs from now on, or nobody: whoever listens is sent the whole of it at the next look.
  public func show(_ source: Procfs?) {
    self.source = source
    forget()
    for connection in Array(feeds.keys) { feeds.updateValue(nil, forKey: connection) }
  }

  private func forget() {
    reader = source.map { WorldReader(from: $0) }
    world = WorldSnapshot()
  }

  /// Looks at the world and tells whoever listens.
  ///
  /// - Returns: when to look again, in nanoseconds from now.
  /// - Throws: `SystemCallError` when the procfs cannot be listed.
  public func look(_ server: PageServer) throws(SystemCallError) -> UInt64 {
    let start = monotonicNanoseconds()
    world = try reader?.read() ?? WorldSnapshot()
    for connection in Array(feeds.keys) { tell(connection, server) }
    let cost = monotonicNanoseconds() - start
    return min(max(Self.shortestInterval, cost * Self.share), Self.longestInterval)
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
      allowsKill: allowsKill)
  }
}

// What the inspector asks.
extension WorldFeed {
  /// Answers a request for what a process is: `/process`, and `/environment` with the values of its variables.
  ///
  /// - Returns: nil for a request that is for something else.
  public func answer(_ request: Request) -> Response? {
    switch (request.method, request.path) {
    case ("GET", "/process"): inspect(request) { $0.traits() }
    case ("GET", "/environment"): inspect(request) { $0.environment() }
    default: nil
    }
  }

  private func inspect(_ request: Request, _ text: (InspectionJSON) -> [UInt8]) -> Response {
    guard let process = ProcessIdentity(key: request.query["key"] ?? "") else {
      return .text(400, "A process is named by its PID and its start time.")
    }
    guard let source else { return .text(404, "No process is shown.") }
    do throws(SystemCallError) {
      return .json(text(try InspectionJSON(of: process, from: source)))
    } catch {
      return error.errno == .esrch
        ? .text(404, "The process has ended.") : .text(503, "The process could not be read: \(error.errno.name).")
    }
  }
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
