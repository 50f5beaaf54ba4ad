// The pieces that the power of root is divided into, by name, and sets of them.

internal import CLinux

/// A capability; the raw value is its number, the bit in a set.
///
/// Source: capabilities(7), include/uapi/linux/capability.h.
public enum Capability: UInt8, CaseIterable, Hashable, Sendable {
  /// CAP_CHOWN: give a file to any owner and group.
  case changeOwner = 0
  /// CAP_DAC_OVERRIDE: read, write and execute whatever the permission bits say.
  case overrideFilePermissions = 1
  /// CAP_DAC_READ_SEARCH: read any file and search any directory.
  case readAndSearchFiles = 2
  /// CAP_FOWNER: do with a file what its owner may.
  case actAsFileOwner = 3
  /// CAP_FSETID: keep the set-ID bits of a file that is written or given away.
  case keepSetIDBits = 4
  /// CAP_KILL: signal any process.
  case kill = 5
  /// CAP_SETGID: become any group.
  case setGroupID = 6
  /// CAP_SETUID: become any user.
  case setUserID = 7
  /// CAP_SETPCAP: drop from the bounding set, add to the inheritable one, change securebits.
  case setProcessCapabilities = 8
  /// CAP_LINUX_IMMUTABLE: change the immutable and append-only flags of files.
  case changeImmutableFiles = 9
  /// CAP_NET_BIND_SERVICE: bind to ports below 1024.
  case bindPrivilegedPorts = 10
  /// CAP_NET_BROADCAST: broadcast and listen to multicasts; unused.
  case broadcast = 11
  /// CAP_NET_ADMIN: configure interfaces, routes and firewalls.
  case administerNetwork = 12
  /// CAP_NET_RAW: open raw and packet sockets.
  case rawSockets = 13
  /// CAP_IPC_LOCK: lock memory past the limit.
  case lockMemory = 14
  /// CAP_IPC_OWNER: use any System V object.
  case ownIPC = 15
  /// CAP_SYS_MODULE: load and unload kernel modules.
  case loadModules = 16
  /// CAP_SYS_RAWIO: reach ports and /dev/mem.
  case rawIO = 17
  /// CAP_SYS_CHROOT: call chroot(2), and enter mount namespaces.
  case changeRoot = 18
  /// CAP_SYS_PTRACE: trace any process and read its memory.
  case traceProcesses = 19
  /// CAP_SYS_PACCT: switch process accounting.
  case accountProcesses = 20
  /// CAP_SYS_ADMIN: mount, make namespaces, name the host, and much more.
  case administerSystem = 21
  /// CAP_SYS_BOOT: reboot, and load another kernel.
  case reboot = 22
  /// CAP_SYS_NICE: raise priorities, set schedulers and affinities of any process.
  case setPriority = 23
  /// CAP_SYS_RESOURCE: exceed and raise limits and quotas.
  case overrideResourceLimits = 24
  /// CAP_SYS_TIME: set the clocks.
  case setTime = 25
  /// CAP_SYS_TTY_CONFIG: hang terminals up, configure virtual ones.
  case configureTerminals = 26
  /// CAP_MKNOD: make device files.
  case makeDevices = 27
  /// CAP_LEASE: take leases on any file.
  case leaseFiles = 28
  /// CAP_AUDIT_WRITE: write to the audit log.
  case writeAudit = 29
  /// CAP_AUDIT_CONTROL: configure auditing.
  case controlAudit = 30
  /// CAP_SETFCAP: give files capabilities; map user 0 of the parent user namespace.
  case setFileCapabilities = 31
  /// CAP_MAC_OVERRIDE: override mandatory access control.
  case overrideMAC = 32
  /// CAP_MAC_ADMIN: configure mandatory access control.
  case administerMAC = 33
  /// CAP_SYSLOG: read the kernel's log and addresses.
  case useSyslog = 34
  /// CAP_WAKE_ALARM: set timers that wake the system.
  case wakeAlarm = 35
  /// CAP_BLOCK_SUSPEND: keep the system from suspending.
  case blockSuspend = 36
  /// CAP_AUDIT_READ: read the audit log.
  case readAudit = 37
  /// CAP_PERFMON: use performance monitoring, since 5.8.
  case monitorPerformance = 38
  /// CAP_BPF: load BPF programs, since 5.8.
  case useBPF = 39
  /// CAP_CHECKPOINT_RESTORE: choose PIDs, read map_files, since 5.9.
  case checkpointAndRestore = 40

  private static let names = [
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
  ]

  /// The manual's name in small letters and without its prefix, for example `sys_admin`.
  public var shortName: String { Capability.names[Int(rawValue)] }

  /// The manual's name, for example `CAP_SYS_ADMIN`.
  public var name: String { "CAP_" + shortName.uppercased() }

  /// Finds a capability by its name, with or without `CAP_`, in any case.
  public init?(named text: String) {
    var wanted = text.lowercased()
    if wanted.hasPrefix("cap_") { wanted.removeFirst(4) }
    guard let index = Capability.names.firstIndex(of: wanted) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  /// The highest number that this kernel has; it may be higher than any that has a name here.
  ///
  /// Corresponds to PR_CAPBSET_READ, asked until it does not know the number.
  public static var lastOfKernel: UInt8 {
    var number: UInt64 = 0
    while number < 63, clinux_call(Int64(__NR_prctl), UInt64(PR_CAPBSET_READ), number + 1, 0, 0, 0, 0) >= 0 {
      number += 1
    }
    return UInt8(number)
  }
}

/// A set of capabilities, bit n for number n, as in /proc/PID/status.
///
/// Source: capabilities(7).
public struct CapabilitySet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The set of these.
  public init(_ capabilities: some Sequence<Capability>) {
    rawValue = capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Every capability that this kernel has.
  public static var allOfKernel: CapabilitySet {
    CapabilitySet(rawValue: .max >> UInt64(63 - Capability.lastOfKernel))
  }

  /// Whether the set has it.
  public func contains(_ capability: Capability) -> Bool {
    rawValue & 1 << UInt64(capability.rawValue) != 0
  }

  /// Those that have a name, by their numbers.
  public var capabilities: [Capability] { Capability.allCases.filter { contains($0) } }
}

extension CapabilitySet: CustomStringConvertible {
  /// Names with commas, for example `CAP_CHOWN,CAP_KILL`; one without a name by its number; `none` when empty.
  public var description: String {
    let set = (0..<64).filter { rawValue & 1 << UInt64($0) != 0 }
    let names = set.map { Capability(rawValue: UInt8($0))?.name ?? String($0) }
    return names.isEmpty ? "none" : names.joined(separator: ",")
  }
}
