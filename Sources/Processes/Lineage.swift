// What a process has from its parent and where it departs from it: fork(2) copies nearly everything, and the
// exceptions are what makes a process a world of its own.

public import Linux

/// A process beside its parent, trait by trait.
///
/// Source: fork(2), execve(2).
public struct Lineage: Sendable {
  /// The process itself.
  public let process: ProcessRecord
  /// nil where the parent is outside of the PID namespace, or there is none.
  public let parent: ProcessRecord?

  /// What has to be read of both.
  public static let fields: ProcessFields = [
    .owner, .status, .environment, .workingDirectory, .rootDirectory, .limits, .cgroup, .namespaces, .outOfMemory,
    .securityLabel,
  ]

  /// Sets a process beside its parent.
  public init(of process: ProcessRecord, parent: ProcessRecord?) {
    self.process = process
    self.parent = parent
  }

  /// Reads a process and its parent.
  ///
  /// - Parameter fields: read of both, beyond those that a comparison needs.
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process.
  public static func read(
    _ processID: Int32, _ fields: ProcessFields = [], from source: Procfs = .machine
  ) throws(SystemCallError) -> Lineage {
    let wanted = fields.union(Lineage.fields)
    while true {
      let process = try ProcessRecord.read(processID, wanted, from: source)
      if process.parentID == 0 { return Lineage(of: process, parent: nil) }
      let parent = try? ProcessRecord.read(process.parentID, wanted, from: source)
      // A parent that ended meanwhile has left its children to another one.
      let now = try ProcessRecord.read(process.identity, .stat, from: source)
      if now.parentID == process.parentID { return Lineage(of: process, parent: parent) }
    }
  }

  /// Every trait compared, in a fixed order.
  public var comparisons: [Comparison] {
    var resources: [String] = []
    for limit in (process.limits.value ?? []) + (parent?.limits.value ?? []) where !resources.contains(limit.name) {
      resources.append(limit.name)
    }
    return (Trait.fixed + resources.map { .limit($0) }).map { Comparison($0, process: process, parent: parent) }
  }
}

extension Lineage {
  /// One thing that a process has from its parent, or not.
  public enum Trait: Hashable, Sendable {
    /// Its number.
    case processID
    /// When it began.
    case startTime
    /// Signals that wait for it.
    case pendingSignals
    /// Real, effective, saved and file system user.
    case userIDs
    /// Real, effective, saved and file system group.
    case groupIDs
    /// The further groups.
    case supplementaryGroups
    /// CapInh.
    case inheritableCapabilities
    /// CapPrm.
    case permittedCapabilities
    /// CapEff.
    case effectiveCapabilities
    /// CapBnd.
    case boundingCapabilities
    /// CapAmb.
    case ambientCapabilities
    /// Whether execve(2) can give no more rights.
    case noNewPrivileges
    /// The mode of system call filtering, and how many filters.
    case seccomp
    /// The context of the security module.
    case securityLabel
    /// Where relative paths start.
    case workingDirectory
    /// Where absolute paths start.
    case rootDirectory
    /// Permissions that new files do not get.
    case umask
    /// Session.
    case session
    /// Process group.
    case processGroup
    /// The terminal whose keys signal it.
    case controllingTerminal
    /// The block that execve(2) laid down.
    case environment
    /// The namespace of a kind.
    case namespace(NamespaceKind)
    /// Its place in every hierarchy.
    case cgroup
    /// 19 (low) to -20 (high).
    case nice
    /// oom_score_adj.
    case outOfMemoryAdjustment
    /// Signals that are kept waiting.
    case blockedSignals
    /// Signals without effect.
    case ignoredSignals
    /// By its name in /proc/PID/limits.
    case limit(String)

    /// All but the limits, whose names come from the kernel.
    static let fixed: [Trait] =
      [
        .processID, .startTime, .pendingSignals, .userIDs, .groupIDs, .supplementaryGroups, .inheritableCapabilities,
        .permittedCapabilities, .effectiveCapabilities, .boundingCapabilities, .ambientCapabilities,
        .noNewPrivileges, .seccomp, .securityLabel, .workingDirectory, .rootDirectory, .umask, .session,
        .processGroup, .controllingTerminal, .environment,
      ] + NamespaceKind.allCases.map { .namespace($0) } + [
        .cgroup, .nice, .outOfMemoryAdjustment, .blockedSignals, .ignoredSignals,
      ]

    /// Whether fork(2) gives a child one of its own: the PID, the start time and no pending signals.
    public var isOwn: Bool {
      switch self {
      case .processID, .startTime, .pendingSignals: true
      default: false
      }
    }
  }

  /// How a process stands to its parent in one trait.
  public enum Relation: Hashable, Sendable {
    /// The same in both.
    case shared
    /// Not the same.
    case departs
    /// Not known: one of the two could not be read, or there is no parent.
    case unknown
  }

  /// One trait of a process beside its parent's.
  public struct Comparison: Sendable {
    /// What is compared.
    public let trait: Trait
    /// In words, as bytes since paths may have any; `unreadable` with its reason where the kernel refused.
    public let process: Reading<[UInt8]>
    /// In words, as bytes; `notAsked` where there is no parent.
    public let parent: Reading<[UInt8]>
    /// The same or not.
    public let relation: Relation

    init(_ trait: Trait, process: ProcessRecord, parent: ProcessRecord?) {
      self.trait = trait
      self.process = trait.text(of: process)
      self.parent = parent.map { trait.text(of: $0) } ?? .notAsked
      relation = parent.map { trait.relation(of: process, to: $0) } ?? .unknown
    }
  }
}

extension Lineage.Trait {
  fileprivate func relation(of process: ProcessRecord, to parent: ProcessRecord) -> Lineage.Relation {
    switch self {
    case .workingDirectory: return Self.relation(process.workingDirectory, parent.workingDirectory)
    case .rootDirectory: return Self.relation(process.rootDirectory, parent.rootDirectory)
    case .environment: return Self.relation(process.environment, parent.environment)
    default: return Self.relation(text(of: process), text(of: parent))
    }
  }

  private static func relation<Value: Equatable>(
    _ process: Reading<Value>, _ parent: Reading<Value>
  ) -> Lineage.Relation {
    guard let own = process.value, let inherited = parent.value else { return .unknown }
    return own == inherited ? .shared : .departs
  }
}
