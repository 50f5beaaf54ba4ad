// A process whose world is entered: held by descriptor, and compared with the caller, so that what is shared
// already is not joined again.

public import Cgroups
public import Linux
public import Processes
internal import struct SystemPackage.FilePath

/// A process that is to be joined, with what of it has to be opened before its namespaces are.
///
/// Source: setns(2), namespaces(7).
public struct EnterTarget: ~Copyable {
  /// The process.
  public let process: ProcessIdentity
  /// The kinds of namespace in which it differs from the caller.
  public let differing: CloneFlags
  private let pidfd: PIDFD
  /// Negative where there is none to be taken over.
  private let root: FileDescriptor
  private let directory: FileDescriptor
  /// Whether its user namespace has a user 0 and a group 0.
  private let hasRootUser: Bool
  private let allowsSetgroups: Bool

  /// Opens a process.
  ///
  /// - Throws: `IsolationError` with `ESRCH` when the process has ended, `EACCES` or `EPERM` when the caller may not
  ///   look at its namespaces.
  ///
  /// Source: pidfd_open(2); namespaces(7), for the rights.
  public init(_ process: ProcessIdentity) throws(IsolationError) {
    let number = process.processID
    let pidfd = try attempt("find PID \(number)") { () throws(SystemCallError) in
      let pidfd = try PIDFD(opening: number)
      _ = try ProcessRecord.read(process, .stat)
      return pidfd
    }
    let differing = try EnterTarget.difference(number)
    let directory = FilePath("/proc/\(number)")
    let joinsMounts = differing.contains(.newMount)
    root = EnterTarget.open(directory.appending("root"), if: joinsMounts)
    self.directory = EnterTarget.open(directory.appending("cwd"), if: joinsMounts)
    hasRootUser = ["uid_map", "gid_map"].allSatisfy { EnterTarget.mapsRoot(directory.appending($0)) }
    allowsSetgroups = EnterTarget.content(directory.appending("setgroups")).starts(with: Array("allow".utf8))
    self.process = process
    self.differing = differing
    self.pidfd = pidfd
  }

  /// A plan that joins this process's namespaces, and nothing else.
  ///
  /// The target must live until the plan was started.
  ///
  /// - Parameter kinds: what is joined; those that are shared already are left out.
  public func plan(_ command: IsolatedCommand, joining kinds: CloneFlags) -> IsolationPlan {
    var plan = IsolationPlan(command: command, namespaces: [])
    let joined = kinds.intersection(differing)
    if !joined.isEmpty {
      plan.joins = [
        PlannedJoin(descriptor: pidfd.descriptor.number, kinds: joined, object: "PID \(process.processID)")
      ]
    }
    if joined.contains(.newMount) {
      plan.joinedRoot = root.number >= 0 ? root.number : nil
      plan.joinedDirectory = directory.number >= 0 ? directory.number : nil
    }
    if joined.contains(.newUser) && hasRootUser {
      plan.credentials.userID = 0
      plan.credentials.groupID = 0
      plan.credentials.supplementaryGroups = allowsSetgroups ? [] : nil
    }
    return plan
  }

  /// The environment that the process was started with.
  ///
  /// - Throws: `IsolationError` with `EACCES` when the caller may not read it.
  ///
  /// Source: proc_pid_environ(5).
  public func environment() throws(IsolationError) -> [[UInt8]] {
    let path = FilePath("/proc/\(process.processID)/environ")
    let block = try attempt("read the environment of PID \(process.processID)") { () throws(SystemCallError) in
      try FileDescriptor.open(path).readAll()
    }
    return block.split(separator: 0).map { Array($0) }
  }

  /// The control group that the process is a member of, where it is not the caller's own.
  ///
  /// - Returns: nil when it is the caller's in every hierarchy.
  /// - Throws: `IsolationError` when the control groups cannot be read.
  ///
  /// Source: cgroups(7), /proc/PID/cgroup.
  public func controlGroup() throws(IsolationError) -> Cgroup? {
    try attempt("find the control group of PID \(process.processID)") { () throws(SystemCallError) in
      let hierarchies = try CgroupHierarchies.read()
      let differing = try hierarchies.cgroup(of: process.processID).difference(from: hierarchies.own)
      return differing.places.isEmpty ? nil : differing
    }
  }

  private static func difference(_ processID: Int32) throws(IsolationError) -> CloneFlags {
    let (own, theirs) = try attempt("compare the namespaces of PID \(processID) with the caller's") {
      () throws(SystemCallError) in
      (
        try ProcessRecord.read(CallingProcess.processID, .namespaces).namespaces.value,
        try ProcessRecord.read(processID, .namespaces).namespaces.value
      )
    }
    guard let own, let theirs, theirs[.uts] != nil else {
      let cause = SystemCallError(
        call: "readlink", errno: theirs?.firstError ?? .eacces, object: "/proc/\(processID)/ns")
      throw IsolationError(purpose: "compare the namespaces of PID \(processID) with the caller's", cause: cause)
    }
    return CloneFlags(NamespaceKind.allCases.filter { theirs[$0] != nil && theirs[$0] != own[$0] })
  }

  /// What cannot be opened is left as the mount namespace has it.
  private static func open(_ path: FilePath, if isWanted: Bool) -> FileDescriptor {
    guard isWanted else { return FileDescriptor(borrowing: -1) }
    do throws(SystemCallError) {
      return try FileDescriptor.open(path, [.path, .directory])
    } catch {
      return FileDescriptor(borrowing: -1)
    }
  }

  private static func content(_ path: FilePath) -> [UInt8] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(path).readAll()
    } catch {
      return []
    }
  }

  private static func mapsRoot(_ path: FilePath) -> Bool {
    content(path).split(separator: UInt8(ascii: "\n")).contains { line in
      line.split(separator: UInt8(ascii: " ")).first.map { Array($0) } == [UInt8(ascii: "0")]
    }
  }
}
