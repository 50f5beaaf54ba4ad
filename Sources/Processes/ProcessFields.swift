// What is read of each process: each file costs three system calls, so nothing is read that nobody asked for.

/// The files of /proc/PID to be read. `stat` always is: a process is known by its start time.
///
/// Source: proc(5).
public struct ProcessFields: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// /proc/PID/stat, read always.
  public static let stat: ProcessFields = []
  /// Effective user and group, from the owner of /proc/PID: far cheaper than `status`.
  public static let owner = ProcessFields(rawValue: 1 << 0)
  /// /proc/PID/status.
  public static let status = ProcessFields(rawValue: 1 << 1)
  /// /proc/PID/cmdline.
  public static let commandLine = ProcessFields(rawValue: 1 << 2)
  /// /proc/PID/environ, with the right to trace the process.
  public static let environment = ProcessFields(rawValue: 1 << 3)
  /// /proc/PID/cwd, with the right to trace the process.
  public static let workingDirectory = ProcessFields(rawValue: 1 << 4)
  /// /proc/PID/root, with the right to trace the process.
  public static let rootDirectory = ProcessFields(rawValue: 1 << 5)
  /// /proc/PID/exe, with the right to trace the process.
  public static let executable = ProcessFields(rawValue: 1 << 6)
  /// /proc/PID/limits.
  public static let limits = ProcessFields(rawValue: 1 << 7)
  /// /proc/PID/cgroup.
  public static let cgroup = ProcessFields(rawValue: 1 << 8)
  /// The eight links of /proc/PID/ns.
  public static let namespaces = ProcessFields(rawValue: 1 << 9)
  /// The two links of /proc/PID/ns that say what the next children will be in; the eight are read too.
  public static let namespacesForChildren = ProcessFields(rawValue: 1 << 9 | 1 << 19)
  /// /proc/PID/task/TID/children of each thread.
  public static let children = ProcessFields(rawValue: 1 << 10)
  /// Each thread of /proc/PID/task, with the same fields.
  public static let threads = ProcessFields(rawValue: 1 << 11)
  /// /proc/PID/attr/current, the context of the security module.
  public static let securityLabel = ProcessFields(rawValue: 1 << 12)
  /// /proc/PID/wchan, the kernel function that it sleeps in.
  public static let waitChannel = ProcessFields(rawValue: 1 << 13)
  /// /proc/PID/oom_score_adj and oom_score.
  public static let outOfMemory = ProcessFields(rawValue: 1 << 14)
  /// /proc/PID/loginuid, the user of the audited session.
  public static let loginUser = ProcessFields(rawValue: 1 << 15)
  /// /proc/PID/io.
  public static let inputOutput = ProcessFields(rawValue: 1 << 16)
  /// /proc/PID/smaps_rollup, for which the kernel walks all mappings.
  public static let memoryShares = ProcessFields(rawValue: 1 << 17)
  /// /proc/PID/autogroup.
  public static let autogroup = ProcessFields(rawValue: 1 << 18)
}
