// All processes at one moment, as near to one as /proc allows: a pass over its directories, each read once.

public import Linux

/// A pass over /proc that gives one process at a time, so that memory does not grow with their number.
///
/// Source: proc(5).
public struct ProcessScan: ~Copyable {
  private let source: Procfs
  private var reader: ProcessReader
  private var processIDs: [Int32] = []
  private var next = 0

  /// Lists the processes there are now; each is read when its turn comes.
  ///
  /// - Throws: `SystemCallError` when the procfs cannot be opened or listed.
  ///
  /// Source: proc(5).
  public init(reading fields: ProcessFields, from source: Procfs = .machine) throws(SystemCallError) {
    self.init(of: [], reading: fields, from: source)
    try source.verify()
    let directory = try source.directory.open(NumberedPath("."), [.directory])
    var directoryReader = DirectoryReader(bufferSize: 32768)
    try directoryReader.readNumbers(of: directory, into: &processIDs)
    if processIDs.count > TaskLayout.worthwhileCount { reader.askTasks(of: source) }
  }

  /// Reads these processes only, in this order; those that do not exist are passed over.
  public init(of processIDs: [Int32], reading fields: ProcessFields, from source: Procfs = .machine) {
    self.source = source
    self.processIDs = processIDs
    reader = ProcessReader(fields)
  }

  /// How many processes were listed; fewer are given when some vanish.
  public var count: Int { processIDs.count }

  /// The next process, in ascending order of PIDs; nil after the last.
  ///
  /// - Throws: `SystemCallError` when a process's `stat` cannot be read although it exists; the next call goes on
  ///   with the process after it.
  ///
  /// Source: proc_pid_stat(5).
  public mutating func read() throws(SystemCallError) -> ProcessRecord? {
    while next < processIDs.count {
      next += 1
      if let record = try reader.read(processIDs[next - 1], in: source.directory) { return record }
    }
    return nil
  }
}

/// All processes of a procfs, or those that were named.
///
/// A process that vanishes before it is read is not in it. With the option hidepid of proc(5), or in another PID
/// namespace, processes are missing, and parents of those that are seen too.
public struct ProcessTable: Sendable {
  /// In ascending order of PIDs, or in the order in which they were named.
  public let records: [ProcessRecord]
  /// What was read of each.
  public let fields: ProcessFields
  /// Processes that exist and could not be read at all.
  public let unreadable: [SystemCallError]
  private let indices: [Int32: Int]

  /// Reads all processes.
  ///
  /// - Throws: `SystemCallError` when the procfs cannot be opened or listed.
  public init(reading fields: ProcessFields = .stat, from source: Procfs = .machine) throws(SystemCallError) {
    self.init(try ProcessScan(reading: fields, from: source), fields)
  }

  /// Reads some processes; those that do not exist are left out.
  public init(of processIDs: [Int32], reading fields: ProcessFields = .stat, from source: Procfs = .machine) {
    self.init(ProcessScan(of: processIDs, reading: fields, from: source), fields)
  }

  /// Makes a table of records that were read before.
  public init(_ records: [ProcessRecord], fields: ProcessFields) {
    self.init(records, fields, unreadable: [])
  }

  private init(_ scan: consuming ProcessScan, _ fields: ProcessFields) {
    var scan = scan
    var records: [ProcessRecord] = []
    var unreadable: [SystemCallError] = []
    records.reserveCapacity(scan.count)
    while true {
      do throws(SystemCallError) {
        guard let record = try scan.read() else { break }
        records.append(record)
      } catch {
        unreadable.append(error)
      }
    }
    self.init(records, fields, unreadable: unreadable)
  }

  private init(_ records: [ProcessRecord], _ fields: ProcessFields, unreadable: [SystemCallError]) {
    self.records = records
    self.fields = fields
    self.unreadable = unreadable
    indices = Dictionary(
      records.enumerated().map { ($1.processID, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The process of a PID; nil where there was none.
  public subscript(processID: Int32) -> ProcessRecord? {
    indices[processID].map { records[$0] }
  }

  /// The place of a PID among `records`.
  func index(of processID: Int32) -> Int? {
    indices[processID]
  }
}

extension ProcessRecord {
  /// How often a PID may change hands during one reading.
  private static let attempts = 4

  /// Reads one process, all fields of the same process: its start time is read first and last, and the reading is
  /// made again when the PID was given to another process meanwhile.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process, or it ended while it was read; any
  ///   errno of open(2) and read(2) of its `stat`.
  public static func read(
    _ processID: Int32, _ fields: ProcessFields, from source: Procfs = .machine
  ) throws(SystemCallError) -> ProcessRecord {
    try source.verify()
    var reader = ProcessReader(fields)
    var stats = StatReader()
    for _ in 0..<attempts {
      guard let record = try reader.read(processID, in: source.directory),
        let last = try stats.read(processID, in: source.directory)
      else { break }
      if record.startTime == last.startTime { return record }
    }
    throw SystemCallError(call: "open", errno: .esrch, object: "PID \(processID)")
  }

  /// Reads one process that is known by its identity.
  ///
  /// - Throws: as `read(_:_:from:)` with a PID; `ESRCH`, too, when the PID belongs to another process now.
  ///
  /// Source: proc_pid_stat(5).
  public static func read(
    _ process: ProcessIdentity, _ fields: ProcessFields, from source: Procfs = .machine
  ) throws(SystemCallError) -> ProcessRecord {
    let record = try read(process.processID, fields, from: source)
    guard record.identity == process else {
      throw SystemCallError(call: "open", errno: .esrch, object: "PID \(process.processID)")
    }
    return record
  }
}
