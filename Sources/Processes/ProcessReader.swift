// Reads the files of one process or thread after the other into the same buffers.

internal import Linux

/// The buffers and paths that all reads share.
struct ProcessReader: Sendable {
  let fields: ProcessFields
  private var stats = StatReader()
  private var buffer = FileBuffer()
  private var paths = Paths()
  private var directoryReader = DirectoryReader(bufferSize: 16384)
  /// Where the kernel told them all at once.
  private var tasks: TaskNamespaces?

  init(_ fields: ProcessFields) {
    self.fields = fields
  }

  /// Asks the kernel for the namespaces of all its tasks at once, where they are wanted and the reader may; what is
  /// not among them, or started at another time, is read from /proc.
  mutating func askTasks(of source: Procfs) {
    // Before its first child a process has no link for its children's PID namespace, which tasks do not tell.
    guard fields.contains(.namespaces), !fields.contains(.namespacesForChildren) else { return }
    do throws(SystemCallError) {
      tasks = try TaskNamespaces(TaskLayout(functions: [TaskNamespaces.function], from: source))
    } catch {
      tasks = nil
    }
  }

  /// Reads an entry of a directory that holds processes or threads.
  ///
  /// - Returns: nil when there is no such process, or it vanished before it was read.
  /// - Throws: `SystemCallError` when `stat` cannot be read or understood for any other reason.
  mutating func read(
    _ number: Int32, in directory: borrowing FileDescriptor, isThread: Bool = false
  ) throws(SystemCallError) -> ProcessRecord? {
    if fields.isEmpty || fields == .owner {
      guard let stat = try stats.read(number, in: directory) else { return nil }
      var record = ProcessRecord(stat: stat)
      if fields == .owner { readOwner(of: &record, number, in: directory) }
      return record
    }
    // Held open, so that all its files are of the same process, whoever gets the number next.
    guard let process = try openProcess(number, in: directory), let stat = try stats.read(nil, in: process) else {
      return nil
    }
    var record = ProcessRecord(stat: stat)
    readOften(&record, in: process)
    readSeldom(&record, in: process)
    if !isThread { readThreads(of: &record, number, in: process) }
    return record
  }

  /// - Returns: nil when there is no such process.
  private mutating func openProcess(
    _ number: Int32, in directory: borrowing FileDescriptor
  ) throws(SystemCallError) -> FileDescriptor? {
    paths.directory.number = number
    do throws(SystemCallError) {
      return try directory.open(paths.directory, [.path, .directory])
    } catch {
      if error.errno == .enoent || error.errno == .esrch { return nil }
      throw error
    }
  }

  private mutating func readOwner(
    of record: inout ProcessRecord, _ number: Int32?, in directory: borrowing FileDescriptor
  ) {
    do throws(SystemCallError) {
      if let number { paths.directory.number = number }
      let status = try number == nil ? directory.status() : directory.status(of: paths.directory)
      record.owner = .value(ProcessOwner(userID: status.userID, groupID: status.groupID))
    } catch {
      record.owner = .unreadable(error.errno)
    }
  }

  private mutating func readOften(
    _ record: inout ProcessRecord, in directory: borrowing FileDescriptor
  ) {
    if fields.contains(.owner) { readOwner(of: &record, nil, in: directory) }
    if fields.contains(.status) {
      record.status = buffer.read(&paths.status, nil, in: directory) { ProcessStatus($0) }
    }
    if fields.contains(.commandLine) {
      record.commandLine = buffer.read(&paths.commandLine, nil, in: directory) { CommandLine(bytes: $0.copied) }
    }
    if fields.contains(.environment) {
      record.environment = buffer.read(&paths.environment, nil, in: directory) { Environment($0) }
    }
    if fields.contains(.cgroup) {
      record.cgroup = buffer.read(&paths.cgroup, nil, in: directory) { CgroupMembership.parse($0) }
    }
    if fields.contains(.namespaces) {
      let known = tasks?.namespaces(of: record.processID, startedAt: record.startTime)
      record.namespaces = known.map { .value($0) } ?? readNamespaces(in: directory)
    }
  }

  private mutating func readSeldom(
    _ record: inout ProcessRecord, in directory: borrowing FileDescriptor
  ) {
    if fields.contains(.limits) {
      record.limits = buffer.read(&paths.limits, nil, in: directory) { ResourceLimit.parse($0) }
    }
    if fields.contains(.workingDirectory) {
      record.workingDirectory = buffer.readDirectoryLink(&paths.workingDirectory, in: directory)
    }
    if fields.contains(.rootDirectory) {
      record.rootDirectory = buffer.readDirectoryLink(&paths.rootDirectory, in: directory)
    }
    if fields.contains(.executable) {
      record.executable = buffer.readLink(&paths.executable, nil, in: directory) { $0.copied }
    }
    if fields.contains(.securityLabel) {
      record.securityLabel = buffer.read(&paths.securityLabel, nil, in: directory) { $0.trimmed }
    }
    if fields.contains(.waitChannel) {
      record.waitChannel = buffer.read(&paths.waitChannel, nil, in: directory) { $0.trimmed }
    }
    if fields.contains(.outOfMemory) { record.outOfMemory = readOutOfMemory(in: directory) }
    readUsage(&record, in: directory)
    if fields.contains(.loginUser) {
      record.loginUserID = buffer.read(&paths.loginUser, nil, in: directory) {
        $0.number.map { UInt32(truncatingIfNeeded: $0) }
      }
    }
  }

  /// Opens the directory once: each link is then one step of the kernel's instead of three.
  private mutating func readUsage(
    _ record: inout ProcessRecord, in directory: borrowing FileDescriptor
  ) {
    if fields.contains(.inputOutput) {
      record.inputOutput = buffer.read(&paths.inputOutput, nil, in: directory) { InputOutputCounters($0) }
    }
    if fields.contains(.memoryShares) {
      record.memoryShares = buffer.read(&paths.memoryShares, nil, in: directory) { MemoryShares($0) }
    }
    if fields.contains(.autogroup) {
      record.autogroup = buffer.read(&paths.autogroup, nil, in: directory) { SchedulingAutogroup($0) }
    }
  }

  private mutating func readNamespaces(in directory: borrowing FileDescriptor) -> Reading<NamespaceLinks> {
    do throws(SystemCallError) {
      return readNamespaceLinks(in: try directory.open(paths.namespaceDirectory, [.path, .directory]))
    } catch {
      return .unreadable(error.errno)
    }
  }

  private mutating func readNamespaceLinks(in directory: borrowing FileDescriptor) -> Reading<NamespaceLinks> {
    var links = NamespaceLinks()
    var isEmpty = true
    for kind in NamespaceKind.allCases {
      let inode = readNamespace(Int(kind.rawValue), in: directory)
      links[kind] = inode.value
      isEmpty = isEmpty && inode.value == nil
      if links.firstError == nil { links.firstError = inode.error }
      // The right to look is the same for all of a process's links.
      if isEmpty, inode.error == .eacces { break }
    }
    if isEmpty, let error = links.firstError { return .unreadable(error) }
    if fields.contains(.namespacesForChildren) {
      links.pidForChildren = readNamespace(Paths.pidForChildren, in: directory).value
      links.timeForChildren = readNamespace(Paths.timeForChildren, in: directory).value
    }
    return .value(links)
  }

  private mutating func readNamespace(_ index: Int, in directory: borrowing FileDescriptor) -> Reading<UInt64> {
    buffer.readLink(&paths.namespaces[index], nil, in: directory) { NamespaceLink.inode(in: $0) }
  }

  private mutating func readOutOfMemory(in directory: borrowing FileDescriptor) -> Reading<OutOfMemoryScore> {
    let score = buffer.read(&paths.outOfMemoryScore, nil, in: directory) { $0.number }
    return buffer.read(&paths.outOfMemoryAdjustment, nil, in: directory) {
      $0.number.map {
        OutOfMemoryScore(
          adjustment: Int32(truncatingIfNeeded: $0), score: score.value.map { Int32(truncatingIfNeeded: $0) })
      }
    }
  }

  private mutating func readThreads(
    of record: inout ProcessRecord, _ number: Int32, in directory: borrowing FileDescriptor
  ) {
    guard !fields.isDisjoint(with: [.threads, .children]) else { return }
    do throws(SystemCallError) {
      let tasks = try directory.open(paths.tasks, [.directory])
      var threads: [Int32] = []
      try directoryReader.readNumbers(of: tasks, into: &threads)
      if fields.contains(.children) { record.children = readChildren(of: threads, in: tasks) }
      if fields.contains(.threads) {
        var records: [ProcessRecord] = []
        for thread in threads {
          guard var one = try read(thread, in: tasks, isThread: true) else { continue }
          one.threadGroupID = number
          records.append(one)
        }
        record.threads = .value(records)
      }
    } catch {
      if fields.contains(.children) { record.children = .unreadable(error.errno) }
      if fields.contains(.threads) { record.threads = .unreadable(error.errno) }
    }
  }

  private mutating func readChildren(
    of threads: [Int32], in tasks: borrowing FileDescriptor
  ) -> Reading<[Int32]> {
    var all: [Int32] = []
    for thread in threads {
      let children = buffer.read(&paths.children, thread, in: tasks) { (text) -> [Int32]? in
        var cursor = ByteCursor(text)
        var numbers: [Int32] = []
        while let number = cursor.number() { numbers.append(Int32(truncatingIfNeeded: number)) }
        return numbers
      }
      if let error = children.error, error != .enoent || threads.count == 1 { return .unreadable(error) }
      all += children.value ?? []
    }
    return .value(all.sorted())
  }
}

/// One buffer for the content of all files and links.
private struct FileBuffer: Sendable {
  var bytes = [UInt8](repeating: 0, count: 8192)

  /// Reads a whole file and makes a value of it; text that is no such value is `EINVAL`.
  mutating func read<Value>(
    _ path: inout NumberedPath, _ number: Int32?, in directory: borrowing FileDescriptor,
    _ parse: (Span<UInt8>) -> Value?
  ) -> Reading<Value> {
    if let number { path.number = number }
    do throws(SystemCallError) {
      var count = try directory.readBeginning(of: path, into: &bytes)
      if count == bytes.count { count = try directory.readWhole(path, into: &bytes) }
      guard let value = parse(bytes.span.extracting(0..<count)) else { return .unreadable(.einval) }
      return .value(value)
    } catch {
      return .unreadable(error.errno)
    }
  }

  mutating func readLink<Value>(
    _ path: inout NumberedPath, _ number: Int32?, in directory: borrowing FileDescriptor,
    _ parse: (Span<UInt8>) -> Value?
  ) -> Reading<Value> {
    if let number { path.number = number }
    do throws(SystemCallError) {
      let count = try directory.readLink(path, into: &bytes)
      guard let value = parse(bytes.span.extracting(0..<count)) else { return .unreadable(.einval) }
      return .value(value)
    } catch {
      return .unreadable(error.errno)
    }
  }

  mutating func readDirectoryLink(
    _ path: inout NumberedPath, in directory: borrowing FileDescriptor
  ) -> Reading<DirectoryLink> {
    let target = readLink(&path, nil, in: directory) { $0.copied }
    guard let target = target.value else { return .unreadable(target.error ?? .enoent) }
    do throws(SystemCallError) {
      let status = try directory.status(of: path)
      let identity = DirectoryIdentity(device: status.device, inode: status.inode)
      return .value(DirectoryLink(target: target, identity: identity))
    } catch {
      return .value(DirectoryLink(target: target, identity: nil))
    }
  }
}

/// Each path is laid out once; only its number changes.
private struct Paths: Sendable {
  static let pidForChildren = NamespaceKind.allCases.count
  static let timeForChildren = NamespaceKind.allCases.count + 1

  var directory = NumberedPath("")
  var status = NumberedPath("status")
  var commandLine = NumberedPath("cmdline")
  var environment = NumberedPath("environ")
  var workingDirectory = NumberedPath("cwd")
  var rootDirectory = NumberedPath("root")
  var executable = NumberedPath("exe")
  var limits = NumberedPath("limits")
  var cgroup = NumberedPath("cgroup")
  var tasks = NumberedPath("task")
  var children = NumberedPath("children")
  var securityLabel = NumberedPath("attr/current")
  var waitChannel = NumberedPath("wchan")
  var outOfMemoryScore = NumberedPath("oom_score")
  var outOfMemoryAdjustment = NumberedPath("oom_score_adj")
  var loginUser = NumberedPath("loginuid")
  var inputOutput = NumberedPath("io")
  var memoryShares = NumberedPath("smaps_rollup")
  var autogroup = NumberedPath("autogroup")
  var namespaceDirectory = NumberedPath("ns")
  /// Below the directory of namespaces.
  var namespaces =
    NamespaceKind.allCases.map { NumberedPath($0.staticName) }
    + [NumberedPath("pid_for_children"), NumberedPath("time_for_children")]
}

extension Span<UInt8> {
  /// A copy without the NUL, newline or blank that ends it.
  fileprivate var trimmed: [UInt8] {
    var end = count
    while end > 0, self[end - 1] == 0 || self[end - 1] == 10 { end -= 1 }
    return copy(0..<end)
  }

  /// The number that the text begins with.
  fileprivate var number: UInt64? {
    var cursor = ByteCursor(self)
    return cursor.number()
  }
}
