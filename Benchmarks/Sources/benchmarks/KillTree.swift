// The end of a branch that forks while it dies: nothing may be left, and not at any price.

extension World {
  /// Kills 5,000 processes in 12 generations, so many times; processor time and what was left, as a table.
  func killTree(repeats: Int) -> String {
    var processor: [Double] = []
    var wall: [Double] = []
    var left = 0
    var failures = 0
    let others = processCount
    for _ in 0..<repeats {
      let branch = populate(5_000, generations: 12, forking: true)
      let text = text(of: ["\(tools)/measure", "once", pangaea, "kill", "--tree", "-KILL", "\(branch)"])
      let sample = text.split(separator: " ").compactMap { Double($0.filter { $0 != "\n" }) }
      left = max(left, processCount - others)
      end(branch)
      guard sample.count == 5, sample[4] == 0 else {
        failures += 1
        continue
      }
      wall.append(sample[1] / 1e9)
      processor.append(sample[2] / 1e9)
    }
    let most = processor.max() ?? .nan
    let isMet = failures == 0 && left == 0 && most <= 1
    return table([
      ["pangaea", "bound", "wall ms", "CPU ms", "most CPU ms", "left alive", "verdict"],
      [
        "`kill --tree`", "≤ 1 s CPU, none left", fixed(median(wall) * 1e3, 0), fixed(median(processor) * 1e3, 0),
        fixed(most * 1e3, 0), "\(left)", failures > 0 ? "ours failed" : isMet ? "met" : "not met",
      ],
    ])
  }
}
