// The processes of one moment as the tree shows them: in order, with their depth, and with what differs from
// their parents.

internal import Linux
internal import Processes

/// One process or thread in the tree.
struct TreeNode {
  let identity: ProcessIdentity
  /// As the kernel gives it: 0 for a parent outside of the PID namespace.
  let parentID: Int32
  /// The command's name, or its arguments; bytes as the kernel has them.
  var name: [UInt8]
  let state: UInt8
  let isKernelThread: Bool
  let isThread: Bool
  /// The index of the parent, -1 for a root.
  let parent: Int
  /// 0 for a root.
  let depth: Int
  /// nil where they could not be read.
  let namespaces: NamespaceLinks?
  /// The namespaces that are not the parent's; of a root, those that are not the machine's.
  var borders: [NamespaceLink] = []
  /// The PIDs in the PID namespaces below the reader's, from the outermost to the innermost.
  var insideIDs: [Int32] = []
  /// The container, where it is not the parent's.
  var container: ContainerName?

  var processID: Int32 { identity.processID }
}

extension NamespaceLinks {
  /// The borders between a parent and its child: the child's namespaces that both could be read of and that differ.
  func borders(above outer: NamespaceLinks) -> [NamespaceLink] {
    if self == outer { return [] }
    return NamespaceKind.allCases.compactMap { kind in
      guard let link = link(kind), let parents = outer[kind], parents != link.inode else { return nil }
      return link
    }
  }
}

/// What a person asked the tree to show.
struct TreeRequest {
  /// The roots of the branches; empty for the whole forest.
  var processIDs: [Int32] = []
  var showsAncestors = false
  var showsThreads = false
  var showsKernelThreads = false
  var showsArguments = false
}

/// The forest at one moment. A parent stands before its children, and each branch is contiguous.
struct TreeForest {
  private(set) var nodes: [TreeNode] = []
  /// The namespaces against which roots are compared.
  let own: NamespaceLinks
  /// How many processes' namespaces could not be read, and why the first could not.
  private(set) var unreadable: (count: Int, error: Errno?) = (0, nil)
  /// How many of all processes are in each namespace that is not the machine's own.
  private(set) var memberCounts: [NamespaceLink: Int] = [:]

  /// Reads /proc.
  ///
  /// - Throws: `SystemCallError` when it cannot be opened or listed.
  init(_ request: TreeRequest) throws(SystemCallError) {
    var fields: ProcessFields = .namespaces
    if request.showsArguments { fields.insert(.commandLine) }
    if request.showsThreads { fields.insert(.threads) }
    let table = try ProcessTable.ofMachine(fields)
    // PID 1's, or where they may not be looked at those of the next that may, a thread of the kernel usually.
    own = table.records.lazy.compactMap(\.namespaces.value).first { $0[.uts] != nil } ?? NamespaceLinks()
    append(ProcessTree(table), request)
    readDetails()
  }

  private mutating func append(_ tree: ProcessTree, _ request: TreeRequest) {
    nodes.reserveCapacity(tree.table.records.count)
    // The indices of the shown nodes that lead to the record at hand; a record that is not shown has its parent's.
    var line: [Int] = []
    tree.forEach { record, depth in
      line.removeSubrange(depth...)
      let parent = line.last ?? -1
      if record.stat.isKernelThread, !request.showsKernelThreads {
        line.append(parent)
      } else {
        line.append(nodes.count)
        append(record, parent: parent, request)
      }
    }
  }

  private mutating func append(_ record: ProcessRecord, parent: Int, _ request: TreeRequest) {
    let index = nodes.count
    nodes.append(node(record, parent: parent, isThread: false, request))
    count(record)
    for thread in record.threads.value ?? [] where thread.processID != record.processID {
      nodes.append(node(thread, parent: index, isThread: true, request))
    }
  }

  private func node(_ record: ProcessRecord, parent: Int, isThread: Bool, _ request: TreeRequest) -> TreeNode {
    var node = TreeNode(
      identity: record.identity, parentID: record.parentID,
      name: request.showsArguments && !isThread ? TreeForest.arguments(record) : record.commandName,
      state: record.state, isKernelThread: record.stat.isKernelThread, isThread: isThread, parent: parent,
      depth: parent < 0 ? 0 : nodes[parent].depth + 1, namespaces: record.namespaces.value)
    let outer = parent < 0 ? own : nodes[parent].namespaces
    node.borders = outer.flatMap { node.namespaces?.borders(above: $0) } ?? []
    return node
  }

  private static func arguments(_ record: ProcessRecord) -> [UInt8] {
    guard let line = record.commandLine.value, !line.isEmpty else { return record.commandName }
    return Array(line.arguments.joined(separator: [UInt8(ascii: " ")]))
  }

  private mutating func count(_ record: ProcessRecord) {
    guard let links = record.namespaces.value else {
      unreadable.count += 1
      if unreadable.error == nil { unreadable.error = record.namespaces.error }
      return
    }
    if links == own { return }
    for kind in NamespaceKind.allCases where links[kind] != own[kind] {
      if let link = links.link(kind) { memberCounts[link, default: 0] += 1 }
    }
  }
}

// MARK: What only some processes have

extension TreeForest {
  /// Reads the inner PIDs of processes in other PID namespaces, and the containers of those at a border.
  private mutating func readDetails() {
    let inner = nodes.indices.filter { index in
      guard !nodes[index].isThread, let pid = nodes[index].namespaces?[.pid] else { return false }
      return pid != own[.pid]
    }
    read(.status, of: inner) { node, record in
      node.insideIDs = Array((record.status.value?.processIDs ?? []).dropFirst())
    }
    let bordering = nodes.indices.filter { !nodes[$0].isThread && !nodes[$0].borders.isEmpty }
    read(.cgroup, of: bordering) { node, record in
      node.container = record.cgroup.value.flatMap { ContainerName(of: $0) }
    }
    dropContainersOfParents(bordering)
  }

  private mutating func read(
    _ fields: ProcessFields, of indices: [Int],
    _ note: (inout TreeNode, ProcessRecord) -> Void
  ) {
    if indices.isEmpty { return }
    let table = ProcessTable(of: indices.map { nodes[$0].processID }, reading: fields)
    for index in indices {
      if let record = table[nodes[index].processID], record.identity == nodes[index].identity {
        note(&nodes[index], record)
      }
    }
  }

  private mutating func dropContainersOfParents(_ indices: [Int]) {
    for index in indices.reversed() {
      var above = nodes[index].parent
      while above >= 0, nodes[above].container == nil { above = nodes[above].parent }
      if above >= 0, nodes[above].container == nodes[index].container { nodes[index].container = nil }
    }
  }
}

// MARK: Which of them to show

extension TreeForest {
  /// Which nodes a request is about.
  ///
  /// - Returns: for each node whether it is shown, and the PIDs of the request that do not exist.
  func selection(_ request: TreeRequest) -> (isShown: [Bool], missing: [Int32]) {
    if request.processIDs.isEmpty { return (Array(repeating: true, count: nodes.count), []) }
    var isShown = Array(repeating: false, count: nodes.count)
    var missing: [Int32] = []
    for processID in request.processIDs {
      guard let index = nodes.firstIndex(where: { $0.processID == processID }) else {
        missing.append(processID)
        continue
      }
      for shown in branch(at: index) { isShown[shown] = true }
      if request.showsAncestors { ancestors(of: index).forEach { isShown[$0] = true } }
    }
    return (isShown, missing)
  }

  /// The indices of a node and of everything below it.
  private func branch(at index: Int) -> Range<Int> {
    let depth = nodes[index].depth
    let end = nodes[(index + 1)...].firstIndex { $0.depth <= depth }
    return index..<(end ?? nodes.count)
  }

  private func ancestors(of index: Int) -> [Int] {
    var line: [Int] = []
    var above = nodes[index].parent
    while above >= 0 {
      line.append(above)
      above = nodes[above].parent
    }
    return line
  }
}
