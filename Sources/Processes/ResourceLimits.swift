// /proc/PID/limits: what each process may use at most.

internal import Linux

/// The soft and the hard limit of one resource.
///
/// Source: getrlimit(2).
public struct ResourceLimit: Hashable, Sendable {
  /// The name as the kernel prints it, for example `Max open files`.
  public let name: String
  /// nil is unlimited.
  public let soft: UInt64?
  /// nil is unlimited.
  public let hard: UInt64?
  /// `bytes`, `seconds`, `us`, …; empty for priorities.
  public let unit: String

  /// A limit from its parts.
  public init(name: String, soft: UInt64?, hard: UInt64?, unit: String) {
    self.name = name
    self.soft = soft
    self.hard = hard
    self.unit = unit
  }
}

extension ResourceLimit {
  /// Parses the file, in its order; lines that are not as expected are passed over.
  ///
  /// Source: fs/proc/base.c, proc_pid_limits: columns of 25, 20, 20 and 10 bytes, a blank between.
  public static func parse(_ text: Span<UInt8>) -> [ResourceLimit] {
    var limits: [ResourceLimit] = []
    var cursor = ByteCursor(text)
    _ = cursor.field(before: 10)
    while !cursor.isAtEnd {
      let line = text.copy(cursor.field(before: 10))
      if let limit = ResourceLimit(line: line) { limits.append(limit) }
    }
    return limits
  }

  private init?(line: [UInt8]) {
    guard line.count > 26 else { return nil }
    let words = line[26...].split(separator: 32)
    guard words.count >= 2, let soft = Self.number(words[0]), let hard = Self.number(words[1]) else { return nil }
    let name = Array(line[..<25].split(separator: 32).joined(separator: [32]))
    self.init(
      name: String(decoding: name, as: UTF8.self), soft: soft.value, hard: hard.value,
      unit: words.count > 2 ? String(decoding: words[2], as: UTF8.self) : "")
  }

  private static func number(_ word: ArraySlice<UInt8>) -> (value: UInt64?, Void)? {
    if word.elementsEqual("unlimited".utf8) { return (nil, ()) }
    guard let value = UInt64(String(decoding: word, as: UTF8.self)) else { return nil }
    return (value, ())
  }
}
