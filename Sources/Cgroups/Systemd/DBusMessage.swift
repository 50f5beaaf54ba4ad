// Messages of D-Bus: a header that says what is meant for whom, and a body of values.

/// A message.
///
/// Source: D-Bus Specification, "Message Format".
struct DBusMessage: Hashable, Sendable {
  enum Kind: UInt8, Sendable {
    case call = 1
    case reply = 2
    case error = 3
    case signal = 4
  }

  var kind: Kind
  var serial: UInt32 = 0
  var path: String?
  var interface: String?
  var member: String?
  var errorName: String?
  /// Of the call that this answers.
  var replySerial: UInt32?
  var destination: String?
  var body: [DBusValue] = []

  /// The bytes to be sent.
  var bytes: [UInt8] {
    var content = DBusWriter()
    for value in body { content.write(value) }
    let signature = body.map(\.signature).joined()
    let fields: [(UInt8, DBusValue?)] = [
      (1, path.map { .objectPath($0) }), (2, interface.map { .string($0) }), (3, member.map { .string($0) }),
      (4, errorName.map { .string($0) }), (5, replySerial.map { .uint32($0) }), (6, destination.map { .string($0) }),
      (8, signature.isEmpty ? nil : .signature(signature)),
    ]
    var header = DBusWriter()
    for byte in [UInt8(ascii: "l"), kind.rawValue, 0, 1] { header.write(.byte(byte)) }
    header.write(UInt32(content.bytes.count))
    header.write(serial)
    header.write(
      .array(
        of: "(yv)",
        fields.compactMap { code, value in value.map { .structure([.byte(code), .variant($0)]) } }))
    header.align(8)
    return header.bytes + content.bytes
  }

  /// How many bytes the message has of which these are the first 16; nil where it is no message.
  static func size(_ start: [UInt8]) -> Int? {
    guard start.count >= 16, start[0] == UInt8(ascii: "l") || start[0] == UInt8(ascii: "B") else { return nil }
    var reader = DBusReader(start, isBigEndian: start[0] == UInt8(ascii: "B"), from: 4)
    guard let body = reader.number(UInt32.self), reader.number(UInt32.self) != nil,
      let fields = reader.number(UInt32.self), body <= 1 << 27, fields <= 1 << 26
    else { return nil }
    return 16 + (Int(fields) + 7) / 8 * 8 + Int(body)
  }

  /// A message that was received in full.
  init?(_ bytes: [UInt8]) {
    guard DBusMessage.size(bytes) == bytes.count, let kind = Kind(rawValue: bytes[1]) else { return nil }
    self.init(kind: kind)
    var reader = DBusReader(bytes, isBigEndian: bytes[0] == UInt8(ascii: "B"), from: 8)
    guard let serial = reader.number(UInt32.self), let fields = reader.values("a(yv)"),
      case .array(_, let entries) = fields[0]
    else { return nil }
    self.serial = serial
    var signature = ""
    for case .structure(let entry) in entries {
      guard entry.count == 2, case .byte(let code) = entry[0], case .variant(let value) = entry[1] else { continue }
      switch (code, value) {
      case (1, _): path = value.text
      case (2, _): interface = value.text
      case (3, _): member = value.text
      case (4, _): errorName = value.text
      case (5, .uint32(let number)): replySerial = number
      case (6, _): destination = value.text
      case (8, _): signature = value.text ?? ""
      default: break
      }
    }
    reader.align(8)
    guard let body = reader.values(signature) else { return nil }
    self.body = body
  }

  init(kind: Kind) {
    self.kind = kind
  }
}
