// The life of one process, from its fork to its end, as far as it was heard and read.

public import Linux

/// One process from its beginning to its end. Times are nanoseconds of CLOCK_MONOTONIC.
///
/// Source: include/uapi/linux/cn_proc.h, include/uapi/linux/taskstats.h.
public struct ProcessLife: Hashable, Sendable {
  /// Its number in the history, in the order in which they were heard of.
  public let number: Int
  /// The PID as the events have it.
  public let processID: Int32
  /// Who begot it, by PID; 0 where that is not known.
  public let parentID: Int32
  /// The number of the life that begot it; nil for the first of a branch, and where nobody heard.
  public let parent: Int?
  /// When it began; of one that was there before, to 10 milliseconds.
  public let begin: UInt64
  /// Whether it was there before the history began.
  public let wasThere: Bool
  /// When its last thread ended; nil while it lives.
  public var end: UInt64?
  /// How it ended; nil while it lives, and where that was not heard.
  public var status: ExitStatus?
  /// The programs that it was, one for each exec, the first being its parent's for as long as it is none.
  public var programs: [ProcessProgram] = []
  /// What it changed of itself.
  public var changes: [ProcessChange] = []
  /// How many programs and changes there were beyond what is kept.
  public var unkeptEvents = 0
  /// The most memory it had, in bytes, while it was its last program; nil where the kernel does not tell.
  public var peakMemory: UInt64?
  /// Nanoseconds on processors, of all its threads that have ended; nil where the kernel does not tell.
  public var processorTime: UInt64?
  /// Its name at its end, of at most 15 bytes, and of a thread of the kernel from the beginning; nil where the kernel does not
  /// tell.
  public var commandName: [UInt8]?
  /// The numbers of the lives that it begot and that are kept, in order.
  public var children: [Int] = []
  /// How many descendants there were beyond what the history keeps.
  public var unkept = 0
  /// How many threads live.
  var threads = 1

  /// A life that has just begun.
  public init(number: Int, processID: Int32, parentID: Int32, parent: Int?, begin: UInt64, wasThere: Bool) {
    self.number = number
    self.processID = processID
    self.parentID = parentID
    self.parent = parent
    self.begin = begin
    self.wasThere = wasThere
  }

  /// The program that it is, or was last; nil while it is what its parent is.
  public var program: ProcessProgram? { programs.last }

  /// Nanoseconds from its beginning to its end; nil while it lives.
  public var duration: UInt64? { end.map { $0 - min(begin, $0) } }

  /// About how many bytes it takes to keep, with its share of tables that are half empty.
  var weight: Int { 700 + programs.reduce(0) { $0 + $1.weight } + 64 * changes.count }
}

/// What a process became by one exec.
///
/// Source: execve(2).
public struct ProcessProgram: Hashable, Sendable {
  /// When.
  public let time: UInt64
  /// Its arguments; nil where the process was faster than the reader.
  public var commandLine: CommandLine?
  /// The file; nil where it could not be read.
  public var executable: [UInt8]?
  /// Where it began to work; nil where that could not be read.
  public var workingDirectory: [UInt8]?
  /// Whether its parent works elsewhere.
  public var hasMoved = false
  /// How its environment differs from its parent's; nil where either could not be read, and where nobody asked.
  public var environment: Environment.Difference?
  /// The namespaces that its parent is not in.
  public var departures: [NamespaceLink] = []
  /// Whether it was too long to be kept whole: arguments beyond 16 KiB, differences of the environment beyond 64.
  public var isCut = false

  /// A program of which nothing is known.
  public init(time: UInt64) {
    self.time = time
  }

  /// Whether the process had ended, or become another program, before it could be read.
  public var isMissing: Bool { commandLine == nil }

  fileprivate var weight: Int {
    let texts = (commandLine?.bytes.count ?? 0) + (executable?.count ?? 0) + (workingDirectory?.count ?? 0)
    return 200 + texts + (environment?.weight ?? 0) + 16 * departures.count
  }
}

/// What a process changed of itself.
///
/// Source: include/uapi/linux/cn_proc.h.
public struct ProcessChange: Hashable, Sendable {
  /// When.
  public let time: UInt64
  /// `.userID`, `.groupID`, `.session`, `.commandName` or `.coreDump`.
  public let kind: ProcessEvent.Kind

  /// A change from its parts.
  public init(time: UInt64, kind: ProcessEvent.Kind) {
    self.time = time
    self.kind = kind
  }
}

// MARK: Long texts

extension ProcessProgram {
  private static let commandLineLimit = 16 << 10
  private static let environmentLimit = 64 << 10

  /// Cuts what is too long to be kept of many.
  mutating func cut() {
    if let bytes = commandLine?.bytes, bytes.count > Self.commandLineLimit {
      commandLine = CommandLine(bytes: Array(bytes[..<Self.commandLineLimit]))
      isCut = true
    }
    guard let difference = environment, difference.weight > Self.environmentLimit else { return }
    var room = Self.environmentLimit
    func fits(_ count: Int) -> Bool {
      room -= count
      return room >= 0
    }
    environment = Environment.Difference(
      added: difference.added.filter { fits($0.bytes.count) },
      removed: difference.removed.filter { fits($0.bytes.count) },
      changed: difference.changed.filter { fits($0.before.bytes.count + $0.after.bytes.count) })
    isCut = true
  }
}

extension Environment.Difference {
  fileprivate var weight: Int {
    added.reduce(0) { $0 + 32 + $1.bytes.count } + removed.reduce(0) { $0 + 32 + $1.bytes.count }
      + changed.reduce(0) { $0 + 64 + $1.before.bytes.count + $1.after.bytes.count }
  }
}
