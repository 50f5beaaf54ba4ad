// What a machine may allow or forbid to its caller, as values: a facility, and what came of trying it.

/// One facility, and whether it works for the caller.
///
/// Source: namespaces(7), user_namespaces(7), cgroups(7), capabilities(7).
public struct Facility: Hashable, Sendable {
  /// What a facility is about.
  public enum Subject: String, CaseIterable, Sendable {
    /// What `run` does when nothing else is asked of it.
    case world
    /// The eight kinds, making, joining and keeping them.
    case namespaces
    /// Users and groups of a user namespace.
    case maps
    /// File systems, and what is known of mounts.
    case mounts
    /// Seeing, holding and hearing of processes.
    case processes
    /// Control groups of both versions.
    case cgroups
    /// Rights that a process gives up, or passes on.
    case privileges

    /// The subject in a person's words.
    public var title: String {
      switch self {
      case .world: "a world"
      case .maps: "users and groups"
      case .cgroups: "control groups"
      case .namespaces, .mounts, .processes, .privileges: rawValue
      }
    }
  }

  /// What came of the trial.
  public enum Verdict: String, Sendable {
    /// It was done.
    case works
    /// The kernel refused it, or something that it needs is missing.
    case fails
    /// It could not be tried, which says nothing about it.
    case unknown
  }

  /// A name for programs, for example `namespace-uts`.
  public let identifier: String
  /// What it is about.
  public let subject: Subject
  /// A phrase that a person understands.
  public let title: String
  /// Whether `run` needs it when nothing else is asked of it.
  public let isNeeded: Bool
  /// What came of the trial.
  public let verdict: Verdict
  /// What was done, or the call that failed with its errno, or why nothing could be tried.
  public let evidence: String
  /// The reason, where it was found out.
  public let diagnosis: Diagnosis?
}

/// What a machine allows its caller: every facility, each tried by doing.
///
/// Source: namespaces(7), user_namespaces(7), cgroups(7), capabilities(7).
public struct Facilities: Sendable {
  /// What the machine and the caller are, and the settings that forbid.
  public let settings: MachineSettings
  /// By subject, in the order of `Facility.Subject`.
  public let all: [Facility]

  /// Those of a subject, in the order in which they were tried.
  public func about(_ subject: Facility.Subject) -> [Facility] {
    all.filter { $0.subject == subject }
  }

  /// Whether all that `run` needs by default works.
  public var runWorks: Bool {
    all.allSatisfy { !$0.isNeeded || $0.verdict == .works }
  }

  /// Tries every facility, each in a throw-away process that ends with the trial; nothing is left.
  ///
  /// The calling process itself is not changed. It takes some tens of milliseconds.
  public static func tried() -> Facilities {
    let settings = MachineSettings.read()
    let trials =
      WorldTrials.all + NamespaceTrials.all + MapTrials.all + MountTrials.all + ProcessTrials.all + CgroupTrials.all
      + PrivilegeTrials.all
    return Facilities(settings: settings, all: trials.map { $0.carriedOut(settings) })
  }
}
