// Splits a fact into words, numbers, quoted texts and marks.

/// A word of a fact.
enum Word: Hashable {
  case word(String)
  case number(Int)
  case quoted(String)
  case mark(String)

  /// The word as it was written, nearly.
  var text: String {
    switch self {
    case .word(let text), .mark(let text): text
    case .number(let number): String(number)
    case .quoted(let text): "\"\(text)\""
    }
  }
}

/// The words of one line, taken from the front.
struct WordReader {
  private var words: ArraySlice<Word>

  /// Splits a line.
  init(_ line: String) throws(Mistake) {
    var found: [Word] = []
    var rest = Array(line.utf8)[...]
    while let byte = rest.first {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        rest.removeFirst()
      } else {
        found.append(try WordReader.take(from: &rest))
      }
    }
    words = found[...]
  }

  /// Takes the next word; nil at the end.
  mutating func next() -> Word? { words.popFirst() }

  /// Takes the next word if it is this word or mark.
  mutating func takes(_ text: String) -> Bool {
    guard words.first == .word(text) || words.first == .mark(text) else { return false }
    words.removeFirst()
    return true
  }

  /// Takes the next words if they are these.
  mutating func takesAll(of text: String) -> Bool {
    let wanted = text.split(separator: " ").map { Word.word(String($0)) }
    guard words.starts(with: wanted) else { return false }
    words.removeFirst(wanted.count)
    return true
  }

  private static func take(from rest: inout ArraySlice<UInt8>) throws(Mistake) -> Word {
    let first = rest[rest.startIndex]
    if first == UInt8(ascii: "\"") { return try takeQuoted(from: &rest) }
    if isWordByte(first) {
      let bytes = rest.prefix(while: isWordByte)
      rest.removeFirst(bytes.count)
      let text = String(decoding: bytes, as: UTF8.self)
      if !isDigit(first) { return .word(text) }
      guard let number = Int(text) else { throw Mistake(what: "`\(text)` is neither a number nor a name") }
      return .number(number)
    }
    if "().,=".utf8.contains(first) {
      rest.removeFirst()
      return .mark(String(decoding: [first], as: UTF8.self))
    }
    let shown = String(decoding: rest.prefix(4), as: UTF8.self).prefix(1)
    throw Mistake(what: "`\(shown)` has no meaning in a fact", remedy: "put texts into double quotes")
  }

  private static func takeQuoted(from rest: inout ArraySlice<UInt8>) throws(Mistake) -> Word {
    rest.removeFirst()
    guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
      throw Mistake(what: "a text in quotes is not closed")
    }
    defer { rest = rest[(end + 1)...] }
    return .quoted(String(decoding: rest[..<end], as: UTF8.self))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
  }
}
