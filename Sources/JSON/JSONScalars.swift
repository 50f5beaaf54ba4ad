// Strings, numbers and words of a JSON text, taken by the type that the reader needs.

extension JSONReader {
  /// Takes a string.
  ///
  /// - Throws: `JSONError` where the next value is none, or is not UTF-8.
  public mutating func string() throws(JSONError) -> String {
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw try mismatch(.string) }
    let start = position + 1
    let (end, isASCII) = plainText(from: start)
    guard end < bytes.count else { throw truncated() }
    switch bytes[end] {
    case UInt8(ascii: "\""):
      position = end + 1
      return try text(start..<end, isASCII: isASCII)
    case UInt8(ascii: "\\"): return try escapedString(from: start, firstEscape: end)
    default: throw controlCharacter(at: end)
    }
  }

  /// Takes true or false.
  ///
  /// - Throws: `JSONError` where the next value is neither.
  public mutating func truth() throws(JSONError) -> Bool {
    guard try kind() == .truth else { throw try mismatch(.truth) }
    if bytes[position] == UInt8(ascii: "t") {
      try word("true")
      return true
    }
    try word("false")
    return false
  }

  /// Takes null.
  ///
  /// - Throws: `JSONError` where the next value is another.
  public mutating func null() throws(JSONError) {
    guard try kind() == .null else { throw try mismatch(.null) }
    try word("null")
  }

  /// Takes an integer.
  ///
  /// - Parameter range: what is asked for; a number with a fraction or an exponent is none.
  /// - Throws: `JSONError` where the next value is no integer, or lies outside.
  public mutating func integer(in range: ClosedRange<Int64>) throws(JSONError) -> Int64 {
    let start = offset
    let (magnitude, isNegative) = try digits()
    if let magnitude {
      let value = isNegative ? Int64(exactly: magnitude).map { -$0 } : Int64(exactly: magnitude)
      if let value, range.contains(value) { return value }
      if isNegative, magnitude == 1 << 63, range.lowerBound == .min { return .min }
    }
    throw JSONError(offset: start, problem: "must be between \(range.lowerBound) and \(range.upperBound)")
  }

  /// Takes an integer from 0 to 2⁶⁴ − 1.
  ///
  /// - Throws: as `integer(in:)`.
  public mutating func unsignedInteger() throws(JSONError) -> UInt64 {
    let start = offset
    let (magnitude, isNegative) = try digits()
    guard let magnitude, !isNegative || magnitude == 0 else {
      throw JSONError(offset: start, problem: "must be between 0 and \(UInt64.max)")
    }
    return magnitude
  }

  /// Takes a number as it is written.
  ///
  /// - Throws: `JSONError` where the next value is none.
  public mutating func numberText() throws(JSONError) -> String {
    guard try kind() == .number else { throw try mismatch(.number) }
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try skipDigits()
    }
    try endOfWord()
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The digits of an integer; nil for the magnitude where it is 2⁶⁴ or more.
  private mutating func digits() throws(JSONError) -> (magnitude: UInt64?, isNegative: Bool) {
    guard try kind() == .number else { throw error("must be an integer, not \(try kind().rawValue)") }
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let first = position
    var magnitude: UInt64? = 0
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      magnitude = magnitude.flatMap { appending(bytes[position] - 0x30, to: $0) }
      position += 1
    }
    guard position > first else { throw unexpected("a digit") }
    if bytes[first] == 0x30, position > first + 1 {
      throw JSONError(offset: first, problem: "a number does not begin with 0")
    }
    if position < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position]) {
      position = start
      throw JSONError(offset: start, problem: "must be an integer, not \(try numberText())")
    }
    try endOfWord()
    return (magnitude, isNegative)
  }

  private func appending(_ digit: UInt8, to magnitude: UInt64) -> UInt64? {
    let (shifted, tooMuch) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, overflow) = shifted.addingReportingOverflow(UInt64(digit))
    return tooMuch || overflow ? nil : sum
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
    if position == start { throw unexpected("a digit") }
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    for byte in "\(word)".utf8 {
      guard position < bytes.count, bytes[position] == byte else { throw unexpected("\(word)") }
      position += 1
    }
    try endOfWord()
  }

  /// A word or number ends where a blank, a comma or a bracket comes.
  private func endOfWord() throws(JSONError) {
    guard position < bytes.count else { return }
    switch bytes[position] {
    case 0x20, 0x0a, 0x0d, 0x09, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return
    default: throw unexpected("the end of the value")
    }
  }
}

// MARK: Text

extension JSONReader {
  /// Passes over a string.
  mutating func skipString() throws(JSONError) { _ = try string() }

  /// Where text ends that stands for itself: at a quotation mark, an escape or a control character.
  private func plainText(from start: Int) -> (end: Int, isASCII: Bool) {
    let span = bytes.span
    var end = start
    var everyBit: UInt8 = 0
    while end < span.count {
      let byte = span[end]
      if byte == UInt8(ascii: "\\") || byte < 0x20 || byte == UInt8(ascii: "\"") { break }
      everyBit |= byte
      end += 1
    }
    return (end, everyBit < 0x80)
  }

  private func text(_ range: Range<Int>, isASCII: Bool) throws(JSONError) -> String {
    if !isASCII, let wrong = firstOutsideUTF8(range) { throw JSONError(offset: wrong, problem: "is not UTF-8 here") }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  private func firstOutsideUTF8(_ range: Range<Int>) -> Int? {
    var rest = bytes[range]
    while !rest.isEmpty {
      guard let length = UTF8Sequence.length(at: rest) else { return rest.startIndex }
      rest = rest.dropFirst(length)
    }
    return nil
  }

  private func controlCharacter(at offset: Int) -> JSONError {
    JSONError(offset: offset, problem: "a string has to escape control characters")
  }

  private mutating func escapedString(from start: Int, firstEscape: Int) throws(JSONError) -> String {
    position = firstEscape
    var content = Array(bytes[start..<firstEscape])
    if let wrong = firstOutsideUTF8(start..<firstEscape) {
      throw JSONError(offset: wrong, problem: "is not UTF-8 here")
    }
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw controlCharacter(at: position)
      default:
        guard let length = UTF8Sequence.length(at: bytes[position...]) else {
          throw JSONError(offset: position, problem: "is not UTF-8 here")
        }
        content.append(contentsOf: bytes[position..<(position + length)])
        position += length
      }
    }
    throw truncated()
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 2
    guard position <= bytes.count else { throw truncated() }
    switch bytes[start + 1] {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(bytes[start + 1])
    case UInt8(ascii: "u"): return try unicodeEscape(from: start)
    default: throw JSONError(offset: start, problem: "there is no such escape")
    }
  }

  /// `\u00e9`, or the two of a surrogate pair; the reader stands behind the first u.
  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if first == 0, refusesNUL { throw JSONError(offset: start, problem: "must not hold a NUL character") }
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xdc00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let second = try codeUnit()
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second &- 0xdc00))
      if (0xdc00..<0xe000).contains(second), let scalar { return scalar }
    }
    throw JSONError(offset: start, problem: "half a surrogate pair")
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw truncated() }
    var unit: UInt32 = 0
    for offset in position..<(position + 4) {
      guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue, bytes[offset] < 0x80 else {
        throw JSONError(offset: offset, problem: "expected a hexadecimal digit")
      }
      unit = unit << 4 | UInt32(digit)
    }
    position += 4
    return unit
  }
}
