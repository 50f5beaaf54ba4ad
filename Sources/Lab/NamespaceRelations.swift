// Facts of a namespace itself: who is in it, who can be seen from it, and what it is nested in.

import Linux
import Namespaces
import Processes
import struct SystemPackage.FilePath

extension NamespaceValue {
  /// Asks the kernel who a namespace is.
  init(_ kind: NamespaceKind, _ descriptor: borrowing NamespaceDescriptor) throws(SystemCallError) {
    link = NamespaceLink(kind: kind, inode: try descriptor.inode())
    do throws(SystemCallError) {
      uniqueID = try descriptor.uniqueID()
    } catch {
      if error.errno != .enotty { throw error }
      uniqueID = nil
    }
  }
}

extension Observer {
  /// Reads a property of a namespace.
  func read(_ property: Property, of namespace: NamespaceValue) throws(Unknown) -> Value {
    switch property {
    case .exists: .flag(try kept(namespace) != nil)
    case .descriptors:
      .number(try holders(of: namespace) { if case .descriptor = $0 { true } else { false } })
    case .boundFiles:
      .number(try holders(of: namespace) { if case .mount = $0 { true } else { false } })
    default: try readMembers(property, of: namespace)
    }
  }

  private func readMembers(_ property: Property, of namespace: NamespaceValue) throws(Unknown) -> Value {
    let kind = namespace.link.kind
    let table = try table(try range(of: namespace), [.namespaces, .status])
    let members = table.records.filter { $0.namespaces.value?.link(kind) == namespace.link }
    switch property {
    case .members: return .processes(Set(members.map { value(of: $0) }))
    case .visible: return .processes(try visible(from: namespace, in: table))
    default:
      guard let member = members.first else { throw .missing("\(namespace.link) has no member") }
      return try relative(property, of: namespace, through: member)
    }
  }

  /// Where a namespace's members are: anywhere for one that the lab is in, in the world for others.
  private func range(of namespace: NamespaceValue) throws(Unknown) -> Range {
    let own = try namespaceOfLab(namespace.link.kind)
    return own == namespace ? .machine : .world
  }

  private func holders(
    of namespace: NamespaceValue, where isWanted: (NamespaceHolder) -> Bool
  ) throws(Unknown) -> Int {
    try kept(namespace)?.holders.count(where: isWanted) ?? 0
  }

  /// A namespace as all that keeps it shows it; nil when nothing keeps it any more. Another one that was given its
  /// inode's number is not taken for it.
  private func kept(_ namespace: NamespaceValue) throws(Unknown) -> Namespace? {
    // Mount namespaces too: without the right to list all of them, files are looked for in those that are known.
    let kinds: Set = [namespace.link.kind, .mount]
    let inventory = try asking { () throws(SystemCallError) in try NamespaceInventory(of: kinds) }
    if let found = inventory[namespace.link] {
      guard case .unique(let id)? = found.id, let known = namespace.uniqueID, id != known else { return found }
    }
    let world = try table(.world, [.namespaces, .status]).records
    for unreadable in inventory.unreadable where world.contains(where: { unreadable.object.concerns($0) }) {
      throw .refused("what keeps \(namespace.link) cannot be told: \(unreadable.reason)")
    }
    return nil
  }

  /// What a namespace is nested in, or who owns it; absent where the kernel says that there is none.
  private func relative(
    _ property: Property, of namespace: NamespaceValue, through member: ProcessRecord
  ) throws(Unknown) -> Value {
    let kind = namespace.link.kind
    let path = FilePath("/proc/\(member.processID)/ns/\(kind.procName)")
    do throws(SystemCallError) {
      let descriptor = try NamespaceDescriptor(opening: path)
      if property == .owner { return .namespace(try NamespaceValue(.user, descriptor.owner())) }
      return .namespace(try NamespaceValue(kind, descriptor.parent()))
    } catch {
      // EINVAL: this kind does not nest.
      if error.errno == .einval { return .absent }
      throw Unknown(error)
    }
  }

  /// The processes that have a PID in a PID namespace: its members, and those of the namespaces nested in it.
  private func visible(from namespace: NamespaceValue, in table: ProcessTable) throws(Unknown) -> Set<ProcessValue> {
    var known: [NamespaceLink: Bool] = [:]
    var seen: Set<ProcessValue> = []
    for record in table.records {
      guard let link = record.namespaces.value?.link(.pid) else { continue }
      let isInside = known[link] ?? isNested(record, in: namespace.link)
      known[link] = isInside
      if isInside { seen.insert(value(of: record)) }
    }
    return seen
  }

  /// Whether a process's PID namespace is another or lies within it.
  func isNested(_ record: ProcessRecord, in outer: NamespaceLink) -> Bool {
    do throws(SystemCallError) {
      var descriptor = try NamespaceDescriptor(opening: FilePath("/proc/\(record.processID)/ns/pid"))
      while try descriptor.inode() != outer.inode { descriptor = try descriptor.parent() }
      return true
    } catch {
      // EPERM: the lab's own PID namespace was reached; ENOENT: the process has gone.
      return false
    }
  }
}

extension UnreadableObject.Object {
  /// Whether a process, or the mounts that it sees, is what could not be looked into.
  fileprivate func concerns(_ record: ProcessRecord) -> Bool {
    switch self {
    case .process(let processID), .descriptors(let processID): processID == record.processID
    case .mounts(let inode): record.namespaces.value?.link(.mount)?.inode == inode
    }
  }
}
