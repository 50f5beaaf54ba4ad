// The text of each cell of `ns` and `lsns`.

internal import Linux
internal import Namespaces
internal import Processes
internal import struct SystemPackage.FilePath

/// Writes cells; what takes long to find out is found out for shown columns only.
struct NamespaceCells {
  private let inventory: NamespaceInventory
  private let form: Invocation.Form
  private let wrapsText: Bool
  private let accounts: Accounts
  /// The inode of the reader's mount namespace, whose mounts the column NSFS shows.
  private let ownMountNamespace: UInt64

  init(_ inventory: NamespaceInventory, _ request: NamespaceRequest) {
    self.inventory = inventory
    form = request.form
    wrapsText = request.wrapsText
    accounts =
      request.columns.contains(.user) || request.filterColumns.contains(.user)
      ? Accounts() : Accounts(passwd: [], group: [])
    ownMountNamespace = inventory.ownMountNamespace ?? 0
  }

  /// What a cell holds; nil where there is nothing to show. Names and paths may be of any bytes.
  func bytes(_ column: NamespaceColumn, _ row: NamespaceRow) -> [UInt8]? {
    switch column {
    case .command: row.process.map(command)
    case .mountPoints: mountPoints(of: row.namespace)
    default: text(column, row).map { Array($0.utf8) }
    }
  }

  private func text(_ column: NamespaceColumn, _ row: NamespaceRow) -> String? {
    let namespace = row.namespace
    switch column {
    case .namespace: return String(namespace.inode)
    case .type: return namespace.kind.procName
    case .path: return row.process.map { path(to: namespace, of: $0.processID) }
    case .processCount: return String(namespace.members.count)
    case .processID: return row.process.map { String($0.processID) }
    case .parentID: return row.process.map { String($0.parentID) }
    case .userID: return String(userID(row))
    case .user: return accounts.userName(userID(row)) ?? String(userID(row))
    case .networkID: return row.process.flatMap { networkID(namespace, $0.processID) }
    case .parent: return String(namespace.parent ?? 0)
    case .owner: return String(namespace.owner ?? 0)
    case .uniqueID: return uniqueID(of: namespace)
    case .holders: return NamespaceHolders(namespace, inventory).summary
    case .command, .mountPoints: return nil
    }
  }

  private func path(to namespace: Namespace, of processID: Int32) -> String {
    "/proc/\(processID)/ns/\(namespace.kind.procName)"
  }

  /// The arguments parted by blanks; the name of a kernel thread and of a zombie.
  private func command(of process: ProcessRecord) -> [UInt8] {
    guard let line = process.commandLine.value, !line.isEmpty else { return process.commandName }
    return Array(line.arguments.joined(separator: [UInt8(ascii: " ")]))
  }

  /// The user of the process; without one, who made the user namespace, and 0 for other kinds, as lsns has it.
  private func userID(_ row: NamespaceRow) -> UInt32 {
    row.process?.owner.value?.userID ?? row.namespace.ownerUserID ?? 0
  }

  private func uniqueID(of namespace: Namespace) -> String? {
    if case .unique(let number) = namespace.id { return String(number) }
    return nil
  }

  private func networkID(_ namespace: Namespace, _ processID: Int32) -> String? {
    guard namespace.kind == .network else { return nil }
    do throws(SystemCallError) {
      let descriptor = try NamespaceDescriptor(opening: FilePath(path(to: namespace, of: processID)))
      return try descriptor.networkID().map { String($0) } ?? "unassigned"
    } catch {
      return nil
    }
  }

  private func mountPoints(of namespace: Namespace) -> [UInt8]? {
    var paths: [[UInt8]] = []
    for holder in namespace.holders {
      guard case .mount(ownMountNamespace, let path) = holder else { continue }
      if !paths.contains(path) { paths.append(path) }
    }
    return paths.isEmpty ? nil : Array(paths.joined(separator: [UInt8(ascii: wrapsText ? "\n" : ",")]))
  }
}
