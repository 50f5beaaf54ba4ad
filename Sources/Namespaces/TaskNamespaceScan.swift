// What ProcessNamespaceScan finds by tens of thousands of system calls, in one reading: two programs that the kernel
// runs over its tasks and their open files. Needs the right to load them; without it, links of /proc do.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// A pass over the tasks of the reader's PID namespace by BPF iterators.
struct TaskNamespaceScan {
  /// The structures of the kernel that are read.
  private static let structures: Set<String> = [
    "task_struct", "nsproxy", "cred", "pid", "uts_namespace", "ipc_namespace", "mnt_namespace", "net",
    "pid_namespace", "time_namespace", "cgroup_namespace", "user_namespace", "ns_common", "file", "inode",
    "super_block", "socket", "sock", "sock_common",
  ]
  private static let taskFunction = "bpf_iter_task"
  private static let fileFunction = "bpf_iter_task_file"
  /// The bytes that the task program writes for a task: ten inodes, then TID and PID, 4 bytes each.
  private static let recordSize = 48

  private let kinds: [NamespaceKind]
  private let scope: SearchScope
  private let source: Procfs
  private let types: KernelTypes
  /// How deep the reader's PID namespace is nested.
  private let level: Int32

  /// - Throws: `SystemCallError` when the kernel does not describe its structures, or the procfs shows another PID
  ///   namespace than the reader's.
  init(_ kinds: Set<NamespaceKind>, _ scope: SearchScope, _ source: Procfs) throws(SystemCallError) {
    self.kinds = NamespaceKind.allCases.filter(kinds.contains)
    self.scope = scope
    self.source = source
    let own = CallingProcess.processID
    let record = try ProcessRecord.read(own, .status, from: source)
    guard let numbers = record.status.value?.processIDs, numbers.last == own else {
      throw SystemCallError(call: "read", errno: .einval, object: "NSpid of PID \(own)")
    }
    level = Int32(numbers.count - 1)
    types = try KernelTypes(
      structures: TaskNamespaceScan.structures,
      functions: [TaskNamespaceScan.taskFunction, TaskNamespaceScan.fileFunction])
  }
}

// MARK: The programs

extension TaskNamespaceScan {
  /// Where the programs keep things on their stack; the record that is written comes last.
  private enum Place {
    static let proxy: Int16 = -72
    static let first: Int16 = -80
    static let second: Int16 = -88
    static let number: Int16 = -96
    static let other: Int16 = -104
  }

  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such member.
  private func offset(_ structure: String, _ member: String) throws(SystemCallError) -> Int32 {
    guard let offset = types.offset(structure, member) else {
      throw SystemCallError(call: "read", errno: .einval, object: "\(structure).\(member)")
    }
    return offset
  }

  private func inode(of structure: String) throws(SystemCallError) -> Int32 {
    try offset(structure, "ns") + offset("ns_common", "inum")
  }

  /// Reads the inode of a namespace that a member of the task's nsproxy leads to.
  private func readInode(
    _ program: inout BPFIteratorProgram, to place: Int16, member: String, of structure: String
  ) throws(SystemCallError) {
    program.read(8, to: Place.first, from: .stack(Place.proxy), try offset("nsproxy", member))
    program.read(4, to: place, from: .stack(Place.first), try inode(of: structure))
  }

  /// Reads the number that the reader knows the task's process by.
  private func readProcessID(_ program: inout BPFIteratorProgram, to place: Int16) throws(SystemCallError) {
    program.read(8, to: Place.first, from: .task, try offset("task_struct", "group_leader"))
    program.read(8, to: Place.first, from: .stack(Place.first), try offset("task_struct", "thread_pid"))
    program.read(4, to: place, from: .stack(Place.first), try offset("pid", "numbers") + 16 * level)
  }

  private func taskProgram() throws(SystemCallError) -> BPFIteratorProgram {
    var program = BPFIteratorProgram()
    let record = -Int16(TaskNamespaceScan.recordSize)
    func place(_ kind: NamespaceKind) -> Int16 { record + 4 * Int16(kind.rawValue) }
    program.read(8, to: Place.proxy, from: .task, try offset("task_struct", "nsproxy"))
    try readInode(&program, to: place(.cgroup), member: "cgroup_ns", of: "cgroup_namespace")
    try readInode(&program, to: place(.ipc), member: "ipc_ns", of: "ipc_namespace")
    try readInode(&program, to: place(.mount), member: "mnt_ns", of: "mnt_namespace")
    try readInode(&program, to: place(.network), member: "net_ns", of: "net")
    try readInode(&program, to: place(.time), member: "time_ns", of: "time_namespace")
    try readInode(&program, to: place(.uts), member: "uts_ns", of: "uts_namespace")
    try readInode(&program, to: record + 32, member: "pid_ns_for_children", of: "pid_namespace")
    try readInode(&program, to: record + 36, member: "time_ns_for_children", of: "time_namespace")
    program.read(8, to: Place.first, from: .task, try offset("task_struct", "real_cred"))
    program.read(8, to: Place.first, from: .stack(Place.first), try offset("cred", "user_ns"))
    program.read(4, to: place(.user), from: .stack(Place.first), try inode(of: "user_namespace"))
    // struct upid, 16 bytes: the number, then the PID namespace that it is of.
    program.read(8, to: Place.first, from: .task, try offset("task_struct", "thread_pid"))
    program.read(4, to: Place.number, from: .stack(Place.first), try offset("pid", "level"))
    program.read(
      8, to: Place.second, from: Place.first, try offset("pid", "numbers") + 8, index: Place.number, shift: 4)
    program.read(4, to: place(.pid), from: .stack(Place.second), try inode(of: "pid_namespace"))
    program.read(4, to: record + 40, from: .stack(Place.first), try offset("pid", "numbers") + 16 * level)
    try readProcessID(&program, to: record + 44)
    program.write(Int32(TaskNamespaceScan.recordSize), from: record)
    return program
  }

  /// A program for open files: the file's address and its inode's are on the stack. It writes PID, descriptor and an
  /// inode.
  private func fileProgram() throws(SystemCallError) -> BPFIteratorProgram {
    var program = BPFIteratorProgram()
    program.keepNumber(at: -12, ofContext: 16)
    program.keepAddress(at: Place.first, ofContext: 24)
    program.read(8, to: Place.second, from: .stack(Place.first), try offset("file", "f_inode"))
    return program
  }

  private func namespaceFileProgram() throws(SystemCallError) -> BPFIteratorProgram {
    var program = try fileProgram()
    program.read(8, to: Place.proxy, from: .stack(Place.second), try offset("inode", "i_sb"))
    program.read(4, to: Place.number, from: .stack(Place.proxy), try offset("super_block", "s_magic"))
    program.exitUnless(Place.number, masked: -1, is: Int32(MountStatus.namespaceMagic))
    program.read(4, to: -8, from: .stack(Place.second), try offset("inode", "i_ino"))
    try readProcessID(&program, to: -16)
    program.write(12, from: -16)
    return program
  }

  private func socketProgram() throws(SystemCallError) -> BPFIteratorProgram {
    var program = try fileProgram()
    program.read(4, to: Place.number, from: .stack(Place.second), try offset("inode", "i_mode"))
    program.exitUnless(Place.number, masked: 0xf000, is: 0xc000)
    program.read(8, to: Place.first, from: .stack(Place.first), try offset("file", "private_data"))
    program.read(8, to: Place.first, from: .stack(Place.first), try offset("socket", "sk"))
    program.read(
      8, to: Place.first, from: .stack(Place.first),
      try offset("sock", "__sk_common") + offset("sock_common", "skc_net"))
    program.read(4, to: -8, from: .stack(Place.first), try inode(of: "net"))
    program.read(8, to: Place.proxy, from: .task, try offset("task_struct", "nsproxy"))
    try readInode(&program, to: Place.other, member: "net_ns", of: "net")
    program.exitIfEqual(-8, Place.other)
    try readProcessID(&program, to: -16)
    program.write(12, from: -16)
    return program
  }
}

// MARK: Reading what they wrote

extension TaskNamespaceScan {
  /// - Throws: `SystemCallError` when the kernel refuses a program; nothing has been found then.
  func run(into findings: inout InventoryFindings) throws(SystemCallError) {
    let tasks = try run(try taskProgram(), TaskNamespaceScan.taskFunction)
    var files: [[UInt32]] = []
    if scope.contains(.descriptors) {
      files = [
        try run(try namespaceFileProgram(), TaskNamespaceScan.fileFunction),
        try run(try socketProgram(), TaskNamespaceScan.fileFunction),
      ]
    }
    noteTasks(tasks, &findings)
    guard files.count == 2 else { return }
    for place in stride(from: 0, to: files[0].count, by: 3) {
      noteNamespace(Int32(files[0][place]), Int32(files[0][place + 1]), &findings)
    }
    for place in stride(from: 0, to: files[1].count, by: 3) where files[1][place + 2] != 0 {
      let (processID, number) = (Int32(files[1][place]), Int32(files[1][place + 1]))
      findings.addHolder(
        .socket(processID: processID, number: number),
        of: NamespaceLink(kind: .network, inode: UInt64(files[1][place + 2])),
        .socket(processID: processID, number: number))
    }
  }

  private func run(_ program: BPFIteratorProgram, _ function: String) throws(SystemCallError) -> [UInt32] {
    guard let id = types.function(function) else {
      throw SystemCallError(call: "bpf", errno: .einval, object: function)
    }
    return try program.run(attachedTo: id)
  }

  private func noteTasks(_ words: [UInt32], _ findings: inout InventoryFindings) {
    let size = TaskNamespaceScan.recordSize / 4
    var threads: [Int] = []
    var leaders: [UInt32: Int] = [:]
    for place in stride(from: 0, to: words.count, by: size) {
      let (threadID, processID) = (words[place + 10], words[place + 11])
      if threadID != processID {
        threads.append(place)
        continue
      }
      if scope.contains(.threads) { leaders[processID] = place }
      for kind in kinds where words[place + Int(kind.rawValue)] != 0 {
        findings.addMember(Int32(processID), kind, UInt64(words[place + Int(kind.rawValue)]))
      }
      if scope.contains(.forChildren) { noteForChildren(words[place..<(place + size)], &findings) }
    }
    guard scope.contains(.threads) else { return }
    for place in threads {
      guard let leader = leaders[words[place + 11]] else { continue }
      noteThread(words[place..<(place + size)], leader: words[leader..<(leader + size)], &findings)
    }
  }

  private func noteForChildren(_ record: ArraySlice<UInt32>, _ findings: inout InventoryFindings) {
    let processID = Int32(record[record.startIndex + 11])
    for kind in kinds where kind.isForChildren {
      let own = record[record.startIndex + Int(kind.rawValue)]
      let next = record[record.startIndex + (kind == .pid ? 8 : 9)]
      if next == 0 || next == own { continue }
      findings.addHolder(
        .forChildren(processID: processID), of: NamespaceLink(kind: kind, inode: UInt64(next)),
        .forChildren(processID))
    }
  }

  private func noteThread(
    _ record: ArraySlice<UInt32>, leader: ArraySlice<UInt32>, _ findings: inout InventoryFindings
  ) {
    let (threadID, processID) = (Int32(record[record.startIndex + 10]), Int32(record[record.startIndex + 11]))
    for kind in kinds {
      let inode = record[record.startIndex + Int(kind.rawValue)]
      if inode == 0 || inode == leader[leader.startIndex + Int(kind.rawValue)] { continue }
      findings.addHolder(
        .thread(processID: processID, threadID: threadID), of: NamespaceLink(kind: kind, inode: UInt64(inode)),
        .thread(processID: processID, threadID: threadID))
    }
  }

  private func noteNamespace(_ processID: Int32, _ number: Int32, _ findings: inout InventoryFindings) {
    do throws(SystemCallError) {
      let path = FilePath("\(processID)/fd/\(number)")
      let namespace = try NamespaceDescriptor(opening: path, in: source.directory)
      let link = NamespaceLink(kind: try namespace.kind(), inode: try namespace.inode())
      findings.addHolder(
        .descriptor(processID: processID, number: number), of: link,
        .descriptor(processID: processID, number: number))
    } catch {
      if error.errno != .enoent && error.errno != .esrch { findings.note(.descriptors(processID), error.errno) }
    }
  }
}
