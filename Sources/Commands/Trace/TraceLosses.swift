// What a trace could not tell, and how that is said: on the terminal, on the page, in JSON and in a record.

internal import JSON
internal import Processes

/// What is missing of a trace.
struct TraceLosses: Equatable {
  /// Events of the machine that the kernel had to drop.
  var events: UInt64 = 0
  /// Whether events were dropped, perhaps without their number being known.
  var isIncomplete = false
  /// Tasks of the machine that ended, and of which nobody heard what they had used.
  var statistics: UInt64 = 0
  /// Events of the machine from before the interruption that were left unread.
  var unread: UInt64 = 0
  /// Whether the kernel announced nothing, and /proc was looked at instead.
  var isPolled = false
  /// Processes that could not be held meanwhile, so that nobody knows how they ended.
  var unheld: UInt64 = 0

  /// Nothing is missing.
  init() {}

  /// What a history knows of it.
  init(_ history: ProcessHistory) {
    events = history.lost
    isIncomplete = history.isIncomplete
    statistics = history.lostStatistics
    isPolled = history.isPolled
  }

  /// Whether each fork, exec and exit was told.
  var isComplete: Bool { !isIncomplete && !isPolled && unread == 0 }

  /// A sentence for each kind of loss; none where nothing is missing.
  var notes: [String] {
    var notes: [String] = []
    if isPolled { notes.append("/proc was looked at again and again; what lived shorter may be missing") }
    if unheld > 0 {
      notes.append(
        "how \(unheld) processes ended is not known: they could not be held, beyond ulimit -n or in another PID namespace"
      )
    }
    if events > 0 {
      notes.append("\(events) events of the machine were lost")
    } else if isIncomplete {
      notes.append("events of the machine were lost, nobody knows how many")
    }
    if statistics > 0 { notes.append(Self.note(statistics: statistics)) }
    if unread > 0 { notes.append("\(unread) events of the machine from before the interruption were not read") }
    return notes
  }

  static func note(statistics: UInt64) -> String {
    "of \(statistics) tasks that ended nobody heard what they had used: peaks of memory and times may be missing"
  }

  /// What a record keeps of it, by name.
  var marks: [(name: String, value: UInt64)] {
    [
      ("lostEvents", events), ("isIncomplete", isIncomplete ? 1 : 0), ("lostStatistics", statistics),
      ("unreadEvents", unread), ("isPolled", isPolled ? 1 : 0), ("unheldProcesses", unheld),
    ]
  }

  /// Takes over a mark of a record; others are passed over.
  mutating func take(_ name: String?, _ value: UInt64) {
    switch name {
    case "lostEvents": events = value
    case "isIncomplete": isIncomplete = value == 1
    case "lostStatistics": statistics = value
    case "unreadEvents": unread = value
    case "isPolled": isPolled = value == 1
    case "unheldProcesses": unheld = value
    default: break
    }
  }
}

extension JSONWriter {
  mutating func write(_ losses: TraceLosses) {
    member("lostEvents", losses.events)
    member("lostStatistics", losses.statistics)
    member("unreadEvents", losses.unread)
    member("unheldProcesses", losses.unheld)
    member("isComplete", losses.isComplete)
  }
}
