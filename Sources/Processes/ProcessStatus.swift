// /proc/PID/status: credentials, capabilities, signals, memory and the PIDs of each level, by name.

internal import Linux

/// The content of /proc/PID/status.
///
/// What an older kernel or a kernel thread lacks is nil or empty. Source: proc_pid_status(5).
public struct ProcessStatus: Hashable, Sendable {
  public var threadGroupID: Int32 = 0
  public var processID: Int32 = 0
  /// 0 where nobody traces it.
  public var tracerID: Int32 = 0
  /// Real, effective, saved and file system user.
  public var userIDs = CredentialIDs()
  /// Real, effective, saved and file system group.
  public var groupIDs = CredentialIDs()
  public var supplementaryGroupIDs: [UInt32] = []
  /// PIDs from the reader's PID namespace down to the process's own.
  public var processIDs: [Int32] = []
  public var threadGroupIDs: [Int32] = []
  public var processGroupIDs: [Int32] = []
  public var sessionIDs: [Int32] = []
  /// Permission bits that are taken from new files.
  public var umask: UInt32?
  public var threadCount: Int32 = 0
  public var memory = MemoryUse()
  public var signals = SignalSets()
  public var capabilities = CapabilitySets()
  public var noNewPrivileges: Bool?
  public var seccompMode: SeccompMode?
  public var seccompFilterCount: Int?
  /// For example `0-3,8`.
  public var allowedCPUs: [UInt8] = []
  public var voluntarySwitches: UInt64 = 0
  public var involuntarySwitches: UInt64 = 0
  /// Linux 6.8 says so itself; nil before.
  public var isKernelThread: Bool?
}

/// The four IDs that a process has of one sort.
///
/// Source: credentials(7).
public struct CredentialIDs: Hashable, Sendable {
  public var real: UInt32 = 0
  public var effective: UInt32 = 0
  public var saved: UInt32 = 0
  public var fileSystem: UInt32 = 0

  public init() {}
}

/// What a process has of memory, in KiB; nil for a kernel thread and a zombie.
public struct MemoryUse: Hashable, Sendable {
  public var virtualSize: UInt64?
  public var virtualPeak: UInt64?
  public var locked: UInt64?
  public var pinned: UInt64?
  public var resident: UInt64?
  public var residentPeak: UInt64?
  public var residentAnonymous: UInt64?
  public var residentFile: UInt64?
  public var residentShared: UInt64?
  public var data: UInt64?
  public var stack: UInt64?
  public var executable: UInt64?
  public var libraries: UInt64?
  public var pageTables: UInt64?
  public var swapped: UInt64?

  public init() {}
}

/// Sets of signals: bit (number - 1).
///
/// Source: signal(7).
public struct SignalSets: Hashable, Sendable {
  public var pendingForThread: UInt64 = 0
  public var pendingForProcess: UInt64 = 0
  public var blocked: UInt64 = 0
  public var ignored: UInt64 = 0
  public var caught: UInt64 = 0
  /// How many are queued for the real user, and how many may be.
  public var queued: UInt64 = 0
  public var queueLimit: UInt64 = 0

  public init() {}
}

/// Sets of capabilities: bit CAP_*.
///
/// Source: capabilities(7).
public struct CapabilitySets: Hashable, Sendable {
  public var inheritable: UInt64 = 0
  public var permitted: UInt64 = 0
  public var effective: UInt64 = 0
  public var bounding: UInt64 = 0
  public var ambient: UInt64 = 0

  public init() {}
}

/// Source: seccomp(2).
public enum SeccompMode: UInt8, Sendable {
  case disabled = 0
  case strict = 1
  case filter = 2
}

extension ProcessStatus {
  /// Parses the file.
  ///
  /// Lines that are not known, or not as expected, are passed over.
  /// - Returns: nil when there is no line of a PID: this is not such a file.
  public init?(_ text: Span<UInt8>) {
    self.init()
    var cursor = ByteCursor(text)
    while !cursor.isAtEnd {
      let line = cursor.field(before: 10)
      guard let colon = text.firstIndex(of: UInt8(ascii: ":"), in: line) else { continue }
      var value = ByteCursor(text.extracting(0..<line.upperBound), from: colon + 1)
      read(text, key: line.lowerBound..<colon, &value)
    }
    if processID == 0 { return nil }
  }

  /// The first letter decides which few names a key is compared with.
  private mutating func read(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    guard !key.isEmpty else { return }
    switch text[key.lowerBound] {
    case UInt8(ascii: "V"), UInt8(ascii: "R"): memory.read(text, key: key, &value)
    case UInt8(ascii: "N"): readNumbers(text, key: key, &value)
    case UInt8(ascii: "C"): readCapabilities(text, key: key, &value)
    case UInt8(ascii: "S"): readSignals(text, key: key, &value)
    default: readOther(text, key: key, &value)
    }
  }

  private mutating func readNumbers(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    if text.matches("NSpid", in: key) {
      processIDs = value.processIDs()
    } else if text.matches("NStgid", in: key) {
      threadGroupIDs = value.processIDs()
    } else if text.matches("NSpgid", in: key) {
      processGroupIDs = value.processIDs()
    } else if text.matches("NSsid", in: key) {
      sessionIDs = value.processIDs()
    } else if text.matches("NoNewPrivs", in: key) {
      noNewPrivileges = value.number().map { $0 != 0 }
    }
  }

  private mutating func readCapabilities(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    if text.matches("CapInh", in: key) {
      capabilities.inheritable = value.hexadecimal() ?? 0
    } else if text.matches("CapPrm", in: key) {
      capabilities.permitted = value.hexadecimal() ?? 0
    } else if text.matches("CapEff", in: key) {
      capabilities.effective = value.hexadecimal() ?? 0
    } else if text.matches("CapBnd", in: key) {
      capabilities.bounding = value.hexadecimal() ?? 0
    } else if text.matches("CapAmb", in: key) {
      capabilities.ambient = value.hexadecimal() ?? 0
    } else if text.matches("Cpus_allowed_list", in: key) {
      value.skipBlanks()
      allowedCPUs = text.copy(value.position..<value.bytes.count)
    }
  }

  private mutating func readSignals(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    if text.matches("SigQ", in: key) {
      signals.queued = value.number() ?? 0
      if value.skip(UInt8(ascii: "/")) { signals.queueLimit = value.number() ?? 0 }
    } else if text.matches("SigPnd", in: key) {
      signals.pendingForThread = value.hexadecimal() ?? 0
    } else if text.matches("ShdPnd", in: key) {
      signals.pendingForProcess = value.hexadecimal() ?? 0
    } else if text.matches("SigBlk", in: key) {
      signals.blocked = value.hexadecimal() ?? 0
    } else if text.matches("SigIgn", in: key) {
      signals.ignored = value.hexadecimal() ?? 0
    } else if text.matches("SigCgt", in: key) {
      signals.caught = value.hexadecimal() ?? 0
    } else if text.matches("Seccomp", in: key) {
      seccompMode = value.number().flatMap { SeccompMode(rawValue: UInt8(truncatingIfNeeded: $0)) }
    } else if text.matches("Seccomp_filters", in: key) {
      seccompFilterCount = value.number().map { Int(truncatingIfNeeded: $0) }
    }
  }

  private mutating func readOther(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    if text.matches("Uid", in: key) {
      userIDs = value.credentialIDs()
    } else if text.matches("Gid", in: key) {
      groupIDs = value.credentialIDs()
    } else if text.matches("Groups", in: key) {
      while let group = value.number() { supplementaryGroupIDs.append(UInt32(truncatingIfNeeded: group)) }
    } else if text.matches("Pid", in: key) {
      processID = Int32(truncatingIfNeeded: value.number() ?? 0)
    } else if text.matches("Tgid", in: key) {
      threadGroupID = Int32(truncatingIfNeeded: value.number() ?? 0)
    } else if text.matches("TracerPid", in: key) {
      tracerID = Int32(truncatingIfNeeded: value.number() ?? 0)
    } else if text.matches("Umask", in: key) {
      umask = value.octal().map { UInt32(truncatingIfNeeded: $0) }
    } else if text.matches("Threads", in: key) {
      threadCount = Int32(truncatingIfNeeded: value.number() ?? 0)
    } else if text.matches("Kthread", in: key) {
      isKernelThread = value.number().map { $0 != 0 }
    } else if text.matches("voluntary_ctxt_switches", in: key) {
      voluntarySwitches = value.number() ?? 0
    } else if text.matches("nonvoluntary_ctxt_switches", in: key) {
      involuntarySwitches = value.number() ?? 0
    }
  }
}

extension MemoryUse {
  private static let names: [(StaticString, any WritableKeyPath<MemoryUse, UInt64?> & Sendable)] = [
    ("VmPeak", \.virtualPeak), ("VmSize", \.virtualSize), ("VmLck", \.locked), ("VmPin", \.pinned),
    ("VmHWM", \.residentPeak), ("VmRSS", \.resident), ("RssAnon", \.residentAnonymous),
    ("RssFile", \.residentFile), ("RssShmem", \.residentShared), ("VmData", \.data), ("VmStk", \.stack),
    ("VmExe", \.executable), ("VmLib", \.libraries), ("VmPTE", \.pageTables), ("VmSwap", \.swapped),
  ]

  fileprivate mutating func read(_ text: Span<UInt8>, key: Range<Int>, _ value: inout ByteCursor) {
    for (name, field) in Self.names where text.matches(name, in: key) {
      self[keyPath: field] = value.number()
    }
  }
}

extension ByteCursor {
  fileprivate mutating func processIDs() -> [Int32] {
    var numbers: [Int32] = []
    while let number = number() { numbers.append(Int32(truncatingIfNeeded: number)) }
    return numbers
  }

  fileprivate mutating func credentialIDs() -> CredentialIDs {
    var identifiers = CredentialIDs()
    identifiers.real = UInt32(truncatingIfNeeded: number() ?? 0)
    identifiers.effective = UInt32(truncatingIfNeeded: number() ?? 0)
    identifiers.saved = UInt32(truncatingIfNeeded: number() ?? 0)
    identifiers.fileSystem = UInt32(truncatingIfNeeded: number() ?? 0)
    return identifiers
  }
}
