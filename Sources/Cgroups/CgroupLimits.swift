// Limits as a value: what a person asks for, and which files of which version say it to the kernel.

/// What the members of a cgroup may use together. A limit that is nil is not set.
public struct CgroupLimits: Hashable, Sendable {
  /// Processor time per time, in processors: 0.5 is half of one; at least 0.001.
  public var cpus: Double?
  /// Bytes of memory; a process past it is killed when nothing can be reclaimed.
  public var memory: UInt64?
  /// Bytes of swap in addition to `memory`; 0 for none, nil for no limit. Ignored without `memory`, and where the
  /// kernel does not account swap.
  public var swap: UInt64?
  /// How many processes and threads.
  public var processes: UInt64?

  /// The limits that are given; the others are not set.
  public init(cpus: Double? = nil, memory: UInt64? = nil, swap: UInt64? = 0, processes: UInt64? = nil) {
    self.cpus = cpus
    self.memory = memory
    self.swap = swap
    self.processes = processes
  }

  /// Whether there is no limit at all.
  public var isEmpty: Bool { cpus == nil && memory == nil && processes == nil }

  /// The controllers that the limits need.
  public var controllers: [CgroupController] {
    (cpus == nil ? [] : [.cpu]) + (memory == nil ? [] : [.memory]) + (processes == nil ? [] : [.processes])
  }
}

/// One value for one of a cgroup's files.
public struct CgroupSetting: Hashable, Sendable {
  /// Whose file it is.
  public let controller: CgroupController
  /// The file's name, for example `memory.max`.
  public let file: String
  /// What is written.
  public let value: String
  /// Whether a kernel without the file is no failure.
  public let isOptional: Bool

  init(_ controller: CgroupController, _ file: String, _ value: String, isOptional: Bool = false) {
    self.controller = controller
    self.file = file
    self.value = value
    self.isOptional = isOptional
  }
}

extension CgroupLimits {
  /// What has to be written, in this order, in the hierarchy of a controller.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, cgroup-v1/pids.rst and
  /// scheduler/sched-bwc.rst.
  public func settings(of controller: CgroupController, _ version: CgroupVersion) -> [CgroupSetting] {
    switch controller {
    case .cpu: cpuSettings(version)
    case .memory: memorySettings(version)
    case .processes: processes.map { [CgroupSetting(.processes, "pids.max", "\($0)")] } ?? []
    default: []
    }
  }

  private func cpuSettings(_ version: CgroupVersion) -> [CgroupSetting] {
    guard let cpus else { return [] }
    let (quota, period) = CgroupLimits.quota(of: cpus)
    return switch version {
    case .v1:
      [
        CgroupSetting(.cpu, "cpu.cfs_period_us", "\(period)"),
        CgroupSetting(.cpu, "cpu.cfs_quota_us", "\(quota)"),
      ]
    case .v2: [CgroupSetting(.cpu, "cpu.max", "\(quota) \(period)")]
    }
  }

  /// Microseconds of processor time in a period of so many microseconds. The kernel wants a quota of at least
  /// 1 ms and a period of at most 1 s.
  private static func quota(of cpus: Double) -> (quota: UInt64, period: UInt64) {
    let period: UInt64 = cpus < 0.01 ? 1_000_000 : 100_000
    return (max(1000, UInt64((cpus * Double(period)).rounded())), period)
  }

  private func memorySettings(_ version: CgroupVersion) -> [CgroupSetting] {
    guard let memory else { return [] }
    var settings = [
      CgroupSetting(.memory, version == .v1 ? "memory.limit_in_bytes" : "memory.max", "\(memory)")
    ]
    guard let swap else { return settings }
    switch version {
    case .v1:
      let (both, overflow) = memory.addingReportingOverflow(swap)
      settings.append(
        CgroupSetting(.memory, "memory.memsw.limit_in_bytes", overflow ? "-1" : "\(both)", isOptional: true))
    case .v2: settings.append(CgroupSetting(.memory, "memory.swap.max", "\(swap)", isOptional: true))
    }
    return settings
  }

  /// A number of bytes as a person writes it: `1048576`, `64M`, `1.5GiB`; the letters K, M, G, T are powers of
  /// 1024 in either case.
  ///
  /// - Returns: nil where the text is no such number, or is beyond 64 bits.
  public static func bytes(_ text: String) -> UInt64? {
    var digits = text.lowercased()
    for suffix in ["ib", "b"] where digits.hasSuffix(suffix) && digits.count > suffix.count {
      digits.removeLast(suffix.count)
      break
    }
    var shift = 0
    if let last = digits.last, let index = ["k", "m", "g", "t"].firstIndex(of: String(last)) {
      shift = (index + 1) * 10
      digits.removeLast()
    }
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
    if let whole = UInt64(digits) {
      return whole.leadingZeroBitCount >= shift ? whole << UInt64(shift) : nil
    }
    guard let fraction = Double(digits) else { return nil }
    return UInt64(exactly: (fraction * Double(UInt64(1) << UInt64(shift))).rounded())
  }
}
