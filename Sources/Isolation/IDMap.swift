// How the users and groups of a user namespace correspond to those outside.

/// One line of /proc/PID/uid_map or gid_map: a range of IDs inside, and the range outside that it stands for.
///
/// Source: user_namespaces(7).
public struct IDMapRange: Hashable, Sendable {
  /// The first ID inside the namespace.
  public var inner: UInt32
  /// The first ID outside, as the parent user namespace has it.
  public var outer: UInt32
  /// How many consecutive IDs, at least 1.
  public var count: UInt32

  /// A range of IDs, none checked.
  public init(inner: UInt32, outer: UInt32, count: UInt32) {
    self.inner = inner
    self.outer = outer
    self.count = count
  }
}

extension IDMapRange: CustomStringConvertible {
  /// The line as the kernel wants it, for example `0 1000 1`.
  public var description: String { "\(inner) \(outer) \(count)" }
}

/// Whether setgroups(2) is allowed in a user namespace, /proc/PID/setgroups.
public enum SetgroupsPolicy: String, Hashable, Sendable {
  /// As the kernel writes them.
  case allow, deny
}

/// The maps of a new user namespace.
///
/// Source: user_namespaces(7), "User and group ID mappings".
public struct IDMaps: Hashable, Sendable {
  /// Of users, /proc/PID/uid_map.
  public var users: [IDMapRange]
  /// Of groups, /proc/PID/gid_map.
  public var groups: [IDMapRange]
  /// Written before the group map; nil leaves it as it is.
  public var setgroups: SetgroupsPolicy?
  /// The setuid programs newuidmap and newgidmap write the maps, from /etc/subuid and /etc/subgid.
  public var isWrittenByTools: Bool

  /// The maps, which the kernel checks when they are written.
  public init(
    users: [IDMapRange], groups: [IDMapRange], setgroups: SetgroupsPolicy? = nil, isWrittenByTools: Bool = false
  ) {
    self.users = users
    self.groups = groups
    self.setgroups = setgroups
    self.isWrittenByTools = isWrittenByTools
  }

  /// One user and one group, the caller's, under other numbers: what anybody may do.
  public static func own(user: UInt32, group: UInt32, insideUser: UInt32, insideGroup: UInt32) -> IDMaps {
    IDMaps(
      users: [IDMapRange(inner: insideUser, outer: user, count: 1)],
      groups: [IDMapRange(inner: insideGroup, outer: group, count: 1)], setgroups: .deny)
  }
}

extension [IDMapRange] {
  /// The whole map as it is written, in one write(2).
  public var text: String { map { $0.description + "\n" }.joined() }
}
