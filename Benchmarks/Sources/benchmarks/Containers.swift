// The container runtime beside its peers: each verb over the same bundle, and hundreds of containers at once.

/// One verb, or one whole, beside its peers.
private struct ContainerRow {
  let title: String
  /// The most that ours may take of crun's wall time, of its processor time, and of runc's.
  let wall: Double
  let processor: Double
  let runc: Double?
  /// In the order of `Containers.runtimes`.
  let costs: [Cost]
}

/// What `Programs/containers` printed.
private struct ContainerSamples {
  private var lines: [String: [[Double]]] = [:]

  init(_ text: String) {
    var table = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("== ") {
        table = String(line.dropFirst(3))
      } else {
        lines[table, default: []].append(line.split(separator: " ").compactMap { Double($0) })
      }
    }
  }

  subscript(_ table: String) -> [[Double]] { lines[table] ?? [] }

  /// The cost of each runtime, in a table whose turns have so many commands for each of them.
  func costs(_ table: String, command: Int = 0, of commands: Int = 1) -> [Cost] {
    (0..<3).map { runtime in
      Cost(of: self[table].filter { $0.count == 5 && Int($0[0]) == runtime * commands + command })
    }
  }

  /// The cost of each runtime where each was measured once.
  func singleCosts(_ table: String) -> [Cost] {
    self[table].map { Cost(of: $0.count == 5 ? [$0] : []) }
  }
}

extension World {
  /// Ours, crun and runc over the same bundles, as tables. The working directory is the package's.
  func containers(repeats: Int) -> String {
    let many = 500
    let samples = ContainerSamples(
      text(
        of: ["../Tests/Engines/world", "v1", "Programs/containers", "\(tools)/measure"]
          + ["\(repeats)", "\(many)", "\(pangaea)-oci", "crun", "runc"], room: 1 << 22))
    return timeTable(rows(samples, many: many)) + "\n" + memoryTable(rows(samples, many: many))
      + "\n" + remarks(samples, many: many)
  }

  private func rows(_ samples: ContainerSamples, many: Int) -> [ContainerRow] {
    let verbs = ["create", "start", "state", "exec of true", "kill"]
    var rows = [
      ContainerRow(title: "run of true", wall: 0.8, processor: 0.75, runc: 0.25, costs: samples.costs("run")),
      ContainerRow(
        title: "run of true, podman's seccomp", wall: 0.8, processor: 0.8, runc: nil, costs: samples.costs("filtered")),
    ]
    rows += verbs.indices.map { index in
      let bound = verbs[index].hasPrefix("exec") ? 0.8 : 0.9
      return ContainerRow(
        title: verbs[index], wall: bound, processor: bound, runc: nil,
        costs: samples.costs("cycle", command: index, of: 7))
    }
    rows.append(
      ContainerRow(
        title: "delete", wall: 0.9, processor: 0.9, runc: nil, costs: samples.costs("cycle", command: 6, of: 7)))
    rows.append(
      ContainerRow(
        title: "\(many) containers at once", wall: 0.8, processor: 0.8, runc: nil,
        costs: samples.singleCosts("at once \(many)")))
    return rows.filter { $0.costs.count == 3 }
  }

  private func timeTable(_ rows: [ContainerRow]) -> String {
    let head = [
      "pangaea-oci", "wall ms", "crun", "runc", "ratio", "bound", "CPU ms", "crun", "runc", "ratio", "bound",
      "of runc", "verdict",
    ]
    let cells = rows.map { row in
      let (ours, crun, runc) = (row.costs[0], row.costs[1], row.costs[2])
      let (wall, processor) = (ours.wall / crun.wall, ours.processor / crun.processor)
      let ofRunc = ours.wall / runc.wall
      return ["`\(row.title)`"] + row.costs.map { fixed($0.wall * 1e3, 2) } + [fixed(wall, 2), fixed(row.wall, 2)]
        + row.costs.map { fixed($0.processor * 1e3, 2) }
        + [
          fixed(processor, 2), fixed(row.processor, 2),
          fixed(ofRunc, 2) + (row.runc.map { " ≤ \(fixed($0, 2))" } ?? ""),
        ]
        + [
          ours.failures > 0
            ? "ours failed"
            : verdict(wall <= row.wall && ofRunc <= row.runc ?? .infinity, processor <= row.processor)
        ]
    }
    return table([head] + cells)
  }

  private func verdict(_ wall: Bool, _ processor: Bool) -> String {
    switch (wall, processor) {
    case (true, true): "met"
    case (true, false): "wall met, CPU not"
    case (false, true): "CPU met, wall not"
    case (false, false): "not met"
    }
  }

  private func memoryTable(_ rows: [ContainerRow]) -> String {
    let head = ["pangaea-oci, peak memory", "KiB", "crun", "runc", "bound", "verdict"]
    let cells = rows.dropLast().map { row in
      let bound = max(row.costs[1].peak, 6 * 1024)
      return ["`\(row.title)`"] + row.costs.map { fixed($0.peak, 0) }
        + ["≤ \(fixed(bound, 0))", row.costs[0].peak <= bound ? "met" : "not met"]
    }
    return table([head] + cells)
  }

  /// What no table of times holds: what stays resident, and whether the cost of many grows in a straight line.
  private func remarks(_ samples: ContainerSamples, many: Int) -> String {
    let staying = samples["staying"].compactMap(\.first).map { fixed($0, 0) }
    let few = samples.singleCosts("at once \(many / 5)")
    let all = samples.singleCosts("at once \(many)")
    guard staying.count == 3, few.count == 3, all.count == 3 else { return "" }
    let each = zip(few, all).map { few, all in
      "\(fixed(few.wall * 1e3 / Double(many / 5), 2)) and \(fixed(all.wall * 1e3 / Double(many), 2))"
    }
    return """
      Processes of the runtime that stay beside a running container: \(staying[0]) (crun \(staying[1]), runc \
      \(staying[2])). Wall ms for each container with \(many / 5) at once and with \(many): \(each[0]) (crun \(each[1]), \
      runc \(each[2])).

      """
  }
}
