// Every namespace that there is: those that processes are in, and those that only a thread, a descriptor, a
// socket, a mount or a descendant keeps.

public import Linux
public import Processes

/// Where an inventory looks for namespaces beside the links of processes.
///
/// Source: namespaces(7), "Namespace lifetime".
public struct SearchScope: OptionSet, Hashable, Sendable {
  /// The bits.
  public let rawValue: UInt8

  /// A scope of bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Threads of processes that have several.
  public static let threads = SearchScope(rawValue: 1)
  /// The links `pid_for_children` and `time_for_children`.
  public static let forChildren = SearchScope(rawValue: 2)
  /// Open descriptors, sockets among them.
  public static let descriptors = SearchScope(rawValue: 4)
  /// Bind mounts in every mount namespace that can be looked into.
  public static let mounts = SearchScope(rawValue: 8)
  /// Everywhere.
  public static let everywhere: SearchScope = [.threads, .forChildren, .descriptors, .mounts]
}

/// A thing that the inventory could not look into, so that a namespace may be missing because of it.
///
/// Source: proc_pid_ns(5), proc_pid_fd(5); ptrace(2), "Ptrace access mode checking".
public struct UnreadableObject: Hashable, Sendable {
  /// What it is.
  public enum Object: Hashable, Sendable {
    /// The namespaces of a process.
    case process(Int32)
    /// The descriptors of a process.
    case descriptors(Int32)
    /// The mounts of a mount namespace, named by its inode.
    case mounts(UInt64)
  }

  /// What it is.
  public let object: Object
  /// Why.
  public let reason: Errno
}

/// The namespaces of the machine as far as the reader may look, at nearly one moment.
///
/// What vanishes while it is read is left out. What the reader may not look at is in `unreadable`, never guessed.
///
/// Source: namespaces(7); lsns(8).
public struct NamespaceInventory: Sendable {
  /// In ascending order of their inodes.
  public let namespaces: [Namespace]
  /// What could not be looked into.
  public let unreadable: [UnreadableObject]
  /// The inode of the reader's mount namespace; nil where it could not be read.
  public let ownMountNamespace: UInt64?
  private let indices: [NamespaceLink: Int]

  /// Looks for namespaces.
  ///
  /// - Parameter kinds: others are not asked for, which is quicker; user namespaces that own or nest what was found
  ///   are found in any case.
  /// - Throws: `SystemCallError` when the procfs cannot be opened or listed.
  ///
  /// Source: namespaces(7), proc_pid_ns(5); ioctl_ns(2), for owners and parents.
  public init(
    of kinds: Set<NamespaceKind> = Set(NamespaceKind.allCases), in scope: SearchScope = .everywhere,
    from source: Procfs = .machine
  ) throws(SystemCallError) {
    var processes = try ProcessNamespaceScan(kinds, scope, source)
    var findings = InventoryFindings(kinds: kinds)
    if !processes.areMany || !NamespaceInventory.askTasks(kinds, scope, source, &findings) {
      processes.run(into: &findings)
    }
    if scope.contains(.mounts) {
      var mounts = MountScan(source)
      mounts.run(into: &findings)
    }
    NamespaceRelations(source).complete(&findings)
    self.init(findings, ownMountNamespace: NamespaceInventory.inodeOfOwnMountNamespace(source))
  }

  /// - Returns: whether the kernel let its tasks be asked in one reading; nothing was found otherwise.
  private static func askTasks(
    _ kinds: Set<NamespaceKind>, _ scope: SearchScope, _ source: Procfs, _ findings: inout InventoryFindings
  ) -> Bool {
    do throws(SystemCallError) {
      try TaskNamespaceScan(kinds, scope, source).run(into: &findings)
      return true
    } catch {
      return false
    }
  }

  private static func inodeOfOwnMountNamespace(_ source: Procfs) -> UInt64? {
    do throws(SystemCallError) { return try source.directory.status(of: NumberedPath("self/ns/mnt")).inode } catch {
      return nil
    }
  }

  private init(_ findings: InventoryFindings, ownMountNamespace: UInt64?) {
    self.ownMountNamespace = ownMountNamespace
    namespaces = findings.namespaces.sorted { $0.inode < $1.inode }
    unreadable = findings.unreadable
    indices = Dictionary(namespaces.enumerated().map { ($1.link, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The namespace of a kind and an inode.
  public subscript(link: NamespaceLink) -> Namespace? {
    indices[link].map { namespaces[$0] }
  }

  /// The namespace of an inode, which is of one kind at a time.
  public func namespace(inode: UInt64) -> Namespace? {
    namespaces.first { $0.inode == inode }
  }

  /// The namespaces that are nested in one.
  public func children(of link: NamespaceLink) -> [Namespace] {
    namespaces.filter { $0.kind == link.kind && $0.parent == link.inode }
  }

  /// The namespaces that a user namespace owns, nested user namespaces left out.
  public func possessions(of link: NamespaceLink) -> [Namespace] {
    link.kind == .user ? namespaces.filter { $0.kind != .user && $0.owner == link.inode } : []
  }
}
