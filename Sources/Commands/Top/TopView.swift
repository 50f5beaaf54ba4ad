// What a person has chosen to see, and in which order.

internal import Linux
internal import Processes

/// What processes are sorted by.
enum TopOrder: String, CaseIterable {
  case pid, user, state, cpu, memory, time, name

  /// The heading of its column, and its entry of the menu.
  var title: String {
    switch self {
    case .pid: "PID"
    case .user: "USER"
    case .state: "S"
    case .cpu: "CPU%"
    case .memory: "RES"
    case .time: "TIME+"
    case .name: "COMMAND"
    }
  }

  /// What comes first where nobody says otherwise: the most of what is counted.
  var isDescending: Bool {
    switch self {
    case .cpu, .memory, .time: true
    default: false
    }
  }
}

/// Which processes are shown, and how.
struct TopView {
  var isTree = true
  var order = TopOrder.pid
  var isReversed = false
  var showsThreads = false
  var showsKernelThreads = false
  var userID: UInt32?
  /// A part of the name or the arguments, in any case; empty for all.
  var filter = ""
  /// The process whose branch and ancestors alone are shown.
  var focus: ProcessIdentity?
  /// The kind of namespaces by which processes stand together.
  var group: NamespaceKind?
  /// Whose descendants are not shown.
  var folded: Set<ProcessIdentity> = []

  /// Whether one process goes before another; equals go by PID.
  func comesBefore(_ left: LiveProcess, _ right: LiveProcess) -> Bool {
    let descends = order.isDescending != isReversed
    let (first, second) = descends ? (right, left) : (left, right)
    switch order {
    case .cpu where left.cpuShare != right.cpuShare: return first.cpuShare < second.cpuShare
    case .memory where left.residentPages != right.residentPages: return first.residentPages < second.residentPages
    case .time where left.ticks != right.ticks: return first.ticks < second.ticks
    case .state where left.state != right.state: return first.state < second.state
    case .user where left.details.userID != right.details.userID:
      return (first.details.userID ?? .max) < (second.details.userID ?? .max)
    case .name where left.name != right.name: return first.name.lexicographicallyPrecedes(second.name)
    case .pid: return first.processID < second.processID
    default: return left.processID < right.processID
    }
  }
}

/// A text that is looked for in names and arguments, in any case of ASCII's letters.
struct TopPattern {
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = text.utf8.map(TopPattern.lowered)
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether a process has it in its name, its arguments, or as its PID.
  func matches(_ process: LiveProcess) -> Bool {
    isEmpty || isIn(process.name) || isIn(process.details.arguments)
      || Array(String(process.processID).utf8) == bytes
      || process.details.container.map { isIn(Array($0.description.utf8)) } ?? false
  }

  private func isIn(_ text: [UInt8]) -> Bool {
    guard text.count >= bytes.count else { return false }
    for start in 0...(text.count - bytes.count) where TopPattern.lowered(text[start]) == bytes[0] {
      var offset = 1
      while offset < bytes.count, TopPattern.lowered(text[start + offset]) == bytes[offset] { offset += 1 }
      if offset == bytes.count { return true }
    }
    return false
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}
