// JSON as every inspector prints it. Written by hand: encoders cost more than the reading of /proc does.

/// Writes one JSON text.
///
/// Identifiers of 64 bits are written as strings, since readers keep numbers as doubles. What could not be read is
/// `null` and stands in the list `errors` of the text's outermost object.
public struct JSONWriter {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// Two spaces for each level.
    case indented
    /// All on one line, for JSON Lines.
    case line
  }

  /// The text so far, in UTF-8.
  public private(set) var bytes: [UInt8] = []
  private let layout: Layout
  /// For each open object or array, whether something is in it yet.
  private var isFilled: [Bool] = []
  private var followsKey = false
  private var errors: [(object: String, reason: String)] = []

  /// An empty text.
  public init(_ layout: Layout = .indented) {
    self.layout = layout
  }

  /// Writes an object; the members are written by `body`, by pairs of `key(_:)` and a value.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    enclose("{", "}", body)
  }

  /// Writes an array; the elements are written by `body`.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    enclose("[", "]", body)
  }

  /// Writes the outermost object, a list `errors` at its end, and the newline.
  public mutating func document(_ body: (inout JSONWriter) -> Void) {
    object { json in
      body(&json)
      json.member("errors") { $0.writeErrors() }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Notes what could not be read; the value itself is to be written as null.
  public mutating func note(unreadable object: String, _ reason: String) {
    errors.append((object, reason))
  }

  /// Writes a member's name; its value must come next.
  public mutating func key(_ name: String) {
    separate()
    quote(Array(name.utf8)[...])
    raw(layout == .indented ? ": " : ":")
    followsKey = true
  }

  /// Writes a member whose value is written by `body`.
  public mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    body(&self)
  }

  /// Writes a member with a number; null for nil.
  @inlinable
  public mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
    key(name)
    value(number)
  }

  /// Writes a member with a text; null for nil.
  public mutating func member(_ name: String, _ text: String?) {
    key(name)
    value(text)
  }

  /// Writes a member with bytes as text; null for nil.
  ///
  /// Where they are not UTF-8 the text has U+FFFD in the places of what is not, and a second member, named with `Bytes`
  /// at its end, has all of them in hexadecimal.
  public mutating func member(_ name: String, bytes text: ArraySlice<UInt8>?) {
    key(name)
    guard let text else { return null() }
    separate()
    if !quote(text) { member(name + "Bytes", JSONWriter.hexadecimal(text)) }
  }

  /// Writes a member with an array of texts; null for nil. Where one is not UTF-8 a second member, named with `Bytes`
  /// at its end, has all of them in hexadecimal.
  public mutating func member(_ name: String, texts: [ArraySlice<UInt8>]?) {
    key(name)
    guard let texts else { return null() }
    var isExact = true
    array { json in
      for text in texts {
        json.separate()
        if !json.quote(text) { isExact = false }
      }
    }
    if isExact { return }
    member(name + "Bytes") { json in
      json.array { json in texts.forEach { json.value(JSONWriter.hexadecimal($0)) } }
    }
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Writes a member with a truth value.
  public mutating func member(_ name: String, _ truth: Bool) {
    key(name)
    value(truth)
  }

  /// Writes a member with a 64-bit identifier, as a string; null for nil.
  public mutating func member(_ name: String, identifier: UInt64?) {
    member(name, identifier.map { String($0) })
  }

  /// Writes a number; null for nil.
  @inlinable
  public mutating func value(_ number: (some BinaryInteger)?) {
    value(asWritten: number.map { $0.description } ?? "null")
  }

  /// Writes a number or word that is JSON already.
  public mutating func value(asWritten text: String) {
    separate()
    raw(text)
  }

  /// Writes a text; null for nil.
  public mutating func value(_ text: String?) {
    guard let text else { return null() }
    separate()
    quote(Array(text.utf8)[...])
  }

  /// Writes bytes as text; what is not UTF-8 becomes U+FFFD.
  public mutating func value(bytes text: ArraySlice<UInt8>) {
    separate()
    quote(text)
  }

  /// Writes a truth value.
  public mutating func value(_ truth: Bool) {
    separate()
    raw(truth ? "true" : "false")
  }

  /// Writes null.
  public mutating func null() {
    separate()
    raw("null")
  }

  private mutating func enclose(_ start: String, _ end: String, _ body: (inout JSONWriter) -> Void) {
    separate()
    raw(start)
    isFilled.append(false)
    body(&self)
    if isFilled.removeLast() { newLine() }
    raw(end)
  }

  /// Puts the comma and the line break that go before a key, or before a value that follows none.
  private mutating func separate() {
    if followsKey {
      followsKey = false
      return
    }
    guard let wasFilled = isFilled.last else { return }
    if wasFilled { raw(",") }
    isFilled[isFilled.count - 1] = true
    newLine()
  }

  private mutating func newLine() {
    guard layout == .indented else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * isFilled.count))
  }

  private mutating func writeErrors() {
    let noted = errors
    array { json in
      for error in noted {
        json.object {
          $0.member("object", error.object)
          $0.member("reason", error.reason)
        }
      }
    }
  }

  private mutating func raw(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// - Returns: whether all of it is UTF-8.
  @discardableResult
  private mutating func quote(_ text: ArraySlice<UInt8>) -> Bool {
    bytes.append(UInt8(ascii: "\""))
    var rest = text
    var isExact = true
    while let byte = rest.first {
      if byte < 0x80 {
        appendASCII(byte)
        rest = rest.dropFirst()
      } else {
        let length = UTF8Sequence.length(at: rest)
        bytes += length.map { rest.prefix($0) } ?? [0xef, 0xbf, 0xbd]
        if length == nil { isExact = false }
        rest = rest.dropFirst(length ?? 1)
      }
    }
    bytes.append(UInt8(ascii: "\""))
    return isExact
  }

  private mutating func appendASCII(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\n"): raw("\\n")
    case UInt8(ascii: "\t"): raw("\\t")
    case 0..<0x20, 0x7f:
      let digits = String(byte, radix: 16)
      raw("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    default: bytes.append(byte)
    }
  }
}
