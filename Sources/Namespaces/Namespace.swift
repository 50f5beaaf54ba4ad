// One namespace as the inventory found it: what it is, who is in it, what else keeps it, where it belongs.

public import Linux
public import Processes

/// What tells a namespace apart from all others.
///
/// An inode's number is given anew within seconds. Source: namespaces(7), design of NS_GET_ID in Linux 6.18.
public enum NamespaceID: Hashable, Sendable {
  /// The kernel's number, which no other namespace gets until the machine restarts.
  case unique(UInt64)
  /// The inode, and the start time of the oldest member in clock ticks after boot; nil without members.
  case inode(UInt64, since: UInt64?)
}

/// Something other than a member process that keeps a namespace alive.
///
/// Source: namespaces(7), "Namespace lifetime".
public enum NamespaceHolder: Hashable, Sendable {
  /// A thread that is not in the namespace of its process's leader.
  case thread(processID: Int32, threadID: Int32)
  /// A process whose next children will be in it.
  case forChildren(processID: Int32)
  /// An open descriptor of the namespace.
  case descriptor(processID: Int32, number: Int32)
  /// A socket that was made in the network namespace, held by a process of another.
  case socket(processID: Int32, number: Int32)
  /// A bind mount; the mount namespace that it is in is named by its inode, the place by its path there.
  case mount(namespace: UInt64, path: [UInt8])
}

/// A namespace.
///
/// Source: namespaces(7).
public struct Namespace: Sendable {
  /// Its kind and the number in its name.
  public let link: NamespaceLink
  /// nil where nothing gave access to it.
  public internal(set) var id: NamespaceID?
  /// The PIDs of the processes whose leaders are in it, ascending, as the reader's procfs numbers them.
  public internal(set) var members: [Int32] = []
  /// What else keeps it, in the order in which it was found.
  public internal(set) var holders: [NamespaceHolder] = []
  /// Of the user and PID kinds, what it is nested in; nil for the outermost that the reader may see.
  public internal(set) var parent: UInt64?
  /// The user namespace that owns it; nil when the reader may not see that.
  public internal(set) var owner: UInt64?
  /// Of the user kind, the user who made it.
  public internal(set) var ownerUserID: UInt32?
  /// Why parent and owner are not known, where nothing gave access to the namespace.
  public internal(set) var accessError: Errno?

  /// Its kind.
  public var kind: NamespaceKind { link.kind }
  /// The number in its name, as in `uts:[4026531838]`.
  public var inode: UInt64 { link.inode }

  init(_ link: NamespaceLink) {
    self.link = link
  }
}
