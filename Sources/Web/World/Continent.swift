// One namespace as the map shows it.

internal import Linux
internal import Namespaces
public import Processes

/// A namespace on the map.
public struct Continent: Hashable, Sendable {
  /// Its kind and the number in its name.
  public let link: NamespaceLink
  /// What tells it from a later one of the same number; nil where nothing gave access to it.
  public let identifier: String?
  /// Of the user and PID kinds, what it is nested in.
  public let parent: UInt64?
  /// The user namespace that owns it.
  public let owner: UInt64?
  /// Of the user kind, the user who made it.
  public let ownerUserID: UInt32?
  /// What keeps it beside processes, in words, the first few.
  public let holders: [String]
  /// How many more keep it.
  public let furtherHolderCount: Int
  /// Whether processes are in it.
  public let isInhabited: Bool

  private static let mostHolders = 4

  init(_ namespace: Namespace) {
    link = namespace.link
    identifier =
      switch namespace.id {
      case .unique(let number): String(number)
      case .inode(let inode, let since): "\(inode).\(since ?? 0)"
      case nil: nil
      }
    parent = namespace.parent
    owner = namespace.owner
    ownerUserID = namespace.ownerUserID
    holders = namespace.holders.prefix(Self.mostHolders).map(Self.words)
    furtherHolderCount = max(0, namespace.holders.count - Self.mostHolders)
    isInhabited = !namespace.members.isEmpty
  }

  private static func words(_ holder: NamespaceHolder) -> String {
    switch holder {
    case .thread(let processID, let threadID): "thread \(threadID) of PID \(processID)"
    case .forChildren(let processID): "the next children of PID \(processID)"
    case .descriptor(let processID, let number): "descriptor \(number) of PID \(processID)"
    case .socket(let processID, let number): "socket \(number) of PID \(processID)"
    case .mount(_, let path): "mount at \(String(decoding: path, as: UTF8.self))"
    }
  }
}
