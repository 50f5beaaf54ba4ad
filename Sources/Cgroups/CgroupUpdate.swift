// New resources for a container's cgroup: all of them, or, when one is refused, those that were there before.

internal import Linux
public import struct SystemPackage.FilePath

extension Cgroup {
  /// A value for a file in one of the cgroup's directories.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst, "Interface Files".
  public struct Writing: Hashable, Sendable {
    /// The file's name and the value.
    public let setting: CgroupSetting
    /// The cgroup's directory in the hierarchy of the controller.
    public let directory: FilePath
  }

  /// What new resources write, in order.
  ///
  /// Of limits that depend on each other the order is such that the kernel takes both.
  /// - Throws: `CgroupError` where a resource is wrong or this cgroup does not have the controller; `.systemCall` when
  ///   what is set now cannot be read.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst.
  public func writings(of resources: CgroupResources) throws(CgroupError) -> [Writing] {
    try resources.validate()
    var writings: [Writing] = []
    for (v1, v2) in resources.controllers {
      guard let place = (v1.flatMap { place(of: $0, .v1) } ?? v2.flatMap { place(of: $0, .v2) }) else {
        throw .notControlled((v2 ?? v1)!, places.first?.path ?? "/")
      }
      let version = place.hierarchy.version
      if version == .v2 { try resources.validate(forVersion2: v2!) }
      let present = try asking { () throws(SystemCallError) in try place.present() }
      let settings = resources.settings(of: version == .v1 ? v1! : v2!, version, present: present)
      writings += settings.map { Writing(setting: $0, directory: place.directory) }
    }
    for setting in resources.unifiedSettings {
      guard let unified, unified.hierarchy.has(setting) else { throw .notInVersion2(file: setting.file, .v1) }
      writings.append(Writing(setting: setting, directory: unified.directory))
    }
    return writings
  }

  /// Changes resources; when the kernel refuses one, those before it get their former values back.
  ///
  /// - Throws: `CgroupError` as `writings(of:)` does; `.memoryInUse` where `memory.checksBeforeUpdate` asks for that;
  ///   `.systemCall` with the file that refused its value.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst.
  public func update(_ resources: CgroupResources) throws(CgroupError) {
    let writings = try writings(of: resources)
    if resources.memory.checksBeforeUpdate { try checkMemory(resources) }
    try asking { () throws(SystemCallError) in try Cgroup.write(writings) }
  }

  /// Changes which devices may be used.
  ///
  /// - Throws: `CgroupError.systemCall`, with `EPERM` without the right; `.notControlled` where this cgroup has neither
  ///   a directory of the devices controller nor one of version 2.
  ///
  /// Source: Documentation/admin-guide/cgroup-v1/devices.rst; bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE.
  public func update(_ devices: DevicePolicy) throws(CgroupError) {
    try asking { () throws(SystemCallError) -> Void in
      if let place = place(of: .devices, .v1) {
        let list = try CgroupFile.text(place.directory.appending("devices.list")) ?? ""
        let settings = DevicePolicy(list: list).map { devices.settings(from: $0) } ?? devices.settings
        try Cgroup.write(settings.map { Writing(setting: $0, directory: place.directory) })
      } else if let unified {
        try devices.attach(to: unified.directory)
      }
    }
  }

  private static func write(_ writings: [Writing]) throws(SystemCallError) {
    var former: [Writing] = []
    do {
      for writing in writings {
        if let setting = try writing.setting.asItIs(in: writing.directory) {
          former.append(Writing(setting: setting, directory: writing.directory))
        }
        try writing.setting.write(in: writing.directory)
      }
    } catch {
      for writing in former.reversed() {
        do throws(SystemCallError) { try writing.setting.write(in: writing.directory) } catch {
          // The refusal is the one to tell.
        }
      }
      throw error
    }
  }

  private func checkMemory(_ resources: CgroupResources) throws(CgroupError) {
    guard let limit = resources.memory.limit, limit > 0 else { return }
    let usage = try asking { () throws(SystemCallError) -> UInt64? in try self.usage().memory }
    if let usage, usage > UInt64(limit) { throw .memoryInUse(usage, limit: UInt64(limit)) }
  }

  /// The place where a controller acts, in one version.
  func place(of controller: CgroupController, _ version: CgroupVersion) -> Place? {
    places.first { $0.hierarchy.version == version && $0.hierarchy.controllers.contains(controller) }
  }
}

extension Cgroup.Place {
  /// What is set now.
  fileprivate func present() throws(SystemCallError) -> CgroupPresent {
    var present = CgroupPresent()
    switch hierarchy.version {
    case .v1:
      present.memory = try CgroupFile.number(directory.appending("memory.limit_in_bytes"))
      present.memoryAndSwap = try CgroupFile.number(directory.appending("memory.memsw.limit_in_bytes"))
      present.quota = try CgroupFile.number(directory.appending("cpu.cfs_quota_us"))
      present.period = try CgroupFile.number(directory.appending("cpu.cfs_period_us")) ?? present.period
      present.burst = try CgroupFile.number(directory.appending("cpu.cfs_burst_us")) ?? 0
    case .v2:
      let words = try CgroupFile.wordsIfPresent(directory.appending("cpu.max")) ?? []
      present.quota = words.first.flatMap { UInt64($0) }
      present.period = words.dropFirst().first.flatMap { UInt64($0) } ?? present.period
      present.burst = try CgroupFile.number(directory.appending("cpu.max.burst")) ?? 0
    }
    return present
  }
}
