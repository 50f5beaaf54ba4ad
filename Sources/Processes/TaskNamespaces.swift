// The namespaces of all processes in one reading, where the links of /proc would be tens of thousands of system
// calls. Needs the right to run a program in the kernel; without it, the links do.

public import Linux

/// The namespaces of each task of the reader's PID namespace, at nearly one moment.
///
/// Corresponds to the links of /proc/PID/task/TID/ns; Documentation/bpf/bpf_iterators.rst, Linux 5.8.
public struct TaskNamespaces: Sendable {
  /// A thread, and what it is in.
  public struct Task: Sendable {
    /// Its own number.
    public let threadID: Int32
    /// The number of its process.
    public let processID: Int32
    /// In clock ticks after boot, as /proc/PID/stat has it.
    public let startTime: UInt64
    /// What it and its next children are in. Of a zombie, only the PID and the user namespace.
    public let namespaces: NamespaceLinks
  }

  /// The function of the kernel that such a program is attached to.
  public static let function = "bpf_iter_task"

  /// In ascending order of their numbers.
  public let tasks: [Task]

  /// Asks the kernel.
  ///
  /// - Throws: `SystemCallError` when it refuses the program.
  public init(_ layout: TaskLayout) throws(SystemCallError) {
    let words = try layout.run(try TaskNamespaces.program(layout), attachedTo: TaskNamespaces.function)
    tasks = stride(from: 0, to: words.count, by: Record.size / 4).map { Task(words[$0...]) }
  }

  /// What a thread is in.
  ///
  /// - Returns: nil when there was no such thread, or its number belonged to another.
  func namespaces(of threadID: Int32, startedAt startTime: UInt64) -> NamespaceLinks? {
    var (low, high) = (0, tasks.count)
    while low < high {
      let middle = (low + high) / 2
      if tasks[middle].threadID < threadID { low = middle + 1 } else { high = middle }
    }
    guard low < tasks.count, tasks[low].threadID == threadID, tasks[low].startTime == startTime else { return nil }
    return tasks[low].namespaces
  }
}

/// What the program writes for a task: what it is in as `NamespaceStep` has it, its number and its process's, 4 bytes
/// each, and its start in nanoseconds, 8 bytes.
private enum Record {
  static let size = 56
  static let start = -Int16(size)
  static let threadID = start + NamespaceStep.size
  static let processID = start + NamespaceStep.size + 4
  static let startTime = start + NamespaceStep.size + 8
}

extension TaskNamespaces {
  /// Where the program keeps things on its stack, below the record.
  private enum Place {
    static let step = Record.start - NamespaceStep.scratchSize
    static let first: Int16 = -88
    static let second: Int16 = -96
    static let level: Int16 = -104
  }

  private static func program(_ layout: TaskLayout) throws(SystemCallError) -> BPFTaskProgram {
    var program = BPFTaskProgram()
    try NamespaceStep(place: Record.start, scratch: Place.step).append(to: &program, layout)
    program.read(8, to: Place.first, from: .task, try layout.offset("task_struct", "thread_pid"))
    try layout.readReaderLevel(&program, to: Place.level, by: Place.second)
    try layout.readNumber(&program, to: Record.threadID, at: Place.level, from: Place.first)
    try layout.readProcessID(&program, to: Record.processID, at: Place.level, by: Place.first)
    program.read(8, to: Record.startTime, from: .task, try layout.offset("task_struct", "start_boottime"))
    program.write(Int32(Record.size), from: Record.start)
    return program
  }
}

extension TaskNamespaces.Task {
  /// Nanoseconds in a clock tick, of which a second has 100 on all architectures.
  private static let tick: UInt64 = 10_000_000

  fileprivate init(_ record: ArraySlice<UInt32>) {
    func word(_ place: Int16) -> UInt32 { record[record.startIndex + Int(place - Record.start) / 4] }
    threadID = Int32(bitPattern: word(Record.threadID))
    processID = Int32(bitPattern: word(Record.processID))
    startTime = (UInt64(word(Record.startTime)) | UInt64(word(Record.startTime + 4)) << 32) / Self.tick
    namespaces = NamespaceLinks(record)
  }
}
