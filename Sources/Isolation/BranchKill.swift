// Ending a branch of the tree of processes so that nothing escapes: what is meant as a value, then carried out.
//
// A process that is killed leaves its children behind, under init. So all are stopped first: a stopped process
// neither forks nor exits, and the branch holds still while it is looked at again, until a whole pass over /proc
// finds nothing new. Only then all are killed. A process group that lies in the branch is stopped and killed as a whole:
// no fork gets between its members.
//
// What is guaranteed: every process that is a descendant when the plan is carried out, and everything that those beget
// afterwards, ends. Forks are heard from the kernel itself where that is allowed (in the machine's own namespaces to
// root, since Linux 6.6 to everybody), so that even a process that changes its session and loses its parent between two
// passes is found. Without that right such a one is found by its process group alone, and can escape when it has left
// that too. Processes that lost their parent before are no descendants, and are left alone.

internal import Cgroups
public import Linux
public import Processes
internal import struct SystemPackage.FilePath

/// One process of a branch.
///
/// Source: proc_pid_stat(5).
public struct BranchProcess: Hashable, Sendable {
  /// Its PID and start time.
  public let identity: ProcessIdentity
  /// Its parent when it was found.
  public let parentID: Int32
  /// At most 15 bytes of any value but NUL.
  public let commandName: [UInt8]
  let processGroupID: Int32
  let sessionID: Int32
  /// Whether it was stopped already.
  let wasStopped: Bool

  /// Its number in the caller's PID namespace.
  public var processID: Int32 { identity.processID }

  /// - Parameter stoppedGroups: the process groups that were stopped to hold the branch still.
  init(_ stat: ProcessStat, stoppedGroups: Set<Int32> = []) {
    identity = stat.identity
    parentID = stat.parentID
    commandName = stat.commandName
    processGroupID = stat.processGroupID
    sessionID = stat.sessionID
    wasStopped = stat.state == UInt8(ascii: "T") && !stoppedGroups.contains(stat.processGroupID)
  }
}

/// Why a branch may not be ended.
///
/// Source: kill(2); pid_namespaces(7), for PID 1.
public enum BranchKillError: Error, Hashable, Sendable {
  /// There is no such process, or it has ended and only waits for its parent to take notice.
  case noSuchProcess(Int32)
  /// PID 1 of the caller's PID namespace: everything is its branch.
  case firstProcess
  /// The caller itself is in the branch.
  case containsCaller(Int32)
  /// A thread of the kernel does not take signals.
  case kernelThread(Int32)
  /// The kernel refused a call.
  case systemCall(SystemCallError)
}

/// How a branch will be ended.
///
/// Source: kill(2), signal(7), pidfd_send_signal(2).
public struct BranchKillPlan: Sendable {
  /// What ends it.
  public enum Method: Hashable, Sendable {
    /// The branch is exactly what is in one cgroup: the kernel kills that at one stroke.
    case cgroup
    /// All are stopped, looked for again, and killed.
    case pursuit
  }

  /// The branch as it is when the plan is made: its root first, each parent before its children.
  public let members: [BranchProcess]
  /// What each will be sent. Only SIGKILL is sure to end it.
  public let signal: Signal
  /// What will end it.
  public let method: Method
  let cgroup: Cgroup?
  let ancestors: [BranchProcess]
  /// Children of the ancestors that live when the plan is made: nobody's orphans.
  let bystanders: [ProcessIdentity]
  /// The process groups of all that are not in the branch.
  let foreignGroups: Set<Int32>

  /// Looks at a process and all below it.
  ///
  /// - Parameter startTime: the process's, where it is known: another that got its PID is not meant.
  /// - Throws: `BranchKillError` when it may not be ended.
  ///
  /// Source: proc_pid_stat(5), for the parents.
  public init(of processID: Int32, startTime: UInt64? = nil, signal: Signal = .kill) throws(BranchKillError) {
    let tree = try ProcessTree(BranchKillPlan.readTable())
    guard let root = tree.table[processID], root.startTime == startTime ?? root.startTime,
      !root.stat.isZombie || root.stat.threadCount > 1
    else { throw .noSuchProcess(processID) }
    if processID == 1 { throw .firstProcess }
    if root.stat.isKernelThread { throw .kernelThread(processID) }
    let caller = CallingProcess.processID
    if processID == caller || tree.ancestors(of: caller).contains(where: { $0.processID == processID }) {
      throw .containsCaller(processID)
    }
    self.signal = signal
    let branch = tree.subtree(of: processID)
    members = branch.filter { !$0.stat.isZombie }.map { BranchProcess($0.stat) }
    let inside = Set(branch.map(\.processID))
    foreignGroups = Set(tree.table.records.filter { !inside.contains($0.processID) }.map(\.stat.processGroupID))
    let ancestors = tree.ancestors(of: processID)
    self.ancestors = ancestors.map { BranchProcess($0.stat) }
    bystanders = ancestors.flatMap { tree.children(of: $0.processID) }.map(\.identity)
    cgroup = signal == .kill ? BranchKillPlan.cgroup(of: members) : nil
    method = cgroup == nil ? .pursuit : .cgroup
  }

  private static func readTable() throws(BranchKillError) -> ProcessTable {
    do throws(SystemCallError) {
      // Thousands of processes that fork leave little time to others.
      return try withRealTimePriority { () throws(SystemCallError) in try ProcessTable() }
    } catch {
      throw .systemCall(error)
    }
  }

  /// The cgroup that has these processes as its members, and no other.
  private static func cgroup(of processes: [BranchProcess]) -> Cgroup? {
    do throws(SystemCallError) {
      let whole = try CgroupHierarchies.read().cgroup(of: processes[0].processID)
      let candidates = whole.places.filter { place in
        (place.hierarchy.version == .v2 || place.hierarchy.controllers.contains(.freezer))
          && !place.path.components.isEmpty && isWritable(place.directory.appending("cgroup.procs"))
      }
      for place in candidates {
        let cgroup = Cgroup(places: [place])
        if try cgroup.members() == processes.map(\.processID).sorted() { return cgroup }
      }
      return nil
    } catch {
      return nil  // Without cgroups there is still the other way.
    }
  }

  /// The processes of the branch that the caller may not signal, as it is now; none where the kernel kills a whole
  /// cgroup, which asks for no right over each.
  public func foreseenRefusals() -> [BranchKillOutcome.Refusal] {
    if method == .cgroup { return [] }
    return members.compactMap { process in
      do throws(SystemCallError) {
        try sendSignal(Signal(rawValue: 0), to: process.processID)
        return nil
      } catch {
        return error.errno == .esrch ? nil : BranchKillOutcome.Refusal(process: process, errno: error.errno)
      }
    }
  }

  /// Ends the branch.
  ///
  /// Processes of the branch that the caller may not signal are passed over and listed in the outcome. The signals
  /// that could end the calling thread wait meanwhile: nothing must be left stopped.
  ///
  /// - Parameter seconds: how long to wait for what was killed to be gone.
  /// - Throws: `BranchKillError.systemCall` when /proc cannot be read.
  ///
  /// Source: kill(2), pidfd_send_signal(2); signal(7), for what SIGSTOP holds.
  public func carryOut(within seconds: Double = 10) throws(BranchKillError) -> BranchKillOutcome {
    let former = SignalSet.all.block()
    defer { former.setAsMask() }
    do throws(SystemCallError) {
      return try withRealTimePriority { () throws(SystemCallError) in
        let pursuit = try BranchPursuit(self)
        if signal != .kill { return try pursuit.deliver() }
        if let cgroup { pursuit.killAtOneStroke(cgroup) }
        return try pursuit.end(within: seconds)
      }
    } catch {
      throw .systemCall(error)
    }
  }
}

/// What became of a branch.
///
/// Source: kill(2), for what may be refused.
public struct BranchKillOutcome: Sendable {
  /// A process that the caller may not signal.
  public struct Refusal: Hashable, Sendable {
    /// Which process it was.
    public let process: BranchProcess
    /// Why: `EPERM`, as a rule.
    public let errno: Errno
  }

  /// What ended, or was sent a signal other than SIGKILL, in the order in which it was found.
  public let processes: [BranchProcess]
  /// Those that may not be signalled.
  public let refusals: [Refusal]
  /// What was killed and is still there: blocked in the kernel.
  public let remaining: [BranchProcess]
  /// How often /proc was read.
  public let passes: Int
}
