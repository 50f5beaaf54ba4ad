// The processes as pstree(1) of psmisc arranges them: siblings by name, threads below their process, and a
// question mark where a parent is hidden.

internal import Linux
internal import Processes

/// One process or thread of `pstree`.
struct PstreeNode {
  let processID: Int32
  var processGroupID: Int32 = 0
  /// A thread's stands in braces.
  let name: [UInt8]
  var userID: UInt32 = 0
  var isThread = false
  /// In clock ticks after boot.
  var startTime: UInt64 = 0
  /// Without the first; nil where there are none to read, as of a kernel thread.
  var arguments: [[UInt8]]? = []
  var namespaces: NamespaceLinks?
  var securityLabel: [UInt8] = []
  /// An index, -1 for none.
  var parent = -1
  var children: [Int] = []
  var isHighlighted = false
}

/// What is to be read and how siblings stand.
struct PstreeRequest {
  var fields: ProcessFields = .owner
  var showsThreads = true
  var showsThreadNames = false
  var sortsByProcessID = false
}

/// All processes, linked.
struct PstreeForest {
  private(set) var nodes: [PstreeNode] = []
  private var indices: [Int32: Int] = [:]

  /// Reads /proc.
  ///
  /// - Throws: `SystemCallError` when it cannot be opened or listed.
  init(_ request: PstreeRequest) throws(SystemCallError) {
    let table = try ProcessTable.ofMachine(request.fields)
    for record in table.records {
      indices[record.processID] = nodes.count
      nodes.append(PstreeNode(record))
    }
    for record in table.records { link(record) }
    if request.showsThreads { appendThreads(table, request) }
    adoptOrphans()
    sortChildren(byProcessID: request.sortsByProcessID)
  }

  /// The node of a PID; nil where there is none.
  func index(of processID: Int32) -> Int? { indices[processID] }

  /// Marks a process and its ancestors.
  mutating func highlight(_ processID: Int32) {
    var index = indices[processID] ?? -1
    while index >= 0 {
      nodes[index].isHighlighted = true
      index = nodes[index].parent
    }
  }

  /// Leaves of each ancestor's children only the one that leads to a process.
  mutating func trim(to index: Int) {
    var index = index
    while nodes[index].parent >= 0 {
      nodes[nodes[index].parent].children = [index]
      index = nodes[index].parent
    }
  }

  /// Cuts the tree wherever a child's namespace of a kind is not its parent's.
  ///
  /// - Returns: each namespace's inode, 0 where it could not be read, with the roots of what is in it, in the order
  ///   of the tree from PID 1.
  mutating func split(by kind: NamespaceKind) -> [(inode: UInt64, roots: [Int])] {
    var groups: [(inode: UInt64, roots: [Int])] = []
    var waiting = [index(of: 1)].compactMap { $0 }
    while let index = waiting.popLast() {
      waiting += nodes[index].children.reversed()
      let inode = nodes[index].namespaces?[kind] ?? 0
      let parent = nodes[index].parent
      if parent >= 0, (nodes[parent].namespaces?[kind] ?? 0) == inode { continue }
      if let known = groups.firstIndex(where: { $0.inode == inode }) {
        groups[known].roots.append(index)
      } else {
        groups.append((inode, [index]))
      }
    }
    for index in groups.flatMap(\.roots) where nodes[index].parent >= 0 {
      nodes[nodes[index].parent].children.removeAll { $0 == index }
      nodes[index].parent = -1
    }
    return groups
  }

  private mutating func link(_ record: ProcessRecord) {
    guard let index = indices[record.processID] else { return }
    let parentID = record.parentID == record.processID ? 0 : record.parentID
    let parent = indices[parentID] ?? appendHidden(parentID)
    nodes[index].parent = parent
    nodes[parent].children.append(index)
  }

  /// A parent that is outside of the PID namespace (0), or hidden by hidepid of proc(5).
  private mutating func appendHidden(_ processID: Int32) -> Int {
    indices[processID] = nodes.count
    nodes.append(PstreeNode(processID: processID, name: [UInt8(ascii: "?")]))
    return nodes.count - 1
  }

  private mutating func appendThreads(_ table: ProcessTable, _ request: PstreeRequest) {
    let threaded = table.records.filter { $0.stat.threadCount > 1 }.map(\.processID)
    if threaded.isEmpty { return }
    for record in ProcessTable(of: threaded, reading: .threads).records {
      guard let parent = indices[record.processID] else { continue }
      for thread in record.threads.value ?? [] where thread.processID != record.processID {
        let name = request.showsThreadNames ? thread.commandName : record.commandName
        nodes[parent].children.append(nodes.count)
        nodes.append(PstreeNode(thread: thread.processID, name: name, of: nodes[parent], at: parent))
      }
    }
  }

  private mutating func adoptOrphans() {
    guard let first = indices[1] else { return }
    for index in nodes.indices where nodes[index].parent < 0 && nodes[index].processID > 1 {
      nodes[index].parent = first
      nodes[first].children.append(index)
    }
  }

  private mutating func sortChildren(byProcessID: Bool) {
    let known = nodes
    for index in nodes.indices where nodes[index].children.count > 1 {
      nodes[index].children.sort { left, right in
        let (left, right) = (known[left], known[right])
        if !byProcessID {
          if left.name != right.name { return left.name.lexicographicallyPrecedes(right.name) }
          if left.userID != right.userID { return left.userID < right.userID }
        }
        return left.processID < right.processID
      }
    }
  }
}

extension PstreeNode {
  fileprivate init(_ record: ProcessRecord) {
    self.init(processID: record.processID, name: record.commandName)
    processGroupID = record.stat.processGroupID
    userID = record.owner.value?.userID ?? 0
    startTime = record.startTime
    namespaces = record.namespaces.value
    securityLabel = record.securityLabel.value ?? []
    if let line = record.commandLine.value { arguments = line.isEmpty ? nil : Array(line.arguments.dropFirst()) }
  }

  fileprivate init(thread: Int32, name: [UInt8], of process: PstreeNode, at index: Int) {
    self.init(processID: thread, name: [UInt8(ascii: "{")] + name + [UInt8(ascii: "}")])
    processGroupID = process.processGroupID
    userID = process.userID
    startTime = process.startTime
    namespaces = process.namespaces
    isThread = true
    parent = index
  }
}
