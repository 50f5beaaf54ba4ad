// What the parts of an inventory have found so far, put together.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// How a namespace that was found can be opened.
enum NamespaceAccess {
  case process(Int32)
  case thread(processID: Int32, threadID: Int32)
  case forChildren(Int32)
  case descriptor(processID: Int32, number: Int32)
  case socket(processID: Int32, number: Int32)
  case path(FilePath)
}

/// The namespaces found, each once, with the first way that was found to open it.
struct InventoryFindings {
  private(set) var namespaces: [Namespace] = []
  /// How each can be opened; nil where nothing gives access.
  private(set) var access: [NamespaceAccess?] = []
  private(set) var unreadable: [UnreadableObject] = []
  private let kinds: Set<NamespaceKind>
  private var indices: [NamespaceLink: Int] = [:]
  /// For each kind, where the namespace of the last process is: its neighbour is usually in the same.
  private var latest = InlineArray<8, Int>(repeating: -1)

  init(kinds: Set<NamespaceKind>) {
    self.kinds = kinds
  }

  func isWanted(_ kind: NamespaceKind) -> Bool { kinds.contains(kind) }

  /// The namespace of a link, added if it is new.
  mutating func index(of link: NamespaceLink, _ access: NamespaceAccess?) -> Int {
    if let index = indices[link] {
      if self.access[index] == nil { self.access[index] = access }
      return index
    }
    namespaces.append(Namespace(link))
    self.access.append(access)
    indices[link] = namespaces.count - 1
    return namespaces.count - 1
  }

  /// Notes that a process is in a namespace.
  mutating func addMember(_ processID: Int32, _ kind: NamespaceKind, _ inode: UInt64) {
    let slot = Int(kind.rawValue)
    if latest[slot] < 0 || namespaces[latest[slot]].inode != inode {
      latest[slot] = index(of: NamespaceLink(kind: kind, inode: inode), .process(processID))
    }
    namespaces[latest[slot]].members.append(processID)
  }

  /// Notes that something other than a process keeps a namespace.
  mutating func addHolder(_ holder: NamespaceHolder, of link: NamespaceLink, _ access: NamespaceAccess?) {
    guard isWanted(link.kind) else { return }
    let index = index(of: link, access)
    namespaces[index].holders.append(holder)
  }

  mutating func note(_ object: UnreadableObject.Object, _ reason: Errno) {
    unreadable.append(UnreadableObject(object: object, reason: reason))
  }

  mutating func update(_ index: Int, _ change: (inout Namespace) -> Void) {
    change(&namespaces[index])
  }
}
