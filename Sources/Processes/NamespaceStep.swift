// The part of a program of the kernel that finds out what namespaces a task is in.

internal import Linux

/// Reads the inodes of a task's namespaces onto the program's stack: in the order of the kinds, then the two that its
/// children will be in, 4 bytes each.
///
/// Corresponds to the links of /proc/PID/ns.
struct NamespaceStep {
  /// In bytes, of what is read.
  static let size: Int16 = 40
  /// In bytes, of what is kept on the way.
  static let scratchSize: Int16 = 24

  /// Where it goes, and where the stack is free.
  let place: Int16
  let scratch: Int16

  private func place(_ kind: NamespaceKind) -> Int16 { place + 4 * Int16(kind.rawValue) }

  /// - Throws: `SystemCallError` with `EINVAL` when the kernel has no such structures.
  func append(to program: inout BPFTaskProgram, _ layout: TaskLayout) throws(SystemCallError) {
    let (proxy, address) = (scratch, scratch + 8)
    func read(_ member: String, of structure: String, to place: Int16) throws(SystemCallError) {
      try layout.readInode(&program, to: place, from: proxy, member, of: structure, by: address)
    }
    program.read(8, to: proxy, from: .task, try layout.offset("task_struct", "nsproxy"))
    try read("cgroup_ns", of: "cgroup_namespace", to: place(.cgroup))
    try read("ipc_ns", of: "ipc_namespace", to: place(.ipc))
    try read("mnt_ns", of: "mnt_namespace", to: place(.mount))
    try read("net_ns", of: "net", to: place(.network))
    try read("time_ns", of: "time_namespace", to: place(.time))
    try read("uts_ns", of: "uts_namespace", to: place(.uts))
    try read("pid_ns_for_children", of: "pid_namespace", to: place + 32)
    try read("time_ns_for_children", of: "time_namespace", to: place + 36)
    program.read(8, to: address, from: .task, try layout.offset("task_struct", "real_cred"))
    program.read(8, to: address, from: .stack(address), try layout.offset("cred", "user_ns"))
    program.read(4, to: place(.user), from: .stack(address), try layout.inode(of: "user_namespace"))
    try readPIDNamespace(&program, layout)
  }

  /// The PID namespace is that of the last of a `struct pid`'s numbers: struct upid, 16 bytes, is the number and then
  /// its namespace.
  private func readPIDNamespace(_ program: inout BPFTaskProgram, _ layout: TaskLayout) throws(SystemCallError) {
    let (identity, address, level) = (scratch, scratch + 8, scratch + 16)
    program.read(8, to: identity, from: .task, try layout.offset("task_struct", "thread_pid"))
    program.read(4, to: level, from: .stack(identity), try layout.offset("pid", "level"))
    program.read(8, to: address, from: identity, try layout.offset("pid", "numbers") + 8, index: level, shift: 4)
    program.read(4, to: place(.pid), from: .stack(address), try layout.inode(of: "pid_namespace"))
  }
}

extension NamespaceLinks {
  /// - Parameter words: what the step wrote.
  init(_ words: ArraySlice<UInt32>) {
    self.init()
    func inode(_ index: Int) -> UInt64? {
      let word = words[words.startIndex + index]
      return word == 0 ? nil : UInt64(word)
    }
    for kind in NamespaceKind.allCases { self[kind] = inode(Int(kind.rawValue)) }
    pidForChildren = inode(8)
    timeForChildren = inode(9)
  }
}
