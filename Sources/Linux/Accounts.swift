// Names of users and groups from /etc/passwd and /etc/group. A static program has no NSS, and in another root
// the names of that root are the right ones.

public import struct SystemPackage.FilePath

/// The users and groups of a root directory.
///
/// Source: passwd(5), group(5). Of entries with the same name or number the first counts.
public struct Accounts: Sendable {
  /// An entry of /etc/passwd.
  public struct User: Hashable, Sendable {
    /// The login name, first field of its line.
    public let name: String
    /// The numeric ID.
    public let id: UInt32
    /// The primary group.
    public let groupID: UInt32
    /// The home directory.
    public let home: String
    /// The login shell; empty means /bin/sh.
    public let shell: String
  }

  /// An entry of /etc/group.
  public struct Group: Hashable, Sendable {
    /// The group's name.
    public let name: String
    /// The numeric ID.
    public let id: UInt32
    /// The names of the users who have it as a supplementary group.
    public let members: [String]
  }

  /// In the order of the file.
  public let users: [User]
  /// In the order of the file.
  public let groups: [Group]
  private let userNames: [UInt32: String]
  private let groupNames: [UInt32: String]

  /// Reads both files; one that cannot be read has no entries.
  ///
  /// - Parameter root: the directory that the files' paths start at.
  public init(root: FilePath = "/") {
    func content(of name: String) -> [UInt8] {
      do { return try FileDescriptor.open(root.appending("etc").appending(name)).readAll() } catch { return [] }
    }
    self.init(passwd: content(of: "passwd"), group: content(of: "group"))
  }

  /// Parses the contents of the two files; malformed lines are passed over.
  public init(passwd: [UInt8], group: [UInt8]) {
    users = Accounts.lines(of: passwd).compactMap(User.init)
    groups = Accounts.lines(of: group).compactMap(Group.init)
    userNames = Dictionary(users.map { ($0.id, $0.name) }) { first, _ in first }
    groupNames = Dictionary(groups.map { ($0.id, $0.name) }) { first, _ in first }
  }

  private static func lines(of content: [UInt8]) -> [[String]] {
    content.split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  /// The name of a user's number; nil when it has none.
  public func userName(_ id: UInt32) -> String? { userNames[id] }

  /// The name of a group's number; nil when it has none.
  public func groupName(_ id: UInt32) -> String? { groupNames[id] }

  /// The user of a name.
  public func user(named name: String) -> User? { users.first { $0.name == name } }

  /// The user of a number.
  public func user(_ id: UInt32) -> User? { users.first { $0.id == id } }

  /// The group of a name.
  public func group(named name: String) -> Group? { groups.first { $0.name == name } }

  /// The numbers of the groups that name a user as a member, for setgroups(2).
  public func groupIDs(ofMember name: String) -> [UInt32] {
    groups.filter { $0.members.contains(name) }.map(\.id)
  }
}

extension Accounts.User {
  /// name:password:UID:GID:comment:home:shell
  fileprivate init?(_ fields: [String]) {
    guard fields.count >= 7, !fields[0].isEmpty, let id = UInt32(fields[2]), let groupID = UInt32(fields[3])
    else { return nil }
    self.init(name: fields[0], id: id, groupID: groupID, home: fields[5], shell: fields[6])
  }
}

extension Accounts.Group {
  /// name:password:GID:members
  fileprivate init?(_ fields: [String]) {
    guard fields.count >= 4, !fields[0].isEmpty, let id = UInt32(fields[2]) else { return nil }
    self.init(name: fields[0], id: id, members: fields[3].split(separator: ",").map(String.init))
  }
}
