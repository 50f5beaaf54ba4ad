// What no kernel could take, found before anything is made, and named as the specification names it.

extension CgroupResources {
  /// Checks the values by themselves.
  ///
  /// - Throws: `CgroupError.resourceInvalid` with the first that no kernel could take, by its place in the specification.
  ///
  /// Source: config-linux.md of the OCI runtime specification, "Control groups".
  public func validate() throws(CgroupError) {
    try memory.validate()
    try cpu.validate()
    try blockIO.validate()
    for limit in hugepages where limit.pageSize.isEmpty || limit.pageSize.contains("/") {
      throw .resourceInvalid("hugepageLimits", "`\(limit.pageSize)` is no size of pages")
    }
    for file in unified.keys {
      guard !file.contains("/"), let dot = file.firstIndex(of: "."), dot != file.startIndex else {
        throw .resourceInvalid("unified", "`\(file)` is not of the form CONTROLLER.FILE")
      }
    }
  }

  /// Checks for what version 2 has no file.
  func validate(forVersion2 controller: CgroupController) throws(CgroupError) {
    switch controller {
    case .memory:
      if memory.disablesOutOfMemoryKiller == true { throw .onlyInVersion1("memory.disableOOMKiller") }
      if let swappiness = memory.swappiness, swappiness <= 100 { throw .onlyInVersion1("memory.swappiness") }
      if let swap = memory.swap, swap > 0, memory.limit ?? 0 == 0 {
        throw .resourceInvalid("memory.swap", "a limit of swap needs one of memory (memory.limit)")
      }
    case .cpu:
      if cpu.realtimeRuntime ?? 0 != 0 { throw .onlyInVersion1("cpu.realtimeRuntime") }
      if cpu.realtimePeriod ?? 0 != 0 { throw .onlyInVersion1("cpu.realtimePeriod") }
    default: break
    }
  }
}

extension CgroupResources.Memory {
  fileprivate func validate() throws(CgroupError) {
    for (name, value) in [("limit", limit), ("reservation", reservation), ("swap", swap), ("kernelTCP", kernelTCP)] {
      if let value, value < -1 { throw .resourceInvalid("memory.\(name)", "\(value) is below -1, which is no limit") }
    }
    if let limit, let swap, limit > 0, swap > 0, swap < limit {
      throw .resourceInvalid(
        "memory.swap", "\(swap) is memory and swap together, and less than memory.limit (\(limit))")
    }
    if limit == -1, let swap, swap > 0 {
      throw .resourceInvalid("memory.swap", "\(swap) is memory and swap together, and memory.limit is without limit")
    }
  }
}

extension CgroupResources.Processor {
  fileprivate func validate() throws(CgroupError) {
    if let idle, idle != 0, idle != 1 { throw .resourceInvalid("cpu.idle", "\(idle) is neither 0 nor 1") }
    if let quota, quota < -1 { throw .resourceInvalid("cpu.quota", "\(quota) is below -1, which is no limit") }
  }
}

extension CgroupResources.BlockIO {
  fileprivate func validate() throws(CgroupError) {
    let weights =
      [("weight", weight), ("leafWeight", leafWeight)]
      + devices.flatMap { [("weightDevice.weight", $0.weight), ("weightDevice.leafWeight", $0.leafWeight)] }
    for case (let name, let weight?) in weights where weight != 0 && !(10...1000).contains(weight) {
      throw .resourceInvalid("blockIO.\(name)", "\(weight) is not from 10 to 1000")
    }
  }
}
