// The limits that a control group has, read back in the words in which they are set.

public import Linux
internal import struct SystemPackage.FilePath

extension Cgroup {
  /// Reads the limits that are set on this cgroup itself; those above it hold too.
  ///
  /// A limit is nil where there is none, or where no hierarchy of this cgroup has the controller. Of version 1 swap is
  /// what the limit of memory and swap together leaves beside that of memory.
  /// - Throws: `SystemCallError` when a file that is there cannot be read.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, pids.rst.
  public func limits() throws(SystemCallError) -> CgroupLimits {
    var limits = CgroupLimits(swap: nil)
    if let place = place(of: .cpu) { limits.cpus = try place.cpus() }
    if let place = place(of: .memory) { (limits.memory, limits.swap) = try place.memoryAndSwap() }
    if let place = place(of: .processes) {
      limits.processes = try CgroupFile.number(place.directory.appending("pids.max"))
    }
    return limits
  }

  /// Reads the limits that hold for the members: the tightest of this cgroup's and of all above it that are visible.
  ///
  /// Swap is left out.
  /// - Throws: `SystemCallError` when a file that is there cannot be read.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, pids.rst.
  public func limitsInForce() throws(SystemCallError) -> CgroupLimits {
    var tightest = CgroupLimits(swap: nil)
    for place in places {
      var next: Cgroup.Place? = place
      while let place = next {
        let limits = try Cgroup(places: [place]).limits()
        tightest.cpus = [tightest.cpus, limits.cpus].compactMap(\.self).min()
        tightest.memory = [tightest.memory, limits.memory].compactMap(\.self).min()
        tightest.processes = [tightest.processes, limits.processes].compactMap(\.self).min()
        next = place.parent
      }
    }
    return tightest
  }

  /// Whether the members are stopped; nil where freezing is not possible.
  ///
  /// - Throws: `SystemCallError` when the file that says it cannot be read.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst, `cgroup.events`; cgroup-v1/freezer-subsystem.rst.
  public func isFrozen() throws(SystemCallError) -> Bool? {
    if let unified, let value = try CgroupFile.values(unified.directory.appending("cgroup.events"))["frozen"] {
      return value == 1
    }
    guard let place = place(of: .freezer) else { return nil }
    // The hierarchy's root has no such file.
    do throws(SystemCallError) {
      return try CgroupFile.words(place.directory.appending("freezer.state")) == ["FROZEN"]
    } catch {
      if error.errno == .enoent { return nil }
      throw error
    }
  }
}

extension Cgroup.Place {
  /// What version 1 says for no limit: the highest number of whole pages.
  private static let unlimited: UInt64 = 0x7fff_ffff_ffff_0000

  fileprivate func cpus() throws(SystemCallError) -> Double? {
    switch hierarchy.version {
    case .v1:
      guard let quota = try CgroupFile.number(directory.appending("cpu.cfs_quota_us")),
        let period = try CgroupFile.number(directory.appending("cpu.cfs_period_us")), period > 0
      else { return nil }
      return Double(quota) / Double(period)
    case .v2:
      guard let words = try CgroupFile.wordsIfPresent(directory.appending("cpu.max")), words.count == 2,
        let quota = UInt64(words[0]), let period = UInt64(words[1]), period > 0
      else { return nil }
      return Double(quota) / Double(period)
    }
  }

  fileprivate func memoryAndSwap() throws(SystemCallError) -> (memory: UInt64?, swap: UInt64?) {
    switch hierarchy.version {
    case .v1:
      let memory = try limited("memory.limit_in_bytes")
      let both = try limited("memory.memsw.limit_in_bytes")
      return (memory, both.flatMap { both in memory.map { both &- min(both, $0) } })
    case .v2:
      return (
        try CgroupFile.number(directory.appending("memory.max")),
        try CgroupFile.number(directory.appending("memory.swap.max"))
      )
    }
  }

  private func limited(_ file: String) throws(SystemCallError) -> UInt64? {
    let number = try CgroupFile.number(directory.appending(file))
    return number.flatMap { $0 >= Cgroup.Place.unlimited ? nil : $0 }
  }
}
