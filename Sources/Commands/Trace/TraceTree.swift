// The family tree at the end of a trace: a line for each life, those that look alike in one.

internal import Linux
internal import Processes

/// The family tree of a history.
struct TraceTree {
  /// Nobody reads a tree that is deeper.
  private static let depthLimit = 500
  private let history: ProcessHistory
  private let showsEnvironment: Bool
  /// Who is in it, by number.
  private let shown: Set<Int>

  /// - Parameter prunes: those that were there before and begot nothing are left out.
  init(_ history: ProcessHistory, showsEnvironment: Bool, prunes: Bool) {
    self.history = history
    self.showsEnvironment = showsEnvironment
    var shown: Set<Int> = []
    // Children have higher numbers than their parents.
    for (number, life) in history.lives.sorted(by: { $0.key > $1.key })
    where !prunes || !life.wasThere || life.unkept > 0 || shown.contains(number) {
      shown.insert(number)
      if let parent = life.parent { shown.insert(parent) }
    }
    self.shown = shown
  }

  /// The numbers of those without parents, in order.
  var roots: [Int] { history.roots.filter(shown.contains) }

  /// The numbers of a life's children, in order.
  func children(of life: ProcessLife) -> [Int] { life.children.filter(shown.contains) }

  /// Writes the tree.
  func write(to output: inout OutputBuffer, width: Int?) throws(Complaint) {
    var table = TreeTable(
      [
        .init(title: "PID", isRight: true), .init(title: "TIME", isRight: true), .init(title: "CPU", isRight: true),
        .init(title: "PEAK", isRight: true), .init(title: "END"),
        .init(title: "COMMAND", isTree: true, isCuttable: true),
      ], drawsUnicode: TreeStrokes.ofLocale().child == TreeStrokes.unicode.child)
    for group in groups(of: roots) { add(group, under: nil, depth: 0, to: &table) }
    if history.unkept > 0 { _ = table.append(Self.note("and \(history.unkept) more")) }
    try table.write(to: &output, .columns, named: "processes", width: width, showsTitles: true)
  }

  /// Adds lives that look alike as one line.
  private func add(_ alike: [ProcessLife], under parent: Int?, depth: Int, to table: inout TreeTable) {
    guard let first = alike.first else { return }
    let row = table.append(cells(of: alike), under: parent, role: first.hasFailed ? .failure : nil)
    for program in first.programs where showsEnvironment {
      for line in TraceText.environment(program) { _ = table.append(Self.note(line), under: row) }
    }
    if alike.count > 1 { return }
    let children = children(of: first)
    if depth == Self.depthLimit, !children.isEmpty {
      _ = table.append(Self.note("and what it begot"), under: row)
    } else {
      for group in groups(of: children) { add(group, under: row, depth: depth + 1, to: &table) }
    }
    if first.unkept > 0 { _ = table.append(Self.note("and \(first.unkept) more descendants"), under: row) }
  }

  private static func note(_ text: String) -> [String?] { [nil, nil, nil, nil, nil, text] }

  /// Childless lives with the same command and the same end, in the place of their first.
  private func groups(of numbers: [Int]) -> [[ProcessLife]] {
    var groups: [[ProcessLife]] = []
    var places: [String: Int] = [:]
    for life in numbers.compactMap({ history.lives[$0] }) {
      let isLeaf = life.children.isEmpty && life.unkept == 0
      let key = isLeaf ? TraceText.command(life, in: history) + "\0" + TraceText.end(life) : nil
      if let key, let place = places[key] {
        groups[place].append(life)
      } else {
        if let key { places[key] = groups.count }
        groups.append([life])
      }
    }
    return groups
  }

  /// Of several: their durations and times added up, their highest peak.
  private func cells(of lives: [ProcessLife]) -> [String?] {
    let durations = lives.compactMap(\.duration)
    let times = lives.compactMap(\.processorTime)
    let peak = lives.compactMap(\.peakMemory).max() ?? 0
    let text = TraceText.command(lives[0], in: history)
    return [
      "\(lives[0].processID)", durations.isEmpty ? nil : TraceText.time(durations.reduce(0, &+)),
      times.isEmpty ? nil : TraceText.time(times.reduce(0, &+)), peak == 0 ? nil : TraceText.memory(peak),
      TraceText.end(lives[0]), lives.count == 1 ? text : "\(lives.count)\(TreeStrokes.ofLocale().times)[\(text)]",
    ]
  }
}
