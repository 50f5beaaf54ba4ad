// A new cgroup as a plan: the directories to make and the values to write, then carried out.

internal import Linux
public import struct SystemPackage.FilePath

/// How a cgroup will be made and limited. A value until it is carried out.
///
/// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst.
public struct CgroupPlan: Hashable, Sendable {
  /// One step.
  public enum Step: Hashable, Sendable {
    /// mkdir(2).
    case makeDirectory(FilePath)
    /// mkdir(2) of a directory that others may make meanwhile.
    case makeSharedDirectory(FilePath)
    /// Hands a controller of version 2 on to the children of a cgroup; that it cannot be is a failure when a limit
    /// needs it.
    case handOn(CgroupController, parent: FilePath, isNeeded: Bool)
    /// Takes over the parent's value of a file that is empty in a new cgroup, and has to be set before any process
    /// may join.
    case inherit(file: String, directory: FilePath)
    /// Writes a setting's value to its file.
    case write(CgroupSetting, directory: FilePath)
    /// Writes a rule for devices of version 1 to its file; that the caller may not is a failure where it is needed.
    case allowDevice(CgroupSetting, directory: FilePath, isNeeded: Bool)
    /// Attaches a program that decides which devices may be used; that the caller may not is a failure where it is needed.
    case allowDevices(DevicePolicy, directory: FilePath, isNeeded: Bool)
    /// Gives a cgroup of version 2 to a user, as far as one may be given away.
    case giveTo(user: UInt32, directory: FilePath)
  }

  /// The cgroup that there will be.
  public let cgroup: Cgroup
  /// In the order in which they are done.
  public let steps: [Step]
  /// Who makes it when a process joins; nil for nobody but the steps.
  public internal(set) var keeper: SystemdKeeper?

  /// Makes the cgroup. When a step fails, what the former made is removed. One that systemd keeps is made when a
  /// process joins it.
  ///
  /// - Throws: `CgroupError.systemCall` with `EEXIST` when the name is taken, `EINVAL` for a limit that the kernel
  ///   or the parent's limit does not admit; `.notHandedOn` for a controller that a limit needs.
  ///
  /// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst.
  public func carryOut() throws(CgroupError) -> Cgroup {
    if keeper == nil { try carryOutSteps() }
    return cgroup
  }

  func carryOutSteps() throws(CgroupError) {
    var made: [FilePath] = []
    do throws(CgroupError) {
      for step in steps {
        if let directory = try step.carryOut() { made.append(directory) }
      }
    } catch {
      for directory in made.reversed() {
        do throws(SystemCallError) { try removeDirectory(directory) } catch {
          // The first failure is the one to tell.
        }
      }
      throw error
    }
  }
}

extension CgroupPlan.Step {
  /// - Returns: a directory that was made.
  fileprivate func carryOut() throws(CgroupError) -> FilePath? {
    do throws(SystemCallError) {
      switch self {
      case .makeDirectory(let directory): try Linux.makeDirectory(directory)
      case .makeSharedDirectory(let directory): return try makeUnlessThere(directory)
      case .handOn(let controller, let parent, _):
        try CgroupFile.write("+\(controller)", to: parent.appending("cgroup.subtree_control"))
      case .inherit(let file, let directory): try inherit(file, directory)
      case .write(let setting, let directory): try setting.write(in: directory)
      case .allowDevice(let setting, let directory, _): try setting.write(in: directory)
      case .allowDevices(let policy, let directory, _): try policy.attach(to: directory)
      case .giveTo(let user, let directory): try CgroupFile.giveAway(directory, to: user)
      }
    } catch {
      try bear(error)
    }
    if case .makeDirectory(let directory) = self { return directory }
    return nil
  }

  /// Throws a failure on, unless nobody needs the step.
  private func bear(_ error: SystemCallError) throws(CgroupError) {
    switch self {
    case .handOn(let controller, let parent, let isNeeded):
      if isNeeded { throw .notHandedOn(controller, parent, error) }
    case .allowDevice(_, let directory, let isNeeded):
      if isNeeded || ![.eperm, .eacces].contains(error.errno) { throw .devicesRefused(directory, error) }
    case .allowDevices(_, let directory, let isNeeded):
      // EINVAL and ENOSYS are the answers of a kernel without such programs.
      if isNeeded || ![.eperm, .eacces, .einval, .enosys].contains(error.errno) {
        throw .devicesRefused(directory, error)
      }
    default: throw .systemCall(error)
    }
  }

  private func makeUnlessThere(_ directory: FilePath) throws(SystemCallError) -> FilePath? {
    do {
      try Linux.makeDirectory(directory)
      return directory
    } catch  where error.errno == .eexist {
      return nil
    }
  }

  private func inherit(_ file: String, _ directory: FilePath) throws(SystemCallError) {
    guard try CgroupFile.words(directory.appending(file)).isEmpty else { return }
    let above = try CgroupFile.words(directory.parentDirectory.appending(file))
    try CgroupFile.write(above.joined(by: " "), to: directory.appending(file))
  }
}

extension CgroupPlan.Step: CustomStringConvertible {
  /// The step as strace(1) would show its system call.
  public var description: String {
    switch self {
    case .makeDirectory(let directory), .makeSharedDirectory(let directory): "mkdir(\"\(directory)\", 0755)"
    case .handOn(let controller, let parent, _):
      "write(\"\(parent.appending("cgroup.subtree_control"))\", \"+\(controller)\")"
    case .inherit(let file, let directory): "write(\"\(directory.appending(file))\", /* as above it */)"
    case .write(let setting, let directory), .allowDevice(let setting, let directory, _):
      "write(\"\(directory.appending(setting.file))\", \"\(setting.value)\")"
    case .allowDevices(_, let directory, _): "bpf(BPF_PROG_ATTACH, {\"\(directory)\", BPF_CGROUP_DEVICE})"
    case .giveTo(let user, let directory): "chown(\"\(directory)\", \(user), -1)"
    }
  }
}

extension CgroupHierarchies {
  /// Plans a new cgroup.
  ///
  /// It gets a directory in the hierarchy of each controller that the limits need and, where possible, one in the
  /// hierarchy of version 2, which freezes and kills (else one in that of the freezer). In version 1 it lies below
  /// the parent. In version 2 it lies below the parent or, for the caller's own cgroup, below the nearest one above
  /// it that the caller may write to and that hands the controllers on. Nothing that exists is changed.
  ///
  /// - Parameters:
  ///   - name: one path component.
  ///   - parent: nil for the caller's own cgroup.
  /// - Throws: `CgroupError` when a controller is missing or not handed on, or a limit is out of range.
  ///
  /// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst, "Top-down Constraint".
  public func plan(
    _ name: String, limits: CgroupLimits = CgroupLimits(), below parent: Cgroup? = nil
  ) throws(CgroupError) -> CgroupPlan {
    try limits.validate()
    var places: [Cgroup.Place] = []
    var steps: [CgroupPlan.Step] = []
    for hierarchy in try hierarchies(for: limits.controllers) {
      let controllers = limits.controllers.filter { self.hierarchy(of: $0) == hierarchy }
      guard let start = (parent ?? own).places.first(where: { $0.hierarchy == hierarchy }) else {
        if let controller = controllers.first { throw .parentNotVisible(controller, hierarchy) }
        continue
      }
      guard let base = try base(for: controllers, from: start, climbing: parent == nil) else { continue }
      let place = base.appending(name)
      places.append(place)
      steps.append(.makeDirectory(place.directory))
      for controller in controllers {
        steps += limits.settings(of: controller, hierarchy.version).map { .write($0, directory: place.directory) }
      }
    }
    return CgroupPlan(cgroup: Cgroup(places: places), steps: steps)
  }

  /// Makes a new cgroup; see `plan(_:limits:below:)`.
  ///
  /// - Throws: `CgroupError` as `plan(_:limits:below:)` and `CgroupPlan.carryOut()` do.
  ///
  /// Source: cgroups(7).
  public func make(
    _ name: String, limits: CgroupLimits = CgroupLimits(), below parent: Cgroup? = nil
  ) throws(CgroupError) -> Cgroup {
    try plan(name, limits: limits, below: parent).carryOut()
  }

  /// Where a cgroup with these controllers needs a directory, version 2 first.
  private func hierarchies(for controllers: [CgroupController]) throws(CgroupError) -> [CgroupHierarchy] {
    var chosen: [CgroupHierarchy] = []
    if let first = unified ?? hierarchy(of: .freezer) { chosen.append(first) }
    for controller in controllers {
      guard let hierarchy = hierarchy(of: controller) else { throw .controllerMissing(controller, layout) }
      if !chosen.contains(hierarchy) { chosen.append(hierarchy) }
    }
    return chosen
  }

  /// The place below which the new one will lie.
  ///
  /// - Returns: nil where no controller is needed and the caller may make no directory.
  private func base(
    for controllers: [CgroupController], from start: Cgroup.Place, climbing: Bool
  ) throws(CgroupError) -> Cgroup.Place? {
    guard start.hierarchy.version == .v2 else {
      if isWritable(start.directory) { return start }
      if controllers.isEmpty { return nil }
      throw .notDelegated(start.directory)
    }
    var failure: CgroupError?
    var place = start
    while true {
      let handedOn = try place.handedOn()
      let missing = controllers.first { !handedOn.contains($0.rawValue) }
      switch (missing, isWritable(place.directory)) {
      case (nil, true): return place
      case (let missing?, true): failure = failure ?? .controllerNotHandedOn(missing, parent: place.directory)
      case (_, false): failure = failure ?? .notDelegated(place.directory)
      }
      guard climbing, let above = place.parent else { break }
      place = above
    }
    if controllers.isEmpty { return nil }
    throw failure!
  }
}

extension CgroupLimits {
  /// Checks what no kernel takes.
  func validate() throws(CgroupError) {
    if let cpus, !(0.001...1_000_000).contains(cpus) { throw .limitOutOfRange(.cpu, "\(cpus) CPUs") }
    if memory == 0 { throw .limitOutOfRange(.memory, "0 bytes") }
  }
}

extension Cgroup.Place {
  /// The place of a child.
  public func appending(_ name: String) -> Cgroup.Place {
    Cgroup.Place(hierarchy: hierarchy, path: path.appending(name), directory: directory.appending(name))
  }

  /// The place above; nil at the top of what the mount shows.
  var parent: Cgroup.Place? {
    guard directory != hierarchy.mountPoint, path != path.parentDirectory else { return nil }
    return Cgroup.Place(hierarchy: hierarchy, path: path.parentDirectory, directory: directory.parentDirectory)
  }

  /// The controllers that children of this cgroup of version 2 get.
  fileprivate func handedOn() throws(CgroupError) -> [String] {
    do {
      return try CgroupFile.words(directory.appending("cgroup.subtree_control"))
    } catch {
      throw .systemCall(error)
    }
  }
}
