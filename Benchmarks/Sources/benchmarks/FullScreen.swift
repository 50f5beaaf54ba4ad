// What it costs to watch: full-screen programs side by side over the same processes, for a minute.

extension World {
  /// Runs `top` beside htop for so many seconds with 5,000 idle processes; processor time, as a table.
  func top(seconds: Int = 60) -> String {
    let contenders = [
      Contender(name: "top", command: [pangaea, "top"]), Contender(name: "htop", command: ["htop"]),
      Contender(name: "htop -d 10", command: ["htop", "-d", "10"]),
    ]
    let population = populate(5_000)
    defer { end(population) }
    let text = text(of: ["\(tools)/screen", "\(seconds)"] + contenders.map(\.command).joined(separator: [";;"]))
    let samples = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    let costs = contenders.indices.map { which in Cost(of: samples.filter { $0.count == 5 && $0[0] == Double(which) }) }
    let rows = contenders.indices.dropFirst().map { peer in
      let ratio = costs[0].processor / costs[peer].processor
      let failed = costs[0].failures + costs[peer].failures > 0
      return [
        "`top`", "`\(contenders[peer].name)`", "≤ 0.50", fixed(costs[0].processor * 1e3, 0),
        fixed(costs[peer].processor * 1e3, 0), fixed(ratio, 2), fixed(costs[0].peak, 0), fixed(costs[peer].peak, 0),
        failed ? "one failed" : ratio <= 0.5 ? "met" : "not met",
      ]
    }
    return table(
      [["pangaea", "beside", "bound", "CPU ms", "peer", "ratio", "peak KiB", "peer", "verdict"]] + rows)
  }
}
