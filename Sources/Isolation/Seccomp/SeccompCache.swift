// Compiled filters kept for the next start: compiling podman's profile takes longer than all the rest of a start.

internal import Linux
public import struct SystemPackage.FilePath

/// A directory of compiled filters, that its owner alone may look into.
///
/// A file has the profile in full before the program, so that no two profiles are ever taken for each other. What
/// belongs to somebody else, or others may write to, is not used.
///
/// Source: seccomp_export_bpf(3).
public struct SeccompCache: Sendable {
  private let directory: FilePath
  /// With more than so many, all are made anew.
  private static let capacity = 128

  /// A cache; the directory is made when the first filter is kept.
  public init(_ directory: FilePath) {
    self.directory = directory
  }

  /// The filter of a profile, kept or compiled. A cache that cannot be used only takes time.
  ///
  /// - Throws: `SeccompError` when the profile cannot be compiled.
  ///
  /// Source: seccomp(2), SECCOMP_SET_MODE_FILTER, for what a filter is.
  public func filter(of profile: SeccompProfile) throws(SeccompError) -> SeccompFilter {
    let key = profile.key
    let name = SeccompCache.name(of: key)
    if let program = kept(name, key) {
      return SeccompFilter(program: program, flags: profile.filterFlags, hasListener: profile.hasListener)
    }
    let filter = try profile.compile()
    do throws(SystemCallError) { try keep(filter.program, name, key) } catch {}
    return filter
  }

  /// The program of a file whose key is the same in every byte.
  private func kept(_ name: String, _ key: [UInt8]) -> [UInt8]? {
    let content: [UInt8]
    // What cannot be read or trusted is compiled anew.
    do throws(SystemCallError) { content = try trustedContent(name) } catch { return nil }
    guard content.count > key.count, content.starts(with: key), (content.count - key.count) % 8 == 0 else { return nil }
    return Array(content[key.count...])
  }

  private func trustedContent(_ name: String) throws(SystemCallError) -> [UInt8] {
    let folder = try trustedDirectory()
    let file = try FileDescriptor.open(FilePath(name), .noFollow, in: folder)
    try SeccompCache.trust(file, named: name)
    return try file.readAll()
  }

  private func trustedDirectory() throws(SystemCallError) -> FileDescriptor {
    let folder = try FileDescriptor.open(directory, [.directory, .noFollow])
    try SeccompCache.trust(folder, named: directory.string)
    return folder
  }

  /// What is not the caller's own, or what others may write to, might be anybody's filter.
  private static func trust(_ file: borrowing FileDescriptor, named name: String) throws(SystemCallError) {
    let status = try file.status()
    guard status.userID == UserIDs.current.effective, status.mode & 0o022 == 0 else {
      throw SystemCallError(call: "trust", errno: .eperm, object: name)
    }
  }

  private func keep(_ program: [UInt8], _ name: String, _ key: [UInt8]) throws(SystemCallError) {
    do {
      try makeDirectory(directory, mode: 0o700)
    } catch  where error.errno == .eexist {}
    try makeRoom(in: try trustedDirectory())
    let draft = directory.appending("\(name).\(CallingProcess.processID)")
    do {
      try FileDescriptor.open(draft, [.writeOnly, .create, .exclusive, .noFollow]).write(key + program)
      try renameFile(draft, to: directory.appending(name))
    } catch {
      try removeFile(draft)
      throw error
    }
  }

  private func makeRoom(in folder: borrowing FileDescriptor) throws(SystemCallError) {
    var names: [FilePath] = []
    var reader = DirectoryReader()
    try reader.forEachEntry(of: folder) { (entry) throws(SystemCallError) in
      names.append(FilePath(bytes: entry.bytes))
    }
    guard names.count > SeccompCache.capacity else { return }
    for name in names {
      do {
        try removeFile(directory.appending(name.components))
      } catch  where error.errno == .enoent || error.errno == .eisdir {}
    }
  }

  /// FNV-1a in 64 bits: enough to spread names, since the content is compared.
  private static func name(of key: [UInt8]) -> String {
    let hash = key.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    return String(hash, radix: 16)
  }
}

extension SeccompProfile {
  /// Everything that the program depends on, unambiguously; ends in a line of its own.
  fileprivate var key: [UInt8] {
    var key = Array("seccomp filter 2, libseccomp \(libraryVersion)\n".utf8)
    func add(_ words: [String]) {
      for word in words { key += "\(word.utf8.count):\(word) ".utf8 }
      key.append(UInt8(ascii: "\n"))
    }
    add([defaultAction.rawValue, defaultErrorNumber.map(String.init) ?? "-"] + architectures)
    for rule in rules {
      add([rule.action.rawValue, rule.errorNumber.map(String.init) ?? "-"] + rule.names)
      for condition in rule.conditions {
        add([
          "", "\(condition.argument)", condition.comparison.rawValue, "\(condition.value)", "\(condition.secondValue)",
        ])
      }
    }
    key += "end\n".utf8
    return key
  }
}
