// The eight kinds of namespace, with the names and numbers that the kernel and people have for each.

/// A kind of namespace. The order is that of the names in /proc/PID/ns.
///
/// Source: namespaces(7).
public enum NamespaceKind: UInt8, CaseIterable, Hashable, Sendable {
  /// Control group paths: what /proc/PID/cgroup shows as the root.
  case cgroup
  /// System V objects and POSIX message queues.
  case ipc
  /// Mount points.
  case mount
  /// Interfaces, addresses, routes, firewalls, sockets' abstract names.
  case network
  /// Process numbers.
  case pid
  /// Offsets of the monotonic and boot clocks.
  case time
  /// Users, groups, capabilities; the owner of the other kinds.
  case user
  /// The host name and the NIS domain name.
  case uts

  /// The name in /proc/PID/ns, for example `mnt`; also the one that lsns(8) prints.
  public var procName: String {
    switch self {
    case .cgroup: "cgroup"
    case .ipc: "ipc"
    case .mount: "mnt"
    case .network: "net"
    case .pid: "pid"
    case .time: "time"
    case .user: "user"
    case .uts: "uts"
    }
  }

  /// The name as people write it in a sentence, for example `UTS`.
  public var name: String {
    switch self {
    case .ipc: "IPC"
    case .pid: "PID"
    case .uts: "UTS"
    case .cgroup, .mount, .network, .time, .user: String(describing: self)
    }
  }

  /// The long option of unshare(1) and nsenter(1) without its dashes, for example `net`, `mount`.
  public var optionName: String {
    self == .mount ? "mount" : procName
  }

  /// The flag of clone(2) that makes one.
  public var cloneFlag: CloneFlags {
    switch self {
    case .cgroup: .newCgroup
    case .ipc: .newIPC
    case .mount: .newMount
    case .network: .newNetwork
    case .pid: .newPID
    case .time: .newTime
    case .user: .newUser
    case .uts: .newUTS
    }
  }

  /// Whether /proc/PID/ns has a second link, `…_for_children`, because unshare(2) changes only the children.
  public var isForChildren: Bool {
    self == .pid || self == .time
  }

  /// Finds a kind by its name in /proc, by its option's name or by the name in sentences; nil when none fits.
  public init?(named text: String) {
    let wanted = text.lowercased()
    let kind = NamespaceKind.allCases.first {
      [$0.procName, $0.optionName, $0.name.lowercased()].contains(wanted)
    }
    guard let kind else { return nil }
    self = kind
  }

  /// Finds a kind by the one flag of clone(2) that makes it.
  public init?(cloneFlag: CloneFlags) {
    guard let kind = NamespaceKind.allCases.first(where: { $0.cloneFlag == cloneFlag }) else { return nil }
    self = kind
  }
}

extension CloneFlags {
  /// The flags of several kinds.
  public init(_ kinds: [NamespaceKind]) {
    self = []
    for kind in kinds { formUnion(kind.cloneFlag) }
  }

  /// The kinds whose flags are set, in the order of their names in /proc.
  public var kinds: [NamespaceKind] {
    NamespaceKind.allCases.filter { contains($0.cloneFlag) }
  }
}
