// Facts of a namespace itself: who is in it, who can be seen from it, and what it is nested in.

import Linux
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
    let kind = namespace.link.kind
    let table = try asking { () throws(SystemCallError) in try ProcessTable(reading: [.namespaces, .status]) }
    let members = table.records.filter { $0.namespaces.value?.link(kind) == namespace.link }
    switch property {
    case .members: return .processes(Set(members.map { value(of: $0) }))
    case .visible: return .processes(try visible(from: namespace, in: table))
    default:
      guard let member = members.first else { throw .missing("\(namespace.link) has no member") }
      return try relative(property, of: namespace, through: member)
    }
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
