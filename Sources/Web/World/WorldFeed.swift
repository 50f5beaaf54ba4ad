// The feed that keeps a map true: each browser that listens is told what it does not know yet. A page has one beside
// whatever else it serves; the page's clock and descriptors are the server's, so the page hands on what is the feed's.

internal import JSON
public import Linux
public import Processes

/// The feeds of a page's map, over one procfs.
///
/// What the kernel announces is looked at at once; a look at everything follows, for what it does not announce: a process
/// that changes its namespaces and goes on as the same program, stops, or is reaped. Where it announces nothing, everything
/// is looked at again and again.
public final class WorldFeed {
  /// What the server tells the page that announcements wait under; see `ready(_:)`.
  public static let tag: UInt32 = .max - 2
  /// The shortest and the longest time from one look at everything to the next, in nanoseconds, and what part of the time
  /// is spent on looking between the two: while something happens, what splits off is to be seen within a second, on a
  /// machine of many processes too.
  private static let stir = (shortest: 250_000_000, longest: 700_000_000, share: 10) as Pace
  /// The same while nothing is announced.
  private static let rest = (shortest: 1_000_000_000, longest: 5_000_000_000, share: 1000) as Pace

  private typealias Pace = (shortest: UInt64, longest: UInt64, share: UInt64)

  private let accounts = Accounts()
  private let allowsKill: Bool
  private var source: Procfs?
  private var reader: WorldReader?
  private var world = WorldSnapshot()
  /// What each feed was sent last; nil before its first event.
  private var feeds: [ConnectionID: WorldSnapshot?] = [:]
  /// Those that had not taken the last event when there was another.
  private var slow: Set<ConnectionID> = []
  /// What the kernel announces; nil while nobody listens.
  private var events: ProcessEventDigest?
  /// When to look at everything, in nanoseconds of the monotonic clock; how long that took the last time.
  private var nextLook: UInt64 = 0
  private var cost: UInt64 = 0

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

  /// Another one listens, who is sent the whole world at the next look.
  public func open(_ connection: ConnectionID, _ server: PageServer) {
    if feeds.isEmpty {
      events = ProcessEventDigest()
      listen(server)
    }
    feeds.updateValue(nil, forKey: connection)
    nextLook = 0
  }

  /// One listens no more; with the last one what was read is forgotten, and the kernel announces nothing any more.
  public func close(_ connection: ConnectionID, _ server: PageServer) {
    feeds.removeValue(forKey: connection)
    slow.remove(connection)
    guard feeds.isEmpty else { return }
    unlisten(server)
    events = nil
    forget()
  }

  /// One has taken all that it was sent, and is sent what it could not be sent meanwhile.
  public func drained(_ connection: ConnectionID, _ server: PageServer) {
    if slow.remove(connection) != nil { tell(connection, server) }
  }

  /// Shows another procfs from now on, or nobody: whoever listens is sent the whole of it at the next look.
  public func show(_ source: Procfs?) {
    self.source = source
    forget()
    for connection in Array(feeds.keys) { feeds.updateValue(nil, forKey: connection) }
    nextLook = 0
  }

  private func forget() {
    reader = source.map { WorldReader(from: $0) }
    world = WorldSnapshot()
  }
}

// When to look.
extension WorldFeed {
  /// When `goOn(_:)` has something to do, in nanoseconds of the monotonic clock; nil while nobody listens.
  public var due: UInt64? { feeds.isEmpty ? nil : min(nextLook, events?.due ?? .max) }

  /// Something was announced: the descriptor under `tag` is ready.
  public func ready(_ server: PageServer) {
    events?.wake()
    // One that overflowed would wake even who waits for nothing of it.
    unlisten(server)
  }

  /// Looks at what is due, and tells whoever listens.
  ///
  /// - Throws: `SystemCallError` when the procfs cannot be listed; a second later it is tried again.
  public func goOn(_ server: PageServer) throws(SystemCallError) {
    guard let due, monotonicNanoseconds() >= due else { return }
    if monotonicNanoseconds() >= nextLook { return try look(server) }
    let heard = events?.hear() ?? .much
    listen(server)
    switch heard {
    case .processes([]): break
    case .processes(let processIDs) where source === Procfs.machine: try look(at: processIDs, server)
    // A world of its own is small, and has other numbers.
    case .processes where cost < Self.stir.shortest / Self.stir.share: try look(server, stirs: true)
    default: nextLook = min(nextLook, soon)
    }
  }

  private var soon: UInt64 { monotonicNanoseconds() + wait(Self.stir) }

  private func wait(_ pace: Pace) -> UInt64 { min(max(pace.shortest, cost * pace.share), pace.longest) }

  private func look(at processIDs: [Int32], _ server: PageServer) throws(SystemCallError) {
    nextLook = min(nextLook, soon)
    world = try reader?.read(again: processIDs) ?? WorldSnapshot()
    tell(server)
  }

  private func look(_ server: PageServer, stirs: Bool = false) throws(SystemCallError) {
    let start = monotonicNanoseconds()
    nextLook = start + Self.rest.shortest
    world = try reader?.read() ?? WorldSnapshot()
    tell(server)
    let end = monotonicNanoseconds()
    cost = end - start
    nextLook = end + wait(stirs || events?.refusal != nil ? Self.stir : Self.rest)
  }

  private func listen(_ server: PageServer) {
    guard let descriptor = events?.descriptor, events?.refusal == nil else { return }
    // Without announcements what they tell is found at the next look.
    do throws(SystemCallError) { try server.watch(descriptor, tag: Self.tag) } catch {}
  }

  private func unlisten(_ server: PageServer) {
    guard let descriptor = events?.descriptor, events?.refusal == nil else { return }
    do throws(SystemCallError) { try server.unwatch(descriptor) } catch {}
  }

  private func tell(_ server: PageServer) {
    world.lost = events?.lost ?? 0
    for connection in Array(feeds.keys) { tell(connection, server) }
  }

  /// Sends a feed what it does not know yet; one that has not taken the last event waits until it has, so that what is kept
  /// for a slow browser does not grow.
  private func tell(_ connection: ConnectionID, _ server: PageServer) {
    guard let entry = feeds[connection] else { return }
    guard let known = entry else { return sendFirst(connection, server) }
    guard server.pendingCount(of: connection) == 0 else {
      slow.insert(connection)
      return
    }
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
      allowsKill: allowsKill, refusal: events?.refusal)
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
