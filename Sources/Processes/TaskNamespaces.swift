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

/// What the program writes for a task: inodes in the order of the kinds, the two that its children will be in, its
/// number and its process's, 4 bytes each, and its start in nanoseconds, 8 bytes.
private enum Record {
  static let size = 56
  static let start = -Int16(size)
  static let pidForChildren = start + 32
  static let timeForChildren = start + 36
  static let threadID = start + 40
  static let processID = start + 44
  static let startTime = start + 48

  static func place(_ kind: NamespaceKind) -> Int16 { start + 4 * Int16(kind.rawValue) }
}

extension TaskNamespaces {
  /// Where the program keeps addresses on its stack, below the record.
  private enum Place {
    static let proxy: Int16 = -72
    static let first: Int16 = -80
    static let second: Int16 = -88
    static let level: Int16 = -96
    static let readersLevel: Int16 = -104
  }

  private static func program(_ layout: TaskLayout) throws(SystemCallError) -> BPFIteratorProgram {
    var program = BPFIteratorProgram()
    func read(_ member: String, of structure: String, to place: Int16) throws(SystemCallError) {
      try layout.readInode(&program, to: place, from: Place.proxy, member, of: structure, by: Place.first)
    }
    program.read(8, to: Place.proxy, from: .task, try layout.offset("task_struct", "nsproxy"))
    try read("cgroup_ns", of: "cgroup_namespace", to: Record.place(.cgroup))
    try read("ipc_ns", of: "ipc_namespace", to: Record.place(.ipc))
    try read("mnt_ns", of: "mnt_namespace", to: Record.place(.mount))
    try read("net_ns", of: "net", to: Record.place(.network))
    try read("time_ns", of: "time_namespace", to: Record.place(.time))
    try read("uts_ns", of: "uts_namespace", to: Record.place(.uts))
    try read("pid_ns_for_children", of: "pid_namespace", to: Record.pidForChildren)
    try read("time_ns_for_children", of: "time_namespace", to: Record.timeForChildren)
    program.read(8, to: Place.first, from: .task, try layout.offset("task_struct", "real_cred"))
    program.read(8, to: Place.first, from: .stack(Place.first), try layout.offset("cred", "user_ns"))
    program.read(4, to: Record.place(.user), from: .stack(Place.first), try layout.inode(of: "user_namespace"))
    try readIdentity(&program, layout)
    program.write(Int32(Record.size), from: Record.start)
    return program
  }

  /// The PID namespace is that of the last of a `struct pid`'s numbers: struct upid, 16 bytes, is the number and then
  /// its namespace.
  private static func readIdentity(
    _ program: inout BPFIteratorProgram, _ layout: TaskLayout
  ) throws(SystemCallError) {
    program.read(8, to: Place.first, from: .task, try layout.offset("task_struct", "thread_pid"))
    program.read(4, to: Place.level, from: .stack(Place.first), try layout.offset("pid", "level"))
    program.read(
      8, to: Place.second, from: Place.first, try layout.offset("pid", "numbers") + 8, index: Place.level, shift: 4)
    program.read(4, to: Record.place(.pid), from: .stack(Place.second), try layout.inode(of: "pid_namespace"))
    try layout.readReaderLevel(&program, to: Place.readersLevel, by: Place.second)
    try layout.readNumber(&program, to: Record.threadID, at: Place.readersLevel, from: Place.first)
    try layout.readProcessID(&program, to: Record.processID, at: Place.readersLevel, by: Place.first)
    program.read(8, to: Record.startTime, from: .task, try layout.offset("task_struct", "start_boottime"))
  }
}

extension TaskNamespaces.Task {
  /// Nanoseconds in a clock tick, of which a second has 100 on all architectures.
  private static let tick: UInt64 = 10_000_000

  fileprivate init(_ record: ArraySlice<UInt32>) {
    func word(_ place: Int16) -> UInt32 { record[record.startIndex + Int(place - Record.start) / 4] }
    func inode(_ place: Int16) -> UInt64? { word(place) == 0 ? nil : UInt64(word(place)) }
    threadID = Int32(bitPattern: word(Record.threadID))
    processID = Int32(bitPattern: word(Record.processID))
    startTime = (UInt64(word(Record.startTime)) | UInt64(word(Record.startTime + 4)) << 32) / Self.tick
    var links = NamespaceLinks()
    for kind in NamespaceKind.allCases { links[kind] = inode(Record.place(kind)) }
    links.pidForChildren = inode(Record.pidForChildren)
    links.timeForChildren = inode(Record.timeForChildren)
    namespaces = links
  }
}
