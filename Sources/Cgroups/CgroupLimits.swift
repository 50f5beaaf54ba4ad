// Limits as a value: what a person asks for, and which files of which version say it to the kernel.

/// What the members of a cgroup may use together. A limit that is nil is not set.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, pids.rst.
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

extension CgroupLimits {
  /// What has to be written, in this order, in the hierarchy of a controller.
  public func settings(of controller: CgroupController, _ version: CgroupVersion) -> [CgroupSetting] {
    resources.settings(of: controller, version).map { setting in
      // Swap that the kernel does not account is not limited.
      setting.file.contains(".memsw.") || setting.file.contains(".swap.") ? setting.asOptional : setting
    }
  }

  /// The same limits in the words that containers have for them.
  public var resources: CgroupResources {
    var resources = CgroupResources()
    if let cpus {
      let (quota, period) = CgroupLimits.quota(of: cpus)
      resources.cpu.quota = quota
      resources.cpu.period = period
    }
    if let memory {
      resources.memory.limit = Int64(clamping: memory)
      if let swap {
        let (both, overflow) = memory.addingReportingOverflow(swap)
        resources.memory.swap = overflow ? -1 : Int64(clamping: both)
      }
    }
    resources.processes = processes.map { Int64(clamping: $0) }
    return resources
  }

  /// Microseconds of processor time in a period of so many microseconds. The kernel wants a quota of at least
  /// 1 ms and a period of at most 1 s.
  private static func quota(of cpus: Double) -> (quota: Int64, period: UInt64) {
    let period: UInt64 = cpus < 0.01 ? 1_000_000 : 100_000
    return (max(1000, Int64((cpus * Double(period)).rounded())), period)
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
