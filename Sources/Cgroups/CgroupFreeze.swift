// Freezing, ending and removing a cgroup: each waits, because the kernel does it in its own time.

internal import Linux
internal import struct SystemPackage.FilePath

extension Cgroup {
  /// Stops every member, or lets them go on. Members cannot see or prevent it.
  ///
  /// - Parameter seconds: how long to wait until all are stopped.
  /// - Throws: `CgroupError.systemCall` with `ETIMEDOUT` when some were not stopped in time (they are thawed again),
  ///   with `EOPNOTSUPP` without a place where freezing is possible: version 2 since Linux 5.2, or the freezer.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst, `cgroup.freeze`; cgroup-v1/freezer-subsystem.rst.
  public func setFrozen(_ isFrozen: Bool, within seconds: Double = 5) throws(CgroupError) {
    do throws(SystemCallError) {
      let freezer = try freezer()
      try freezer.write(isFrozen)
      let deadline = Deadline(seconds: seconds)
      while isFrozen, try !freezer.isFrozen() {
        guard deadline.wait() else {
          try freezer.write(false)
          throw SystemCallError(call: "freeze", errno: .etimedout, object: freezer.directory.string)
        }
        // A member that forked meanwhile can hold version 1 in FREEZING until it is asked again.
        if freezer.version == .v1 { try freezer.write(true) }
      }
    } catch {
      throw .systemCall(error)
    }
  }

  /// Ends every member with SIGKILL, those that they fork meanwhile too, and waits until none is left.
  ///
  /// By cgroup.kill (Linux 5.14) where this cgroup has a place in version 2; else frozen first where that is
  /// possible; else again and again.
  ///
  /// - Parameter seconds: how long to wait.
  /// - Throws: `CgroupError.stillHasMembers` when the time is over.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst, `cgroup.kill`.
  public func kill(within seconds: Double = 5) throws(CgroupError) {
    let deadline = Deadline(seconds: seconds)
    do throws(SystemCallError) {
      while true {
        try killOnce()
        let remaining = try members()
        if remaining.isEmpty { return }
        if !deadline.wait() { throw SystemCallError(call: "kill", errno: .etimedout) }
      }
    } catch {
      if error.errno == .etimedout { throw .stillHasMembers(((try? members()) ?? [])) }
      throw .systemCall(error)
    }
  }

  /// Removes the cgroup and those below it, in every hierarchy. Does nothing where it is gone.
  ///
  /// - Parameter seconds: how long to wait for members that are dying.
  /// - Throws: `CgroupError.stillHasMembers` when the time is over.
  ///
  /// Source: cgroups(7), "Removing cgroups"; rmdir(2).
  public func remove(within seconds: Double = 5) throws(CgroupError) {
    let deadline = Deadline(seconds: seconds)
    do throws(SystemCallError) {
      for place in places {
        while try !CgroupTree.remove(place.directory) {
          if !deadline.wait() { throw SystemCallError(call: "rmdir", errno: .ebusy, object: place.directory.string) }
        }
      }
    } catch {
      if error.errno == .ebusy, let remaining = try? members(), !remaining.isEmpty {
        throw .stillHasMembers(remaining)
      }
      throw .systemCall(error)
    }
  }

  /// Removes the cgroup in each hierarchy in which nobody, and no other cgroup, is in it.
  ///
  /// - Returns: the cgroup where it is not empty; nil when it is gone everywhere.
  /// - Throws: `CgroupError.systemCall` of rmdir(2).
  ///
  /// Source: cgroups(7), "Removing cgroups"; rmdir(2).
  public func removeWhereEmpty() throws(CgroupError) -> Cgroup? {
    var left: [Place] = []
    do throws(SystemCallError) {
      for place in places {
        do throws(SystemCallError) {
          try removeDirectory(place.directory)
        } catch {
          switch error.errno {
          case .enoent: continue
          case .ebusy: left.append(place)
          default: throw error
          }
        }
      }
    } catch {
      throw .systemCall(error)
    }
    return left.isEmpty ? nil : Cgroup(places: left)
  }

  private func killOnce() throws(SystemCallError) {
    if let unified {
      do {
        return try CgroupFile.write("1", to: unified.directory.appending("cgroup.kill"))
      } catch  where error.errno == .enoent {}  // Before Linux 5.14.
    }
    let freezer: Freezer?
    do {
      freezer = try self.freezer()
    } catch  where error.errno == .eopnotsupp {
      freezer = nil
    }
    try freezer?.write(true)
    try killMembers()
    // Members frozen by version 1 die when they are thawed.
    try freezer?.write(false)
  }

  /// Sends SIGKILL to each member. What was listed both before and after a pidfd was opened is what the pidfd holds.
  private func killMembers() throws(SystemCallError) {
    for processID in try members() {
      do {
        let process = try PIDFD(opening: processID)
        guard try members().contains(processID) else { continue }
        try process.send(.kill)
      } catch  where error.errno == .esrch || error.errno == .einval {}  // It has ended.
    }
  }

  private func freezer() throws(SystemCallError) -> Freezer {
    if let unified, CgroupFile.exists(unified.directory.appending("cgroup.freeze")) {
      return Freezer(version: .v2, directory: unified.directory)
    }
    if let place = places.first(where: { $0.hierarchy.version == .v1 && $0.hierarchy.controllers.contains(.freezer) }) {
      return Freezer(version: .v1, directory: place.directory)
    }
    throw SystemCallError(call: "freeze", errno: .eopnotsupp, object: places.first?.path.string ?? "")
  }
}

/// Where a cgroup is frozen.
private struct Freezer {
  let version: CgroupVersion
  let directory: FilePath

  func write(_ isFrozen: Bool) throws(SystemCallError) {
    switch version {
    case .v1: try CgroupFile.write(isFrozen ? "FROZEN" : "THAWED", to: directory.appending("freezer.state"))
    case .v2: try CgroupFile.write(isFrozen ? "1" : "0", to: directory.appending("cgroup.freeze"))
    }
  }

  func isFrozen() throws(SystemCallError) -> Bool {
    switch version {
    case .v1: try CgroupFile.words(directory.appending("freezer.state")) == ["FROZEN"]
    case .v2: try CgroupFile.values(directory.appending("cgroup.events"))["frozen"] == 1
    }
  }
}

extension CgroupTree {
  /// Removes a directory and those below it, the deepest first.
  ///
  /// - Returns: false when one of them is still in use.
  fileprivate static func remove(_ top: FilePath) throws(SystemCallError) -> Bool {
    do {
      for directory in try directories(at: top).reversed() {
        do {
          try removeDirectory(directory)
        } catch  where error.errno == .enoent {}
      }
      return true
    } catch  where error.errno == .ebusy {
      return false
    } catch  where error.errno == .enoent {
      return true
    }
  }
}

/// A time until which something is tried again.
struct Deadline {
  private let end: UInt64

  init(seconds: Double) {
    end = monotonicNanoseconds() + UInt64(max(0, seconds) * 1e9)
  }

  /// Pauses for 2 ms; false when the time is over.
  func wait() -> Bool {
    guard monotonicNanoseconds() < end else { return false }
    pause(nanoseconds: 2_000_000)
    return true
  }
}
