// One field of one row, before it has its place: bytes, and how many columns of the terminal they take.

internal import JSON
internal import Screen

/// The text of a field. One value is used for all fields of all rows.
struct Cell {
  /// More room than any row has: what is piped is not cut.
  static let unlimited = Int.max / 4

  private(set) var bytes: [UInt8] = []
  /// How many columns the text takes.
  private(set) var columns = 0
  /// How many columns the field may take; right-aligned ones overflow all the same.
  private(set) var room = Cell.unlimited

  init() {
    bytes.reserveCapacity(4096)
  }

  /// Empties the cell for the next field.
  mutating func clear(room: Int) {
    bytes.removeAll(keepingCapacity: true)
    columns = 0
    self.room = room
  }

  /// Adds one printable ASCII character.
  mutating func put(_ character: UInt8) {
    bytes.append(character)
    columns += 1
  }

  /// Adds text of printable ASCII characters.
  mutating func put(ascii text: some Collection<UInt8>) {
    bytes.append(contentsOf: text)
    columns += text.count
  }

  /// Adds text of printable ASCII characters.
  mutating func put(_ text: String) {
    put(ascii: text.utf8)
  }

  /// Adds a number in decimal, with leading zeros up to a number of digits.
  mutating func put(number: UInt64, digits: Int = 1) {
    var digit: UInt64 = 10
    var count = 1
    while number >= digit, count < 19 {
      digit *= 10
      count += 1
    }
    if count == 19, number >= digit { return put(String(number)) }
    for _ in count..<max(digits, count) { put(48) }
    while digit > 1 {
      digit /= 10
      put(48 + UInt8(truncatingIfNeeded: number / digit % 10))
    }
  }

  /// Adds a number in decimal.
  mutating func put(signed number: Int64) {
    if number < 0 { put(UInt8(ascii: "-")) }
    put(number: number.magnitude)
  }

  /// Adds the branches of a forest, four columns at a time, as far as there is room.
  mutating func put(prefix: [UInt8]) {
    put(ascii: prefix.prefix(max(0, room / 4 * 4)))
  }

  /// Adds other people's text as far as there is room: whatever could drive a terminal becomes `?`.
  ///
  /// - Parameter blanks: shows NUL and newline as blanks, for arguments.
  mutating func put(escaped text: ArraySlice<UInt8>, blanks: Bool = false) {
    var index = text.startIndex
    while index < text.endIndex, columns < room {
      let byte = text[index]
      if byte >= 0x20 && byte < 0x7f {
        put(byte)
        index += 1
      } else if blanks && (byte == 0 || byte == 10) {
        put(32)
        index += 1
      } else {
        let length = putCharacter(at: text[index...])
        if length == 0 { return }
        index += length
      }
    }
  }

  /// Adds other people's text as far as there is room.
  mutating func put(escaped text: [UInt8]) {
    put(escaped: text[...])
  }

  /// Adds other people's text, escaped, whatever room there is.
  mutating func put(whole text: [UInt8]) {
    let narrow = room
    room = Cell.unlimited
    put(escaped: text)
    room = narrow
  }

  /// Adds a character that is not plain ASCII.
  ///
  /// - Returns: how many bytes it has; 0 where there is no room for its width.
  private mutating func putCharacter(at text: ArraySlice<UInt8>) -> Int {
    guard text[text.startIndex] >= 0x80, let length = UTF8Sequence.length(at: text),
      let scalar = Unicode.Scalar(UTF8Sequence.scalar(of: text.prefix(length)))
    else {
      put(UInt8(ascii: "?"))
      return 1
    }
    if Cell.isHarmful(scalar) {
      put(UInt8(ascii: "?"))
    } else {
      let width = DisplayWidth.of(scalar)
      if columns + width > room { return 0 }
      bytes.append(contentsOf: text.prefix(length))
      columns += width
    }
    return length
  }

  /// C1 controls, and characters that reorder or break lines.
  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x80..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  /// Cuts the text to its first character.
  mutating func cutToOne() {
    guard columns > 1 else { return }
    bytes.removeSubrange(1...)
  }

  /// Adds a name; one that is too wide is cut and marked with `+`.
  ///
  /// - Returns: false, and the cell is empty, where a cut would split a character.
  mutating func put(name: [UInt8]) -> Bool {
    let narrow = room
    put(whole: name)
    if columns <= room { return true }
    guard room >= 1, bytes.allSatisfy({ $0 < 0x7f }) else {
      clear(room: narrow)
      return false
    }
    bytes.removeSubrange((room - 1)...)
    columns = room - 1
    put(UInt8(ascii: "+"))
    return true
  }
}
