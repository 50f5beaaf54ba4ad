// The files of a cgroup: small texts, one value or a few keys each.

internal import Linux
internal import struct SystemPackage.FilePath

/// Reads and writes the interface files in a cgroup's directory.
enum CgroupFile {
  static func read(_ path: FilePath) throws(SystemCallError) -> [UInt8] {
    do {
      return try FileDescriptor.open(path).readAll()
    } catch {
      throw SystemCallError(call: error.call, errno: error.errno, object: path.string)
    }
  }

  /// Writes a value in one call, as the kernel wants it.
  static func write(_ value: String, to path: FilePath) throws(SystemCallError) {
    do {
      try FileDescriptor.open(path, .writeOnly).write(value)
    } catch {
      throw SystemCallError(call: error.call, errno: error.errno, object: path.string)
    }
  }

  /// Gives a cgroup of version 2 to a user: its directory, and the files that the kernel says may be given away.
  static func giveAway(_ directory: FilePath, to user: UInt32) throws(SystemCallError) {
    let known = try text("/sys/kernel/cgroup/delegate") ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads"
    try giveFile(directory, toUser: user)
    for name in known.split(separator: "\n") {
      do {
        try giveFile(directory.appending(String(name)), toUser: user)
      } catch  where error.errno == .enoent {}
    }
  }

  static func exists(_ path: FilePath) -> Bool {
    (try? FileDescriptor.open(path, .path)) != nil
  }

  /// The words of a file of one line.
  static func words(_ path: FilePath) throws(SystemCallError) -> [String] {
    String(decoding: try read(path), as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// The words of a file of one line; nil when it does not exist.
  static func wordsIfPresent(_ path: FilePath) throws(SystemCallError) -> [String]? {
    try ifPresent(path).map {
      String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }

  /// A file's text; nil when it does not exist.
  static func text(_ path: FilePath) throws(SystemCallError) -> String? {
    try ifPresent(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A file of one number; nil when the file does not exist or says `max`.
  static func number(_ path: FilePath) throws(SystemCallError) -> UInt64? {
    guard let text = try ifPresent(path) else { return nil }
    return UInt64(String(decoding: text, as: UTF8.self).prefix { !$0.isWhitespace })
  }

  /// A file of lines `key value`; empty when the file does not exist.
  static func values(_ path: FilePath) throws(SystemCallError) -> [String: UInt64] {
    guard let text = try ifPresent(path) else { return [:] }
    return parseValues(text)
  }

  static func parseValues(_ text: [UInt8]) -> [String: UInt64] {
    var values: [String: UInt64] = [:]
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count == 2, let value = UInt64(String(decoding: fields[1], as: UTF8.self)) else { continue }
      values[String(decoding: fields[0], as: UTF8.self)] = value
    }
    return values
  }

  /// The numbers of a file of one number a line.
  static func numbers(_ path: FilePath) throws(SystemCallError) -> [Int32] {
    String(decoding: try read(path), as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
  }

  /// The content; nil when the kernel or the controller has no such file.
  private static func ifPresent(_ path: FilePath) throws(SystemCallError) -> [UInt8]? {
    do {
      return try read(path)
    } catch  where error.errno == .enoent || error.errno == .eopnotsupp {
      return nil
    }
  }
}
