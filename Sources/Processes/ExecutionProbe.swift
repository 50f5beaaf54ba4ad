// What each process becomes, told by the kernel in the moment of its exec: no process is faster. Needs the right to run a
// program in the kernel; without it, /proc is read as soon as an exec is heard of.

internal import Linux

/// What a process was just after an exec.
///
/// Source: execve(2).
public struct ProcessExecution: Hashable, Sendable {
  /// The directory that a process works in, as the kernel knows it: the same while a process keeps it.
  struct Place: Hashable, Sendable {
    let mount: UInt64
    let entry: UInt64
    let inode: UInt64
  }

  /// When, in nanoseconds of CLOCK_MONOTONIC: just before the event is announced.
  let time: UInt64
  /// As the first PID namespace has it.
  let processID: Int32
  /// Its arguments; nil where they were too long.
  let commandLine: CommandLine?
  /// What it is in.
  let namespaces: NamespaceLinks
  /// Where it works.
  let place: Place
  /// Where its stack begins, as /proc/PID/stat has it; 0 where that is not known.
  var startStack: UInt64 = 0
}

/// A program of the kernel's that runs at each exec.
///
/// Source: include/trace/events/sched.h, sched_process_exec; Documentation/bpf/ringbuf.rst, Linux 5.8.
struct ExecutionProbe: ~Copyable {
  private var ring: BPFRing
  private let attachment: BPFAttachment

  /// Begins to hear of execs.
  ///
  /// - Parameter size: of what may wait to be read, a power of two and pages: a thousand bytes an exec. What comes when it
  ///   is full is not told.
  /// - Throws: `SystemCallError` with `EPERM` without the right to, and when the kernel refuses the program.
  init(buffering size: Int = 4 << 20) throws(SystemCallError) {
    let name = "btf_trace_sched_process_exec"
    let layout = try TaskLayout(
      besides: ["linux_binprm", "mm_struct", "fs_struct", "path", "dentry", "inode"], functions: [name], from: .machine)
    let ring = try BPFRing(size: size)
    let attachment = try layout.attach(try Self.program(layout, ring), toTracepoint: name)
    self.init(ring, attachment)
  }

  private init(_ ring: consuming BPFRing, _ attachment: consuming BPFAttachment) {
    self.ring = ring
    self.attachment = attachment
  }

  /// What was executed since the last call, each process's in order.
  mutating func waiting() -> [ProcessExecution] {
    var found: [ProcessExecution] = []
    ring.read { if let one = ProcessExecution($0) { found.append(one) } }
    return found
  }
}

/// What the program writes: what the process is in as `NamespaceStep` has it, how many arguments it has and its number, 4
/// bytes each; in 8 bytes each the time, mount, entry and inode of its directory, where its stack begins, and how many bytes
/// of text there are, 0 where they could not be read; then the text, cut: its arguments, each ended by a NUL.
private enum Record {
  static let headSize: Int16 = 96
  static let textSize: Int32 = 1024 - Int32(headSize)
  /// On the stack.
  static let start = -headSize
  static let argumentCount = start + NamespaceStep.size
  static let processID = start + NamespaceStep.size + 4
  static let time = start + 48
  static let mount = start + 56
  static let entry = start + 64
  static let inode = start + 72
  static let startStack = start + 80
  static let textCount = start + 88
}

extension ExecutionProbe {
  /// Where the program keeps things on its stack, below the head of the record.
  private enum Place {
    static let step = Record.start - NamespaceStep.scratchSize
    static let execution = step - 8
    static let text = step - 16
    static let address = step - 24
  }

  private static func program(
    _ layout: TaskLayout, _ ring: borrowing BPFRing
  ) throws(SystemCallError) -> BPFTaskProgram {
    // The arguments of the tracepoint are the task, its number before, and the struct linux_binprm.
    var program = BPFTaskProgram(taskAt: 0)
    program.keepAddress(at: Place.execution, ofContext: 16)
    program.keepTime(at: Record.time)
    try NamespaceStep(place: Record.start, scratch: Place.step).append(to: &program, layout)
    program.read(4, to: Record.processID, from: .task, try layout.offset("task_struct", "tgid"))
    try readDirectory(&program, layout)
    program.read(
      4, to: Record.argumentCount, from: .stack(Place.execution), try layout.offset("linux_binprm", "argc"))
    program.read(8, to: Place.address, from: .task, try layout.offset("task_struct", "mm"))
    program.read(8, to: Record.startStack, from: .stack(Place.address), try layout.offset("mm_struct", "start_stack"))
    program.read(8, to: Place.text, from: .stack(Place.address), try layout.offset("mm_struct", "arg_start"))
    program.read(8, to: Record.textCount, from: .stack(Place.address), try layout.offset("mm_struct", "arg_end"))
    program.subtract(Place.text, from: Record.textCount)
    program.reserve(Int32(Record.headSize) + Record.textSize, in: ring)
    program.fill(Int32(Record.headSize), upTo: Record.textSize, from: Place.text, count: Record.textCount)
    program.fill(0, with: Int32(Record.headSize), from: Record.start)
    program.submit()
    return program
  }

  private static func readDirectory(_ program: inout BPFTaskProgram, _ layout: TaskLayout) throws(SystemCallError) {
    program.read(8, to: Place.address, from: .task, try layout.offset("task_struct", "fs"))
    let path = try layout.offset("fs_struct", "pwd")
    program.read(8, to: Record.mount, from: .stack(Place.address), path + (try layout.offset("path", "mnt")))
    program.read(8, to: Record.entry, from: .stack(Place.address), path + (try layout.offset("path", "dentry")))
    program.read(8, to: Place.address, from: .stack(Record.entry), try layout.offset("dentry", "d_inode"))
    program.read(8, to: Record.inode, from: .stack(Place.address), try layout.offset("inode", "i_ino"))
  }
}

extension ProcessExecution {
  fileprivate init?(_ record: RawSpan) {
    guard record.byteCount == Int(Record.headSize) + Int(Record.textSize) else { return nil }
    func word(_ place: Int16) -> UInt32 {
      unsafe record.unsafeLoad(fromByteOffset: Int(place - Record.start), as: UInt32.self)
    }
    func number(_ place: Int16) -> UInt64 { UInt64(word(place)) | UInt64(word(place + 4)) << 32 }
    time = number(Record.time)
    processID = Int32(bitPattern: word(Record.processID))
    place = Place(mount: number(Record.mount), entry: number(Record.entry), inode: number(Record.inode))
    startStack = number(Record.startStack)
    namespaces = NamespaceLinks((0..<10).map { word(Record.start + 4 * $0) }[...])
    let textCount = min(number(Record.textCount), UInt64(Record.textSize))
    commandLine = ProcessExecution.commandLine(
      record.extracting(Int(Record.headSize)..<Int(Record.headSize) + Int(textCount)),
      word(Record.argumentCount))
  }

  /// - Parameter count: of arguments.
  /// - Returns: nil where they do not end within the text.
  private static func commandLine(_ text: RawSpan, _ count: UInt32) -> CommandLine? {
    var remaining = count
    var bytes: [UInt8] = []
    for index in 0..<text.byteCount where remaining > 0 {
      let byte = unsafe text.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      bytes.append(byte)
      if byte == 0 { remaining -= 1 }
    }
    return remaining == 0 && count > 0 ? CommandLine(bytes: bytes) : nil
  }
}
