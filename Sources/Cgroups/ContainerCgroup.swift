// The cgroup of a container: a directory in every hierarchy, so that whoever looks finds the container there.

internal import Linux
public import struct SystemPackage.FilePath

extension CgroupHierarchies {
  /// Plans the cgroup of a container.
  ///
  /// It gets a directory in every hierarchy, of both versions; controllers of version 2 are handed on from the top
  /// down. Where the caller may not make one, none is made, unless a limit needs it.
  ///
  /// - Parameters:
  ///   - path: an absolute one begins at each mount point; another one lies below the caller's own cgroup in
  ///     version 1, and beside it in version 2, where a cgroup with members cannot hand controllers on.
  ///   - devices: which devices may be used; nil for no rule.
  ///   - owner: who may manage it in version 2 from inside; nil for the caller.
  ///   - tolerating: what a caller without rights may go without.
  /// - Throws: `CgroupError`: a resource is wrong, a controller missing or not handed on, the cgroup in use, or the
  ///   caller without the right to make what a limit needs.
  ///
  /// Source: config-linux.md of the OCI runtime specification, "Cgroups Path"; Documentation/admin-guide/cgroup-v2.rst.
  public func plan(
    containerAt path: FilePath, resources: CgroupResources = CgroupResources(), devices: DevicePolicy? = nil,
    owner: UInt32? = nil, tolerating tolerance: CgroupTolerance = .noDirectory
  ) throws(CgroupError) -> CgroupPlan {
    var plan = ContainerCgroupPlan(
      hierarchies: self, path: path, resources: resources, devices: devices, tolerance: tolerance)
    try plan.arrange()
    if let owner, let unified = plan.places.first(where: { $0.hierarchy.version == .v2 }) {
      plan.steps.append(.giveTo(user: owner, directory: unified.directory))
    }
    return CgroupPlan(cgroup: Cgroup(places: plan.places), steps: plan.steps)
  }

  /// The hierarchy where a resource is limited: version 1 where it has the controller.
  func hierarchy(v1: CgroupController?, v2: CgroupController?) -> CgroupHierarchy? {
    all.first { $0.version == .v1 && v1.map($0.controllers.contains) ?? false }
      ?? all.first { $0.version == .v2 && v2.map($0.controllers.contains) ?? false }
  }
}

/// What a container's maker without rights over control groups may go without.
///
/// Source: cgroups(7), "Cgroups delegation"; Documentation/admin-guide/cgroup-v1/devices.rst.
public struct CgroupTolerance: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A directory in a hierarchy where no limit is wanted.
  public static let noDirectory = CgroupTolerance(rawValue: 1)
  /// Rules for devices: who has no rights over devices outside gets none inside.
  public static let noDeviceRules = CgroupTolerance(rawValue: 2)
}

/// A plan for a container in the making.
private struct ContainerCgroupPlan {
  let hierarchies: CgroupHierarchies
  let path: FilePath
  let resources: CgroupResources
  let devices: DevicePolicy?
  let tolerance: CgroupTolerance
  /// The directory in which nothing could be made that could have limited devices: of the devices controller of version 1
  /// if there is one, else of version 2.
  var closedToDevices: FilePath?
  var places: [Cgroup.Place] = []
  var steps: [CgroupPlan.Step] = []

  mutating func arrange() throws(CgroupError) {
    try resources.validate()
    let names = path.names
    for (hierarchy, settings) in zip(hierarchies.all, try settings()) { try add(names, hierarchy, settings) }
    try addDevices()
  }

  /// What is to be written, for each hierarchy.
  private func settings() throws(CgroupError) -> [[CgroupSetting]] {
    var settings = hierarchies.all.map { _ in [CgroupSetting]() }
    func add(_ more: [CgroupSetting], in hierarchy: CgroupHierarchy) {
      if let index = hierarchies.all.firstIndex(of: hierarchy) { settings[index] += more }
    }
    for (v1, v2) in resources.controllers {
      guard let hierarchy = hierarchies.hierarchy(v1: v1, v2: v2) else {
        if v2 == nil, hierarchies.layout == .v2 { throw .onlyInVersion1("network") }
        throw .controllerMissing((v2 ?? v1)!, hierarchies.layout)
      }
      if hierarchy.version == .v2 { try resources.validate(forVersion2: v2!) }
      add(resources.settings(of: hierarchy.version == .v1 ? v1! : v2!, hierarchy.version), in: hierarchy)
    }
    for setting in resources.unifiedSettings {
      guard let unified = hierarchies.unified, unified.has(setting) else {
        throw .notInVersion2(file: setting.file, hierarchies.layout)
      }
      add([setting], in: unified)
    }
    return settings
  }

  /// Where the path begins in a hierarchy.
  private func base(in hierarchy: CgroupHierarchy) -> Cgroup.Place {
    let top = Cgroup.Place(hierarchy: hierarchy, path: hierarchy.root, directory: hierarchy.mountPoint)
    if path.isAbsolute { return top }
    guard let own = hierarchies.own.places.first(where: { $0.hierarchy == hierarchy }) else { return top }
    return hierarchy.version == .v1 ? own : own.parent ?? own
  }

  /// - Parameter names: of the directories from the base down; no `..` leads higher than the base.
  private mutating func add(
    _ names: [String], _ hierarchy: CgroupHierarchy, _ settings: [CgroupSetting]
  ) throws(CgroupError) {
    let base = base(in: hierarchy)
    let line = names.reduce(into: [base]) { $0.append($0.last!.appending($1)) }
    guard line.count > 1, let place = line.last else { throw .top(base.directory) }
    // The base is there: it is the mount, or the caller is in it.
    let existing = 1 + line.dropFirst().prefix { CgroupFile.exists($0.directory) }.count
    let deepest = line[existing - 1]
    guard isWritable(deepest.directory) else {
      let isForDevices = hierarchy.controllers.contains(.devices)
      if isForDevices || hierarchy.version == .v2 && closedToDevices == nil { closedToDevices = deepest.directory }
      // Nobody's limit needs it, so that a container without rights runs without.
      if settings.isEmpty, tolerance.contains(.noDirectory) { return }
      throw .notDelegated(deepest.directory)
    }
    if existing == line.count { try refuseMembers(of: place) }
    for (index, directory) in line.enumerated().dropFirst() {
      if index >= existing { steps.append(.makeSharedDirectory(directory.directory)) }
      if hierarchy.version == .v1, hierarchy.controllers.contains(.cpuset) {
        steps.append(.inherit(file: "cpuset.cpus", directory: directory.directory))
        steps.append(.inherit(file: "cpuset.mems", directory: directory.directory))
      }
    }
    if hierarchy.version == .v2 { try handOn(line, existing: existing, settings) }
    steps += settings.map { .write($0, directory: place.directory) }
    places.append(place)
  }

  private func refuseMembers(of place: Cgroup.Place) throws(CgroupError) {
    // One whose members cannot be read is found out when it is joined.
    guard let members = try? Cgroup(places: [place]).members(), !members.isEmpty else { return }
    throw .occupied(place.directory, members: members.count)
  }

  /// Everything that the base has is handed on down to the container, so that it is counted there too.
  private mutating func handOn(
    _ line: [Cgroup.Place], existing: Int, _ settings: [CgroupSetting]
  ) throws(CgroupError) {
    let needed = Set(settings.map(\.controller)).subtracting(CgroupController.always)
    let available = try controllers(line[0], "cgroup.controllers")
    if let missing = needed.first(where: { !available.contains($0) }) {
      throw .controllerNotHandedOn(missing, parent: (line[0].parent ?? line[0]).directory)
    }
    var handing: [CgroupPlan.Step] = []
    for (index, parent) in line.dropLast().enumerated() {
      let already = index < existing ? try controllers(parent, "cgroup.subtree_control") : []
      for controller in available where !already.contains(controller) {
        handing.append(.handOn(controller, parent: parent.directory, isNeeded: needed.contains(controller)))
      }
    }
    // A directory is there before anything is handed on in it, and its files before they are written.
    steps += handing
  }

  private func controllers(_ place: Cgroup.Place, _ file: String) throws(CgroupError) -> [CgroupController] {
    do throws(SystemCallError) {
      return try CgroupFile.words(place.directory.appending(file)).map(CgroupController.init(rawValue:))
    } catch {
      throw .systemCall(error)
    }
  }

  private mutating func addDevices() throws(CgroupError) {
    guard let devices else { return }
    let isNeeded = !tolerance.contains(.noDeviceRules)
    let cgroup = Cgroup(places: places)
    if let place = cgroup.place(of: .devices) {
      steps += devices.settings.map { .allowDevice($0, directory: place.directory, isNeeded: isNeeded) }
    } else if let unified = cgroup.unified {
      steps.append(.allowDevices(devices, directory: unified.directory, isNeeded: isNeeded))
    } else if isNeeded {
      throw .devicesUnlimited(closedToDevices)
    }
  }
}

extension CgroupController {
  /// What every cgroup of version 2 has without being handed it.
  static let always: Set<CgroupController> = [CgroupController(rawValue: "cgroup")]
}

extension CgroupHierarchy {
  /// Whether a file of version 2 may be there.
  func has(_ setting: CgroupSetting) -> Bool {
    controllers.contains(setting.controller) || CgroupController.always.contains(setting.controller)
  }
}
