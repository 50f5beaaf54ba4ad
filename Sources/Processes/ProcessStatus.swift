// /proc/PID/status: credentials, capabilities, signals, memory and the PIDs of each level, by name.

internal import Linux

/// The content of /proc/PID/status.
///
/// What an older kernel or a kernel thread lacks is nil or empty. Source: proc_pid_status(5).
public struct ProcessStatus: Hashable, Sendable {
  /// The process's PID, also in the status of a thread.
  public var threadGroupID: Int32 = 0
  /// The thread's ID; the PID for the first thread.
  public var processID: Int32 = 0
  /// 0 where nobody traces it.
  public var tracerID: Int32 = 0
  /// Real, effective, saved and file system user.
  public var userIDs = CredentialIDs()
  /// Real, effective, saved and file system group.
  public var groupIDs = CredentialIDs()
  /// Ascending.
  public var supplementaryGroupIDs: [UInt32] = []
  /// PIDs from the reader's PID namespace down to the process's own.
  public var processIDs: [Int32] = []
  /// NStgid: as `processIDs`, of the process.
  public var threadGroupIDs: [Int32] = []
  /// NSpgid: as `processIDs`, of its process group.
  public var processGroupIDs: [Int32] = []
  /// NSsid: as `processIDs`, of its session.
  public var sessionIDs: [Int32] = []
  /// Permission bits that are taken from new files.
  public var umask: UInt32?
  /// 1 for a program without threads.
  public var threadCount: Int32 = 0
  /// Empty for kernel threads and zombies.
  public var memory = MemoryUse()
  /// Pending, blocked, ignored and caught.
  public var signals = SignalSets()
  /// The five sets.
  public var capabilities = CapabilitySets()
  /// Whether execve(2) can give no more rights.
  public var noNewPrivileges: Bool?
  /// Whether system calls are filtered.
  public var seccompMode: SeccompMode?
  /// How many filters there are, since 5.9.
  public var seccompFilterCount: Int?
  /// For example `0-3,8`.
  public var allowedCPUs: [UInt8] = []
  /// How often it went to sleep by itself.
  public var voluntarySwitches: UInt64 = 0
  /// How often another was given its processor.
  public var involuntarySwitches: UInt64 = 0
  /// Linux 6.8 says so itself; nil before.
  public var isKernelThread: Bool?
}

/// The four IDs that a process has of one sort.
///
/// Source: credentials(7).
public struct CredentialIDs: Hashable, Sendable {
  /// Who started it.
  public var real: UInt32 = 0
  /// Who it acts as.
  public var effective: UInt32 = 0
  /// Who it may act as again.
  public var saved: UInt32 = 0
  /// Whose files it may reach.
  public var fileSystem: UInt32 = 0

  /// All 0.
  public init() {}
}

/// What a process has of memory, in KiB; nil for a kernel thread and a zombie.
///
/// Source: proc_pid_status(5).
public struct MemoryUse: Hashable, Sendable {
  /// VmSize.
  public var virtualSize: UInt64?
  /// VmPeak, the most there was.
  public var virtualPeak: UInt64?
  /// VmLck, never swapped out.
  public var locked: UInt64?
  /// VmPin, never moved.
  public var pinned: UInt64?
  /// VmRSS, in memory now.
  public var resident: UInt64?
  /// VmHWM, the most there was.
  public var residentPeak: UInt64?
  /// RssAnon, of no file.
  public var residentAnonymous: UInt64?
  /// RssFile, of files.
  public var residentFile: UInt64?
  /// RssShmem, shared.
  public var residentShared: UInt64?
  /// VmData.
  public var data: UInt64?
  /// VmStk.
  public var stack: UInt64?
  /// VmExe, the program's text.
  public var executable: UInt64?
  /// VmLib, the text of its libraries.
  public var libraries: UInt64?
  /// VmPTE, what the kernel needs to map it.
  public var pageTables: UInt64?
  /// VmSwap.
  public var swapped: UInt64?

  /// Nothing known.
  public init() {}
}

/// Sets of signals: bit (number - 1).
///
/// Source: signal(7).
public struct SignalSets: Hashable, Sendable {
  /// SigPnd, for this thread alone.
  public var pendingForThread: UInt64 = 0
  /// ShdPnd, for any thread.
  public var pendingForProcess: UInt64 = 0
  /// SigBlk.
  public var blocked: UInt64 = 0
  /// SigIgn.
  public var ignored: UInt64 = 0
  /// SigCgt.
  public var caught: UInt64 = 0
  /// How many are queued for the real user, and how many may be.
  public var queued: UInt64 = 0
  /// How many may be queued.
  public var queueLimit: UInt64 = 0

  /// No signals.
  public init() {}
}

/// Sets of capabilities: bit CAP_*.
///
/// Source: capabilities(7).
public struct CapabilitySets: Hashable, Sendable {
  /// CapInh, kept by an execve(2) of a file with such capabilities.
  public var inheritable: UInt64 = 0
  /// CapPrm, what may be made effective.
  public var permitted: UInt64 = 0
  /// CapEff, what the kernel checks.
  public var effective: UInt64 = 0
  /// CapBnd, the most that an execve(2) can give.
  public var bounding: UInt64 = 0
  /// CapAmb, kept by the execve(2) of any ordinary file.
  public var ambient: UInt64 = 0

  /// No capabilities.
  public init() {}
}

/// How the system calls of a process are filtered; the raw value is that of the file.
///
/// Source: seccomp(2), proc_pid_status(5).
public enum SeccompMode: UInt8, Sendable {
  /// No filtering.
  case disabled = 0
  /// read(2), write(2), _exit(2) and sigreturn(2) alone.
  case strict = 1
  /// A BPF program decides.
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
