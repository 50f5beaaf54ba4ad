// What `kill --tree` says of a branch that ended, or would end; and the lists of signals.

internal import JSON
internal import Isolation
internal import Linux
internal import Processes

/// A branch, and what became of it.
struct BranchReport {
  private let plan: BranchKillPlan
  private let isDryRun: Bool
  private let processes: [BranchProcess]
  private let refusals: [BranchKillOutcome.Refusal]
  private let remaining: [BranchProcess]

  /// What became of a branch.
  init(_ plan: BranchKillPlan, _ outcome: BranchKillOutcome) {
    self.plan = plan
    isDryRun = false
    processes = outcome.processes
    refusals = outcome.refusals
    remaining = outcome.remaining
  }

  /// What would become of it.
  init(foreseeing plan: BranchKillPlan) {
    self.plan = plan
    isDryRun = true
    let refusals = plan.foreseenRefusals()
    let spared = Set(refusals.map(\.process))
    processes = plan.members.filter { !spared.contains($0) }
    self.refusals = refusals
    remaining = []
  }

  /// Whether nothing of it is left, or would be.
  var hasEnded: Bool { remaining.isEmpty && refusals.isEmpty }

  /// Prints what ended, a line for each process, and what did not.
  func print(isVerbose: Bool) throws(Complaint) {
    var output = OutputBuffer()
    if isVerbose {
      for process in processes {
        try output.write(SignalLine.sent(process.processID, process.name, plan.signal, isDryRun: isDryRun))
      }
    }
    for refusal in refusals {
      let process = refusal.process
      try output.write(SignalLine.spared(process.processID, process.name, refusal.errno, isDryRun: isDryRun))
    }
    for process in remaining {
      try output.write("\(process.processID) \(process.name) was killed, and is blocked in the kernel\n")
    }
    try output.flush()
  }

  /// Prints all branches as one document, and of whom there is nothing to say but why.
  static func printJSON(
    _ reports: [BranchReport], _ failures: [(object: String, complaint: Complaint)]
  ) throws(Complaint) {
    var json = JSONWriter()
    for (object, complaint) in failures {
      json.note(unreadable: object, [complaint.what, complaint.why].compactMap { $0 }.joined(separator: ": "))
    }
    json.document { json in
      json.member("branches") { json in
        json.array { json in
          for report in reports { report.write(to: &json) }
        }
      }
    }
    var output = OutputBuffer()
    try output.write(json.bytes)
    try output.flush()
  }

  private func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("pid", plan.members.first?.processID)
      json.member("signal", plan.signal.name)
      json.member("method", plan.method == .cgroup ? "cgroup" : "pursuit")
      json.member("dryRun", isDryRun)
      json.member("processes") { json in
        json.array { json in
          for process in processes { process.write(to: &json) }
        }
      }
      json.member("spared") { json in
        json.array { json in
          for refusal in refusals { refusal.process.write(to: &json, refusal.errno.name) }
        }
      }
      json.member("remaining") { json in
        json.array { json in
          for process in remaining { process.write(to: &json) }
        }
      }
    }
  }
}

extension BranchProcess {
  fileprivate var name: String { Escaping.escaped(String(decoding: commandName, as: UTF8.self)) }

  fileprivate func write(to json: inout JSONWriter, _ error: String? = nil) {
    json.object { json in
      json.member("pid", processID)
      json.member("ppid", parentID)
      json.member("startTime", identifier: identity.startTime)
      json.member("command", bytes: commandName[...])
      if let error { json.member("error", error) }
    }
  }
}

/// The signals 1 to 31, in the layouts of procps' kill(1).
enum SignalList {
  private static let signals = (1...31).map { Signal(rawValue: $0) }

  /// The names, in lines of about 80 columns.
  static func printNames() throws(Complaint) -> Int32 {
    var text = ""
    var column = 0
    for signal in signals {
      if column > 73 {
        text += "\n"
        column = 0
      } else if column > 0 {
        text += " "
        column += 1
      }
      text += signal.name
      column += signal.name.count
    }
    return try put(text + "\n")
  }

  /// Numbers and names, seven in a line.
  static func printTable() throws(Complaint) -> Int32 {
    var text = ""
    for signal in signals {
      let number = signal.rawValue
      let cell = (number < 10 ? " " : "") + "\(number) \(signal.name)"
      text += number % 7 == 0 ? cell + "\n" : cell + String(repeating: " ", count: 11 - cell.count)
    }
    return try put(text + "\n")
  }

  /// The name of a number, the number of a name.
  static func convert(_ text: String, isClassic: Bool) throws(Complaint) -> Int32 {
    guard let signal = Signal(named: text), signals.contains(signal) else {
      throw Complaint(what: "unknown signal name \(text)", exitStatus: isClassic ? 0 : 1)
    }
    return try put((Int32(text) == nil ? "\(signal.rawValue)" : signal.name) + "\n")
  }

  private static func put(_ text: String) throws(Complaint) -> Int32 {
    var output = OutputBuffer()
    try output.write(text)
    try output.flush()
    return 0
  }
}
