// Descriptors that are owned: closed exactly once, and on exec always.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

/// An open file, owned: it is closed when the value ends.
///
/// Every descriptor that this library makes is close-on-exec. Source: open(2), fcntl(2).
public struct FileDescriptor: ~Copyable, Sendable {
  /// The number, as in /proc/self/fd.
  public let number: Int32
  private let isOwned: Bool

  /// Takes ownership of an open descriptor.
  public init(owning number: Int32) {
    self.number = number
    self.isOwned = true
  }

  /// Refers to a descriptor that somebody else closes, such as standard output.
  public init(borrowing number: Int32) {
    self.number = number
    self.isOwned = false
  }

  deinit {
    if isOwned { _ = clinux_call(Int64(__NR_close), UInt64(descriptor: number), 0, 0, 0, 0, 0) }
  }

  /// Gives up ownership: the caller closes the number.
  public consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// Standard input, descriptor 0.
  public static var standardInput: FileDescriptor { FileDescriptor(borrowing: 0) }
  /// Standard output, descriptor 1.
  public static var standardOutput: FileDescriptor { FileDescriptor(borrowing: 1) }
  /// Standard error, descriptor 2.
  public static var standardError: FileDescriptor { FileDescriptor(borrowing: 2) }
  /// The working directory, AT_FDCWD, as the start of relative paths.
  public static var workingDirectory: FileDescriptor { FileDescriptor(borrowing: -100) }
}

/// How to open a file: access mode and flags of open(2). `O_CLOEXEC` is always added.
public struct OpenFlags: OptionSet, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// For reading (O_RDONLY), the access mode when none is named.
  public static let readOnly = OpenFlags([])
  /// For writing (O_WRONLY).
  public static let writeOnly = OpenFlags(rawValue: O_WRONLY)
  /// For both (O_RDWR).
  public static let readWrite = OpenFlags(rawValue: O_RDWR)
  /// Makes the file when there is none (O_CREAT).
  public static let create = OpenFlags(rawValue: O_CREAT)
  /// With `create`: fails when the file exists (O_EXCL).
  public static let exclusive = OpenFlags(rawValue: O_EXCL)
  /// Empties the file (O_TRUNC).
  public static let truncate = OpenFlags(rawValue: O_TRUNC)
  /// Writes at the end, wherever it is by then (O_APPEND).
  public static let append = OpenFlags(rawValue: O_APPEND)
  /// Fails unless it is a directory (O_DIRECTORY).
  public static let directory = OpenFlags(rawValue: O_DIRECTORY)
  /// Fails when the last component is a symbolic link (O_NOFOLLOW).
  public static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  /// Neither the opening nor the transfers wait (O_NONBLOCK).
  public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
  /// A terminal does not become the controlling one (O_NOCTTY).
  public static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
  /// Names a file without opening it (O_PATH).
  public static let path = OpenFlags(rawValue: 0o10000000)
}

extension FileDescriptor {
  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: relative paths start at `directory`.
  ///   - mode: permissions of a file that is created, before the umask.
  /// - Throws: `SystemCallError` with any errno of open(2).
  ///
  /// Corresponds to openat(2).
  public static func open(
    _ path: FilePath, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0o600,
    in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) -> FileDescriptor {
    let start = directory.number
    return try unsafe withPath(path) { (text) throws(SystemCallError) in
      let number = try systemCall(
        "openat", __NR_openat, UInt64(descriptor: start), unsafe UInt64(address: text),
        UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), UInt64(mode), on: path.string)
      return FileDescriptor(owning: Int32(number))
    }
  }

  /// Reads once, at most as many bytes as the buffer has.
  ///
  /// - Returns: how many bytes were read; 0 at the end of the file.
  /// - Throws: `SystemCallError` with any errno of read(2).
  public func read(into buffer: inout [UInt8]) throws(SystemCallError) -> Int {
    try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "read", __NR_read, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count),
        on: "descriptor \(number)")
    }
  }

  /// Reads to the end of the file.
  ///
  /// - Throws: `SystemCallError` with any errno of read(2).
  public func readAll() throws(SystemCallError) -> [UInt8] {
    var content: [UInt8] = []
    // Most of what is read is a line or two below /proc and /sys, where a larger chunk costs more than the reading.
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = try read(into: &chunk)
      if count == 0 { return content }
      content.append(contentsOf: chunk[..<count])
      if count == chunk.count && count < 1 << 16 { chunk = [UInt8](repeating: 0, count: 1 << 16) }
    }
  }

  /// Writes all the bytes, in as many calls as it takes.
  ///
  /// - Throws: `SystemCallError` with any errno of write(2); `EPIPE` raises SIGPIPE first.
  public func write(_ bytes: [UInt8]) throws(SystemCallError) {
    var done = 0
    while done < bytes.count {
      done += try writeSome(bytes, from: done)
    }
  }

  /// Writes a text as UTF-8.
  ///
  /// - Throws: as `write(_:)` of bytes does.
  ///
  /// Corresponds to write(2).
  public func write(_ text: String) throws(SystemCallError) {
    try write(Array(text.utf8))
  }

  /// Writes once, as many bytes as the file takes.
  ///
  /// - Parameter start: the index of the first byte to be written.
  /// - Returns: how many bytes were written.
  /// - Throws: `SystemCallError` with any errno of write(2), `EAGAIN` when a file that does not block takes none.
  public func writeSome(_ bytes: [UInt8], from start: Int = 0) throws(SystemCallError) -> Int {
    try unsafe bytes.withBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "write", __NR_write, UInt64(descriptor: number), unsafe UInt64(address: pointer + start),
        UInt64(count - start), on: "descriptor \(number)")
    }
  }

  /// A second descriptor of the same open file.
  ///
  /// - Parameter minimum: the lowest number to be used.
  /// - Throws: `SystemCallError` with `EMFILE` when there are too many.
  ///
  /// Corresponds to fcntl(2) F_DUPFD_CLOEXEC.
  public func duplicate(atLeast minimum: Int32 = 0) throws(SystemCallError) -> FileDescriptor {
    let number = try systemCall(
      "fcntl", __NR_fcntl, UInt64(descriptor: number), UInt64(F_DUPFD_CLOEXEC), UInt64(minimum),
      on: "descriptor \(number)")
    return FileDescriptor(owning: Int32(number))
  }

  /// From now on a call that would wait fails with `EAGAIN`, through every descriptor of the same open file.
  ///
  /// - Throws: `SystemCallError` with `EBADF`.
  ///
  /// Corresponds to fcntl(2) F_SETFL with O_NONBLOCK.
  public func stopBlocking() throws(SystemCallError) {
    let flags = try systemCall(
      "fcntl", __NR_fcntl, UInt64(descriptor: number), UInt64(F_GETFL), on: "descriptor \(number)")
    _ = try systemCall(
      "fcntl", __NR_fcntl, UInt64(descriptor: number), UInt64(F_SETFL), UInt64(flags | Int(O_NONBLOCK)),
      on: "descriptor \(number)")
  }
}

/// The two ends of a pipe; either may be consumed alone.
///
/// Source: pipe(7).
@frozen
public struct Pipe: ~Copyable, Sendable {
  /// The end that yields what was written.
  public let reading: FileDescriptor
  /// The end that takes bytes; SIGPIPE or `EPIPE` once nobody can read.
  public let writing: FileDescriptor

  /// Makes a pipe.
  ///
  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Corresponds to pipe2(2) with O_CLOEXEC.
  public init() throws(SystemCallError) {
    var ends: [Int32] = [-1, -1]
    _ = try unsafe ends.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall("pipe2", __NR_pipe2, unsafe UInt64(address: pointer), UInt64(O_CLOEXEC))
    }
    reading = FileDescriptor(owning: ends[0])
    writing = FileDescriptor(owning: ends[1])
  }

  /// Closes the writing end and keeps the other, whose end of file comes when nobody else writes.
  public consuming func closeWriting() -> FileDescriptor {
    reading
  }
}
