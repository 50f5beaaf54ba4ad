// What each namespace belongs to. Asking that also finds the namespaces that only descendants and possessions keep.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// Asks every namespace that was found for its identity, its parent and its owner.
struct NamespaceRelations {
  private let source: Procfs

  init(_ source: Procfs) {
    self.source = source
  }

  func complete(_ findings: inout InventoryFindings) {
    var index = 0
    // Parents and owners that are new are added at the end, and asked in their turn where they were opened.
    while index < findings.namespaces.count {
      complete(index, &findings)
      index += 1
    }
  }

  private func complete(_ index: Int, _ findings: inout InventoryFindings) {
    let namespace = findings.namespaces[index]
    if namespace.id != nil { return }
    guard let access = findings.access[index] else { return }
    do throws(SystemCallError) {
      let descriptor = try open(access, namespace.kind)
      // Its number may be another's by now.
      guard try descriptor.inode() == namespace.inode else { return }
      ask(descriptor, index, &findings)
    } catch {
      findings.update(index) { $0.accessError = error.errno }
    }
  }

  private func open(_ access: NamespaceAccess, _ kind: NamespaceKind) throws(SystemCallError) -> NamespaceDescriptor {
    switch access {
    case .process(let processID):
      return try NamespaceDescriptor(opening: FilePath("\(processID)/ns/\(kind.procName)"), in: source.directory)
    case .thread(let processID, let threadID):
      return try NamespaceDescriptor(
        opening: FilePath("\(processID)/task/\(threadID)/ns/\(kind.procName)"), in: source.directory)
    case .forChildren(let processID):
      return try NamespaceDescriptor(
        opening: FilePath("\(processID)/ns/\(kind.procName)_for_children"), in: source.directory)
    case .descriptor(let processID, let number):
      return try NamespaceDescriptor(opening: FilePath("\(processID)/fd/\(number)"), in: source.directory)
    case .socket(let processID, let number):
      return try PIDFD(opening: processID).copyDescriptor(number).networkNamespace()
    case .path(let path):
      return try NamespaceDescriptor(opening: path)
    }
  }

  /// Asks the namespace of a descriptor, which is at `index` among the findings.
  func ask(_ descriptor: borrowing NamespaceDescriptor, _ index: Int, _ findings: inout InventoryFindings) {
    let namespace = findings.namespaces[index]
    let id = identity(of: namespace, descriptor)
    var ownerUserID: UInt32?
    if namespace.kind == .user { ownerUserID = orNil { () throws(SystemCallError) in try descriptor.ownerUserID() } }
    findings.update(index) {
      $0.id = id
      $0.ownerUserID = ownerUserID
    }
    // Of a user namespace the parent is the owner.
    let owner = follow(.user, &findings) { () throws(SystemCallError) in try descriptor.owner() }
    let parent =
      switch namespace.kind {
      case .user: owner
      case .pid: follow(.pid, &findings) { () throws(SystemCallError) in try descriptor.parent() }
      default: UInt64?.none
      }
    findings.update(index) {
      $0.owner = owner
      $0.parent = parent
    }
  }

  /// The inode of a related namespace, which is added with its own relations if it is new; nil where the caller may
  /// not see it.
  private func follow(
    _ kind: NamespaceKind, _ findings: inout InventoryFindings,
    _ related: () throws(SystemCallError) -> NamespaceDescriptor
  ) -> UInt64? {
    do throws(SystemCallError) {
      let descriptor = try related()
      let inode = try descriptor.inode()
      let index = findings.index(of: NamespaceLink(kind: kind, inode: inode), nil)
      if findings.namespaces[index].id == nil, findings.access[index] == nil { ask(descriptor, index, &findings) }
      return inode
    } catch {
      return nil
    }
  }

  private func identity(of namespace: Namespace, _ descriptor: borrowing NamespaceDescriptor) -> NamespaceID {
    if let unique = orNil({ () throws(SystemCallError) in try descriptor.uniqueID() }) { return .unique(unique) }
    let members = ProcessTable(of: namespace.members, from: source).records
    return .inode(namespace.inode, since: members.map(\.startTime).min())
  }

  private func orNil<Value>(_ ask: () throws(SystemCallError) -> Value) -> Value? {
    do throws(SystemCallError) { return try ask() } catch { return nil }
  }
}
