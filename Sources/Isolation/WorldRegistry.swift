// The names of running worlds: a small file a name, in the caller's runtime directory. A world's namespaces live as
// long as its first process; the file says which that is, so a name never means another process.

public import Linux
public import Processes
public import struct SystemPackage.FilePath

/// A running world that has a name.
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

/// The directory in which names of worlds are kept.
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
    if user == 0 { return WorldRegistry(directory: "/run/pangaea") }
    guard let runtime = environmentVariable("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") else {
      return WorldRegistry(directory: FilePath("/tmp/pangaea-\(user)"))
    }
    return WorldRegistry(directory: FilePath(runtime).appending("pangaea"))
  }

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

  /// The running world of a name; nil when there is none. What a dead world left is removed.
  ///
  /// - Throws: `SystemCallError` when the file is there and cannot be read, `EPERM` when the directory is another
  ///   user's.
  public func find(_ name: String) throws(SystemCallError) -> NamedWorld? {
    guard WorldRegistry.isName(name) else { return nil }
    do throws(SystemCallError) {
      try checkOwner()
      let content = try FileDescriptor.open(file(name), [.readOnly, .noFollow]).readAll()
      let numbers = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
      guard numbers.count == 2, let processID = Int32(numbers[0]), let start = UInt64(numbers[1]) else { return nil }
      let process = ProcessIdentity(processID: processID, startTime: start)
      guard try isAlive(process) else { return nil }
      return NamedWorld(name: name, process: process)
    } catch {
      if error.errno == .enoent { return nil }
      throw error
    }
  }

  /// Every running world that has a name, by name.
  ///
  /// - Throws: `SystemCallError` when the directory is there and cannot be read.
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

  /// Keeps the name of a world until `remove`.
  ///
  /// - Throws: `SystemCallError` with `EEXIST` when a running world has the name.
  public func record(_ world: NamedWorld) throws(SystemCallError) {
    try makeDirectoryIfMissing()
    if try find(world.name) != nil {
      throw SystemCallError(call: "open", errno: .eexist, object: file(world.name).string)
    }
    // Written aside and renamed, so that nobody reads half of it.
    let draft = file(".\(world.name).\(world.process.processID)")
    let content = "\(world.process.processID) \(world.process.startTime)\n"
    try FileDescriptor.open(draft, [.writeOnly, .create, .truncate, .noFollow]).write(content)
    try renameFile(draft, to: file(world.name))
  }

  /// Forgets a name, and the directory with the last one.
  ///
  /// - Throws: `SystemCallError` when the file cannot be removed.
  public func remove(_ name: String) throws(SystemCallError) {
    try ignoring(.enoent) { () throws(SystemCallError) in try removeFile(file(name)) }
    try ignoring(.enotempty, .enoent, .ebusy) { () throws(SystemCallError) in try removeDirectory(directory) }
  }

  private func isAlive(_ process: ProcessIdentity) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      _ = try ProcessRecord.read(process, .stat)
      return true
    } catch {
      if error.errno == .esrch { return false }
      throw error
    }
  }

  private func file(_ name: String) -> FilePath { directory.appending(name) }

  private func makeDirectoryIfMissing() throws(SystemCallError) {
    try ignoring(.eexist) { () throws(SystemCallError) in try makeDirectory(directory, mode: 0o700) }
    try checkOwner()
  }

  /// In a directory that all may write to, somebody else could have been first.
  private func checkOwner() throws(SystemCallError) {
    let status = try FileDescriptor.open(directory, [.readOnly, .directory, .noFollow]).status()
    guard status.userID == UserIDs.current.effective else {
      throw SystemCallError(call: "open", errno: .eperm, object: directory.string)
    }
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
