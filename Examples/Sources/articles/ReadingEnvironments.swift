// The code of "Reading environments" (Processes).

import Isolation
import Linux
import Processes

enum ReadingEnvironments {
  static func run() throws {
    let plan = IsolationPlan(
      command: IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin", "PLACE=gondwana"]),
      namespaces: [])
    let process = try plan.start()
    do {
      try value(of: "PLACE", in: process.processID)
      try difference(process.processID)
      try descent(of: "PLACE", to: process.processID)
      try departures(process.processID)
    } catch {
      print("cannot read: \(error)")
    }
    try process.pidfd.end()
  }

  static func value(of name: String, in processID: Int32) throws(SystemCallError) {
    let process = try ProcessRecord.read(processID, .environment)
    if let value = process.environment.value?.value(of: name.utf8) {
      print("\(name) is", String(decoding: value, as: UTF8.self))
    }
  }

  static func difference(_ processID: Int32) throws(SystemCallError) {
    let lineage = try Lineage.read(processID)
    guard let own = lineage.process.environment.value, let parents = lineage.parent?.environment.value else { return }
    let difference = own.difference(from: parents)
    for entry in difference.added { print("+", String(decoding: entry.bytes, as: UTF8.self)) }
    for entry in difference.removed { print("-", String(decoding: entry.bytes, as: UTF8.self)) }
    for change in difference.changed { print("~", String(decoding: change.after.bytes, as: UTF8.self)) }
  }

  static func descent(of name: String, to processID: Int32) throws(SystemCallError) {
    let tree = ProcessTree(try ProcessTable(reading: .environment))
    guard let process = tree.table[processID] else { return }
    let line = tree.ancestors(of: processID).reversed() + [process]
    let generations = Environment.ancestry(of: name.utf8, along: line.map(\.environment.value))
    for (process, generation) in zip(line, generations) {
      guard let generation else { continue }  // Its environment could not be read.
      print(process.processID, generation.origin, String(decoding: generation.value ?? [], as: UTF8.self))
    }
  }

  static func departures(_ processID: Int32) throws(SystemCallError) {
    for comparison in try Lineage.read(processID).comparisons
    where comparison.relation == .departs && !comparison.trait.isOwn {
      print("departs in \(comparison.trait): \(String(decoding: comparison.process.value ?? [], as: UTF8.self))")
    }
  }
}
