// Tables for a terminal and for Documentation/benchmarks.md: the same Markdown serves both.

/// A table whose columns are as wide as their widest cell.
func table(_ rows: [[String]]) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  func line(_ cells: [String]) -> String {
    let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
    return "| " + padded.joined(separator: " | ") + " |\n"
  }
  let rule = widths.map { String(repeating: "-", count: $0) }
  return line(rows[0]) + line(rule) + rows.dropFirst().map(line).joined()
}

/// Ours beside its peers, times in milliseconds.
func comparisonTable(_ verdicts: [Verdict]) -> String {
  let head = ["pangaea", "beside", "bound", "wall ms", "peer", "ratio", "CPU ms", "peer", "ratio", "verdict"]
  let cells = verdicts.filter { $0.row.quantity == .time }.map { verdict in
    [
      "`\(verdict.row.title)`", "`\(verdict.peer.contender.name)`",
      verdict.peer.bound.map { "≤ \(fixed($0, 2))" } ?? "",
      fixed(verdict.ours.wall * 1e3, 2), fixed(verdict.theirs.wall * 1e3, 2), fixed(verdict.wallRatio, 2),
      fixed(verdict.ours.processor * 1e3, 2), fixed(verdict.theirs.processor * 1e3, 2),
      fixed(verdict.processorRatio, 2), verdict.verdict,
    ]
  }
  return cells.isEmpty ? "" : table([head] + cells)
}

/// Peak memory beside its peers, KiB.
func memoryTable(_ verdicts: [Verdict]) -> String {
  let head = ["pangaea", "beside", "bound", "peak KiB", "peer", "ratio", "verdict"]
  let cells = verdicts.filter { $0.row.quantity == .peakMemory }.map { verdict in
    [
      "`\(verdict.row.title)`", "`\(verdict.peer.contender.name)`",
      verdict.peer.bound.map { "≤ \(fixed($0, 2))" } ?? "",
      fixed(verdict.ours.peak, 0), fixed(verdict.theirs.peak, 0), fixed(verdict.peakRatio, 2), verdict.verdict,
    ]
  }
  return cells.isEmpty ? "" : table([head] + cells)
}
