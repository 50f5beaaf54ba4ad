// Other people's bytes made harmless: a command line or a variable may hold what would drive a terminal.

internal import JSON

/// Shows bytes as text in which nothing controls a terminal.
///
/// Printable UTF-8 stays as it is. A control character becomes `\n`, `\t`, `\e` or `\x07`; a byte that is not
/// UTF-8 becomes `\xFF`; characters that reorder or separate text (U+2028, U+202A to U+202E, U+2066 to U+2069,
/// U+0080 to U+009F) become `\u{202E}`.
enum Escaping {
  /// The text of a string, escaped.
  static func escaped(_ text: String) -> String {
    text.utf8.allSatisfy(isPlain) ? text : escaped(Array(text.utf8)[...])
  }

  /// The text of bytes, escaped.
  static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    append(bytes, to: &result)
    return String(decoding: result, as: UTF8.self)
  }

  /// Appends bytes, escaped, without making a string.
  static func append(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    var rest = bytes
    while let first = rest.first {
      if isPlain(first) {
        let end = rest.firstIndex { !isPlain($0) } ?? rest.endIndex
        output += rest[rest.startIndex..<end]
        rest = rest[end...]
      } else if let length = UTF8Sequence.length(at: rest) {
        append(character: rest.prefix(length), to: &output)
        rest = rest.dropFirst(length)
      } else {
        output += hexadecimal(first)
        rest = rest.dropFirst()
      }
    }
  }

  /// A byte that shows as itself whatever comes next.
  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f }

  private static func append(character: ArraySlice<UInt8>, to output: inout [UInt8]) {
    let scalar = UTF8Sequence.scalar(of: character)
    switch scalar {
    case 0x0a: output += Array("\\n".utf8)
    case 0x09: output += Array("\\t".utf8)
    case 0x0d: output += Array("\\r".utf8)
    case 0x1b: output += Array("\\e".utf8)
    case 0..<0x20, 0x7f: output += hexadecimal(UInt8(scalar))
    case 0x80..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
      output += Array("\\u{\(String(scalar, radix: 16, uppercase: true))}".utf8)
    default: output += character
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
