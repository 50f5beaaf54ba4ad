// Thousands of paths such as `1234/stat` are asked of /proc at a time. This lays one out in place, so that a
// pass over all processes makes no String and allocates nothing.

/// A relative path, NUL-terminated and reused: `stat`, or `1234/stat` once a number is set.
///
/// Source: proc(5); path_resolution(7).
public struct NumberedPath: Sendable {
  /// Room for the digits of an `Int32` and a slash.
  private static let room = 11
  private var bytes: [UInt8]
  private var start: Int
  private let hasSuffix: Bool

  /// What stands before the path's slash, 0 or positive: a PID, a thread's, a descriptor's; nil for nothing.
  public var number: Int32? {
    didSet { layOutNumber() }
  }

  /// Lays out a path.
  ///
  /// - Parameter suffix: what follows the number, for example `ns/mnt`; empty for the number alone.
  public init(_ suffix: StaticString, number: Int32? = nil) {
    bytes = Array(repeating: 0, count: NumberedPath.room) + Array(suffix.description.utf8) + [0]
    hasSuffix = bytes.count > NumberedPath.room + 1
    start = NumberedPath.room
    self.number = number
    layOutNumber()
  }

  private mutating func layOutNumber() {
    start = NumberedPath.room
    guard let number else { return }
    if hasSuffix {
      start -= 1
      bytes[start] = UInt8(ascii: "/")
    } else {
      bytes[start] = 0
    }
    var rest = number.magnitude
    repeat {
      start -= 1
      bytes[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// Lends the NUL-terminated text.
  @inline(__always)
  func withText<Result: ~Copyable>(
    _ body: (UnsafeRawPointer) throws(SystemCallError) -> Result
  ) throws(SystemCallError) -> Result {
    try unsafe bytes.withBytes { (pointer, _) throws(SystemCallError) in try unsafe body(pointer + start) }
  }
}

extension NumberedPath: CustomStringConvertible {
  public var description: String {
    String(decoding: bytes[start..<(bytes.count - 1)], as: UTF8.self)
  }
}
