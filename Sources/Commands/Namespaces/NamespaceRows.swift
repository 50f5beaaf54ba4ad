// The rows of `ns` and `lsns`: which namespaces or processes are shown, and which stands below which.

internal import Linux
internal import Namespaces
internal import Processes

/// One row: a namespace, and the process that stands for it, if there is one.
struct NamespaceRow {
  let namespace: Namespace
  let process: ProcessRecord?
  /// The number of the row that it stands below.
  var above: Int?
}

/// Arranges what an inventory found.
struct NamespaceRows {
  private let inventory: NamespaceInventory
  private let tree: NamespaceTree?
  private let table: ProcessTable
  private(set) var rows: [NamespaceRow] = []
  /// The latest row of each process.
  private var processRows: [Int32: Int] = [:]
  /// The row of each namespace.
  private var namespaceRows: [NamespaceLink: Int] = [:]

  /// The fields that the columns show.
  static let fields: ProcessFields = [.owner, .commandLine]

  /// The rows of namespaces.
  init(of namespaces: [Namespace], in inventory: NamespaceInventory, tree: NamespaceTree?) {
    self.inventory = inventory
    self.tree = tree
    // Those that others own or nest are shown above them, whether they were selected or not.
    let shown = tree == .owner || tree == .parent ? inventory.namespaces : namespaces
    let representatives = Set(shown.compactMap(\.members.first)).sorted()
    table = ProcessTable(of: representatives, reading: NamespaceRows.fields)
    for namespace in namespaces where namespaceRows[namespace.link] == nil { add(namespace) }
  }

  /// The rows of the processes that are in one namespace.
  init(ofMembersOf namespace: Namespace, in inventory: NamespaceInventory, tree: NamespaceTree?) {
    self.inventory = inventory
    self.tree = tree
    table = ProcessTable(of: namespace.members, reading: NamespaceRows.fields)
    for processID in namespace.members where processRows[processID] == nil { add(processID, in: namespace) }
  }

  private mutating func add(_ namespace: Namespace) {
    let upper: NamespaceLink? =
      switch tree {
      case .owner: namespace.owner.map { NamespaceLink(kind: .user, inode: $0) }
      case .parent: namespace.parent.map { NamespaceLink(kind: namespace.kind, inode: $0) }
      case .process, nil: nil
      }
    // By parent, an outermost namespace still stands after its owner, though not below it.
    let earlier = upper ?? (tree == .parent ? namespace.owner.map { NamespaceLink(kind: .user, inode: $0) } : nil)
    if let earlier, namespaceRows[earlier] == nil, let found = inventory[earlier] { add(found) }
    let process = namespace.members.first.flatMap { table[$0] }
    let parentRow = tree == .process ? process.flatMap { processRows[$0.parentID] } : nil
    rows.append(
      NamespaceRow(namespace: namespace, process: process, above: parentRow ?? upper.flatMap { namespaceRows[$0] }))
    namespaceRows[namespace.link] = rows.count - 1
    if let process { processRows[process.processID] = rows.count - 1 }
  }

  private mutating func add(_ processID: Int32, in namespace: Namespace) {
    guard let process = table[processID] else { return }
    if tree == .process, processRows[process.parentID] == nil, table[process.parentID] != nil,
      process.parentID != processID
    {
      add(process.parentID, in: namespace)
    }
    let above = tree == .process ? processRows[process.parentID] : nil
    rows.append(NamespaceRow(namespace: namespace, process: process, above: above))
    processRows[processID] = rows.count - 1
  }
}
