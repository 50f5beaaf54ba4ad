// What runs cost, in the middle of many.

/// One program in a comparison.
struct Contender {
  let name: String
  let command: [String]
}

/// The medians of a contender's runs.
struct Cost {
  /// Seconds from start to end.
  var wall: Double
  /// Seconds of processor time, user and system, of the program and of what it waited for.
  var processor: Double
  /// Peak resident memory, KiB.
  var peak: Double
  /// How many of the runs did not exit with 0.
  var failures: Int
}

extension World {
  /// Runs the contenders in turn, so many times each, with whoever they leave behind, and gives the medians in their order.
  func costs(of contenders: [Contender], repeats: Int) -> [Cost] {
    let commands = contenders.map(\.command).joined(separator: [";;"])
    let text = text(of: ["\(tools)/measure", "\(repeats)+"] + commands, room: 1 << 22)
    let samples = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    return contenders.indices.map { which in
      Cost(of: samples.filter { $0.count == 5 && $0[0] == Double(which) })
    }
  }
}

extension Cost {
  /// The medians of lines that `measure` printed.
  init(of samples: [[Double]]) {
    wall = median(samples.map { $0[1] }) / 1e9
    processor = median(samples.map { $0[2] }) / 1e9
    peak = median(samples.map { $0[3] })
    failures = samples.isEmpty ? 1 : samples.count { $0[4] != 0 }
  }
}

/// The middle value; NaN of nothing.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite else { return "–" }
  let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
  let scaled = Int(value * scale + 0.5)
  guard decimals > 0 else { return "\(scaled)" }
  let digits = String(scaled % Int(scale))
  return "\(scaled / Int(scale))." + String(repeating: "0", count: decimals - digits.count) + digits
}
