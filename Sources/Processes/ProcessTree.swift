// Who begot whom: the forest that the parents of one snapshot span.

/// The processes of a table as a forest.
///
/// A parent that is not in the table, or that started after its child (its PID was reused), makes the child a root.
///
/// Source: proc_pid_stat(5), for the parents.
public struct ProcessTree: Sendable {
  /// The table that the tree was made of.
  public let table: ProcessTable
  /// Processes without a parent in the table, in the table's order.
  public let roots: [ProcessRecord]
  /// For each record of the table the index of its parent; -1 for none.
  private let parents: [Int]
  /// For each record of the table the indices of its children.
  private let childIndices: [[Int]]

  /// Links each process with its parent.
  public init(_ table: ProcessTable) {
    let parents = Self.parents(in: table)
    var children = [[Int]](repeating: [], count: table.records.count)
    var roots: [ProcessRecord] = []
    for (index, parent) in parents.enumerated() {
      if parent < 0 { roots.append(table.records[index]) } else { children[parent].append(index) }
    }
    self.table = table
    self.roots = roots
    self.parents = parents
    childIndices = children
  }

  /// The parent; nil for a root and for a PID that is not in the table.
  public func parent(of processID: Int32) -> ProcessRecord? {
    guard let index = table.index(of: processID), parents[index] >= 0 else { return nil }
    return table.records[parents[index]]
  }

  /// The children, in the table's order.
  public func children(of processID: Int32) -> [ProcessRecord] {
    guard let index = table.index(of: processID) else { return [] }
    return childIndices[index].map { table.records[$0] }
  }

  /// The line from the parent up to a root.
  public func ancestors(of processID: Int32) -> [ProcessRecord] {
    var line: [ProcessRecord] = []
    var index = table.index(of: processID).map { parents[$0] } ?? -1
    while index >= 0 {
      line.append(table.records[index])
      index = parents[index]
    }
    return line
  }

  /// Everything below a process, each parent before its children, without the process itself.
  public func descendants(of processID: Int32) -> [ProcessRecord] {
    Array(subtree(of: processID).dropFirst())
  }

  /// A process and everything below it, each parent before its children; empty for a PID not in the table.
  public func subtree(of processID: Int32) -> [ProcessRecord] {
    guard let start = table.index(of: processID) else { return [] }
    var order: [ProcessRecord] = []
    var waiting = [start]
    while let index = waiting.popLast() {
      order.append(table.records[index])
      waiting.append(contentsOf: childIndices[index].reversed())
    }
    return order
  }

  /// Calls with every process and its depth below its root, each parent before its children.
  ///
  /// - Throws: what the body throws.
  public func forEach(_ body: (ProcessRecord, _ depth: Int) throws -> Void) rethrows {
    var waiting = parents.indices.reversed().filter { parents[$0] < 0 }.map { ($0, 0) }
    while let (index, depth) = waiting.popLast() {
      try body(table.records[index], depth)
      waiting.append(contentsOf: childIndices[index].reversed().map { ($0, depth + 1) })
    }
  }

  /// A snapshot takes time, so what it says of parents may contradict itself: every step up must lead to a process
  /// that is older, or as old with an earlier place, else it could lead round.
  private static func parents(in table: ProcessTable) -> [Int] {
    var parents = table.records.enumerated().map { index, record in
      guard let parent = table.index(of: record.parentID), parent != index else { return -1 }
      return table.records[parent].startTime <= record.startTime ? parent : -1
    }
    // Equal start times alone can close a circle.
    var state = [UInt8](repeating: 0, count: parents.count)
    for start in parents.indices { cutCircle(from: start, &parents, &state) }
    return parents
  }

  /// Walks up from one record: 1 marks the present walk, 2 what is known to lead to a root.
  private static func cutCircle(from start: Int, _ parents: inout [Int], _ state: inout [UInt8]) {
    var index = start
    var walk: [Int] = []
    while index >= 0, state[index] == 0 {
      state[index] = 1
      walk.append(index)
      let parent = parents[index]
      if parent >= 0, state[parent] == 1 { parents[index] = -1 }
      index = parents[index]
    }
    for visited in walk { state[visited] = 2 }
  }
}
