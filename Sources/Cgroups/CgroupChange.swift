// A change of a control group's limits, as a value: which files get what, and in which order.

internal import Linux
public import struct SystemPackage.FilePath

/// New limits for a cgroup that there is. What is nil stays as it is.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst.
public struct CgroupChange: Hashable, Sendable {
  /// A limit, or none any more.
  public enum Limit<Value: Hashable & Sendable>: Hashable, Sendable {
    /// So much at most.
    case most(Value)
    /// As much as those above it allow.
    case none
  }

  /// Processor time per time, in processors.
  public var cpus: Limit<Double>?
  /// Bytes of memory.
  public var memory: Limit<UInt64>?
  /// Bytes of swap besides.
  public var swap: Limit<UInt64>?
  /// Processes and threads.
  public var processes: Limit<UInt64>?

  /// Nothing changed.
  public init() {}

  /// Whether nothing is to be changed.
  public var isEmpty: Bool { self == CgroupChange() }

  /// Where a value is written.
  public struct Step: Hashable, Sendable {
    /// The file's name and the value.
    public let setting: CgroupSetting
    /// The cgroup's directory in the hierarchy of the controller.
    public let directory: FilePath
  }
}

extension Cgroup {
  /// What a change writes, in order.
  ///
  /// Of version 1 the limit of memory and swap together is never below that of memory: it is written first where it
  /// grows.
  /// - Throws: `CgroupError` where this cgroup does not have the controller, or a limit is out of range;
  ///   `.systemCall` when the present limits cannot be read.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst.
  public func steps(of change: CgroupChange) throws(CgroupError) -> [CgroupChange.Step] {
    try change.validate()
    var steps: [CgroupChange.Step] = []
    if let cpus = change.cpus {
      let place = try controlled(.cpu)
      steps += cpuSettings(cpus, place.hierarchy.version).map { .init(setting: $0, directory: place.directory) }
    }
    if change.memory != nil || change.swap != nil {
      let place = try controlled(.memory)
      let settings = try memorySettings(change, place.hierarchy.version)
      steps += settings.map { .init(setting: $0, directory: place.directory) }
    }
    if let processes = change.processes {
      let place = try controlled(.processes)
      let setting = CgroupSetting(.processes, "pids.max", processes.text(orNone: "max"))
      steps.append(.init(setting: setting, directory: place.directory))
    }
    return steps
  }

  /// Changes limits.
  ///
  /// - Throws: `CgroupError` as `steps(of:)` does; `.systemCall` with `EBUSY` when the memory in use cannot be
  ///   brought below the limit, `EACCES` without the right. The steps before it have taken effect.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst.
  public func apply(_ change: CgroupChange) throws(CgroupError) {
    for step in try steps(of: change) {
      do throws(SystemCallError) {
        try step.setting.write(in: step.directory)
      } catch {
        throw .systemCall(error)
      }
    }
  }

  private func controlled(_ controller: CgroupController) throws(CgroupError) -> Place {
    guard let place = place(of: controller) else { throw .notControlled(controller, places.first?.path ?? "/") }
    if place.isTop { throw .top(place.directory) }
    if place.hierarchy.version == .v2, let parent = place.parent,
      !CgroupFile.exists(place.directory.appending("\(controller).max"))
    {
      throw .controllerNotHandedOn(controller, parent: parent.directory)
    }
    return place
  }

  private func cpuSettings(_ limit: CgroupChange.Limit<Double>, _ version: CgroupVersion) -> [CgroupSetting] {
    switch (limit, version) {
    case (.most(let cpus), _): CgroupLimits(cpus: cpus).settings(of: .cpu, version)
    case (.none, .v1): [CgroupSetting(.cpu, "cpu.cfs_quota_us", "-1")]
    case (.none, .v2): [CgroupSetting(.cpu, "cpu.max", "max")]
    }
  }

  private func memorySettings(
    _ change: CgroupChange, _ version: CgroupVersion
  ) throws(CgroupError) -> [CgroupSetting] {
    if version == .v2 {
      return [change.memory.map { ("memory.max", $0) }, change.swap.map { ("memory.swap.max", $0) }].compactMap { $0 }
        .map { CgroupSetting(.memory, $0.0, $0.1.text(orNone: "max")) }
    }
    let present: CgroupLimits
    do throws(SystemCallError) { present = try limits() } catch { throw .systemCall(error) }
    let memory = change.memory.map(\.value) ?? present.memory
    let swap = change.swap.map(\.value) ?? present.swap
    let both = memory.flatMap { memory in swap.map { memory.addingReportingOverflow($0) } }
    let former = present.memory.flatMap { memory in present.swap.map { memory &+ $0 } }
    let total = both.flatMap { $0.overflow ? nil : $0.partialValue }
    let settings = [
      CgroupSetting(.memory, "memory.limit_in_bytes", memory.map(String.init) ?? "-1"),
      CgroupSetting(.memory, "memory.memsw.limit_in_bytes", total.map(String.init) ?? "-1", isOptional: true),
    ]
    return grows(total, from: former) ? settings.reversed() : settings
  }

  /// nil is no limit.
  private func grows(_ limit: UInt64?, from former: UInt64?) -> Bool {
    guard let former else { return false }
    return limit.map { $0 > former } ?? true
  }
}

extension CgroupChange {
  fileprivate func validate() throws(CgroupError) {
    if case .most(let cpus) = cpus { try CgroupLimits(cpus: cpus).validate() }
    if case .most(let memory) = memory { try CgroupLimits(memory: memory).validate() }
  }
}

extension CgroupChange.Limit {
  fileprivate var value: Value? {
    if case .most(let value) = self { return value }
    return nil
  }

  fileprivate func text(orNone none: String) -> String {
    value.map { "\($0)" } ?? none
  }
}
