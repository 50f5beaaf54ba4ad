// The names of running worlds: a small file a name, in the caller's runtime directory. A world's namespaces live as
// long as its first process; the file says which that is, so a name never means another process.

public import Linux
public import Processes
public import struct SystemPackage.FilePath

/// A running world that has a name.
///
/// Source: proc_pid_stat(5), for the start time; file-hierarchy(7), for /run.
public struct NamedWorld: Hashable, Sendable {
  /// As it was given to `run --name`.
  public let name: String
  /// The world's first process.
  public let process: ProcessIdentity

  /// A name for a process.
  public init(name: String, process: ProcessIdentity) {
    self.name = name
    self.process = process
  }
}

extension NamedWorld {
  /// The command that was asked for, which has its own environment and working directory: the first child of the
  /// world's first process. nil when there is none, as where nobody had to be left to reap.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when the world has ended.
  ///
  /// Source: proc_tid_children(5); pid_namespaces(7).
  public func command() throws(SystemCallError) -> ProcessIdentity? {
    let record = try ProcessRecord.read(process, [.children, .status])
    guard record.status.value?.processIDs.last == 1, let first = record.children.value?.first else { return nil }
    return try ProcessRecord.read(first, .stat).identity
  }
}

/// The directory in which names of worlds are kept.
///
/// Source: file-hierarchy(7), for /run and $XDG_RUNTIME_DIR.
public struct WorldRegistry: Sendable {
  /// Where the files are.
  public let directory: FilePath

  /// A registry in a directory, which need not exist yet.
  public init(directory: FilePath) {
    self.directory = directory
  }

  /// The caller's own: /run/pangaea for root, else below XDG_RUNTIME_DIR, else /tmp/pangaea-UID.
  public static var own: WorldRegistry {
    let user = UserIDs.current.effective
    if user == 0 { return .ofRoot }
    guard let runtime = environmentVariable("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") else {
      return WorldRegistry(directory: FilePath("/tmp/pangaea-\(user)"))
    }
    return WorldRegistry(directory: FilePath(runtime).appending("pangaea"))
  }

  /// The directory in which root keeps the names of worlds, where the caller may not look into it; nil where there is
  /// none, or the caller may.
  public static var unreadable: FilePath? {
    let directory = WorldRegistry.ofRoot.directory
    do throws(SystemCallError) {
      _ = try FileDescriptor.open(directory, [.readOnly, .directory])
      return nil
    } catch {
      return error.errno == .eacces ? directory : nil
    }
  }

  private static var ofRoot: WorldRegistry { WorldRegistry(directory: "/run/pangaea") }

  /// Whether a name can be one: letters, digits, `.`, `_` and `-`, not first a `.` or `-`, 64 bytes at most, and
  /// not a number, which would be a PID.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64, Int(text) == nil else { return false }
    let allowed = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
    return allowed && first != UInt8(ascii: ".") && first != UInt8(ascii: "-")
  }

  /// The running world of a name; nil when there is none, or no longer.
  ///
  /// - Throws: `SystemCallError` when the file is there and cannot be read, `EPERM` when the directory is another
  ///   user's.
  ///
  /// Source: open(2); proc_pid_stat(5), for the start time that tells whether it lives.
  public func find(_ name: String) throws(SystemCallError) -> NamedWorld? {
    guard let process = try recorded(name), try isAlive(process) else { return nil }
    return NamedWorld(name: name, process: process)
  }

  /// The process that the file of a name tells of, dead or alive.
  private func recorded(_ name: String) throws(SystemCallError) -> ProcessIdentity? {
    guard WorldRegistry.isName(name) else { return nil }
    do throws(SystemCallError) {
      let directory = try FileDescriptor.open(directory, [.directory, .noFollow])
      guard try directory.status().userID == UserIDs.current.effective else { throw notOwn }
      let content = try FileDescriptor.open(FilePath(name), [.readOnly, .noFollow], in: directory).readAll()
      let numbers = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
      guard numbers.count == 2, let processID = Int32(numbers[0]), let start = UInt64(numbers[1]) else { return nil }
      return ProcessIdentity(processID: processID, startTime: start)
    } catch {
      if error.errno == .enoent { return nil }
      throw error
    }
  }

  /// Every running world that has a name, by name.
  ///
  /// - Throws: `SystemCallError` when the directory is there and cannot be read.
  ///
  /// Source: getdents64(2); proc_pid_stat(5).
  public func all() throws(SystemCallError) -> [NamedWorld] {
    var worlds: [NamedWorld] = []
    for name in try names().sorted() {
      if let world = try find(name) { worlds.append(world) }
    }
    return worlds
  }

  private func names() throws(SystemCallError) -> [String] {
    do throws(SystemCallError) {
      let entries = try FileDescriptor.open(directory, [.readOnly, .directory]).entryNames()
      return entries.map { String(decoding: $0, as: UTF8.self) }.filter(WorldRegistry.isName)
    } catch {
      if error.errno == .enoent { return [] }
      throw error
    }
  }

  /// Takes a name for a world that is about to start. Whoever asks for a name meanwhile waits.
  ///
  /// What dead worlds left is removed.
  /// - Throws: `SystemCallError` with `EINVAL` when it cannot be a name, `EEXIST` when a running world has it, `EPERM`
  ///   when the directory is another user's.
  ///
  /// Source: flock(2), open(2).
  public func claim(_ name: String) throws(SystemCallError) -> NameClaim {
    guard WorldRegistry.isName(name) else {
      throw SystemCallError(call: "open", errno: .einval, object: file(name).string)
    }
    let claim = NameClaim(name: name, registry: self, lock: try lock())
    try removeDead()
    if try find(name) != nil {
      throw SystemCallError(call: "open", errno: .eexist, object: file(name).string)
    }
    return claim
  }

  /// Forgets the name of a world, and the directory with the last one.
  ///
  /// - Throws: `SystemCallError` when the file cannot be removed.
  ///
  /// Source: flock(2), unlink(2).
  public func remove(_ world: NamedWorld) throws(SystemCallError) {
    let lock = try lock()
    // By now the name may be another world's.
    if try recorded(world.name) == world.process { try removeFile(file(world.name)) }
    try removeDirectoryIfEmpty()
    try lock.unlock()
  }

  /// Writes a name down; the caller has the lock.
  func write(_ world: NamedWorld) throws(SystemCallError) {
    // Written aside and renamed, so that nobody reads half of it.
    let draft = file(".draft")
    let content = "\(world.process.processID) \(world.process.startTime)\n"
    try FileDescriptor.open(draft, [.writeOnly, .create, .truncate, .noFollow]).write(content)
    try renameFile(draft, to: file(world.name))
  }

  /// Removes the directory once it has no names.
  func removeDirectoryIfEmpty() throws(SystemCallError) {
    try ignoring(.enotempty, .enoent, .ebusy) { () throws(SystemCallError) in try removeDirectory(directory) }
  }

  /// The lock on the directory, which is made if it is missing. Its last name may be taken away, and it with it, while
  /// somebody waits for the lock: then there is another directory, if any, to be locked.
  private func lock() throws(SystemCallError) -> FileDescriptor {
    while true {
      try ignoring(.eexist) { () throws(SystemCallError) in try makeDirectory(directory, mode: 0o700) }
      do throws(SystemCallError) {
        let locked = try FileDescriptor.open(directory, [.directory, .noFollow])
        guard try locked.status().userID == UserIDs.current.effective else { throw notOwn }
        try locked.lock()
        let named = try FileDescriptor.workingDirectory.status(of: directory, followsLink: false)
        if try named.inode == locked.status().inode { return locked }
      } catch {
        if error.errno != .enoent { throw error }
      }
    }
  }

  private func removeDead() throws(SystemCallError) {
    for name in try names() where try find(name) == nil { try removeFile(file(name)) }
  }

  private func isAlive(_ process: ProcessIdentity) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      let stat = try ProcessRecord.read(process, .stat).stat
      return !stat.isZombie || stat.threadCount > 1
    } catch {
      if error.errno == .esrch { return false }
      throw error
    }
  }

  private func file(_ name: String) -> FilePath { directory.appending(name) }

  /// In a directory that all may write to, somebody else could have been first.
  private var notOwn: SystemCallError {
    SystemCallError(call: "open", errno: .eperm, object: directory.string)
  }

  private func ignoring(
    _ errnos: Errno..., body: () throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    do throws(SystemCallError) {
      try body()
    } catch {
      if !errnos.contains(error.errno) { throw error }
    }
  }
}
