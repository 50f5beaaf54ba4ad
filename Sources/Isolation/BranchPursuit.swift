// Carries the end of a branch out: stops what belongs to it, looks again until nothing new is found, kills.

internal import Cgroups
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// One branch while it is being ended.
final class BranchPursuit {
  private let signal: Signal
  private var census: BranchCensus
  private var refused: [ProcessIdentity: Errno] = [:]
  private var forks: ProcessEventSocket?
  private let processes: FileDescriptor
  private var stats = StatReader()

  /// From here on no fork goes unheard, where hearing is allowed.
  init(_ plan: BranchKillPlan) throws(SystemCallError) {
    signal = plan.signal
    processes = try FileDescriptor.open("/proc", .directory)
    do throws(SystemCallError) {
      forks = try ProcessEventSocket.listen()
    } catch {
      forks = nil  // Not in the machine's own namespaces, or neither root nor Linux 6.6.
    }
    census = BranchCensus(plan)
  }

  /// Kills what is in a cgroup, and what is forked there meanwhile.
  func killAtOneStroke(_ cgroup: Cgroup) {
    do throws(CgroupError) {
      try cgroup.kill(within: 1)
    } catch {
      return  // Who is left is looked for and killed one by one.
    }
  }

  /// Kills the branch.
  func end(within seconds: Double) throws(SystemCallError) -> BranchKillOutcome {
    try holdStill()
    let killed = census.groupsInside
    for group in killed { send(.kill, toGroup: group) }
    for process in census.living.reversed() where !killed.contains(process.processGroupID) {
      send(.kill, to: process.identity)
    }
    let deadline = monotonicNanoseconds() + UInt64(max(0, seconds) * 1e9)
    while true {
      waitFor(census.living, until: deadline) { $0.map { $0.isZombie && $0.threadCount <= 1 } ?? true }
      let newcomers = try look()
      let living = census.living.filter { refused[$0.identity] == nil }
      if living.isEmpty && newcomers.isEmpty { return outcome(remaining: []) }
      if monotonicNanoseconds() > deadline { return outcome(remaining: living) }
      for process in living { send(.kill, to: process.identity) }
    }
  }

  /// Sends each process of the branch another signal, all of them while they stand still, then lets them go on.
  func deliver() throws(SystemCallError) -> BranchKillOutcome {
    try holdStill()
    let living = census.living
    for process in living { send(signal, to: process.identity) }
    if signal != .stop {
      for process in living where !process.wasStopped { send(.resume, to: process.identity) }
    }
    return outcome(remaining: [])
  }

  /// Stops everything: returns when a whole pass found nothing new and nothing that runs.
  private func holdStill() throws(SystemCallError) {
    var patience = 0
    stopGroups(census.groupsInside)
    while true {
      let newcomers = try look()
      let running = (census.running + census.threaded.filter(hasRunningThread)).filter { refused[$0.identity] == nil }
      if newcomers.isEmpty && running.isEmpty { return }
      // What is blocked in the kernel does not stop, nor does it fork: it is waited for a little.
      if newcomers.isEmpty && running.allSatisfy(census.isBlocked) {
        patience += 1
        if patience > 3 { return }
      }
      let known = Set(newcomers)
      for process in running where !known.contains(process) { send(.stop, to: process.identity) }
      stopGroups(Set(newcomers.map(\.processGroupID)).intersection(census.groupsInside))
      waitFor(running, until: monotonicNanoseconds() + 100_000_000) {
        $0.map { "TtZX".utf8.contains($0.state) } ?? true
      }
    }
  }

  /// Stops all members of some groups, also those that nobody has seen yet. Who is in one of them and not of the branch
  /// goes on as soon as it is seen.
  private func stopGroups(_ groups: Set<Int32>) {
    for group in groups { send(.stop, toGroup: group) }
    census.stoppedGroups.formUnion(groups)
  }

  /// Waits until each of these processes has come to a state, or the time is over; nil is one that has gone. This
  /// looks at each about once, where a pass looks at all there are.
  private func waitFor(
    _ processes: [BranchProcess], until deadline: UInt64, _ hasArrived: (ProcessStat?) -> Bool
  ) {
    var waiting = processes.filter { refused[$0.identity] == nil }
    while true {
      while let last = waiting.last,
        hasArrived(read(last.processID).flatMap { $0.identity == last.identity ? $0 : nil })
      {
        waiting.removeLast()
      }
      if waiting.isEmpty || monotonicNanoseconds() > deadline { return }
      pause(nanoseconds: 2_000_000)
    }
  }

  /// nil where the process has ended, or cannot be read.
  private func read(_ processID: Int32) -> ProcessStat? {
    do throws(SystemCallError) {
      return try stats.read(processID, in: processes)
    } catch {
      return nil
    }
  }

  /// Whether a thread is on its way still: the state of a process is that of its first thread alone.
  private func hasRunningThread(_ process: BranchProcess) -> Bool {
    let record = ProcessTable(of: [process.processID], reading: .threads)[process.processID]
    return (record?.threads.value ?? []).contains { !"TtZX".utf8.contains($0.state) }
  }

  /// Looks at all processes, and at the forks that were heard of meanwhile. What is new is stopped at once.
  ///
  /// - Returns: the new members of the branch.
  private func look() throws(SystemCallError) -> [BranchProcess] {
    var newcomers: [BranchProcess] = []
    census.beginPass()
    var scan = try ProcessScan(reading: .stat)
    while let stat = BranchPursuit.next(&scan) {
      guard let process = census.see(stat) else { continue }
      newcomers.append(process)
      stopUnlessStopped(process)
    }
    for process in census.findRelatives() {
      newcomers.append(process)
      stopUnlessStopped(process)
    }
    newcomers += try hear()
    for process in census.strangersInStoppedGroups { send(.resume, to: process.identity) }
    return newcomers
  }

  private func stopUnlessStopped(_ process: BranchProcess) {
    if !census.isStopped(process) { send(.stop, to: process.identity) }
  }

  /// The next process; one that cannot be read at all is passed over.
  private static func next(_ scan: inout ProcessScan) -> ProcessStat? {
    while true {
      do throws(SystemCallError) {
        return try scan.read()?.stat
      } catch {
        continue
      }
    }
  }

  /// Stops the children of the branch that the kernel announced and that live.
  private func hear() throws(SystemCallError) -> [BranchProcess] {
    var found: [BranchProcess] = []
    while let heard = try forks?.waiting(), !heard.events.isEmpty {
      for event in heard.events where census.hear(event) {
        guard let stat = read(event.processID), let process = census.adopt(stat) else { continue }
        found.append(process)
        stopUnlessStopped(process)
      }
    }
    return found
  }

  /// Signals a process and no other that got its PID: once the pidfd is open, the start time must still be its own.
  private func send(_ signal: Signal, to process: ProcessIdentity) {
    do throws(SystemCallError) {
      let pidfd = try PIDFD(opening: process.processID)
      guard read(process.processID)?.identity == process else { return }
      try pidfd.send(signal)
    } catch {
      if error.errno != .esrch { refused[process] = error.errno }
    }
  }

  /// Signals a process group; it has a member that this pursuit has stopped, so its number is not another's.
  private func send(_ signal: Signal, toGroup group: Int32) {
    do throws(SystemCallError) {
      try sendSignal(signal, to: -group)
    } catch {
      return  // What is left of it is signalled one by one.
    }
  }

  private func outcome(remaining: [BranchProcess]) -> BranchKillOutcome {
    let left = Set(remaining.map(\.identity))
    let all = census.everFound
    return BranchKillOutcome(
      processes: all.filter { refused[$0.identity] == nil && !left.contains($0.identity) },
      refusals: all.compactMap { process in
        refused[process.identity].map { BranchKillOutcome.Refusal(process: process, errno: $0) }
      }, remaining: remaining, passes: census.pass)
  }
}
