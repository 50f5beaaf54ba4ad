// Values of the D-Bus wire format, as far as systemd's manager speaks it: no library is to be had in a static program.

/// A value with its type.
///
/// Source: D-Bus Specification, "Type system" and "Marshaling".
indirect enum DBusValue: Hashable, Sendable {
  case byte(UInt8)
  case boolean(Bool)
  case uint32(UInt32)
  case uint64(UInt64)
  case string(String)
  case objectPath(String)
  case signature(String)
  /// Of elements of one type, whose signature it has even where it is empty.
  case array(of: String, [DBusValue])
  case structure([DBusValue])
  case variant(DBusValue)

  /// The type, in the letters of the format.
  var signature: String {
    switch self {
    case .byte: "y"
    case .boolean: "b"
    case .uint32: "u"
    case .uint64: "t"
    case .string: "s"
    case .objectPath: "o"
    case .signature: "g"
    case .array(let element, _): "a" + element
    case .structure(let members): "(" + members.map(\.signature).joined() + ")"
    case .variant: "v"
    }
  }

  /// The text of a string, a path or a signature.
  var text: String? {
    switch self {
    case .string(let text), .objectPath(let text), .signature(let text): text
    case .variant(let value): value.text
    default: nil
    }
  }

  /// At what multiple of bytes a value of a type begins.
  static func alignment(_ type: Character) -> Int {
    switch type {
    case "y", "g", "v": 1
    case "t", "x", "d", "(", "{": 8
    default: 4
    }
  }
}

/// Writes values, least significant byte first.
struct DBusWriter {
  private(set) var bytes: [UInt8] = []

  mutating func align(_ size: Int) {
    bytes.append(contentsOf: repeatElement(0, count: (size - bytes.count % size) % size))
  }

  mutating func write(_ number: some FixedWidthInteger) {
    let size = number.bitWidth / 8
    align(size)
    for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
  }

  mutating func write(_ value: DBusValue) {
    switch value {
    case .byte(let number): bytes.append(number)
    case .boolean(let isTrue): write(UInt32(isTrue ? 1 : 0))
    case .uint32(let number): write(number)
    case .uint64(let number): write(number)
    case .string(let text), .objectPath(let text):
      write(UInt32(text.utf8.count))
      bytes += text.utf8 + [0]
    case .signature(let text): bytes += [UInt8(text.utf8.count)] + text.utf8 + [0]
    case .array(let element, let values): writeArray(element, values)
    case .structure(let members):
      align(8)
      for member in members { write(member) }
    case .variant(let content):
      write(.signature(content.signature))
      write(content)
    }
  }

  /// The length counts neither itself nor what aligns the first element.
  private mutating func writeArray(_ element: String, _ values: [DBusValue]) {
    write(UInt32(0))
    let place = bytes.count - 4
    align(DBusValue.alignment(element.first!))
    let start = bytes.count
    for value in values { write(value) }
    let length = UInt32(bytes.count - start)
    for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
  }
}

/// Reads values of a known type; what is cut short or too deep is nil.
struct DBusReader {
  private let bytes: [UInt8]
  private let isBigEndian: Bool
  private(set) var place: Int
  private static let depth = 32

  init(_ bytes: [UInt8], isBigEndian: Bool = false, from place: Int = 0) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
    self.place = place
  }

  mutating func align(_ size: Int) {
    place += (size - place % size) % size
  }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    let size = Number.bitWidth / 8
    align(size)
    guard place + size <= bytes.count else { return nil }
    defer { place += size }
    return (0..<size).reduce(0) { result, index in
      let shift = 8 * (isBigEndian ? size - 1 - index : index)
      return result | Number(truncatingIfNeeded: bytes[place + index]) << shift
    }
  }

  private mutating func text(_ length: Int) -> String? {
    guard length >= 0, place + length + 1 <= bytes.count else { return nil }
    defer { place += length + 1 }
    return String(decoding: bytes[place..<(place + length)], as: UTF8.self)
  }

  /// Reads one value for each type of a signature.
  mutating func values(_ signature: String) -> [DBusValue]? {
    var types = signature[...]
    var values: [DBusValue] = []
    while !types.isEmpty {
      guard let value = value(&types, 0) else { return nil }
      values.append(value)
    }
    return values
  }

  private mutating func value(_ types: inout Substring, _ depth: Int) -> DBusValue? {
    guard depth < DBusReader.depth, let type = types.popFirst() else { return nil }
    switch type {
    case "y": return number(UInt8.self).map { .byte($0) }
    case "b": return number(UInt32.self).map { .boolean($0 != 0) }
    case "u", "i", "h": return number(UInt32.self).map { .uint32($0) }
    case "n", "q": return number(UInt16.self).map { .uint32(UInt32($0)) }
    case "t", "x", "d": return number(UInt64.self).map { .uint64($0) }
    case "s": return number(UInt32.self).flatMap { text(Int($0)) }.map { .string($0) }
    case "o": return number(UInt32.self).flatMap { text(Int($0)) }.map { .objectPath($0) }
    case "g": return number(UInt8.self).flatMap { text(Int($0)) }.map { .signature($0) }
    case "v":
      guard let signature = number(UInt8.self).flatMap({ text(Int($0)) }) else { return nil }
      var inner = signature[...]
      return value(&inner, depth + 1).map { .variant($0) }
    case "a": return array(&types, depth)
    case "(": return structure(&types, ")", depth)
    case "{": return structure(&types, "}", depth)
    default: return nil
    }
  }

  private mutating func structure(_ types: inout Substring, _ end: Character, _ depth: Int) -> DBusValue? {
    align(8)
    var members: [DBusValue] = []
    while let type = types.first {
      if type == end {
        types.removeFirst()
        return .structure(members)
      }
      guard let member = value(&types, depth + 1) else { return nil }
      members.append(member)
    }
    return nil
  }

  private mutating func array(_ types: inout Substring, _ depth: Int) -> DBusValue? {
    guard let length = number(UInt32.self), let element = DBusReader.firstType(types) else { return nil }
    align(DBusValue.alignment(element.first!))
    let end = place + Int(length)
    guard end <= bytes.count else { return nil }
    var values: [DBusValue] = []
    while place < end {
      var type = element[...]
      guard let value = value(&type, depth + 1) else { return nil }
      values.append(value)
    }
    types.removeFirst(element.count)
    return .array(of: element, values)
  }

  /// The first complete type of a signature.
  private static func firstType(_ types: Substring) -> String? {
    var open = 0
    for (index, letter) in types.enumerated() {
      if letter == "a" { continue }
      if letter == "(" || letter == "{" { open += 1 }
      if letter == ")" || letter == "}" { open -= 1 }
      if open == 0 { return String(types.prefix(index + 1)) }
      if open < 0 { return nil }
    }
    return nil
  }
}
