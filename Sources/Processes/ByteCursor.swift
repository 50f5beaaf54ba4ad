// Reads numbers, words and lines out of the kernel's text, byte by byte and without a String: names in /proc
// need not be UTF-8, and there are thousands of files.

internal import Linux

/// A place in a text that a parser moves forward.
struct ByteCursor: ~Escapable {
  let bytes: Span<UInt8>
  var position: Int

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// Passes spaces and tabs.
  mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
  }

  /// Passes one byte if it is the one expected.
  mutating func skip(_ expected: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == expected else { return false }
    position += 1
    return true
  }

  /// The decimal number that follows after blanks; a negative one as its two's complement, one that is too
  /// large wraps.
  mutating func number() -> UInt64? {
    skipBlanks()
    let isNegative = skip(UInt8(ascii: "-"))
    let start = position
    var value: UInt64 = 0
    while position < bytes.count {
      let digit = bytes[position] &- 48
      if digit > 9 { break }
      value = value &* 10 &+ UInt64(digit)
      position += 1
    }
    if position == start { return nil }
    return isNegative ? 0 &- value : value
  }

  /// The hexadecimal number that follows after blanks, without `0x`.
  mutating func hexadecimal() -> UInt64? {
    skipBlanks()
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, let digit = hexadecimalDigit(bytes[position]) {
      value = value &<< 4 | digit
      position += 1
    }
    return position == start ? nil : value
  }

  /// The octal number that follows after blanks.
  mutating func octal() -> UInt64? {
    skipBlanks()
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, bytes[position] &- 48 < 8 {
      value = value &<< 3 | UInt64(bytes[position] &- 48)
      position += 1
    }
    return position == start ? nil : value
  }

  private func hexadecimalDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 48...57: UInt64(byte - 48)
    case 97...102: UInt64(byte - 87)
    case 65...70: UInt64(byte - 55)
    default: nil
    }
  }

  /// The bytes up to the next `separator`, which is passed, or to the end.
  mutating func field(before separator: UInt8) -> Range<Int> {
    let start = position
    while position < bytes.count, bytes[position] != separator { position += 1 }
    let range = start..<position
    if position < bytes.count { position += 1 }
    return range
  }
}
