// The counters of a control group, read from the files of both versions.

public import Linux
internal import struct SystemPackage.FilePath

extension Cgroup {
  /// Reads everything that is counted.
  ///
  /// - Throws: `SystemCallError` when a counter cannot be read; one that does not exist is left out.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, cpuacct.rst, blkio-controller.rst.
  public func statistics() throws(SystemCallError) -> CgroupStatistics {
    var statistics = CgroupStatistics()
    let sizes = try Cgroup.hugepageSizes()
    for place in places {
      for controller in place.hierarchy.controllers {
        switch place.hierarchy.version {
        case .v1: try statistics.readVersion1(controller, place.directory, sizes)
        case .v2: try statistics.readVersion2(controller, place.directory, sizes)
        }
      }
      if place.hierarchy.version == .v2 { try statistics.readPressures(place.directory) }
      if place.hierarchy.version == .v2, self.place(of: .cpuAccounting, .v1) == nil {
        // Version 2 counts this without the controller.
        try statistics.cpu.readVersion2(place.directory)
      }
    }
    return statistics
  }

  /// The sizes of huge pages that this kernel has, as `2MB`.
  private static func hugepageSizes() throws(SystemCallError) -> [String] {
    let directory: FileDescriptor
    do {
      directory = try FileDescriptor.open("/sys/kernel/mm/hugepages", .directory)
    } catch  where error.errno == .enoent {
      return []
    }
    var sizes: [String] = []
    var reader = DirectoryReader()
    try reader.forEachEntry(of: directory) { (entry) throws(SystemCallError) in
      let name = String(decoding: entry.bytes, as: UTF8.self)
      if let size = hugepageSize(name) { sizes.append(size) }
    }
    return sizes.sorted()
  }

  /// `hugepages-2048kB` is `2MB`.
  static func hugepageSize(_ name: String) -> String? {
    guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"), var size = UInt64(name.dropFirst(10).dropLast(2)) else {
      return nil
    }
    var unit = 0
    while size >= 1024, unit < 2 {
      size /= 1024
      unit += 1
    }
    return "\(size)" + ["KB", "MB", "GB"][unit]
  }
}

// MARK: Version 1

extension CgroupStatistics {
  fileprivate mutating func readVersion1(
    _ controller: CgroupController, _ directory: FilePath, _ sizes: [String]
  ) throws(SystemCallError) {
    switch controller {
    case .cpu:
      let values = try CgroupFile.values(directory.appending("cpu.stat"))
      cpu.periods = values["nr_periods"] ?? 0
      cpu.throttledPeriods = values["nr_throttled"] ?? 0
      cpu.throttledTime = values["throttled_time"] ?? 0
    case .cpuAccounting: try cpu.readAccounting(directory)
    case .memory:
      memory.details = try CgroupFile.values(directory.appending("memory.stat"))
      memory.cache = memory.details["cache"] ?? 0
      memory.usage = try .version1(directory, "memory")
      memory.swap = try .version1(directory, "memory.memsw")
      memory.kernel = try .version1(directory, "memory.kmem")
      memory.kernelTCP = try .version1(directory, "memory.kmem.tcp")
    case .processes: try processes.read(directory)
    case .blockIO:
      for family in ["throttle.", "bfq."] where blockIO.bytes.isEmpty {
        blockIO.bytes = try Entry.lines(directory.appending("blkio.\(family)io_service_bytes_recursive"))
        blockIO.operations = try Entry.lines(directory.appending("blkio.\(family)io_serviced_recursive"))
      }
    case .hugepages:
      for size in sizes { hugepages[size] = try .version1(directory, "hugetlb.\(size)") }
    default: break
    }
  }
}

extension CgroupStatistics.Processor {
  fileprivate mutating func readAccounting(_ directory: FilePath) throws(SystemCallError) {
    total = try CgroupFile.number(directory.appending("cpuacct.usage")) ?? 0
    // In ticks of 10 ms, USER_HZ.
    let ticks = try CgroupFile.values(directory.appending("cpuacct.stat"))
    user = (ticks["user"] ?? 0) &* 10_000_000
    kernel = (ticks["system"] ?? 0) &* 10_000_000
    perProcessor = (try CgroupFile.wordsIfPresent(directory.appending("cpuacct.usage_percpu")) ?? []).compactMap {
      UInt64($0)
    }
    // `cpu user system`, then a line for each processor.
    let lines = (try CgroupFile.text(directory.appending("cpuacct.usage_all")) ?? "").split(separator: "\n")
    for line in lines.dropFirst() {
      let numbers = line.split(separator: " ").compactMap { UInt64($0) }
      guard numbers.count == 3 else { continue }
      perProcessorUser.append(numbers[1])
      perProcessorKernel.append(numbers[2])
    }
  }

  fileprivate mutating func readVersion2(_ directory: FilePath) throws(SystemCallError) {
    let values = try CgroupFile.values(directory.appending("cpu.stat"))
    total = (values["usage_usec"] ?? 0) &* 1000
    user = (values["user_usec"] ?? 0) &* 1000
    kernel = (values["system_usec"] ?? 0) &* 1000
    guard let counted = values["nr_periods"] else { return }
    periods = counted
    throttledPeriods = values["nr_throttled"] ?? 0
    throttledTime = (values["throttled_usec"] ?? 0) &* 1000
  }
}

extension CgroupStatistics.Amount {
  fileprivate static func version1(
    _ directory: FilePath, _ name: String
  ) throws(SystemCallError) -> CgroupStatistics.Amount {
    CgroupStatistics.Amount(
      limit: try CgroupFile.number(directory.appending("\(name).limit_in_bytes")) ?? 0,
      usage: try CgroupFile.number(directory.appending("\(name).usage_in_bytes")) ?? 0,
      maximum: try CgroupFile.number(directory.appending("\(name).max_usage_in_bytes")) ?? 0,
      failures: try CgroupFile.number(directory.appending("\(name).failcnt")) ?? 0)
  }

  fileprivate static func version2(
    _ directory: FilePath, _ name: String
  ) throws(SystemCallError) -> CgroupStatistics.Amount {
    CgroupStatistics.Amount(
      limit: try CgroupFile.number(directory.appending("\(name).max")) ?? .max,
      usage: try CgroupFile.number(directory.appending("\(name).current")) ?? 0,
      maximum: try CgroupFile.number(directory.appending("\(name).peak")) ?? 0,
      failures: try CgroupFile.values(directory.appending("\(name).events"))["max"] ?? 0)
  }
}

extension CgroupStatistics.Processes {
  fileprivate mutating func read(_ directory: FilePath) throws(SystemCallError) {
    current = try CgroupFile.number(directory.appending("pids.current")) ?? 0
    limit = try CgroupFile.number(directory.appending("pids.max")) ?? 0
  }
}

extension CgroupStatistics.Entry {
  /// Lines such as `8:0 Read 4096`; the last, without a device, is the sum.
  fileprivate static func lines(_ path: FilePath) throws(SystemCallError) -> [CgroupStatistics.Entry] {
    parse(try CgroupFile.text(path) ?? "")
  }

  static func parse(_ text: String) -> [CgroupStatistics.Entry] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      guard words.count == 4, let major = UInt64(words[0]), let minor = UInt64(words[1]), let value = UInt64(words[3])
      else { return nil }
      return CgroupStatistics.Entry(major: major, minor: minor, operation: String(words[2]), value: value)
    }
  }
}

// MARK: Version 2

extension CgroupStatistics {
  fileprivate mutating func readVersion2(
    _ controller: CgroupController, _ directory: FilePath, _ sizes: [String]
  ) throws(SystemCallError) {
    switch controller {
    case .memory: try memory.readVersion2(directory)
    case .processes: try processes.read(directory)
    case .io: blockIO.read(try CgroupFile.text(directory.appending("io.stat")) ?? "")
    case .hugepages:
      for size in sizes { hugepages[size] = try .version2(directory, "hugetlb.\(size)") }
    default: break
    }
  }

  fileprivate mutating func readPressures(_ directory: FilePath) throws(SystemCallError) {
    cpu.pressure = try Pressure.read(directory.appending("cpu.pressure"))
    memory.pressure = try Pressure.read(directory.appending("memory.pressure"))
    blockIO.pressure = try Pressure.read(directory.appending("io.pressure"))
  }
}

extension CgroupStatistics.Memory {
  fileprivate mutating func readVersion2(_ directory: FilePath) throws(SystemCallError) {
    details = try CgroupFile.values(directory.appending("memory.stat"))
    cache = details["file"] ?? 0
    usage = try .version2(directory, "memory")
    // Version 1 counts memory and swap together, and what is read here is read as of version 1.
    swap = try .version2(directory, "memory.swap")
    swap.usage &+= usage.usage
    swap.limit = swap.limit == .max || usage.limit == .max ? .max : swap.limit &+ usage.limit
    swap.maximum = 0
  }
}

extension CgroupStatistics.BlockIO {
  /// Lines such as `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`.
  mutating func read(_ text: String) {
    let kinds: [Substring: (isBytes: Bool, operation: String)] = [
      "rbytes": (true, "Read"), "wbytes": (true, "Write"), "dbytes": (true, "Discard"), "rios": (false, "Read"),
      "wios": (false, "Write"), "dios": (false, "Discard"),
    ]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let number = words.first?.split(separator: ":").compactMap { UInt64($0) } ?? []
      guard number.count == 2 else { continue }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let kind = kinds[parts[0]], let value = UInt64(parts[1]) else { continue }
        let entry = CgroupStatistics.Entry(
          major: number[0], minor: number[1], operation: kind.operation, value: value)
        if kind.isBytes { bytes.append(entry) } else { operations.append(entry) }
      }
    }
  }
}

extension CgroupStatistics.Pressure {
  /// nil where the kernel does not count it, or was told not to.
  fileprivate static func read(_ path: FilePath) throws(SystemCallError) -> CgroupStatistics.Pressure? {
    try CgroupFile.text(path).map(parse)
  }

  /// Lines such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`.
  static func parse(_ text: String) -> CgroupStatistics.Pressure {
    var pressure = CgroupStatistics.Pressure()
    for line in text.split(separator: "\n") {
      var stall = CgroupStatistics.Stall()
      for word in line.split(separator: " ").dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2 else { continue }
        switch parts[0] {
        case "avg10": stall.average10 = Double(parts[1]) ?? 0
        case "avg60": stall.average60 = Double(parts[1]) ?? 0
        case "avg300": stall.average300 = Double(parts[1]) ?? 0
        case "total": stall.total = UInt64(parts[1]) ?? 0
        default: break
        }
      }
      if line.hasPrefix("some ") { pressure.some = stall } else { pressure.full = stall }
    }
    return pressure
  }
}
