// What is known of one process at one moment.

public import Linux

/// One process, or one thread of it, as it was when it was read.
///
/// What was not asked for is `.notAsked`; what the kernel refused is `.unreadable` and never made up. A process
/// that went away while it was read keeps what was read before.
///
/// Source: proc(5).
public struct ProcessRecord: Sendable {
  /// /proc/PID/stat.
  public var stat: ProcessStat
  /// The process that a thread belongs to; of a process its own PID.
  public var threadGroupID: Int32
  /// Effective user and group, the owner of /proc/PID.
  public var owner: Reading<ProcessOwner> = .notAsked
  /// /proc/PID/status.
  public var status: Reading<ProcessStatus> = .notAsked
  /// /proc/PID/cmdline.
  public var commandLine: Reading<CommandLine> = .notAsked
  /// /proc/PID/environ.
  public var environment: Reading<Environment> = .notAsked
  /// /proc/PID/cwd.
  public var workingDirectory: Reading<DirectoryLink> = .notAsked
  /// /proc/PID/root.
  public var rootDirectory: Reading<DirectoryLink> = .notAsked
  /// Where /proc/PID/exe leads; ` (deleted)` follows the path of a file that is gone.
  public var executable: Reading<[UInt8]> = .notAsked
  /// /proc/PID/limits, in the kernel's order.
  public var limits: Reading<[ResourceLimit]> = .notAsked
  /// /proc/PID/cgroup, one for each hierarchy.
  public var cgroup: Reading<[CgroupMembership]> = .notAsked
  /// /proc/PID/ns.
  public var namespaces: Reading<NamespaceLinks> = .notAsked
  /// PIDs of the children of all its threads, ascending.
  public var children: Reading<[Int32]> = .notAsked
  /// Its threads, the first included; empty in the record of a thread.
  public var threads: Reading<[ProcessRecord]> = .notAsked
  /// Without the NUL or newline at its end.
  public var securityLabel: Reading<[UInt8]> = .notAsked
  /// `0` where it does not sleep or may not be known.
  public var waitChannel: Reading<[UInt8]> = .notAsked
  /// /proc/PID/oom_score_adj and oom_score.
  public var outOfMemory: Reading<OutOfMemoryScore> = .notAsked
  /// 4294967295 where nobody logged in.
  public var loginUserID: Reading<UInt32> = .notAsked
  /// /proc/PID/io.
  public var inputOutput: Reading<InputOutputCounters> = .notAsked
  /// /proc/PID/smaps_rollup.
  public var memoryShares: Reading<MemoryShares> = .notAsked
  /// /proc/PID/autogroup.
  public var autogroup: Reading<SchedulingAutogroup> = .notAsked

  /// A record of which nothing else was asked.
  public init(stat: ProcessStat) {
    self.stat = stat
    threadGroupID = stat.processID
  }

  /// The PID; of a thread its own number.
  public var processID: Int32 { stat.processID }
  /// 0 where the parent is outside of the PID namespace, or there is none.
  public var parentID: Int32 { stat.parentID }
  /// In clock ticks after boot, 100 in a second.
  public var startTime: UInt64 { stat.startTime }
  /// At most 15 bytes of any value but NUL, more for kernel threads.
  public var commandName: [UInt8] { stat.commandName }
  /// One letter: `R`, `S`, `D`, `T`, `t`, `Z`, `X`, `I`, …
  public var state: UInt8 { stat.state }
  /// What tells it from a later process of the same number.
  public var identity: ProcessIdentity { stat.identity }
}

/// The effective user and group of a process.
///
/// Source: credentials(7).
public struct ProcessOwner: Hashable, Sendable {
  /// The effective user.
  public let userID: UInt32
  /// The effective group.
  public let groupID: UInt32

  /// An owner from its parts.
  public init(userID: UInt32, groupID: UInt32) {
    self.userID = userID
    self.groupID = groupID
  }
}

/// Where /proc/PID/cwd or /proc/PID/root leads.
///
/// Source: proc_pid_cwd(5), proc_pid_root(5).
public struct DirectoryLink: Hashable, Sendable {
  /// The path as seen from the reader's root; ` (deleted)` follows the path of a directory that is gone.
  public let target: [UInt8]
  /// Which directory it is, whatever its path; nil where it could not be reached.
  public let identity: DirectoryIdentity?
}

/// A directory by its device and inode.
///
/// Source: stat(2).
public struct DirectoryIdentity: Hashable, Sendable {
  /// The file system's device.
  public let device: DeviceNumber
  /// The inode's number there.
  public let inode: UInt64
}

/// How likely the kernel is to end a process when memory runs out.
///
/// Source: proc_pid_oom_score_adj(5), proc_pid_oom_score(5).
public struct OutOfMemoryScore: Hashable, Sendable {
  /// -1000 (never) to 1000 (first).
  public let adjustment: Int32
  /// 0 to 2000; nil where it could not be read.
  public let score: Int32?
}
