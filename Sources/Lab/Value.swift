// What a fact was found to be: compared as a value, shown as evidence.

import Linux
import Processes

/// A namespace, told from others that had its inode's number before.
struct NamespaceValue: Hashable, Sendable {
  let link: NamespaceLink
  /// The number that is never given again; nil where the kernel has none (before Linux 6.18).
  let uniqueID: UInt64?
}

/// A process, and how it is shown. Two are the same when they are the same process.
struct ProcessValue: Hashable, Sendable {
  let identity: ProcessIdentity
  /// The PID that the terminals know it by; nil for a process outside of their world.
  let worldID: Int32?
  /// Its command's name.
  let name: String

  static func == (left: Self, right: Self) -> Bool { left.identity == right.identity }
  func hash(into hasher: inout Hasher) { hasher.combine(identity) }

  var shown: String {
    worldID.map { "PID \($0) \(name)" } ?? "the machine's PID \(identity.processID) \(name)"
  }
}

/// A value of one of the types of facts.
enum Value: Hashable, Sendable {
  case process(ProcessValue)
  case processes(Set<ProcessValue>)
  case number(Int)
  case text(String)
  case namespace(NamespaceValue)
  case flag(Bool)
  /// Bytes compared as a whole, and what to show instead of them.
  case record([UInt8], shown: String)
  case absent

  /// Whether two values are the same.
  func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.record(let left, _), .record(let right, _)): left == right
    default: self == other
    }
  }

  /// The value as a line of evidence shows it.
  var shown: String {
    switch self {
    case .process(let process): process.shown
    case .processes(let processes): Value.shown(processes)
    case .number(let number): String(number)
    case .text(let text): "\"\(text.escapingControls)\""
    case .namespace(let namespace): namespace.link.description
    case .flag(let flag): flag ? "yes" : "no"
    case .record(_, let shown): shown
    case .absent: "absent"
    }
  }

  private static func shown(_ processes: Set<ProcessValue>) -> String {
    if processes.isEmpty { return "none" }
    if processes.count > 3 { return "\(processes.count) processes" }
    return processes.sorted { $0.identity.processID < $1.identity.processID }.map(\.shown).joined(separator: ", ")
  }
}

extension String {
  /// The text with control characters as `\xNN`, fit for a terminal.
  var escapingControls: String {
    var result = ""
    for scalar in unicodeScalars {
      if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
        let hex = String(scalar.value, radix: 16)
        result += scalar == "\n" ? "\\n" : "\\x" + String(repeating: "0", count: 2 - hex.count) + hex
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Why a fact has no value.
enum Unknown: Error {
  /// What was asked for is not there (yet): a process that ended, a child that has not started.
  case missing(String)
  /// The kernel refused, or does not have it.
  case refused(String)
}

extension Unknown {
  /// A failed system call as a reason.
  init(_ error: SystemCallError) {
    switch error.errno {
    case .enoent, .esrch: self = .missing("gone: \(error)")
    default: self = .refused(error.description)
    }
  }
}
