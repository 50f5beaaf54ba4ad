// Text that is none, as libsmartcols writes it: byte for byte what the original of a classic name prints.

internal import JSON

/// How util-linux shows bytes of other people.
///
/// Source: lib/mbsalign.c and include/carefulputc.h of util-linux 2.41.
enum ClassicText {
  /// For columns: a byte that cannot be shown becomes, for example, `\x1b`, and `\x` becomes `\x5cx`.
  ///
  /// - Parameter isUnicode: whether the locale's characters are UTF-8; of ASCII otherwise.
  static func shown(_ bytes: ArraySlice<UInt8>, isUnicode: Bool) -> String {
    var result: [UInt8] = []
    var rest = bytes
    while let first = rest.first {
      let length = isUnicode ? UTF8Sequence.length(at: rest) ?? 1 : 1
      let character = rest.prefix(length)
      rest = rest.dropFirst(length)
      let isEscape = first == UInt8(ascii: "\\") && rest.first == UInt8(ascii: "x")
      result += isPrintable(character) && !isEscape ? Array(character) : character.flatMap(hexadecimal)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// As one word: whatever is no visible ASCII character becomes `\x20`.
  static func word(_ bytes: [UInt8]) -> String {
    let isVisible = { (byte: UInt8) in byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") }
    return String(decoding: bytes.flatMap { isVisible($0) ? [$0] : hexadecimal($0) }, as: UTF8.self)
  }

  /// As a string of JSON, whose bytes are as they were: what is not UTF-8 makes it none, as with the original.
  static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "\"")] + bytes.flatMap(quoted) + [UInt8(ascii: "\"")]
  }

  private static func quoted(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
    case 0x08: Array("\\b".utf8)
    case 0x09: Array("\\t".utf8)
    case 0x0a: Array("\\n".utf8)
    case 0x0c: Array("\\f".utf8)
    case 0x0d: Array("\\r".utf8)
    case 0..<0x20: Array("\\u00".utf8) + digits(byte)
    default: [byte]
    }
  }

  private static func isPrintable(_ character: ArraySlice<UInt8>) -> Bool {
    guard let first = character.first else { return false }
    if character.count == 1 { return first >= 0x20 && first < 0x7f }
    guard let scalar = Unicode.Scalar(UTF8Sequence.scalar(of: character)) else { return false }
    switch scalar.properties.generalCategory {
    case .control, .unassigned, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> [UInt8] { Array("\\x".utf8) + digits(byte) }

  private static func digits(_ byte: UInt8) -> [UInt8] {
    Array(((byte < 0x10 ? "0" : "") + String(byte, radix: 16)).utf8)
  }
}
