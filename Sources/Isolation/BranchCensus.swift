// Who belongs to a branch: kept from pass to pass, so that a process is known although its parent is gone.

internal import Linux
internal import Processes

/// The members of a branch, as they are found.
struct BranchCensus {
  private struct Member {
    let process: BranchProcess
    /// The pass that last saw it alive.
    var lastSeen: Int
    var state: UInt8
    var threadCount: Int32

    /// A first thread that has ended says nothing of the others.
    var hasEnded: Bool { "ZX".utf8.contains(state) && threadCount <= 1 }
    var isStopped: Bool { "Tt".utf8.contains(state) || hasEnded }
  }

  /// How many passes there were.
  private(set) var pass = 0
  /// Every member ever found, in that order.
  private(set) var everFound: [BranchProcess]
  private var members: [Int32: Member] = [:]
  /// What the latest pass saw beside the members.
  private var strangers: [BranchProcess] = []
  /// When a process below one of the root's ancestors was first seen: it was nobody's orphan that lived then.
  private var firstSeen: [ProcessIdentity: Int]
  /// Children of the branch that the kernel announced and that were gone before they were looked at.
  private var shortLived: Set<Int32> = []
  private let ancestors: Set<Int32>
  private let ancestralGroups: Set<Int32>
  /// The process groups of strangers when the plan was made.
  private let foreignGroups: Set<Int32>
  /// The process groups that were stopped as a whole.
  var stoppedGroups: Set<Int32> = []

  init(_ plan: BranchKillPlan) {
    everFound = plan.members
    ancestors = Set(plan.ancestors.map(\.processID)).union([1])
    ancestralGroups = Set(plan.ancestors.map(\.processGroupID))
    foreignGroups = plan.foreignGroups
    firstSeen = Dictionary(uniqueKeysWithValues: plan.bystanders.map { ($0, 0) })
    for process in plan.members {
      members[process.processID] = Member(
        process: process, lastSeen: 0, state: process.wasStopped ? UInt8(ascii: "T") : UInt8(ascii: "R"),
        threadCount: 1)
    }
  }

  /// The members that the latest pass saw alive.
  var living: [BranchProcess] {
    everFound.filter { process in
      guard let member = members[process.processID], member.process.identity == process.identity else { return false }
      return member.lastSeen == pass && !member.hasEnded
    }
  }

  /// The living members that are not stopped.
  var running: [BranchProcess] { living.filter { !(members[$0.processID]?.isStopped ?? true) } }

  /// The living members that have more than one thread.
  var threaded: [BranchProcess] { living.filter { (members[$0.processID]?.threadCount ?? 1) > 1 } }

  /// The process groups of which every process that was seen is a member. Those with the numbers 0 (it lies outside
  /// of the PID namespace) and 1 cannot be signalled: to kill(2) they mean others.
  var groupsInside: Set<Int32> {
    let outside = ancestralGroups.union(pass == 0 ? foreignGroups : Set(strangers.map(\.processGroupID)))
    return Set(living.map(\.processGroupID).filter { $0 > 1 }).subtracting(outside)
  }

  /// Whether a member is in uninterruptible sleep.
  func isBlocked(_ process: BranchProcess) -> Bool {
    members[process.processID]?.state == UInt8(ascii: "D")
  }

  /// Whether a member was stopped when it was last seen.
  func isStopped(_ process: BranchProcess) -> Bool {
    members[process.processID]?.isStopped ?? false
  }

  /// Who is in a group that was stopped, and not of the branch: it joined the group meanwhile.
  var strangersInStoppedGroups: [BranchProcess] {
    stoppedGroups.isEmpty ? [] : strangers.filter { stoppedGroups.contains($0.processGroupID) }
  }

  mutating func beginPass() {
    pass += 1
    strangers.removeAll(keepingCapacity: true)
  }

  /// Takes notice of a process.
  ///
  /// - Returns: the process when it is a new member.
  mutating func see(_ stat: ProcessStat) -> BranchProcess? {
    if let member = members[stat.processID], member.process.identity == stat.identity {
      note(stat)
      return nil
    }
    let process = BranchProcess(stat, stoppedGroups: stoppedGroups)
    if isChild(process) { return adopt(stat) }
    if !stat.isZombie { strangers.append(process) }
    return nil
  }

  /// Makes a process a member.
  ///
  /// - Returns: nil where it was one, or has ended.
  mutating func adopt(_ stat: ProcessStat) -> BranchProcess? {
    if let member = members[stat.processID], member.process.identity == stat.identity { return nil }
    guard !stat.isZombie || stat.threadCount > 1 else { return nil }
    let process = BranchProcess(stat, stoppedGroups: stoppedGroups)
    add(process)
    note(stat)
    return process
  }

  /// Takes notice of an event.
  ///
  /// - Returns: whether it is a fork whose child belongs to the branch.
  mutating func hear(_ event: ProcessEvent) -> Bool {
    guard case .fork(let parentID) = event.kind, !event.isOfThread else { return false }
    let childID = event.processID
    if members[parentID] != nil || shortLived.contains(parentID) {
      shortLived.insert(childID)
      return true
    }
    shortLived.remove(childID)
    // The PID is another's now.
    if let member = members[childID], member.lastSeen < pass { members[childID] = nil }
    return false
  }

  /// After a pass: members among the strangers, because a parent was seen after its child, or because the parent
  /// has gone.
  mutating func findRelatives() -> [BranchProcess] {
    var found: [BranchProcess] = []
    while true {
      let orphanages = vanished()
      let relatives = strangers.filter { isChild($0) || isOrphan($0, of: orphanages) }
      if relatives.isEmpty { break }
      for relative in relatives { add(relative) }
      strangers.removeAll { members[$0.processID]?.process.identity == $0.identity }
      found += relatives
    }
    for stranger in strangers where ancestors.contains(stranger.parentID) {
      firstSeen[stranger.identity] = firstSeen[stranger.identity] ?? pass
    }
    return found
  }

  private mutating func add(_ process: BranchProcess) {
    everFound.append(process)
    members[process.processID] = Member(
      process: process, lastSeen: pass, state: process.wasStopped ? UInt8(ascii: "T") : UInt8(ascii: "R"),
      threadCount: 1)
  }

  private mutating func note(_ stat: ProcessStat) {
    members[stat.processID]?.state = stat.state
    members[stat.processID]?.threadCount = stat.threadCount
    if !stat.isZombie || stat.threadCount > 1 { members[stat.processID]?.lastSeen = pass }
  }

  private func isChild(_ process: BranchProcess) -> Bool {
    guard let parent = members[process.parentID] else { return false }
    return parent.process.identity.startTime <= process.identity.startTime
  }

  /// The process groups whose members were lost, each with the last pass that saw the lost one.
  private func vanished() -> [Int32: [Member]] {
    let lost = members.values.filter { $0.lastSeen < pass && !ancestralGroups.contains($0.process.processGroupID) }
    return Dictionary(grouping: lost) { $0.process.processGroupID }
  }

  /// Whether a stranger is what a lost member left behind: below an ancestor of the branch, in the lost one's
  /// session and process group, which is none of the ancestors', younger, and not seen while the lost one lived.
  private func isOrphan(_ stranger: BranchProcess, of vanished: [Int32: [Member]]) -> Bool {
    guard ancestors.contains(stranger.parentID) else { return false }
    let identity = stranger.identity
    return (vanished[stranger.processGroupID] ?? []).contains { lost in
      lost.process.sessionID == stranger.sessionID && lost.process.identity.startTime <= identity.startTime
        && (firstSeen[identity] ?? pass) > lost.lastSeen
    }
  }
}
