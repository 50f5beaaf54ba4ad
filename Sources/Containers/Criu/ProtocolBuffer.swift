// The wire format of protocol buffers, as far as criu's messages need it: whole numbers, truths, texts, and messages
// inside messages. It is written here rather than taken from swift-protobuf since its runtime would be linked into every
// start of `pangaea-oci`, and be several times what is here in size, for three messages that never change their numbers.
//
// Source: protobuf.dev, "Encoding".

/// A message in the making.
struct ProtocolBufferWriter {
  private(set) var bytes: [UInt8] = []

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A number: int32, uint32 or an enumeration. A negative one takes ten bytes, as the format has it.
  mutating func put(_ field: UInt64, _ number: some FixedWidthInteger) {
    append(field << 3)
    append(UInt64(truncatingIfNeeded: Int64(number)))
  }

  mutating func put(_ field: UInt64, _ truth: Bool) {
    put(field, truth ? 1 : 0)
  }

  /// Bytes: a text in UTF-8, or a message.
  mutating func put(_ field: UInt64, bytes content: some Collection<UInt8>) {
    append(field << 3 | 2)
    append(UInt64(content.count))
    bytes += content
  }

  mutating func put(_ field: UInt64, _ text: String) {
    put(field, bytes: text.utf8)
  }

  mutating func put(_ field: UInt64, _ message: (inout ProtocolBufferWriter) -> Void) {
    var inner = ProtocolBufferWriter()
    message(&inner)
    put(field, bytes: inner.bytes)
  }
}

/// The fields of a message that was received.
struct ProtocolBufferFields {
  enum Value: Hashable {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// Of a field that is given several times the last one counts.
  private var values: [UInt64: Value] = [:]

  /// Nil for bytes that are no message.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      guard let tag = Self.number(&rest), tag >> 3 != 0 else { return nil }
      switch tag & 7 {
      case 0:
        guard let number = Self.number(&rest) else { return nil }
        values[tag >> 3] = .number(number)
      case 1: if !Self.skip(8, &rest) { return nil }
      case 2:
        guard let length = Self.number(&rest), length <= UInt64(rest.count) else { return nil }
        values[tag >> 3] = .bytes(rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
      case 5: if !Self.skip(4, &rest) { return nil }
      default: return nil
      }
    }
  }

  private static func skip(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.count >= count else { return false }
    rest = rest.dropFirst(count)
    return true
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      number |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return number }
    }
    return nil
  }

  /// A number; nil where the field is absent.
  func number(_ field: UInt64) -> Int64? {
    guard case .number(let number) = values[field] else { return nil }
    return Int64(bitPattern: number)
  }

  func truth(_ field: UInt64) -> Bool? { number(field).map { $0 != 0 } }

  func text(_ field: UInt64) -> String? {
    guard case .bytes(let bytes) = values[field] else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A message inside; nil where the field is absent, or holds none.
  func message(_ field: UInt64) -> ProtocolBufferFields? {
    guard case .bytes(let bytes) = values[field] else { return nil }
    return ProtocolBufferFields(bytes)
  }
}
