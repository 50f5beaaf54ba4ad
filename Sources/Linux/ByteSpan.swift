// What parsers of the kernel's text ask of a run of bytes, where a String would be slow and may be impossible.

extension Span<UInt8> {
  /// A copy of part of the bytes.
  public func copy(_ range: Range<Int>) -> [UInt8] {
    unsafe extracting(range).withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }

  /// A copy of the bytes.
  public var copied: [UInt8] { copy(0..<count) }

  /// Whether part of the bytes is exactly this text.
  public func matches(_ text: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    for offset in 0..<range.count where unsafe self[range.lowerBound + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  /// Whether part of the bytes has this text somewhere.
  public func contains(_ text: StaticString, in range: Range<Int>) -> Bool {
    let length = text.utf8CodeUnitCount
    var start = range.lowerBound
    while start + length <= range.upperBound {
      if matches(text, in: start..<(start + length)) { return true }
      start += 1
    }
    return false
  }

  /// Where a byte is found first in part of the bytes; nil where it is not.
  public func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// Hands over where each line is, without its newline; the last one need not have any.
  public func forEachLine(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < count {
      let end = firstIndex(of: UInt8(ascii: "\n"), in: start..<count) ?? count
      body(start..<end)
      start = end + 1
    }
  }
}
