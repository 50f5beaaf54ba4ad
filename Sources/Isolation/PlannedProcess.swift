// What the command of a world is besides its namespaces and files: who it is, what it may do, how much it may use,
// how it is scheduled.

public import Linux

/// Who a command is, and what it may do.
///
/// Source: credentials(7), capabilities(7).
public struct PlannedCredentials: Hashable, Sendable {
  /// The user ID inside the world; nil leaves it.
  public var userID: UInt32?
  /// The group ID inside the world; nil leaves it.
  public var groupID: UInt32?
  /// Supplementary groups; nil leaves them. None at all is what a user namespace that denies setgroups(2) has anyway.
  public var supplementaryGroups: [UInt32]?
  /// Capabilities that the command has, bit n for capability n; a user other than 0 keeps them too. nil leaves them.
  public var capabilities: UInt64?
  /// Capabilities that the command, and what it executes, can ever have; nil leaves them.
  public var boundingSet: UInt64?
  /// All five sets, exactly; instead of `capabilities` and `boundingSet`.
  public var capabilitySets: CapabilitySets?
  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  public var hasNoNewPrivileges = false

  /// Nothing changed.
  public init() {}

  /// Whether the command has another user or group than the world's first process.
  var changesUser: Bool { userID != nil || groupID != nil || supplementaryGroups != nil }
}

/// The capabilities of a process; bit n for capability n. Those that the kernel does not know are passed over.
///
/// Source: capabilities(7).
public struct CapabilitySets: Hashable, Sendable {
  /// What the process, and what it executes, can ever have.
  public var bounding: UInt64
  /// What it may do now.
  public var effective: UInt64
  /// What it may make effective.
  public var permitted: UInt64
  /// What executed files may take over.
  public var inheritable: UInt64
  /// What executed files have in any case.
  public var ambient: UInt64

  /// The five sets.
  public init(
    bounding: UInt64 = 0, effective: UInt64 = 0, permitted: UInt64 = 0, inheritable: UInt64 = 0, ambient: UInt64 = 0
  ) {
    self.bounding = bounding
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
    self.ambient = ambient
  }
}

/// What of a command is set besides who it is; nothing by default.
///
/// Source: umask(2), getrlimit(2), sched(7), seccomp(2); runtime-spec 1.3, config.md "Process".
public struct PlannedProcess: Hashable, Sendable {
  /// The permissions that new files do not get.
  public var umask: UInt32?
  /// Limits of resources, set before the user changes.
  public var resourceLimits: [PlannedResourceLimit] = []
  /// /proc/PID/oom_score_adj, -1000 to 1000.
  public var outOfMemoryScoreAdjustment: Int?
  /// sched_setattr(2).
  public var scheduling: SchedulingAttributes?
  /// ioprio_set(2).
  public var inputOutputPriority: InputOutputPriority?
  /// The processors that it may run on while it is made, before it is in its control group.
  public var initialProcessors: [Int]?
  /// The processors that the command may run on.
  public var processors: [Int]?
  /// personality(2).
  public var personality: UInt64?
  /// set_mempolicy(2).
  public var memoryPolicy: MemoryPolicy?
  /// The name of a session keyring that it joins or makes; keyctl(2).
  public var sessionKeyring: String?
  /// The AppArmor profile that the executed command gets.
  public var appArmorProfile: String?
  /// The SELinux label that the executed command gets.
  public var selinuxLabel: String?
  /// The filter of system calls, installed as late as its rights allow.
  public var seccomp: PlannedSeccomp?
  /// Makes a working directory that is missing.
  public var createsWorkingDirectory = false
  /// Gives the pipes and terminals among descriptors 0, 1 and 2 to the command's user.
  public var ownsStandardStreams = false

  /// Nothing set.
  public init() {}
}

/// A limit of a resource.
///
/// Source: getrlimit(2).
public struct PlannedResourceLimit: Hashable, Sendable {
  /// What is limited.
  public var resource: Resource
  /// What may be used; the highest number for no limit.
  public var soft: UInt64
  /// What the soft limit may be raised to.
  public var hard: UInt64

  /// A limit.
  public init(_ resource: Resource, soft: UInt64, hard: UInt64) {
    self.resource = resource
    self.soft = soft
    self.hard = hard
  }
}

/// A filter of system calls, compiled.
///
/// Source: seccomp(2).
public struct PlannedSeccomp: Hashable, Sendable {
  /// struct sock_filter after struct sock_filter, 8 bytes each.
  public var program: [UInt8]
  /// SECCOMP_FILTER_FLAG_*, without that of the listener.
  public var flags: UInt64
  /// Gives the caller a descriptor on which it is asked about system calls; see `start`.
  public var hasListener: Bool

  /// A compiled filter.
  public init(program: [UInt8], flags: UInt64 = 0, hasListener: Bool = false) {
    self.program = program
    self.flags = flags
    self.hasListener = hasListener
  }
}

/// A kernel setting of the world's namespaces, sysctl(8).
public struct KernelSetting: Hashable, Sendable {
  /// For example `net.ipv4.ip_forward`; slashes may separate too.
  public var name: String
  /// What is written.
  public var value: String

  /// A setting.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
