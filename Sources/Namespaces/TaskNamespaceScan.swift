// What ProcessNamespaceScan finds by tens of thousands of system calls, in a few readings: programs that the kernel
// runs over its tasks and their open files. Needs the right to run them; without it, links of /proc do.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// A pass over the tasks of the reader's PID namespace by BPF iterators.
struct TaskNamespaceScan {
  private static let fileFunction = "bpf_iter_task_file"
  private static let fileStructures: Set<String> = [
    "file", "inode", "super_block", "socket", "sock", "sock_common",
  ]

  private let kinds: [NamespaceKind]
  private let scope: SearchScope
  private let source: Procfs
  private let layout: TaskLayout

  /// - Throws: `SystemCallError` without the right, when the kernel does not describe its structures, or the procfs
  ///   shows another PID namespace than the reader's.
  init(_ kinds: Set<NamespaceKind>, _ scope: SearchScope, _ source: Procfs) throws(SystemCallError) {
    self.kinds = NamespaceKind.allCases.filter(kinds.contains)
    self.scope = scope
    self.source = source
    layout = try TaskLayout(
      besides: TaskNamespaceScan.fileStructures,
      functions: [TaskNamespaces.function, TaskNamespaceScan.fileFunction], from: source)
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

  /// A program for open files: the file's address and its inode's are on the stack. It writes PID, descriptor and an
  /// inode.
  private func fileProgram() throws(SystemCallError) -> BPFTaskProgram {
    var program = BPFTaskProgram()
    program.keepNumber(at: -12, ofContext: 16)
    program.keepAddress(at: Place.first, ofContext: 24)
    program.read(8, to: Place.second, from: .stack(Place.first), try layout.offset("file", "f_inode"))
    return program
  }

  private func namespaceFileProgram() throws(SystemCallError) -> BPFTaskProgram {
    var program = try fileProgram()
    program.read(8, to: Place.proxy, from: .stack(Place.second), try layout.offset("inode", "i_sb"))
    program.read(4, to: Place.number, from: .stack(Place.proxy), try layout.offset("super_block", "s_magic"))
    program.exitUnless(Place.number, masked: -1, is: Int32(MountStatus.namespaceMagic))
    program.read(4, to: -8, from: .stack(Place.second), try layout.offset("inode", "i_ino"))
    try layout.readReaderLevel(&program, to: Place.number, by: Place.first)
    try layout.readProcessID(&program, to: -16, at: Place.number, by: Place.first)
    program.write(12, from: -16)
    return program
  }

  private func socketProgram() throws(SystemCallError) -> BPFTaskProgram {
    var program = try fileProgram()
    program.read(4, to: Place.number, from: .stack(Place.second), try layout.offset("inode", "i_mode"))
    program.exitUnless(Place.number, masked: 0xf000, is: 0xc000)
    program.read(8, to: Place.first, from: .stack(Place.first), try layout.offset("file", "private_data"))
    program.read(8, to: Place.first, from: .stack(Place.first), try layout.offset("socket", "sk"))
    program.read(
      8, to: Place.first, from: .stack(Place.first),
      try layout.offset("sock", "__sk_common") + layout.offset("sock_common", "skc_net"))
    program.read(4, to: -8, from: .stack(Place.first), try layout.inode(of: "net"))
    program.read(8, to: Place.proxy, from: .task, try layout.offset("task_struct", "nsproxy"))
    try layout.readInode(
      &program, to: Place.other, from: Place.proxy, "net_ns", of: "net", by: Place.first)
    program.exitIfEqual(-8, Place.other)
    try layout.readReaderLevel(&program, to: Place.number, by: Place.first)
    try layout.readProcessID(&program, to: -16, at: Place.number, by: Place.first)
    program.write(12, from: -16)
    return program
  }
}

// MARK: Reading what they wrote

extension TaskNamespaceScan {
  /// - Throws: `SystemCallError` when the kernel refuses a program; nothing has been found then.
  func run(into findings: inout InventoryFindings) throws(SystemCallError) {
    let tasks = try TaskNamespaces(layout).tasks
    var files: [[UInt32]] = []
    if scope.contains(.descriptors) {
      files = [
        try layout.run(try namespaceFileProgram(), attachedTo: TaskNamespaceScan.fileFunction),
        try layout.run(try socketProgram(), attachedTo: TaskNamespaceScan.fileFunction),
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

  private func noteTasks(_ tasks: [TaskNamespaces.Task], _ findings: inout InventoryFindings) {
    var leaders: [Int32: NamespaceLinks] = [:]
    for task in tasks {
      if task.threadID == task.processID {
        noteProcess(task, &findings)
        if scope.contains(.threads) { leaders[task.processID] = task.namespaces }
      }
    }
    guard scope.contains(.threads) else { return }
    for task in tasks where task.threadID != task.processID {
      if let leader = leaders[task.processID] { noteThread(task, leader: leader, &findings) }
    }
  }

  private func noteProcess(_ task: TaskNamespaces.Task, _ findings: inout InventoryFindings) {
    for kind in kinds {
      if let inode = task.namespaces[kind] { findings.addMember(task.processID, kind, inode) }
    }
    if scope.contains(.forChildren) { noteForChildren(task, &findings) }
  }

  private func noteForChildren(_ task: TaskNamespaces.Task, _ findings: inout InventoryFindings) {
    for kind in kinds where kind.isForChildren {
      let next = kind == .pid ? task.namespaces.pidForChildren : task.namespaces.timeForChildren
      guard let next, next != task.namespaces[kind] else { continue }
      findings.addHolder(
        .forChildren(processID: task.processID), of: NamespaceLink(kind: kind, inode: next),
        .forChildren(task.processID))
    }
  }

  private func noteThread(_ task: TaskNamespaces.Task, leader: NamespaceLinks, _ findings: inout InventoryFindings) {
    for kind in kinds {
      guard let inode = task.namespaces[kind], inode != leader[kind] else { continue }
      findings.addHolder(
        .thread(processID: task.processID, threadID: task.threadID), of: NamespaceLink(kind: kind, inode: inode),
        .thread(processID: task.processID, threadID: task.threadID))
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
