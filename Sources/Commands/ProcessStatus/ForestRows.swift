// The rows of a hierarchy: each process below its parent, with branches before its command.

internal import Processes

/// A forest as rows.
struct ForestRows {
  /// The processes.
  let table: ProcessTable
  /// The PID of each, and what stands before its command. The last root comes first, as in the original.
  private(set) var rows: [(processID: Int32, prefix: [UInt8])] = []
  private let style: StatusRequest.Forest

  /// - Parameter records: in the order that siblings are to have.
  init(_ records: [ProcessRecord], _ style: StatusRequest.Forest) {
    self.style = style
    table = ProcessTable(records, fields: .stat)
    let tree = ProcessTree(table)
    var waiting: [(process: Int32, depth: Int, before: [UInt8], isLast: Bool)] = tree.roots.map {
      ($0.processID, 0, [], true)
    }
    while let (process, depth, before, isLast) = waiting.popLast() {
      rows.append((process, depth == 0 ? [] : before + mark))
      let below = depth == 0 ? [] : before + continuation(isLast)
      let children = tree.children(of: process)
      let depthBelow = startsTrees(process) ? depth : depth + 1
      for (index, child) in children.enumerated().reversed() {
        waiting.append((child.processID, depthBelow, below, index == children.count - 1))
      }
    }
  }

  /// Whether the children of a process are drawn as roots: with branches, those of PID 1 are.
  private func startsTrees(_ process: Int32) -> Bool { process == 1 && style != .indented }

  private var mark: [UInt8] { Array((style == .indented ? "  " : " \\_ ").utf8) }

  private func continuation(_ isLast: Bool) -> [UInt8] {
    Array((style == .indented ? "  " : isLast ? "    " : " |  ").utf8)
  }
}
