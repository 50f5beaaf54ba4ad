// Where Swift values become the pointers that the kernel wants, so that nothing else here needs to.

internal import Glibc
public import struct SystemPackage.FilePath

extension Array where Element: BitwiseCopyable {
  /// Lends the elements' memory for a system call that only reads it; the count is in bytes.
  @inline(__always)
  func withBytes<Result: ~Copyable>(
    _ body: (UnsafeRawPointer, Int) throws(SystemCallError) -> Result
  ) throws(SystemCallError) -> Result {
    try unsafe span.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(SystemCallError) -> Result in
      var nothing: UInt64 = 0
      guard let start = buffer.baseAddress else { return try unsafe body(&nothing, 0) }
      return try unsafe body(start, buffer.count)
    }
  }

  /// Lends the elements' memory for a system call that fills it; the count is in bytes.
  @inline(__always)
  mutating func withMutableBytes<Result: ~Copyable>(
    _ body: (UnsafeMutableRawPointer, Int) throws(SystemCallError) -> Result
  ) throws(SystemCallError) -> Result {
    var span = mutableSpan
    return try unsafe span.withUnsafeMutableBytes {
      (buffer: UnsafeMutableRawBufferPointer) throws(SystemCallError) -> Result in
      var nothing: UInt64 = 0
      guard let start = buffer.baseAddress else { return try unsafe body(&nothing, 0) }
      return try unsafe body(start, buffer.count)
    }
  }
}

/// Lends a path as the NUL-terminated text that a system call reads.
@inline(__always)
func withPath<Result: ~Copyable>(
  _ path: FilePath, _ body: (UnsafeRawPointer) throws(SystemCallError) -> Result
) throws(SystemCallError) -> Result {
  try unsafe path.terminatedBytes.withBytes { (text, _) throws(SystemCallError) in try unsafe body(text) }
}

extension FilePath {
  /// A path of bytes as the kernel has them, which need not be UTF-8; they end before the first NUL.
  @inlinable
  public init(bytes: some Sequence<UInt8>) {
    unsafe self.init(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
  }

  /// The path's bytes, which need not be UTF-8.
  public var bytes: [UInt8] { terminatedBytes.dropLast() }

  /// The path's bytes with the NUL that ends them.
  var terminatedBytes: [UInt8] {
    unsafe withPlatformString { text in
      unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text) + 1))
    }
  }
}

/// Lends a value's memory, by its address, for a system call that reads or fills it.
@inline(__always)
func withMemory<Value, Result>(
  of value: inout Value, _ body: (UInt64) throws(SystemCallError) -> Result
) throws(SystemCallError) -> Result {
  try unsafe withUnsafeMutablePointer(to: &value) { (pointer) throws(SystemCallError) in
    try unsafe body(UInt64(address: pointer))
  }
}
