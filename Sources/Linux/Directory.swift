// Names of directories, read in large pieces into a reused buffer.

internal import CLinux
internal import Glibc

/// What an entry of a directory is.
///
/// The raw value is DT_*. Source: readdir(3).
public enum DirectoryEntryType: UInt8, Sendable {
  /// The file system does not say.
  case unknown = 0
  /// A named pipe.
  case fifo = 1
  /// A character device.
  case characterDevice = 2
  /// A directory.
  case directory = 4
  /// A block device.
  case blockDevice = 6
  /// A regular file.
  case file = 8
  /// A symbolic link, not followed.
  case symbolicLink = 10
  /// A socket's name.
  case socket = 12
}

/// An entry of a directory, lent while it is looked at.
///
/// Source: getdents64(2), `struct linux_dirent64`.
public struct DirectoryEntry: ~Escapable {
  /// The name's bytes, which need not be UTF-8.
  public let name: Span<UInt8>
  /// The inode's number.
  public let inode: UInt64
  /// What it is.
  public let type: DirectoryEntryType

  @_lifetime(copy name)
  init(name: Span<UInt8>, inode: UInt64, type: DirectoryEntryType) {
    self.name = name
    self.inode = inode
    self.type = type
  }

  /// The name as a number, as PIDs, threads and descriptors are named in /proc; nil for any other name.
  public var number: Int32? {
    var value: Int32 = 0
    if name.isEmpty || name.count > 10 { return nil }
    for index in 0..<name.count {
      let digit = name[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int32(digit))
      if tooLarge || overflow { return nil }
      value = sum
    }
    return value
  }

  /// The name's bytes, copied.
  public var bytes: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(name.count)
    for index in 0..<name.count { copy.append(name[index]) }
    return copy
  }
}

/// Reads directories one after the other with the same buffer.
///
/// Source: getdents64(2).
public struct DirectoryReader: Sendable {
  private var buffer: [UInt8]

  /// - Parameter bufferSize: in bytes; one call of the kernel gives as many entries as fit.
  public init(bufferSize: Int = 65536) {
    buffer = Array(repeating: 0, count: bufferSize)
  }

  /// Calls with each entry of a directory from the descriptor's position on, `.` and `..` left out.
  ///
  /// - Throws: `SystemCallError` with `ENOTDIR`, `ENOENT` when the directory was removed, and what `body` throws.
  ///
  /// Corresponds to getdents64(2).
  public mutating func forEachEntry(
    of directory: borrowing FileDescriptor, _ body: (DirectoryEntry) throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    while true {
      let filled = try fill(from: directory.number)
      if filled == 0 { return }
      var offset = 0
      while offset < filled {
        offset = try visitEntry(at: offset, body)
      }
    }
  }

  /// The numbers among the names of a directory: the PIDs of /proc, the threads of a process, its descriptors.
  ///
  /// - Parameter numbers: emptied first; in the kernel's order, which is ascending in /proc.
  /// - Throws: `SystemCallError` as `forEachEntry` does.
  ///
  /// Corresponds to getdents64(2).
  public mutating func readNumbers(
    of directory: borrowing FileDescriptor, into numbers: inout [Int32]
  ) throws(SystemCallError) {
    numbers.removeAll(keepingCapacity: true)
    try forEachEntry(of: directory) { (entry) throws(SystemCallError) in
      if let number = entry.number { numbers.append(number) }
    }
  }

  private mutating func fill(from number: Int32) throws(SystemCallError) -> Int {
    try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "getdents64", __NR_getdents64, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count),
        on: "descriptor \(number)")
    }
  }

  /// struct linux_dirent64: inode (8 bytes), offset (8), length (2), type (1), NUL-terminated name.
  private func visitEntry(
    at offset: Int, _ body: (DirectoryEntry) throws(SystemCallError) -> Void
  ) throws(SystemCallError) -> Int {
    let length = Int(buffer[offset + 16]) | Int(buffer[offset + 17]) << 8
    let start = offset + 19
    var end = start
    while buffer[end] != 0 { end += 1 }
    let isDots =
      buffer[start] == UInt8(ascii: ".")
      && (end - start == 1 || (end - start == 2 && buffer[start + 1] == UInt8(ascii: ".")))
    if !isDots {
      let inode = unsafe buffer.span.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      }
      let type = DirectoryEntryType(rawValue: buffer[offset + 18]) ?? .unknown
      try body(DirectoryEntry(name: buffer.span.extracting(start..<end), inode: inode, type: type))
    }
    return offset + length
  }
}

extension FileDescriptor {
  /// The names of this directory's entries from the descriptor's position on, `.` and `..` left out.
  ///
  /// - Returns: bytes that need not be UTF-8, in the kernel's order.
  /// - Throws: `SystemCallError` with `ENOTDIR`, `ENOENT` when the directory was removed.
  ///
  /// Corresponds to getdents64(2).
  public func entryNames() throws(SystemCallError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    // Mostly a few: what is larger is touched for nothing.
    var reader = DirectoryReader(bufferSize: 4096)
    try reader.forEachEntry(of: self) { (entry) throws(SystemCallError) in names.append(entry.bytes) }
    return names
  }
}
