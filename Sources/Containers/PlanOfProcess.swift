// The process of a configuration as the command of an isolation plan: who it is, what it may do, how it is scheduled.
// The container's first process and one that joins later are planned alike.

internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// Adds a configuration's process to a plan.
struct PlanOfProcess {
  let process: Specification.Process
  /// Where the process stands in the configuration, for errors.
  let path: String
  /// What the caller may pass on; nil in a user namespace that is the container's own, where it may everything.
  let grantable: CapabilitySet?
  private(set) var warnings: [String] = []

  init(_ process: Specification.Process, at path: String = "process", grantable: CapabilitySet?) {
    self.process = process
    self.path = path
    self.grantable = grantable
  }

  mutating func add(to plan: inout IsolationPlan) throws(ContainerError) {
    guard let name = process.args.first, !name.isEmpty else { throw problem("args", "must not be empty") }
    guard process.cwd.hasPrefix("/") else { throw problem("cwd", "must be an absolute path") }
    plan.command = IsolatedCommand(process.args, environment: process.env)
    plan.workingDirectory = FilePath(process.cwd)
    plan.commandIsFirst = true
    plan.hasFreshProc = false
    plan.startsSession = true
    plan.credentials = credentials()
    plan.process = try settings()
  }

  private func problem(_ field: String, _ text: String) -> ContainerError {
    .specification(SpecificationError(path: "\(path).\(field)", problem: text))
  }

  private mutating func credentials() -> PlannedCredentials {
    var credentials = PlannedCredentials()
    credentials.userID = process.user.uid
    credentials.groupID = process.user.gid
    credentials.supplementaryGroups = process.user.additionalGids
    credentials.hasNoNewPrivileges = process.noNewPrivileges
    let wanted = process.capabilities ?? Specification.Capabilities()
    credentials.capabilitySets = CapabilitySets(
      bounding: set(wanted.bounding, "bounding"), effective: set(wanted.effective, "effective"),
      permitted: set(wanted.permitted, "permitted"), inheritable: set(wanted.inheritable, "inheritable"),
      ambient: set(wanted.ambient, "ambient"))
    return credentials
  }

  /// What has no name here, and what the caller cannot give, is left out with a warning, as the specification has it.
  private mutating func set(_ names: [String], _ field: String) -> UInt64 {
    var set: UInt64 = 0
    var leftOut: [String] = []
    for name in names {
      guard let capability = Capability(named: name), grantable?.contains(capability) ?? true else {
        leftOut.append(name)
        continue
      }
      set |= 1 << UInt64(capability.rawValue)
    }
    if !leftOut.isEmpty {
      warnings.append(
        "\(path).capabilities.\(field): \(leftOut.joined(separator: ", ")) cannot be granted, and left out")
    }
    return set
  }

  private func settings() throws(ContainerError) -> PlannedProcess {
    var settings = PlannedProcess()
    // What engines leave out is 022, whatever they have themselves.
    settings.umask = process.user.umask ?? 0o22
    settings.resourceLimits = process.rlimits.compactMap { limit in
      Resource(limit.type).map { PlannedResourceLimit($0, soft: limit.soft, hard: limit.hard) }
    }
    settings.outOfMemoryScoreAdjustment = process.oomScoreAdj
    settings.scheduling = process.scheduler.map(SchedulingAttributes.init)
    settings.inputOutputPriority = process.ioPriority.map(InputOutputPriority.init)
    settings.initialProcessors = try processors(process.execCPUAffinity?.initial, "execCPUAffinity.initial")
    settings.processors = try processors(process.execCPUAffinity?.final, "execCPUAffinity.final")
    settings.appArmorProfile = process.apparmorProfile
    settings.selinuxLabel = process.selinuxLabel
    settings.createsWorkingDirectory = true
    settings.ownsStandardStreams = true
    return settings
  }

  private func processors(_ list: String?, _ field: String) throws(ContainerError) -> [Int]? {
    guard let list else { return nil }
    guard let numbers = NumberList(list)?.numbers else { throw problem(field, "is no list of processors: \(list)") }
    return numbers
  }
}

/// Numbers as the kernel lists processors and memory nodes: `0-2,5`.
struct NumberList {
  /// More processors than any kernel knows.
  private static let largest = 8191
  let numbers: [Int]

  init?(_ text: String) {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 0 <= first, first <= last,
        last <= Self.largest
      else { return nil }
      numbers += first...last
    }
    self.numbers = numbers
  }
}

extension Resource {
  init?(_ kind: Specification.ResourceLimit.Kind) {
    let name = String(kind.rawValue.dropFirst("RLIMIT_".count)).lowercased()
    guard let resource = Resource.allCases.first(where: { $0.name == name }) else { return nil }
    self = resource
  }
}

extension SchedulingAttributes {
  init(_ scheduler: Specification.Scheduler) {
    self.init(Policy(scheduler.policy))
    nice = scheduler.nice
    priority = UInt32(clamping: scheduler.priority)
    runtime = scheduler.runtime
    deadline = scheduler.deadline
    period = scheduler.period
    flags = scheduler.flags.reduce(0) { $0 | $1.bit }
  }
}

extension SchedulingAttributes.Policy {
  init(_ policy: Specification.Scheduler.Policy) {
    switch policy {
    case .fifo: self = .firstInFirstOut
    case .roundRobin: self = .roundRobin
    case .batch: self = .batch
    case .idle: self = .idle
    case .deadline: self = .deadline
    // SCHED_ISO never came to be.
    case .other, .iso: self = .other
    }
  }
}

extension Specification.Scheduler.Flag {
  /// SCHED_FLAG_*, include/uapi/linux/sched.h.
  fileprivate var bit: UInt64 {
    switch self {
    case .resetOnFork: 0x01
    case .reclaim: 0x02
    case .deadlineOverrun: 0x04
    case .keepPolicy: 0x08
    case .keepParameters: 0x10
    case .utilizationClampMinimum: 0x20
    case .utilizationClampMaximum: 0x40
    }
  }
}

extension InputOutputPriority {
  init(_ priority: Specification.IOPriority) {
    let kind: Class =
      switch priority.class {
      case .realtime: .realTime
      case .bestEffort: .bestEffort
      case .idle: .idle
      }
    self.init(kind, level: UInt16(clamping: priority.priority))
  }
}
