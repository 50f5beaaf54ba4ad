// Where the running kernel keeps what is told of its tasks: what a program that the kernel runs over all of them
// has to know beforehand.

public import Linux

/// The structures of the running kernel, for one who reads a procfs of its own PID namespace.
///
/// Source: Documentation/bpf/btf.rst, Documentation/bpf/bpf_iterators.rst.
public struct TaskLayout: Sendable {
  /// Below so many processes their files are read sooner than the kernel describes its structures.
  public static let worthwhileCount = 400
  private static let structures: Set<String> = [
    "task_struct", "nsproxy", "cred", "pid", "uts_namespace", "ipc_namespace", "mnt_namespace", "net",
    "pid_namespace", "time_namespace", "cgroup_namespace", "user_namespace", "ns_common",
  ]

  private let types: KernelTypes

  /// Reads the layout.
  ///
  /// - Parameters:
  ///   - structures: of which members are wanted besides those of a task and its namespaces.
  ///   - functions: that programs are attached to, tracepoints among them.
  /// - Throws: `SystemCallError` with `EPERM` without the right to run programs in the kernel, `ENOENT` when it does
  ///   not describe its structures, `EINVAL` when the procfs shows another PID namespace than the reader's.
  public init(
    besides structures: Set<String> = [], functions: Set<String>, from source: Procfs
  ) throws(SystemCallError) {
    let own = try ProcessCapabilities().effective
    guard own.contains(.administerSystem) || own.contains(.useBPF) else {
      throw SystemCallError(call: "bpf", errno: .eperm, object: "a program of the kernel")
    }
    guard try source.showsOwnNamespace() else {
      throw SystemCallError(call: "readlink", errno: .einval, object: "/proc/self")
    }
    types = try KernelTypes(structures: TaskLayout.structures.union(structures), functions: functions)
  }

  /// The place of a member, in bytes from the start of the structure.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  public func offset(_ structure: String, _ member: String) throws(SystemCallError) -> Int32 {
    guard let offset = types.offset(structure, member) else {
      throw SystemCallError(call: "read", errno: .einval, object: "\(structure).\(member)")
    }
    return offset
  }

  /// The place of the inode's number in a namespace's structure.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such structure.
  public func inode(of structure: String) throws(SystemCallError) -> Int32 {
    try offset(structure, "ns") + offset("ns_common", "inum")
  }

  /// Adds a step that reads how deep the reader's PID namespace is nested: the index of its number of a process.
  ///
  /// - Parameters:
  ///   - place: where it goes on the program's stack, 4 bytes.
  ///   - scratch: 8 bytes of the stack for what leads there.
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  public func readReaderLevel(
    _ program: inout BPFTaskProgram, to place: Int16, by scratch: Int16
  ) throws(SystemCallError) {
    program.keepReader(at: scratch)
    program.read(8, to: scratch, from: .stack(scratch), try offset("task_struct", "thread_pid"))
    program.read(4, to: place, from: .stack(scratch), try offset("pid", "level"))
  }

  /// Adds a step that reads the number that the reader knows the task's process by.
  ///
  /// - Parameters:
  ///   - place: where it goes on the program's stack, 4 bytes.
  ///   - level: where the reader's level is on the stack.
  ///   - scratch: 8 bytes of the stack for what leads there.
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  public func readProcessID(
    _ program: inout BPFTaskProgram, to place: Int16, at level: Int16, by scratch: Int16
  ) throws(SystemCallError) {
    program.read(8, to: scratch, from: .task, try offset("task_struct", "group_leader"))
    program.read(8, to: scratch, from: .stack(scratch), try offset("task_struct", "thread_pid"))
    try readNumber(&program, to: place, at: level, from: scratch)
  }

  /// Adds a step that reads the number that the reader knows a `struct pid` by: one element of 16 bytes for each level.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  func readNumber(
    _ program: inout BPFTaskProgram, to place: Int16, at level: Int16, from pid: Int16
  ) throws(SystemCallError) {
    program.read(4, to: place, from: pid, try offset("pid", "numbers"), index: level, shift: 4)
  }

  /// Adds a step that reads the inode of a namespace that a member of the task's `nsproxy` leads to.
  ///
  /// - Parameters:
  ///   - place: where it goes on the program's stack, 4 bytes.
  ///   - proxy: where the address of the `nsproxy` is on the stack.
  ///   - scratch: 8 bytes of the stack for what leads there.
  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  public func readInode(
    _ program: inout BPFTaskProgram, to place: Int16, from proxy: Int16, _ member: String, of structure: String,
    by scratch: Int16
  ) throws(SystemCallError) {
    program.read(8, to: scratch, from: .stack(proxy), try offset("nsproxy", member))
    program.read(4, to: place, from: .stack(scratch), try inode(of: structure))
  }

  /// Runs a program.
  ///
  /// - Returns: what it wrote, 4 bytes to a number.
  /// - Throws: `SystemCallError` with `EPERM`, `EINVAL` or `EACCES` when the kernel refuses it.
  public func run(_ program: BPFTaskProgram, attachedTo name: String) throws(SystemCallError) -> [UInt32] {
    try program.run(attachedTo: try function(name))
  }

  /// Has a program run at a tracepoint from now on.
  ///
  /// - Throws: `SystemCallError` with `EPERM`, `EINVAL` or `EACCES` when the kernel refuses it.
  func attach(_ program: BPFTaskProgram, toTracepoint name: String) throws(SystemCallError) -> BPFAttachment {
    try program.attach(toTracepoint: try function(name))
  }

  private func function(_ name: String) throws(SystemCallError) -> UInt32 {
    guard let id = types.function(name) else {
      throw SystemCallError(call: "bpf", errno: .einval, object: name)
    }
    return id
  }
}
