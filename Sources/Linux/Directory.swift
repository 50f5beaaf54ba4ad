// Directories: making them, removing them, and the names in them.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// Makes a directory.
///
/// - Parameters:
///   - path: relative paths start at `directory`.
///   - mode: permissions, before the umask.
/// - Throws: `SystemCallError` with any errno of mkdir(2).
///
/// Corresponds to mkdirat(2).
public func makeDirectory(
  _ path: FilePath, mode: UInt32 = 0o755, in directory: borrowing FileDescriptor = .workingDirectory
) throws(SystemCallError) {
  let start = directory.number
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "mkdir", __NR_mkdirat, UInt64(descriptor: start), unsafe UInt64(address: text), UInt64(mode), on: path.string)
  }
}

/// Removes an empty directory.
///
/// - Throws: `SystemCallError` with any errno of rmdir(2); of a cgroup `EBUSY` while it has members or children.
///
/// Corresponds to unlinkat(2) with AT_REMOVEDIR.
public func removeDirectory(
  _ path: FilePath, in directory: borrowing FileDescriptor = .workingDirectory
) throws(SystemCallError) {
  let start = directory.number
  try unsafe withPath(path) { (text) throws(SystemCallError) in
    _ = try systemCall(
      "rmdir", __NR_unlinkat, UInt64(descriptor: start), unsafe UInt64(address: text), 0x200, on: path.string)
  }
}

/// What a directory's entry is, as far as the directory itself tells.
public struct DirectoryEntry: Hashable, Sendable {
  /// The name's bytes.
  public let name: [UInt8]
  /// Whether the entry is a directory; false too where the file system does not say.
  public let isDirectory: Bool
}

extension FileDescriptor {
  /// The entries of this directory but `.` and `..`, in the file system's order.
  ///
  /// - Throws: `SystemCallError` with `ENOTDIR`, or `ENOENT` when the directory was removed.
  ///
  /// Corresponds to getdents64(2).
  public func directoryEntries() throws(SystemCallError) -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    var buffer = [UInt8](repeating: 0, count: 32768)
    while true {
      let count = try unsafe buffer.withMutableBytes { (pointer, size) throws(SystemCallError) in
        try systemCall(
          "getdents64", __NR_getdents64, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(size),
          on: "descriptor \(number)")
      }
      if count == 0 { return entries }
      DirectoryEntry.parse(buffer[..<count], into: &entries)
    }
  }
}

extension DirectoryEntry {
  /// The records of getdents64(2): inode and offset (8 bytes each), length (2), type (1), name, NUL.
  fileprivate static func parse(_ records: ArraySlice<UInt8>, into entries: inout [DirectoryEntry]) {
    var start = records.startIndex
    while start + 19 < records.endIndex {
      let length = Int(records[start + 16]) | Int(records[start + 17]) << 8
      let name = records[(start + 19)..<(start + length)].prefix { $0 != 0 }
      if !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8) {
        entries.append(DirectoryEntry(name: Array(name), isDirectory: records[start + 18] == 4))
      }
      start += length
    }
  }
}
