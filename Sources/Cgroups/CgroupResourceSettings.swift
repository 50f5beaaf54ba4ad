// What resources mean in the files of each version: the conversions are those of runc and crun.

internal import Linux

/// What a cgroup has now, as far as the order of writing depends on it. nil is no limit.
struct CgroupPresent: Hashable {
  var memory: UInt64?
  var memoryAndSwap: UInt64?
  /// Microseconds.
  var quota: UInt64?
  var period: UInt64 = 100_000
  var burst: UInt64 = 0

  /// A cgroup that was just made.
  static let new = CgroupPresent()
}

extension CgroupResources {
  /// The controllers that these resources need: for each the name in version 1 and the one in version 2. nil where a
  /// version does not have it.
  var controllers: [(v1: CgroupController?, v2: CgroupController?)] {
    let candidates: [(CgroupController?, CgroupController?)] = [
      (.cpu, .cpu), (.cpuset, .cpuset), (.memory, .memory), (.processes, .processes), (.blockIO, .io),
      (.hugepages, .hugepages), (.networkClass, nil), (.networkPriority, nil), (.rdma, .rdma),
    ]
    return candidates.filter { v1, v2 in
      !(v1.map { settings(of: $0, .v1) } ?? []).isEmpty || !(v2.map { settings(of: $0, .v2) } ?? []).isEmpty
    }
  }

  /// What has to be written, in this order, in the hierarchy of a controller of a new cgroup.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/*.rst and scheduler/sched-bwc.rst.
  public func settings(of controller: CgroupController, _ version: CgroupVersion) -> [CgroupSetting] {
    settings(of: controller, version, present: .new)
  }

  /// What has to be written, in this order, where something is set already.
  func settings(
    of controller: CgroupController, _ version: CgroupVersion, present: CgroupPresent
  ) -> [CgroupSetting] {
    switch (controller, version) {
    case (.cpu, .v1): cpuVersion1(present)
    case (.cpu, .v2): cpuVersion2(present)
    case (.cpuset, _): cpuset
    case (.memory, .v1): memoryVersion1(present)
    case (.memory, .v2): memoryVersion2
    case (.processes, _): processSettings
    case (.blockIO, .v1): blockIO.version1
    case (.io, .v2): blockIO.version2
    case (.hugepages, _): hugepageSettings(version)
    case (.networkClass, .v1): network.classSettings
    case (.networkPriority, .v1): network.prioritySettings
    case (.rdma, _): rdma.compactMap(\.setting)
    default: []
    }
  }

  private var cpuset: [CgroupSetting] {
    [cpu.cpus.map { ("cpuset.cpus", $0) }, cpu.memoryNodes.map { ("cpuset.mems", $0) }].compactMap { $0 }
      .filter { !$0.1.isEmpty }.map { CgroupSetting(.cpuset, $0.0, $0.1) }
  }

  /// The limit of processes as both the kernel and systemd take it: systemd knows no 0. The first process is there before
  /// it is limited, so that with 0 as with 1 it is the only one.
  var atLeastOneProcess: Int64? {
    processes.map { $0 == 0 ? 1 : $0 }
  }

  private var processSettings: [CgroupSetting] {
    guard let processes = atLeastOneProcess else { return [] }
    return [CgroupSetting(.processes, "pids.max", processes < 0 ? "max" : "\(processes)")]
  }

  private func hugepageSettings(_ version: CgroupVersion) -> [CgroupSetting] {
    hugepages.flatMap { limit in
      let file = version == .v1 ? "limit_in_bytes" : "max"
      return [
        CgroupSetting(.hugepages, "hugetlb.\(limit.pageSize).\(file)", "\(limit.limit)"),
        // What is reserved counts only where the kernel has it, since Linux 5.7.
        CgroupSetting(.hugepages, "hugetlb.\(limit.pageSize).rsvd.\(file)", "\(limit.limit)", isOptional: true),
      ]
    }
  }

  /// Files of version 2 by name, a line at a time.
  var unifiedSettings: [CgroupSetting] {
    unified.sorted { $0.key < $1.key }.flatMap { file, value in
      let controller = CgroupController(rawValue: String(file.prefix { $0 != "." }))
      let lines = value.split(separator: "\n").map(String.init)
      return (lines.isEmpty ? [""] : lines).map { CgroupSetting(controller, file, $0) }
    }
  }
}

// MARK: Processor time

extension CgroupResources {
  /// The weight of version 2 for shares of version 1: 2, 1024 and 262,144 become 1, 100 and 10,000.
  ///
  /// Source: the formula of runc since 1.4 and crun since 1.24.
  static func weight(ofShares shares: UInt64) -> UInt64 {
    if shares <= 2 { return 1 }
    if shares >= 262_144 { return 10_000 }
    let binary = binaryLogarithm(Double(shares))
    let exponent = (binary * binary + 125 * binary) / 612 - 7.0 / 34
    return UInt64(powerOfTen(exponent).rounded(.up))
  }

  private func cpuVersion1(_ present: CgroupPresent) -> [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let idle = cpu.idle { settings.append(CgroupSetting(.cpu, "cpu.idle", "\(idle)")) }
    if let shares = cpu.shares, shares != 0, cpu.idle != 1 {
      settings.append(CgroupSetting(.cpu, "cpu.shares", "\(shares)"))
    }
    if let period = cpu.realtimePeriod, period != 0 {
      settings.append(CgroupSetting(.cpu, "cpu.rt_period_us", "\(period)"))
    }
    if let runtime = cpu.realtimeRuntime, runtime != 0 {
      settings.append(CgroupSetting(.cpu, "cpu.rt_runtime_us", "\(runtime)"))
    }
    let quota = asked(cpu.quota).map { CgroupSetting(.cpu, "cpu.cfs_quota_us", "\(max(-1, $0))") }
    let period = asked(cpu.period).map { CgroupSetting(.cpu, "cpu.cfs_period_us", "\($0)") }
    let both = [period, quota].compactMap { $0 }
    let ordered = quotaComesFirst(present) ? both.reversed() : both
    return settings + around(ordered, burst: "cpu.cfs_burst_us", present)
  }

  private func cpuVersion2(_ present: CgroupPresent) -> [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let idle = cpu.idle { settings.append(CgroupSetting(.cpu, "cpu.idle", "\(idle)")) }
    if let shares = cpu.shares, shares != 0, cpu.idle != 1 {
      settings.append(CgroupSetting(.cpu, "cpu.weight", "\(CgroupResources.weight(ofShares: shares))"))
    }
    var limit: [CgroupSetting] = []
    if asked(cpu.quota) != nil || asked(cpu.period) != nil {
      let quota = asked(cpu.quota).map { $0 < 0 ? nil : UInt64($0) } ?? present.quota
      let period = asked(cpu.period) ?? present.period
      limit = [CgroupSetting(.cpu, "cpu.max", "\(quota.map(String.init) ?? "max") \(period)")]
    }
    return settings + around(limit, burst: "cpu.max.burst", present)
  }

  /// Of both versions 0 is not set.
  private func asked<Number: BinaryInteger>(_ number: Number?) -> Number? {
    number == 0 ? nil : number
  }

  /// What is saved up may not be more than the quota: a smaller burst is written before it, a larger one after.
  private func around(_ limit: [CgroupSetting], burst file: String, _ present: CgroupPresent) -> [CgroupSetting] {
    guard let burst = cpu.burst else { return limit }
    let setting = CgroupSetting(.cpu, file, "\(burst)")
    return burst < present.burst ? [setting] + limit : limit + [setting]
  }

  /// Between the two writes the share of a processor must not be more than before and after: the parent's limit
  /// could forbid it.
  private func quotaComesFirst(_ present: CgroupPresent) -> Bool {
    guard let quota = asked(cpu.quota), let period = asked(cpu.period), quota > 0, let former = present.quota else {
      return false
    }
    return Double(quota) / Double(present.period) < Double(former) / Double(period)
  }
}

// MARK: Memory

extension CgroupResources {
  /// No limit of memory lifts that of swap too, unless it says otherwise.
  private var memoryAndSwap: Int64? {
    asked(memory.swap) ?? (memory.limit == -1 ? -1 : nil)
  }

  private func memoryVersion1(_ present: CgroupPresent) -> [CgroupSetting] {
    let limit = asked(memory.limit).map { CgroupSetting(.memory, "memory.limit_in_bytes", "\($0)") }
    let both = memoryAndSwap.map {
      CgroupSetting(.memory, "memory.memsw.limit_in_bytes", "\($0)", isOptional: $0 == -1)
    }
    // Memory and swap together are never below memory: the one is written first where it grows.
    let grows = memoryAndSwap.map { $0 < 0 || UInt64($0) > present.memoryAndSwap ?? .max } ?? false
    var settings = (grows && present.memoryAndSwap != nil ? [both, limit] : [limit, both]).compactMap { $0 }
    if memory.usesHierarchy == true {
      settings.insert(CgroupSetting(.memory, "memory.use_hierarchy", "1", isOptional: true), at: 0)
    }
    let further: [(String, String?)] = [
      ("memory.soft_limit_in_bytes", asked(memory.reservation).map { "\($0)" }),
      ("memory.kmem.tcp.limit_in_bytes", asked(memory.kernelTCP).map { "\($0)" }),
      ("memory.oom_control", memory.disablesOutOfMemoryKiller.flatMap { $0 ? "1" : nil }),
      ("memory.swappiness", memory.swappiness.flatMap { $0 > 100 ? nil : "\($0)" }),
    ]
    return settings + further.compactMap { file, value in value.map { CgroupSetting(.memory, file, $0) } }
  }

  private var memoryVersion2: [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let limit = asked(memory.limit) { settings.append(CgroupSetting(.memory, "memory.max", maximum(limit))) }
    if let both = memoryAndSwap {
      let limit = memory.limit ?? 0
      let swap = both < 0 ? -1 : limit > 0 ? max(0, both - limit) : both
      settings.append(CgroupSetting(.memory, "memory.swap.max", maximum(swap), isOptional: swap <= 0))
    }
    if let reservation = asked(memory.reservation) {
      settings.append(CgroupSetting(.memory, "memory.low", maximum(reservation)))
    }
    return settings
  }

  private func maximum(_ number: Int64) -> String {
    number < 0 ? "max" : "\(number)"
  }
}

// MARK: Devices and the network

extension CgroupResources.BlockIO {
  fileprivate var version1: [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let weight, weight != 0 {
      settings.append(CgroupSetting(.blockIO, "blkio.weight", "\(weight)").or("blkio.bfq.weight", "\(weight)"))
    }
    if let leafWeight, leafWeight != 0 {
      settings.append(CgroupSetting(.blockIO, "blkio.leaf_weight", "\(leafWeight)"))
    }
    for device in devices {
      let number = "\(device.major):\(device.minor)"
      if let weight = device.weight, weight != 0 {
        let value = "\(number) \(weight)"
        settings.append(
          CgroupSetting(.blockIO, "blkio.weight_device", value).or("blkio.bfq.weight_device", value))
      }
      if let weight = device.leafWeight, weight != 0 {
        settings.append(CgroupSetting(.blockIO, "blkio.leaf_weight_device", "\(number) \(weight)"))
      }
    }
    return settings
      + throttles(("read_bps", "write_bps", "read_iops", "write_iops")) { kind, device in
        CgroupSetting(
          .blockIO, "blkio.throttle.\(kind)_device", "\(device.major):\(device.minor) \(device.rate)")
      }
  }

  fileprivate var version2: [CgroupSetting] {
    var settings: [CgroupSetting] = []
    if let weight, weight != 0 {
      settings.append(
        CgroupSetting(.io, "io.bfq.weight", "\(weight)").or("io.weight", "\(Self.weight(weight))"))
    }
    for device in devices {
      guard let weight = device.weight, weight != 0 else { continue }
      let number = "\(device.major):\(device.minor)"
      settings.append(
        CgroupSetting(.io, "io.bfq.weight", "\(number) \(weight)").or("io.weight", "\(number) \(Self.weight(weight))"))
    }
    return settings
      + throttles(("rbps", "wbps", "riops", "wiops")) { kind, device in
        CgroupSetting(
          .io, "io.max", "\(device.major):\(device.minor) \(kind)=\(device.rate == 0 ? "max" : "\(device.rate)")")
      }
  }

  /// 10 to 1000 of version 1 become 1 to 10,000 of version 2.
  private static func weight(_ weight: UInt16) -> UInt64 {
    1 + (UInt64(max(10, weight)) - 10) * 9999 / 990
  }

  private func throttles(
    _ kinds: (String, String, String, String), setting: (String, CgroupResources.DeviceRate) -> CgroupSetting
  ) -> [CgroupSetting] {
    readBytes.map { setting(kinds.0, $0) } + writtenBytes.map { setting(kinds.1, $0) }
      + reads.map { setting(kinds.2, $0) } + writes.map { setting(kinds.3, $0) }
  }
}

extension CgroupResources.Network {
  fileprivate var classSettings: [CgroupSetting] {
    guard let classID, classID != 0 else { return [] }
    return [CgroupSetting(.networkClass, "net_cls.classid", "\(classID)")]
  }

  fileprivate var prioritySettings: [CgroupSetting] {
    priorities.map { CgroupSetting(.networkPriority, "net_prio.ifpriomap", "\($0.name) \($0.priority)") }
  }
}

extension CgroupResources.RemoteMemory {
  fileprivate var setting: CgroupSetting? {
    let limits = [handles.map { "hca_handle=\($0)" }, objects.map { "hca_object=\($0)" }].compactMap { $0 }
    return limits.isEmpty ? nil : CgroupSetting(.rdma, "rdma.max", ([device] + limits).joined(separator: " "))
  }
}
