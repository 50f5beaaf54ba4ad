// Reads one snapshot after the other. What seldom changes is read once for each process.

internal import Linux
internal import Namespaces
internal import Processes

/// Keeps what it read of processes that are still the same.
struct WorldReader {
  /// What of a process has to stay the same for its details to count.
  private struct Program: Hashable {
    let identity: ProcessIdentity
    let name: [UInt8]
    /// Chosen anew by each exec; 0 where that is hidden.
    let startStack: UInt64
    let namespaces: NamespaceLinks?

    init(_ record: ProcessRecord) {
      identity = record.identity
      name = record.commandName
      startStack = record.stat.startStack
      namespaces = record.namespaces.value
    }
  }

  /// How long the inventory of namespaces that no process is in counts, in nanoseconds: of the whole machine, and of
  /// one world, where there is little to look at.
  private static let inventoryAge: UInt64 = 5_000_000_000
  private static let inventoryAgeOfWorld: UInt64 = 1_000_000_000
  private static let commandLineLimit = 256
  private static let fields: ProcessFields = [.owner, .namespaces]

  private let source: Procfs
  private var table = ProcessTable([], fields: fields)
  private var details: [Program: Inhabitant.Details] = [:]
  private var continents: [Continent] = []
  /// The namespaces that processes were in when the continents were read.
  private var inhabited: Set<NamespaceLink> = []
  /// When to look everywhere again; nil before the first look.
  private var inventoryTime: UInt64?

  /// - Parameter source: whose processes are read, under the numbers that they have there.
  init(from source: Procfs = .machine) {
    self.source = source
  }

  /// Reads the world as it is now.
  ///
  /// - Throws: `SystemCallError` when /proc cannot be opened or listed.
  mutating func read() throws(SystemCallError) -> WorldSnapshot {
    table = try ProcessTable(reading: Self.fields, from: source)
    return try world()
  }

  /// Reads some processes again; of all others the world is as it was.
  ///
  /// - Parameter processIDs: those that began, ended or changed, ascending, each once.
  /// - Throws: `SystemCallError` when /proc cannot be listed for a namespace that is new.
  mutating func read(again processIDs: [Int32]) throws(SystemCallError) -> WorldSnapshot {
    let fresh = ProcessTable(of: processIDs, reading: Self.fields, from: source)
    let heard = Set(processIDs)
    let records = table.records.filter { !heard.contains($0.processID) } + fresh.records
    table = ProcessTable(records.sorted { $0.processID < $1.processID }, fields: Self.fields)
    return try world()
  }

  private mutating func world() throws(SystemCallError) -> WorldSnapshot {
    var world = WorldSnapshot()
    world.machine = table.records.lazy.compactMap(\.namespaces.value).first { $0[.uts] != nil } ?? NamespaceLinks()
    world.inhabitants = inhabitants(world.machine)
    world.continents = try currentContinents()
    return world
  }

  // MARK: Processes

  private mutating func inhabitants(_ machine: NamespaceLinks) -> [Inhabitant] {
    let programs = table.records.map { Program($0) }
    let unknown = table.records.indices.filter {
      details[programs[$0]] == nil && !table.records[$0].stat.isKernelThread
    }
    let more = readDetails(of: unknown.map { table.records[$0].processID })
    var kept: [Program: Inhabitant.Details] = [:]
    kept.reserveCapacity(programs.count)
    for (index, program) in programs.enumerated() {
      let isForeign = program.namespaces?[.pid] != machine[.pid]
      let new = more[program.identity.processID].flatMap { $0.identity == program.identity ? $0 : nil }
      kept[program] = details[program] ?? new.map { Self.details($0, isForeign: isForeign) } ?? Inhabitant.Details()
      // Read again while it is on its way from fork to exec, when its name tells nothing yet.
      if table.records[index].stat.isZombie { kept[program] = details[program] ?? Inhabitant.Details() }
    }
    details = kept
    return table.records.enumerated().map { Inhabitant($1, kept[programs[$0]] ?? Inhabitant.Details()) }
  }

  private func readDetails(of processIDs: [Int32]) -> ProcessTable {
    ProcessTable(of: processIDs, reading: [.status, .cgroup, .commandLine], from: source)
  }

  private static func details(_ record: ProcessRecord, isForeign: Bool) -> Inhabitant.Details {
    var line = (record.commandLine.value?.bytes ?? []).prefix(commandLineLimit + 1)
    while line.last == 0 { line.removeLast() }
    return Inhabitant.Details(
      insideIDs: isForeign ? Array((record.status.value?.processIDs ?? []).dropFirst()) : [],
      container: record.cgroup.value.flatMap { ContainerName(of: $0) }?.description,
      commandLine: line.prefix(commandLineLimit).map { $0 == 0 ? 0x20 : $0 })
  }

  // MARK: Namespaces

  /// The continents: looked for everywhere now and then, and in the links of processes when those show a new one.
  private mutating func currentContinents() throws(SystemCallError) -> [Continent] {
    var links: Set<NamespaceLink> = []
    var latest: NamespaceLinks?
    for namespaces in table.records.lazy.compactMap(\.namespaces.value) where namespaces != latest {
      for kind in NamespaceKind.allCases { if let link = namespaces.link(kind) { links.insert(link) } }
      latest = namespaces
    }
    let now = monotonicNanoseconds()
    // The first look is a quick one: somebody waits for it.
    let isFirst = inventoryTime == nil
    let isOld = inventoryTime.map { now > $0 } ?? false
    if isOld {
      continents = try inventory(.everywhere)
      // A thorough look may take long on a large machine: it is not to be all that is done.
      let end = monotonicNanoseconds()
      inventoryTime = end + max(inventoryAge, 20 * (end - now))
    } else if isFirst || links != inhabited {
      let fresh = try inventory([])
      let known = Set(fresh.map(\.link))
      continents = (fresh + continents.filter { !$0.isInhabited && !known.contains($0.link) })
    }
    if source !== Procfs.machine { dropWhatLiesOutside() }
    if isFirst { inventoryTime = now }
    if isFirst || isOld || links != inhabited { continents.sort { $0.link.isBefore($1.link) } }
    inhabited = links
    return continents
  }

  /// What the world itself is nested in or owned by is no part of it.
  private mutating func dropWhatLiesOutside() {
    let home = table.records.lazy.compactMap(\.namespaces.value).first ?? NamespaceLinks()
    for kind in [NamespaceKind.pid, .user] {
      var inner = continents.first { $0.link == home.link(kind) }
      while let outer = inner?.parent {
        inner = continents.first { $0.link == NamespaceLink(kind: kind, inode: outer) }
        continents.removeAll { $0.link == inner?.link && !$0.isInhabited }
      }
    }
  }

  private var inventoryAge: UInt64 { source === Procfs.machine ? Self.inventoryAge : Self.inventoryAgeOfWorld }

  private func inventory(_ scope: SearchScope) throws(SystemCallError) -> [Continent] {
    try NamespaceInventory(in: scope, from: source).namespaces.map { Continent($0) }
  }
}
