// A row carried out: ours and its peers in turn, in the population the row asks for.

/// A ratio beside its bound.
struct Verdict {
  let row: Row
  let peer: Peer
  let ours: Cost
  let theirs: Cost

  var wallRatio: Double { ours.wall / theirs.wall }
  var processorRatio: Double { ours.processor / theirs.processor }
  var peakRatio: Double { ours.peak / theirs.peak }

  /// What kept a side from being measured; empty when nothing did.
  var trouble: String {
    if ours.failures > 0 { return "ours failed" }
    return theirs.failures > 0 ? "the peer failed" : ""
  }

  /// `met`, `not met` with what exceeds the bound, or what kept it from being measured.
  var verdict: String {
    guard trouble.isEmpty else { return trouble }
    guard let bound = peer.bound else { return "" }
    if row.quantity == .peakMemory { return peakRatio <= bound ? "met" : "not met" }
    switch (wallRatio <= bound, processorRatio <= bound) {
    case (true, true): return "met"
    case (true, false): return "wall met, CPU not"
    case (false, true): return "CPU met, wall not"
    case (false, false): return "not met"
    }
  }
}

extension World {
  /// Measures a row; one verdict for each of its peers.
  func compare(_ row: Row, repeats: Int) -> [Verdict] {
    let population = row.population > 0 ? populate(row.population) : 0
    defer { if population > 0 { end(population) } }
    let ours = Contender(name: "pangaea", command: row.ours)
    var costs = costs(of: [ours] + row.peers.map(\.contender), repeats: repeats)
    if !printsEnough(row) { costs[0].failures = repeats }
    return row.peers.indices.map { index in
      Verdict(row: row, peer: row.peers[index], ours: costs[0], theirs: costs[index + 1])
    }
  }

  /// Whether ours does its work at all.
  private func printsEnough(_ row: Row) -> Bool {
    let (status, output) = run(row.ours, room: 1 << 23)
    let lines = output.count { $0 == UInt8(ascii: "\n") }
    if status == 0 && lines >= row.leastLines { return true }
    show("bench: \(row.ours.joined(separator: " ")): wait status \(status), \(lines) lines")
    return false
  }
}
