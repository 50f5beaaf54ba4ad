// Small files and links read whole, relative to a directory, into buffers that are reused: how /proc is read
// when there are thousands of processes.

internal import CLinux
internal import Glibc
public import struct SystemPackage.FilePath

extension FileDescriptor {
  /// Opens a file of this directory.
  ///
  /// - Throws: `SystemCallError` with any errno of open(2).
  ///
  /// Corresponds to openat(2).
  public func open(
    _ path: NumberedPath, _ flags: OpenFlags = .readOnly
  ) throws(SystemCallError) -> FileDescriptor {
    let start = UInt64(descriptor: number)
    let opened = try unsafe path.withText { (text) throws(SystemCallError) in
      try systemCall(
        "openat", __NR_openat, start, unsafe UInt64(address: text), UInt64(flags.rawValue | O_CLOEXEC),
        on: path.description)
    }
    return FileDescriptor(owning: Int32(opened))
  }

  /// Reads the beginning of a file of this directory with one read(2), which is all there is of most files in
  /// /proc when the buffer is large enough.
  ///
  /// - Returns: how many bytes of the buffer were filled.
  /// - Throws: `SystemCallError` with any errno of open(2) and read(2); `ESRCH` when a process has gone.
  public func readBeginning(
    of path: NumberedPath, into buffer: inout [UInt8]
  ) throws(SystemCallError) -> Int {
    try open(path).read(into: &buffer)
  }

  /// Reads the beginning of this file with one call, wherever its position is: a file of /proc is made anew each time.
  ///
  /// - Returns: how many bytes of the buffer were filled.
  /// - Throws: `SystemCallError` with any errno of pread(2); `ESRCH` when a process has gone.
  ///
  /// Corresponds to pread(2).
  public func readBeginning(into buffer: inout [UInt8]) throws(SystemCallError) -> Int {
    let number = number
    return try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "pread64", __NR_pread64, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count), 0,
        on: "descriptor \(number)")
    }
  }

  /// Reads a file of this directory to its end; the buffer grows as it must and keeps its size.
  ///
  /// - Returns: how many bytes of the buffer were filled.
  /// - Throws: `SystemCallError` with any errno of open(2) and read(2); `ESRCH` when a process has gone.
  public func readWhole(
    _ path: NumberedPath, into buffer: inout [UInt8]
  ) throws(SystemCallError) -> Int {
    try open(path).readToEnd(into: &buffer)
  }

  /// Reads to the end of the file; the buffer grows as it must and keeps its size.
  ///
  /// - Returns: how many bytes of the buffer were filled.
  /// - Throws: `SystemCallError` with any errno of read(2).
  public func readToEnd(into buffer: inout [UInt8]) throws(SystemCallError) -> Int {
    var filled = 0
    while true {
      if filled == buffer.count {
        buffer.append(contentsOf: repeatElement(0, count: max(4096, buffer.count)))
      }
      let count = try read(into: &buffer, from: filled)
      if count == 0 { return filled }
      filled += count
    }
  }

  private func read(into buffer: inout [UInt8], from start: Int) throws(SystemCallError) -> Int {
    let number = number
    return try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "read", __NR_read, UInt64(descriptor: number), unsafe UInt64(address: pointer + start),
        UInt64(count - start), on: "descriptor \(number)")
    }
  }

  /// Reads where a symbolic link of this directory leads, for example `mnt:[4026531841]`.
  ///
  /// - Returns: how many bytes of the buffer were filled; all of them when the link may be longer.
  /// - Throws: `SystemCallError` with `EACCES` without the right to look at the process, `ENOENT` or `ESRCH`
  ///   when it has gone, and any other errno of readlink(2).
  ///
  /// Corresponds to readlinkat(2).
  public func readLink(
    _ path: NumberedPath, into buffer: inout [UInt8]
  ) throws(SystemCallError) -> Int {
    let start = UInt64(descriptor: number)
    return try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try unsafe path.withText { (text) throws(SystemCallError) in
        try systemCall(
          "readlinkat", __NR_readlinkat, start, unsafe UInt64(address: text), unsafe UInt64(address: pointer),
          UInt64(count), on: path.description)
      }
    }
  }

  /// Reads a whole file.
  ///
  /// - Parameter path: relative paths start at this directory.
  /// - Throws: `SystemCallError` with any errno of open(2) and read(2).
  public func readFile(_ path: FilePath) throws(SystemCallError) -> [UInt8] {
    try FileDescriptor.open(path, in: self).readAll()
  }

  /// Reads where a symbolic link leads.
  ///
  /// - Parameter path: relative paths start at this directory.
  /// - Throws: `SystemCallError` with `EINVAL` when it is not a link, and any other errno of readlink(2).
  ///
  /// Corresponds to readlinkat(2).
  public func readLink(_ path: FilePath) throws(SystemCallError) -> [UInt8] {
    let start = UInt64(descriptor: number)
    var target = [UInt8](repeating: 0, count: 4096)
    let count = try unsafe target.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try unsafe withPath(path) { (text) throws(SystemCallError) in
        try systemCall(
          "readlinkat", __NR_readlinkat, start, unsafe UInt64(address: text), unsafe UInt64(address: pointer),
          UInt64(count), on: path.string)
      }
    }
    return Array(target[..<count])
  }
}
