// The rows of a hierarchy: each process below its parent, with branches before its command.

internal import Processes

/// A forest as rows.
struct ForestRows {
  /// Each process, and what stands before its command. The last root comes first, as in the original.
  private(set) var rows: [(record: ProcessRecord, prefix: [UInt8])] = []
  private let style: StatusRequest.Forest

  /// - Parameter records: in the order that siblings are to have.
  init(_ records: [ProcessRecord], _ style: StatusRequest.Forest) {
    self.style = style
    let tree = ProcessTree(ProcessTable(records, fields: .stat))
    var waiting: [(record: ProcessRecord, depth: Int, before: [UInt8], isLast: Bool)] = tree.roots.map {
      ($0, 0, [], true)
    }
    while let (record, depth, before, isLast) = waiting.popLast() {
      rows.append((record, depth == 0 ? [] : before + mark))
      let below = depth == 0 ? [] : before + continuation(isLast)
      let children = tree.children(of: record.processID)
      for (index, child) in children.enumerated().reversed() {
        waiting.append((child, depth + 1, below, index == children.count - 1))
      }
    }
  }

  private var mark: [UInt8] { Array((style == .indented ? "  " : " \\_ ").utf8) }

  private func continuation(_ isLast: Bool) -> [UInt8] {
    Array((style == .indented ? "  " : isLast ? "    " : " |  ").utf8)
  }
}
