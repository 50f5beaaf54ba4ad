// All processes of the machine, looked at again and again: each look reads what changes, and of what seldom changes
// only what is new, what is seen, and by turns a little of the rest.

internal import Cgroups
internal import Linux
internal import Processes

/// The processes of the machine, kept from one look to the next.
struct LiveCensus {
  /// In ascending order of PIDs; threads, where they are read, follow their process.
  private(set) var processes: [LiveProcess] = []
  private(set) var machine = MachineLoad()
  /// The cgroups that processes are in, by the number that `Details.cgroup` is.
  var cgroups = LiveCgroups()
  /// Within how many looks everything has been read again.
  private static let turns = 30

  private var former: [LiveProcess] = []
  private var numbers: [Int32] = []
  private var stats = StatReader()
  private var directories = DirectoryReader(bufferSize: 32768)
  private var lastLook: UInt64 = 0
  private var turn = 0
  private var machineNamespaces: UInt64?
  private let room = LiveCensus.roomForFiles()

  /// Looks at everything.
  ///
  /// - Parameters:
  ///   - readsThreads: whether to look at each thread, too.
  ///   - seen: the PIDs that a person sees, ascending: all of them is read.
  /// - Throws: `SystemCallError` when /proc cannot be opened or listed.
  mutating func look(
    readsThreads: Bool = false, seen: [Int32] = [], from source: Procfs = .machine
  ) throws(SystemCallError) {
    let now = monotonicNanoseconds()
    let ticks = lastLook == 0 ? 0 : Double(now - lastLook) / 1e9 * Double(SystemConfiguration.clockTicksPerSecond)
    lastLook = now
    try directories.readNumbers(of: source.directory.open(NumberedPath("."), [.directory]), into: &numbers)
    if numbers.isEmpty { throw SystemCallError(call: "open", errno: .enoent, object: "/proc") }
    swap(&processes, &former)
    processes.removeAll(keepingCapacity: true)
    let changed = readStats(ticks, readsThreads: readsThreads, source)
    turn = (turn + 1) % LiveCensus.turns
    readDetails(of: wanted(changed, seen: seen), source)
    cgroups.forgetLimits()
    machine.look(source)
  }

  /// Looks at a few processes of which something was heard: those that are new or gone, or run another program. Threads
  /// wait for the next look.
  ///
  /// - Parameter heard: PIDs, ascending, each once.
  mutating func look(at heard: [Int32], from source: Procfs = .machine) {
    swap(&processes, &former)
    processes.removeAll(keepingCapacity: true)
    var changed: [Int] = []
    var old = 0
    for number in heard {
      while old < former.count, former[old].threadGroupID < number {
        processes.append(former[old])
        old += 1
      }
      if readProcess(number, &old, 0, source) != nil { changed.append(processes.count - 1) }
      while old < former.count, former[old].threadGroupID == number { old += 1 }
    }
    processes.append(contentsOf: former[old...])
    readDetails(of: changed, source)
  }

  /// - Returns: the places of processes that are new, or run another program.
  private mutating func readStats(_ ticks: Double, readsThreads: Bool, _ source: Procfs) -> [Int] {
    var changed: [Int] = []
    var old = 0
    for number in numbers {
      while old < former.count, former[old].threadGroupID < number { old += 1 }
      guard let isChanged = readProcess(number, &old, ticks, source) else { continue }
      if isChanged { changed.append(processes.count - 1) }
      if readsThreads, processes[processes.count - 1].threadCount > 1 {
        readThreads(of: processes.count - 1, &old, ticks, source)
      }
    }
    return changed
  }

  /// Adds a process, as it was known at `former[old]` or new.
  ///
  /// - Returns: whether it is new, or runs another program; nil when there is none.
  private mutating func readProcess(_ number: Int32, _ old: inout Int, _ ticks: Double, _ source: Procfs) -> Bool? {
    let isKnown = old < former.count && former[old].processID == number
    guard let (stat, file) = readStat(number, isKnown ? former[old].statFile : nil, in: source.directory) else {
      return nil
    }
    if isKnown, former[old].identity == stat.identity {
      processes.append(former[old])
      old += 1
      return processes[processes.count - 1].update(stat, elapsedTicks: ticks)
    }
    processes.append(LiveProcess(stat, threadGroupID: number))
    processes[processes.count - 1].statFile = file
    return true
  }

  /// Reads through the file that is held, else anew, and holds that one while there is room for more.
  private mutating func readStat(
    _ number: Int32, _ held: StatFile?, in directory: borrowing FileDescriptor
  ) -> (ProcessStat, StatFile?)? {
    do throws(SystemCallError) {
      if let held, let stat = try stats.read(again: held.file) { return (stat, held) }
      guard processes.count < room else { return try stats.read(number, in: directory).map { ($0, nil) } }
      guard let opened = try stats.open(number, in: directory) else { return nil }
      let file = StatFile(opened)
      return try stats.read(again: file.file).map { ($0, file) }
    } catch {
      return nil
    }
  }

  /// How many files may be held, beside those that are opened for a moment; the limit is raised as far as it may be.
  private static func roomForFiles() -> Int {
    do throws(SystemCallError) {
      let (_, hard) = try Resource.openFiles.limits()
      let limit = min(hard, 1 << 20)
      try Resource.openFiles.setLimits(soft: limit, hard: hard)
      return Int(limit) - 64
    } catch {
      return 0
    }
  }

  /// Adds the threads of a process, without its first.
  private mutating func readThreads(of index: Int, _ old: inout Int, _ ticks: Double, _ source: Procfs) {
    let leader = processes[index]
    var threads: [Int32] = []
    do throws(SystemCallError) {
      let tasks = try source.directory.open(NumberedPath("task", number: leader.processID), [.directory])
      try directories.readNumbers(of: tasks, into: &threads)
      for thread in threads where thread != leader.processID {
        guard let stat = try stats.read(thread, in: tasks) else { continue }
        var process = LiveProcess(stat, threadGroupID: leader.processID)
        process.parentID = leader.processID
        process.details = leader.details
        while old < former.count, former[old].threadGroupID == leader.processID, former[old].processID < thread {
          old += 1
        }
        if old < former.count, former[old].identity == process.identity {
          process.ticks = former[old].ticks
          _ = process.update(stat, elapsedTicks: ticks)
          process.parentID = leader.processID
        }
        processes.append(process)
      }
    } catch {}  // It has ended.
  }
}

// MARK: What is read seldom

extension LiveCensus {
  /// The places of what is to be read: what changed, what is seen, and what has its turn.
  private func wanted(_ changed: [Int], seen: [Int32]) -> [Int] {
    var wanted = changed
    var next = 0
    var nextSeen = 0
    for index in processes.indices where !processes[index].isThread {
      let processID = processes[index].processID
      while nextSeen < seen.count, seen[nextSeen] < processID { nextSeen += 1 }
      let isSeen = nextSeen < seen.count && seen[nextSeen] == processID
      while next < changed.count, changed[next] < index { next += 1 }
      let isChanged = next < changed.count && changed[next] == index
      if !isChanged, isSeen || index % LiveCensus.turns == turn { wanted.append(index) }
    }
    return wanted.sorted()
  }

  private mutating func readDetails(of wanted: [Int], _ source: Procfs) {
    read(wanted, [.owner, .commandLine, .namespaces, .cgroup], source) { details, record, cgroups in
      details.userID = record.owner.value?.userID
      details.arguments = record.commandLine.value?.shown(besides: record.commandName) ?? []
      details.namespaces = record.namespaces.value
      details.cgroup = record.cgroup.value.map { cgroups.number(of: $0) }
      details.container = details.cgroup.flatMap { cgroups.container(of: $0) }
    }
    let machines = machineNamespaces ?? NamespaceLinks.ofMachine[.pid]
    machineNamespaces = machines
    let inner = wanted.filter { index in
      processes[index].details.namespaces?[.pid].map { $0 != machines } ?? false
    }
    read(inner, .status, source) { details, record, _ in
      details.insideIDs = Array((record.status.value?.processIDs ?? []).dropFirst())
    }
  }

  /// Reads fields of some processes, all with the same buffers.
  private mutating func read(
    _ indices: [Int], _ fields: ProcessFields, _ source: Procfs,
    _ note: (inout LiveProcess.Details, ProcessRecord, inout LiveCgroups) -> Void
  ) {
    if indices.isEmpty { return }
    var scan = ProcessScan(of: indices.map { processes[$0].processID }, reading: fields, from: source)
    var place = indices.startIndex
    while true {
      do throws(SystemCallError) {
        guard let record = try scan.read() else { return }
        while processes[indices[place]].processID != record.processID { place += 1 }
        let index = indices[place]
        if processes[index].identity == record.identity { note(&processes[index].details, record, &cgroups) }
      } catch {}  // It cannot be read at all, and is shown as what is known of it.
    }
  }
}

// MARK: Cgroups

/// The cgroups of processes, each by a number, with the limits that hold in it.
struct LiveCgroups {
  /// More than these are forgotten; who is in one gets a new number when it is read again.
  private static let limit = 10_000

  private struct Known {
    let memberships: [CgroupMembership]
    let container: ContainerName?
    var limits: CgroupLimits?
  }

  private var numbers: [[CgroupMembership]: Int] = [:]
  private var known: [Int: Known] = [:]
  private var next = 0
  private var hierarchies: CgroupHierarchies?
  private var age = 0

  /// The number of a cgroup, which is given now if it has none.
  mutating func number(of cgroup: [CgroupMembership]) -> Int {
    if let number = numbers[cgroup] { return number }
    numbers[cgroup] = next
    known[next] = Known(memberships: cgroup, container: ContainerName(of: cgroup))
    next += 1
    return next - 1
  }

  /// The container whose cgroup it is.
  func container(of number: Int) -> ContainerName? { known[number]?.container }

  /// The path of a cgroup: in the hierarchy of version 2 where it is not the root there, else the longest.
  func path(of number: Int) -> [UInt8] {
    let memberships = known[number]?.memberships ?? []
    let unified = memberships.first { $0.isUnified && $0.path.count > 1 }
    let longest = memberships.max { $0.pathOfCgroup.count < $1.pathOfCgroup.count }
    return (unified ?? longest).map { Array($0.pathOfCgroup) } ?? []
  }

  /// The tightest limits of a cgroup and those above it.
  mutating func limits(of number: Int) -> CgroupLimits {
    guard let cgroup = known[number] else { return CgroupLimits() }
    if let limits = cgroup.limits { return limits }
    let limits = readLimits(cgroup.memberships)
    known[number]?.limits = limits
    return limits
  }

  private mutating func readLimits(_ cgroup: [CgroupMembership]) -> CgroupLimits {
    do throws(SystemCallError) {
      if hierarchies == nil { hierarchies = try CgroupHierarchies.read() }
      guard let hierarchies else { return CgroupLimits() }
      return try hierarchies.cgroup(of: cgroup).limitsInForce()
    } catch {
      return CgroupLimits()
    }
  }

  /// Limits may be set at any time: they are read again after a few looks.
  mutating func forgetLimits() {
    age += 1
    guard age % 5 == 0 else { return }
    for number in known.keys { known[number]?.limits = nil }
    if known.count > LiveCgroups.limit {
      numbers.removeAll()
      known.removeAll()
    }
  }
}
