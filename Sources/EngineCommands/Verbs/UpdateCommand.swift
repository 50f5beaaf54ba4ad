// `update`: changes the limits of a container, by options or by the resources of the specification as JSON.

internal import CommandDescription
internal import Containers
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// The verb `update`.
struct UpdateCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription(
        "r", "resources", "read the limits from FILE, or from standard input where it is -; other options are ignored",
        value: .required("FILE|-"), completion: .file)
    ] + memoryOptions + processorOptions + otherOptions
  }

  private static var memoryOptions: [OptionDescription] {
    [
      limit("memory", "memory in bytes; b, k, m, g and t may follow; -1: no limit", "BYTES"),
      limit("memory-reservation", "memory that stays when others need it", "BYTES"),
      limit("memory-swap", "memory and swap together; -1: no limit", "BYTES"),
      OptionDescription(
        nil, "kernel-memory", "ignored: the kernel has it no more", value: .required("BYTES"), isHidden: true),
      OptionDescription(
        nil, "kernel-memory-tcp", "ignored: the kernel has it no more", value: .required("BYTES"), isHidden: true),
    ]
  }

  private static var processorOptions: [OptionDescription] {
    [
      limit("cpu-period", "the period in which the quota is counted, in microseconds", "TIME"),
      limit("cpu-quota", "processor time in each period, in microseconds", "TIME"),
      limit("cpu-burst", "processor time that may be saved up, in microseconds", "TIME"),
      limit("cpu-share", "the weight beside others, 1024 being one", "SHARES"),
      limit("cpu-rt-period", "the period of the real-time quota, in microseconds", "TIME"),
      limit("cpu-rt-runtime", "real-time processor time in each period, in microseconds", "TIME"),
      limit("cpu-idle", "1: run only where nobody else wants to", "0|1"),
      limit("cpuset-cpus", "the processors that may be used, as 0-2,7", "LIST"),
      limit("cpuset-mems", "the memory nodes that may be used", "LIST"),
    ]
  }

  private static var otherOptions: [OptionDescription] {
    [
      limit("blkio-weight", "the weight of reading and writing, from 10 to 1000", "WEIGHT"),
      limit("pids-limit", "the most processes and threads; -1: no limit", "COUNT"),
      limit("l3-cache-schema", "the schema of Intel's cache allocation", "SCHEMA"),
      limit("mem-bw-schema", "the schema of Intel's memory bandwidth allocation", "SCHEMA"),
    ]
  }

  private static func limit(_ word: String, _ help: String, _ value: String) -> OptionDescription {
    OptionDescription(nil, word, help, value: .required(value))
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "update", abstract: "change the limits of a container", usage: ["[options] CONTAINER"],
      discussion: ["What is not named stays as it is."], options: options, operands: .container,
      examples: [
        .init(command: "pangaea-oci update --memory 64m web", meaning: "Lets the container web have 64 MiB.")
      ],
      seeAlso: ["cgroups(7)"])
  }

  /// The limits that options name.
  private(set) var resources = Specification.Resources()
  /// Where they are read from instead.
  private(set) var file: String?
  /// The schemas of Intel's resource director.
  private(set) var schemas: [String: String] = [:]
  /// Options that change nothing any more.
  private(set) var ignored: [String] = []

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    switch option.name {
    case "resources": file = option.value
    case "memory", "memory-reservation", "memory-swap": try takeMemory(option)
    case "kernel-memory", "kernel-memory-tcp": ignored.append(option.typed)
    case "blkio-weight":
      var limits = Specification.BlockIO()
      limits.weight = try option.number()
      resources.blockIO = limits
    case "pids-limit":
      var limits = Specification.PIDs()
      limits.limit = try option.number()
      resources.pids = limits
    case "l3-cache-schema", "mem-bw-schema": schemas[option.name] = option.value
    default: try takeProcessors(option)
    }
  }

  private mutating func takeMemory(_ option: ScannedOption) throws(EngineFailure) {
    guard let text = option.value, let bytes = ByteCount.read(text) else {
      throw .value(option.value ?? "", of: option)
    }
    var limits = resources.memory ?? Specification.Memory()
    switch option.name {
    case "memory": limits.limit = bytes
    case "memory-reservation": limits.reservation = bytes
    default: limits.swap = bytes
    }
    resources.memory = limits
  }

  private mutating func takeProcessors(_ option: ScannedOption) throws(EngineFailure) {
    var limits = resources.cpu ?? Specification.CPU()
    switch option.name {
    case "cpu-period": limits.period = try option.number()
    case "cpu-quota": limits.quota = try option.number()
    case "cpu-burst": limits.burst = try option.number()
    case "cpu-share": limits.shares = try option.number()
    case "cpu-rt-period": limits.realtimePeriod = try option.number()
    case "cpu-rt-runtime": limits.realtimeRuntime = try option.number()
    case "cpu-idle": limits.idle = try option.number()
    case "cpuset-cpus": limits.cpus = option.value
    default: limits.mems = option.value
    }
    resources.cpu = limits
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = UpdateCommand()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try command.take(option) }
    guard let operands else { return 0 }
    for option in command.ignored { call.log.warn("Setting \(option) is ignored") }
    let resources = try command.wanted()
    try call.attempt { () throws(ContainerError) in
      let container = try call.store.container(named: operands[0])
      if command.schemas.isEmpty || resources != Specification.Resources() { try container.update(resources) }
      guard !command.schemas.isEmpty else { return }
      try container.update(
        l3CacheSchema: command.schemas["l3-cache-schema"], memoryBandwidthSchema: command.schemas["mem-bw-schema"])
    }
    return 0
  }

  /// The limits of the options, or of the file where one is named.
  private func wanted() throws(EngineFailure) -> Specification.Resources {
    guard let file else { return resources }
    let text: [UInt8]
    do throws(SystemCallError) {
      text =
        file == "-" ? try FileDescriptor.standardInput.readAll() : try FileDescriptor.open(FilePath(file)).readAll()
    } catch {
      throw EngineFailure(error, doing: "read the resources")
    }
    do throws(SpecificationError) {
      return try Specification.Resources(json: text)
    } catch {
      throw EngineFailure("invalid resources: \(error)")
    }
  }
}

/// Numbers of bytes as engines write them.
enum ByteCount {
  /// Reads `1073741824`, `1g`, `1.5G`, `512MiB`; -1 stands for no limit. Nil where it is none of that.
  static func read(_ text: String) -> Int64? {
    if text == "-1" { return -1 }
    let digits = text.prefix { $0.isNumber || $0 == "." }
    guard let number = Double(digits), number >= 0, let shift = shift(of: text.dropFirst(digits.count)) else {
      return nil
    }
    return Int64(digits).map { $0.multipliedReportingOverflow(by: 1 << shift) }.flatMap {
      $0.overflow ? nil : $0.partialValue
    }
      ?? Int64(exactly: (number * Double(Int64(1) << shift)).rounded(.down))
  }

  private static func shift(of unit: Substring) -> Int64? {
    var unit = unit.drop { $0 == " " }.lowercased()
    if unit.hasSuffix("ib") { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
    switch unit {
    case "": return 0
    case "k": return 10
    case "m": return 20
    case "g": return 30
    case "t": return 40
    case "p": return 50
    default: return nil
    }
  }
}
