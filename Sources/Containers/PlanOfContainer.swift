// A configuration as an isolation plan: a value that says all that will be done, before anything is.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// Makes the plan of a container.
struct PlanOfContainer {
  let specification: Specification
  let bundle: Bundle
  let request: ContainerRequest
  let hierarchies: CgroupHierarchies
  /// Holds the namespaces that are joined until the container is there.
  let joined: JoinedNamespaces
  var plan: IsolationPlan
  /// Its share of cache and bandwidth; nil where none is asked for.
  private(set) var shares: ResourceControlPlan?
  var warnings: [String] = []
  /// What an engine is told only where it wants to hear of each step.
  var notices: [String] = []

  init(_ bundle: Bundle, _ request: ContainerRequest) throws(ContainerError) {
    self.bundle = bundle
    self.request = request
    specification = bundle.specification
    hierarchies = try attempt("look at the control groups") { () throws(SystemCallError) in
      try CgroupHierarchies.read()
    }
    joined = try JoinedNamespaces(specification.linux?.namespaces ?? [])
    plan = IsolationPlan(command: IsolatedCommand([], environment: []), namespaces: joined.new)
    plan.joins = joined.joins
    try addProcess()
    addNames()
    try addUserNamespace()
    try addCgroup()
    shares = try specification.linux?.intelRdt.map { shares throws(ContainerError) in
      try shares.planned(for: request.identifier)
    }
    try addRoot()
  }

  private mutating func addProcess() throws(ContainerError) {
    // Without a process there is nothing to start, but all the rest.
    let process = specification.process ?? .absent
    let grantable = try hasUserNamespace ? nil : CapabilitySet.grantable()
    var command = PlanOfProcess(process, grantable: grantable)
    try command.add(to: &plan)
    if specification.process == nil { plan.command = IsolatedCommand([], environment: []) }
    warnings += command.warnings
    // These are for processes that enter.
    plan.process.initialProcessors = nil
    plan.process.processors = nil
    plan.command.setHome(ofUser: process.user.uid, in: bundle.rootDirectory)
    plan.process.personality = specification.linux?.personality.map(\.value)
    plan.process.memoryPolicy = try specification.linux?.memoryPolicy.map { policy throws(ContainerError) in
      try policy.planned()
    }
    if request.makesKeyring { plan.process.sessionKeyring = "_ses.\(request.identifier)" }
    plan.keptDescriptors = try inheritedDescriptors(request.preservedDescriptors)
    plan.hasConsole = process.terminal
  }

  private mutating func addNames() {
    plan.hostname = specification.hostname
    plan.domainname = specification.domainname
    guard let linux = specification.linux else { return }
    plan.kernelSettings = linux.sysctl.sorted { $0.key < $1.key }.map { KernelSetting(name: $0.key, value: $0.value) }
    guard !linux.timeOffsets.isEmpty else { return }
    var offsets = TimeOffsets(
      monotonic: linux.timeOffsets[.monotonic]?.secs, boottime: linux.timeOffsets[.boottime]?.secs)
    offsets.monotonicNanoseconds = linux.timeOffsets[.monotonic]?.nanosecs ?? 0
    offsets.boottimeNanoseconds = linux.timeOffsets[.boottime]?.nanosecs ?? 0
    plan.timeOffsets = offsets
  }

  private var hasUserNamespace: Bool {
    plan.namespaces.contains(.newUser) || plan.joins.contains { $0.kinds.contains(.newUser) }
  }

  var hasOwnCgroupNamespace: Bool { plan.namespaces.contains(.newCgroup) }

  private mutating func addUserNamespace() throws(ContainerError) {
    guard hasUserNamespace else { return }
    plan.becomesRootOfUserNamespace = true
    guard plan.namespaces.contains(.newUser), let linux = specification.linux else { return }
    let users = linux.uidMappings.map(IDMapRange.init)
    let groups = linux.gidMappings.map(IDMapRange.init)
    guard !users.isEmpty, !groups.isEmpty else { return }
    plan.idMaps = IDMaps.written(users: users, groups: groups)
  }

  /// The root is entered in any case; what is mounted or made in it would, without a mount namespace of the
  /// container's own, be the host's or another container's, and stay there.
  private mutating func addRoot() throws(ContainerError) {
    var root = RootDirectory(
      path: bundle.rootDirectory, isReadOnly: specification.root?.readonly ?? false, hasFreshDevices: false)
    guard hasOwnMountNamespace else {
      plan.root = root
      try checkWithoutMounts()
      return
    }
    root.isPivotedTo = request.pivotsRoot
    let propagation = specification.linux?.rootfsPropagation?.change
    root.propagation = propagation
    plan.root = root
    // Mounts outside show inside, but not the other way round, unless it is asked for.
    plan.propagation = propagation.map(\.kind) == .shared ? .shared : propagation?.kind ?? .slave
    plan.maskedPaths = (specification.linux?.maskedPaths ?? []).map { FilePath($0) }
    plan.readOnlyPaths = (specification.linux?.readonlyPaths ?? []).map { FilePath($0) }
    try addMounts()
    addDevices()
  }

  var hasOwnMountNamespace: Bool { plan.namespaces.contains(.newMount) }

  /// What would take from the container what it may do is no matter of a warning.
  private mutating func checkWithoutMounts() throws(ContainerError) {
    let restrictions = [
      ("root.readonly", specification.root?.readonly == true),
      ("linux.maskedPaths", specification.linux?.maskedPaths.isEmpty == false),
      ("linux.readonlyPaths", specification.linux?.readonlyPaths.isEmpty == false),
    ]
    for (path, isAskedFor) in restrictions where isAskedFor {
      throw .specification(SpecificationError(path: path, problem: "needs a new mount namespace in linux.namespaces"))
    }
    guard !specification.mounts.isEmpty || specification.linux?.devices.isEmpty == false else { return }
    warnings.append("mounts, linux.devices: nothing is mounted or made without a new mount namespace")
  }

  /// Where the whole /dev is somebody else's, nothing is made in it.
  private mutating func addDevices() {
    guard !bindsDevices else { return }
    let wanted = (specification.linux?.devices ?? []).map(PlannedDevice.init)
    let paths = Set(wanted.map(\.path))
    plan.devices = PlannedDevice.standard.filter { !paths.contains($0.path) } + wanted
    plan.links = PlannedLink.standard
  }

  private var bindsDevices: Bool {
    plan.mounts.contains { mount in
      guard case .bind = mount.source else { return false }
      return mount.target.lexicallyNormalized() == "/dev"
    }
  }
}

extension Specification.Process {
  /// Stands for what is not there.
  fileprivate static let absent: Specification.Process = {
    var process = Specification.Process(cwd: "/")
    process.args = ["none"]
    return process
  }()
}

extension CapabilitySet {
  /// What the caller can pass on.
  static func grantable() throws(ContainerError) -> CapabilitySet {
    try attempt("look at the own capabilities") { () throws(SystemCallError) in
      try ProcessCapabilities().permitted
    }
  }
}

extension IDMaps {
  /// Maps that the caller writes itself where it may, and else has written by newuidmap and newgidmap.
  static func written(users: [IDMapRange], groups: [IDMapRange]) -> IDMaps {
    let (user, group) = (UserIDs.current.effective, GroupIDs.current.effective)
    let isOwn =
      users.count == 1 && groups.count == 1 && users[0].count == 1 && groups[0].count == 1
      && users[0].outer == user && groups[0].outer == group
    if user != 0, isOwn { return IDMaps(users: users, groups: groups, setgroups: .deny) }
    return IDMaps(users: users, groups: groups, isWrittenByTools: user != 0)
  }
}

extension PlannedDevice {
  init(_ device: Specification.Device) {
    let kind: Kind =
      switch device.type {
      case .character, .unbufferedCharacter: .character
      case .block: .block
      case .fifo: .pipe
      }
    self.init(
      path: FilePath(device.path), kind: kind, major: UInt32(clamping: device.major),
      minor: UInt32(clamping: device.minor), mode: device.fileMode ?? 0o666, userID: device.uid ?? 0,
      groupID: device.gid ?? 0)
  }
}

extension Specification.RootPropagation {
  var change: PropagationChange {
    switch self {
    case .shared: PropagationChange(.shared, isRecursive: false)
    case .slave: PropagationChange(.slave, isRecursive: false)
    case .private: PropagationChange(.private, isRecursive: false)
    case .unbindable: PropagationChange(.unbindable, isRecursive: false)
    case .rshared: PropagationChange(.shared, isRecursive: true)
    case .rslave: PropagationChange(.slave, isRecursive: true)
    case .rprivate: PropagationChange(.private, isRecursive: true)
    case .runbindable: PropagationChange(.unbindable, isRecursive: true)
    }
  }
}

extension Specification.Personality {
  /// PER_LINUX or PER_LINUX32; the specification has no flags yet.
  var value: UInt64 { domain == .linux32 ? 8 : 0 }
}

extension Specification.MemoryPolicy {
  fileprivate func planned() throws(ContainerError) -> MemoryPolicy {
    guard let numbers = nodes.map({ NumberList($0)?.numbers }) ?? [] else {
      throw .specification(
        SpecificationError(path: "linux.memoryPolicy.nodes", problem: "is no list of nodes: \(nodes ?? "")"))
    }
    return MemoryPolicy(mode: mode.number, flags: flags.reduce(0) { $0 | $1.bit }, nodes: numbers)
  }
}

extension Specification.MemoryPolicy.Mode {
  /// MPOL_*, include/uapi/linux/mempolicy.h.
  fileprivate var number: UInt32 {
    switch self {
    case .default: 0
    case .preferred: 1
    case .bind: 2
    case .interleave: 3
    case .local: 4
    case .preferredMany: 5
    case .weightedInterleave: 6
    }
  }
}

extension Specification.MemoryPolicy.Flag {
  /// MPOL_F_*, include/uapi/linux/mempolicy.h.
  fileprivate var bit: UInt32 {
    switch self {
    case .numaBalancing: 1 << 13
    case .relativeNodes: 1 << 14
    case .staticNodes: 1 << 15
    }
  }
}
