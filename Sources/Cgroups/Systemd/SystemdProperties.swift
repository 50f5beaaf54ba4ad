// Resources in systemd's words: what it is not told, it would take back when it is reloaded.

internal import Linux
internal import struct SystemPackage.FilePath

/// A property of a unit.
struct SystemdProperty: Hashable {
  let name: String
  let value: DBusValue

  init(_ name: String, _ value: DBusValue) {
    self.name = name
    self.value = value
  }

  /// As StartTransientUnit and SetUnitProperties take it.
  var argument: DBusValue { .structure([.string(name), .variant(value)]) }
}

extension DevicePolicy {
  /// What systemd is told. Exceptions from leave for everything it has no words for: those the kernel is told alone.
  ///
  /// Source: systemd.resource-control(5), DeviceAllow=.
  func systemdProperties() -> [SystemdProperty] {
    guard !allowsByDefault else { return [SystemdProperty("DevicePolicy", .string("auto"))] }
    let drivers = exceptions.contains { $0.major != nil && $0.minor == nil } ? DeviceDrivers.ofMachine : DeviceDrivers()
    let allowed = exceptions.compactMap { exception -> DBusValue? in
      guard let device = exception.systemdName(drivers) else { return nil }
      return .structure([.string(device), .string(exception.access.letters)])
    }
    return [
      SystemdProperty("DevicePolicy", .string("strict")), SystemdProperty("DeviceAllow", .array(of: "(ss)", allowed)),
    ]
  }
}

extension DeviceException {
  /// A device by its number, all of a driver, or all of a kind; nil where systemd has no word for them.
  fileprivate func systemdName(_ drivers: DeviceDrivers) -> String? {
    let word = kind == .character ? "char" : "block"
    switch (major, minor) {
    case (let major?, let minor?): return "/dev/\(word)/\(major):\(minor)"
    case (let major?, nil): return drivers.name(of: kind, major).map { "\(word)-\($0)" }
    case (nil, nil): return "\(word)-*"
    case (nil, _): return nil
    }
  }
}

/// The names of drivers, by which systemd knows all devices of one.
struct DeviceDrivers {
  private var names: [DeviceKind: [UInt32: String]] = [:]

  /// Those of /proc/devices; none where it cannot be read.
  static var ofMachine: DeviceDrivers {
    do throws(SystemCallError) {
      return DeviceDrivers(String(decoding: try FileDescriptor.open("/proc/devices").readAll(), as: UTF8.self))
    } catch {
      return DeviceDrivers()
    }
  }

  /// None.
  init() {}

  /// Reads the text of /proc/devices: of several drivers with one number the first.
  init(_ text: String) {
    var kind = DeviceKind.character
    for line in text.split(separator: "\n") {
      if line.hasPrefix("Block") { kind = .block }
      let words = line.split(separator: " ")
      guard words.count == 2, let major = UInt32(words[0]) else { continue }
      names[kind, default: [:]][major] = names[kind]?[major] ?? String(words[1])
    }
  }

  func name(of kind: DeviceKind, _ major: UInt32) -> String? { names[kind]?[major] }
}

extension CgroupResources {
  /// What systemd is told; what it has no word for is written to the files alone.
  ///
  /// Source: systemd.resource-control(5).
  func systemdProperties(_ version: CgroupVersion) -> [SystemdProperty] {
    var properties: [SystemdProperty] = []
    func add(_ name: String, _ number: Int64?) {
      guard let number, number != 0 else { return }
      properties.append(SystemdProperty(name, .uint64(number < 0 ? .max : UInt64(number))))
    }
    add(version == .v1 ? "MemoryLimit" : "MemoryMax", memory.limit)
    add("TasksMax", atLeastOneProcess)
    switch version {
    case .v1:
      add("CPUShares", cpu.shares.map { Int64(clamping: $0) })
      add("BlockIOWeight", blockIO.weight.map(Int64.init))
    case .v2:
      add("MemoryLow", memory.reservation)
      if let swap = systemdSwap { properties.append(SystemdProperty("MemorySwapMax", .uint64(swap))) }
      if cpu.idle == 1 {
        properties.append(SystemdProperty("CPUWeight", .uint64(0)))
      } else {
        add("CPUWeight", cpu.shares.map { $0 == 0 ? 0 : Int64(CgroupResources.weight(ofShares: $0)) })
      }
      properties += [("AllowedCPUs", cpu.cpus), ("AllowedMemoryNodes", cpu.memoryNodes)].compactMap { name, list in
        list.flatMap(CgroupResources.bits).map { SystemdProperty(name, .array(of: "y", $0.map { .byte($0) })) }
      }
    }
    return properties + quotaProperties
  }

  private var systemdSwap: UInt64? {
    guard let swap = memory.swap, swap != 0 else { return memory.limit == -1 ? .max : nil }
    guard swap > 0, let limit = memory.limit, limit > 0 else { return swap < 0 ? .max : nil }
    return UInt64(max(0, swap - limit))
  }

  /// Microseconds in a second, in steps of 10 ms, as systemd counts.
  private var quotaProperties: [SystemdProperty] {
    guard let quota = cpu.quota, quota != 0 else { return [] }
    let period = cpu.period.flatMap { $0 == 0 ? nil : $0 } ?? 100_000
    var properties: [SystemdProperty] = []
    if let own = cpu.period, own != 0 { properties.append(SystemdProperty("CPUQuotaPeriodUSec", .uint64(own))) }
    guard quota > 0 else { return properties + [SystemdProperty("CPUQuotaPerSecUSec", .uint64(.max))] }
    let (product, overflow) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
    let perSecond = overflow ? .max : (product / period + 9999) / 10_000 * 10_000
    return properties + [SystemdProperty("CPUQuotaPerSecUSec", .uint64(perSecond))]
  }

  /// A list such as `0-2,5` as bits, the lowest number first.
  static func bits(_ list: String) -> [UInt8]? {
    var bits: [UInt8] = []
    for part in list.split(separator: ",") {
      let ends = part.split(separator: "-").map { Int($0.filter { !$0.isWhitespace }) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
        first <= last, last < 65536
      else { return nil }
      for number in first...last {
        while bits.count <= number / 8 { bits.append(0) }
        bits[number / 8] |= 1 << UInt8(number % 8)
      }
    }
    return bits.isEmpty ? nil : bits
  }
}
