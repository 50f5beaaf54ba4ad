// Prints a plan: each step with what it is for and the system call that will do it.

internal import JSON
internal import Isolation
internal import Linux

/// A plan on its way to standard output.
struct PlanPrinter {
  private let steps: [PlannedStep]
  private let asJSON: Bool

  init(_ steps: [PlannedStep], asJSON: Bool) {
    self.steps = steps
    self.asJSON = asJSON
  }

  func print() throws(Complaint) -> Int32 {
    var output = OutputBuffer()
    if asJSON { try output.write(json) } else { try output.write(text) }
    try output.flush()
    return 0
  }

  /// Headings that say who acts and what for, and below each its system calls.
  private var text: String {
    var lines: [String] = []
    var heading: (Bool, String)?
    for step in steps {
      if heading == nil || heading! != (step.isInside, step.purpose) {
        lines.append("\(step.isInside ? "inside " : "outside"): \(step.purpose)")
        heading = (step.isInside, step.purpose)
      }
      lines.append("  " + Escaping.escaped(step.call))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One JSON text; its schema is Documentation/schemas/plan.json.
  private var json: [UInt8] {
    var writer = JSONWriter()
    writer.document { json in
      json.member("steps") { json in
        json.array { json in steps.forEach { json.planned($0) } }
      }
    }
    return writer.bytes
  }
}

extension JSONWriter {
  /// Writes one step of a plan.
  fileprivate mutating func planned(_ step: PlannedStep) {
    object { json in
      json.member("side", step.isInside ? "inside" : "outside")
      json.member("purpose", step.purpose)
      json.member("call", step.call)
    }
  }
}
