// The pieces that the power of root is divided into, by name, and sets of them.

internal import CLinux

/// A capability; the raw value is its number, the bit in a set.
///
/// Source: capabilities(7), include/uapi/linux/capability.h.
public enum Capability: UInt8, CaseIterable, Hashable, Sendable {
  case changeOwner = 0
  case overrideFilePermissions = 1
  case readAndSearchFiles = 2
  case actAsFileOwner = 3
  case keepSetIDBits = 4
  case kill = 5
  case setGroupID = 6
  case setUserID = 7
  case setProcessCapabilities = 8
  case changeImmutableFiles = 9
  case bindPrivilegedPorts = 10
  case broadcast = 11
  case administerNetwork = 12
  case rawSockets = 13
  case lockMemory = 14
  case ownIPC = 15
  case loadModules = 16
  case rawIO = 17
  case changeRoot = 18
  case traceProcesses = 19
  case accountProcesses = 20
  case administerSystem = 21
  case reboot = 22
  case setPriority = 23
  case overrideResourceLimits = 24
  case setTime = 25
  case configureTerminals = 26
  case makeDevices = 27
  case leaseFiles = 28
  case writeAudit = 29
  case controlAudit = 30
  case setFileCapabilities = 31
  case overrideMAC = 32
  case administerMAC = 33
  case useSyslog = 34
  case wakeAlarm = 35
  case blockSuspend = 36
  case readAudit = 37
  case monitorPerformance = 38
  case useBPF = 39
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
