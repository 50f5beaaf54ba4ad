// The traits of a process in words, the same words for the same state, so that two can be compared by them. What the
// kernel gives as bytes stays so: two paths that are no UTF-8 would look alike once repaired.

internal import Linux

extension Lineage.Trait {
  /// The state of this trait in a process.
  func text(of record: ProcessRecord) -> Reading<[UInt8]> {
    switch self {
    case .securityLabel: record.securityLabel
    case .workingDirectory: record.workingDirectory.map(\.target)
    case .rootDirectory: record.rootDirectory.map(\.target)
    case .cgroup: record.cgroup.map { Array($0.map(\.line).joined(separator: [UInt8(ascii: " ")])) }
    default: words(of: record).map { Array($0.utf8) }
    }
  }

  private func words(of record: ProcessRecord) -> Reading<String> {
    switch self {
    case .processID: .value("\(record.processID)")
    case .startTime: .value("\(record.startTime)")
    case .session: .value("\(record.stat.sessionID)")
    case .processGroup: .value("\(record.stat.processGroupID)")
    case .controllingTerminal: .value(record.stat.terminal == .none ? "none" : record.stat.terminal.name)
    case .nice: .value("\(record.stat.nice)")
    case .environment: record.environment.map { "\($0.entries.count) variables" }
    case .outOfMemoryAdjustment: record.outOfMemory.map { "\($0.adjustment)" }
    case .namespace(let kind): namespace(kind, record.namespaces)
    case .limit(let name): limit(name, record.limits)
    case .pendingSignals, .blockedSignals, .ignoredSignals: signals(record.status)
    default: status(record.status)
    }
  }

  private func namespace(_ kind: NamespaceKind, _ links: Reading<NamespaceLinks>) -> Reading<String> {
    guard let links = links.value else { return links.map { _ in "" } }
    guard let link = links.link(kind) else { return .unreadable(links.firstError ?? .enoent) }
    return .value(link.description)
  }

  private func limit(_ name: String, _ limits: Reading<[ResourceLimit]>) -> Reading<String> {
    guard let limits = limits.value else { return limits.map { _ in "" } }
    guard let limit = limits.first(where: { $0.name == name }) else { return .unreadable(.enoent) }
    let soft = limit.soft.map { "\($0)" } ?? "unlimited"
    let hard = limit.hard.map { "\($0)" } ?? "unlimited"
    return .value(soft == hard ? soft : "\(soft) of \(hard)")
  }

  private func signals(_ status: Reading<ProcessStatus>) -> Reading<String> {
    status.map { status in
      switch self {
      case .pendingSignals: Self.list(status.signals.pendingForThread | status.signals.pendingForProcess)
      case .blockedSignals: Self.list(status.signals.blocked)
      default: Self.list(status.signals.ignored)
      }
    }
  }

  private func status(_ reading: Reading<ProcessStatus>) -> Reading<String> {
    guard let status = reading.value else { return reading.map { _ in "" } }
    guard let text = text(of: status) else { return .unreadable(.enoent) }
    return .value(text)
  }

  private func text(of status: ProcessStatus) -> String? {
    switch self {
    case .userIDs: status.userIDs.text
    case .groupIDs: status.groupIDs.text
    case .supplementaryGroups: status.supplementaryGroupIDs.map { "\($0)" }.joined(separator: " ")
    case .inheritableCapabilities: String(status.capabilities.inheritable, radix: 16)
    case .permittedCapabilities: String(status.capabilities.permitted, radix: 16)
    case .effectiveCapabilities: String(status.capabilities.effective, radix: 16)
    case .boundingCapabilities: String(status.capabilities.bounding, radix: 16)
    case .ambientCapabilities: String(status.capabilities.ambient, radix: 16)
    case .noNewPrivileges: status.noNewPrivileges.map { $0 ? "set" : "not set" }
    case .seccomp: seccomp(status)
    case .umask: status.umask.map { "0" + String($0, radix: 8) }
    default: nil
    }
  }

  private func seccomp(_ status: ProcessStatus) -> String? {
    status.seccompMode.map { mode in
      guard mode == .filter else { return "\(mode)" }
      return status.seccompFilterCount.map { "filter, \($0) of them" } ?? "filter"
    }
  }

  /// Names of signals in ascending order; `none` for an empty set.
  private static func list(_ set: UInt64) -> String {
    let names = (1...64).filter { set >> UInt64($0 - 1) & 1 == 1 }.map { Signal(rawValue: Int32($0)).name }
    return names.isEmpty ? "none" : names.joined(separator: " ")
  }
}

extension CredentialIDs {
  /// Real, effective, saved and file system ID; one number where all are the same.
  fileprivate var text: String {
    real == effective && real == saved && real == fileSystem
      ? "\(real)" : "real \(real) effective \(effective) saved \(saved) fs \(fileSystem)"
  }
}

extension CgroupMembership {
  /// The line of /proc/PID/cgroup.
  fileprivate var line: [UInt8] {
    Array("\(hierarchyID):".utf8) + controllers.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: ":")] + path
  }
}
