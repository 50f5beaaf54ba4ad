// Reads JSON byte by byte, without a tree in between: what is not asked for costs nothing but the skipping.

/// A place in a JSON text that moves on as values are taken from it.
///
/// An object is read by `beginObject()` and then, until it returns nil, `nextField()`; an array by `beginArray()` and,
/// as long as it is true, `nextElement()`. After each, exactly one value has to be taken: by the method for the kind of
/// value that belongs there, or by `skip()`.
///
/// ```swift
/// var json = JSONReader(bytes)
/// try json.beginObject()
/// while let field = try json.nextField() {
///   switch field {
///   case "path": path = try json.string()
///   default: try json.skip()
///   }
/// }
/// try json.end()
/// ```
///
/// What it refuses, with the offset of the byte: anything that is not RFC 8259; text that is not UTF-8, in strings as
/// well as in names, and escapes of half a surrogate pair; nesting of more than 512 levels. Names are compared exactly.
/// A field that is given twice is refused, since readers differ in which one they take; fields that nobody asks for may
/// be anything.
public struct JSONReader: ~Copyable {
  /// The kinds of values.
  public enum Kind: String, Sendable {
    /// Members by name.
    case object = "an object"
    /// Elements in order.
    case array = "an array"
    /// Text.
    case string = "a string"
    /// A number of any size.
    case number = "a number"
    /// `true` or `false`.
    case truth = "true or false"
    /// `null`.
    case null = "null"
  }

  /// The depth of nesting up to which a text is read.
  public static let maximumDepth = 512

  let bytes: [UInt8]
  let refusesNUL: Bool
  var position = 0
  /// Nothing of the object or array that was just begun has been read.
  private var isFirst = false
  private var depth = 0
  /// The fields that were asked for of each object that is being read, and how many of them belong to outer ones.
  private var fields: [String] = []
  private var outerFields: [Int] = []

  /// Stands at the beginning of a text.
  ///
  /// - Parameter refusesNUL: whether `\u0000` is an error, as it is in what becomes an argument or a path.
  public init(_ bytes: [UInt8], refusesNUL: Bool = false) {
    self.bytes = bytes
    self.refusesNUL = refusesNUL
    // Editors of other systems put a byte order mark first; RFC 8259 lets a reader pass over it.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  /// The offset of the next value.
  public var offset: Int {
    mutating get {
      skipBlanks()
      return position
    }
  }

  /// The kind of the next value, which stays to be read.
  ///
  /// - Throws: `JSONError` where no value begins.
  public mutating func kind() throws(JSONError) -> Kind {
    skipBlanks()
    guard position < bytes.count else { throw truncated() }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .truth
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), 0x30...0x39: return .number
    default: throw unexpected("a value")
    }
  }

  /// Makes sure that nothing but blanks comes after the outermost value.
  ///
  /// - Throws: `JSONError` where something does.
  public mutating func end() throws(JSONError) {
    skipBlanks()
    if position < bytes.count { throw JSONError(offset: position, problem: "there is more after the end of the value") }
  }

  /// An error at the next value.
  public mutating func error(_ problem: String) -> JSONError {
    JSONError(offset: offset, problem: problem)
  }
}

// MARK: Objects and arrays

extension JSONReader {
  /// Steps into an object.
  ///
  /// - Throws: `JSONError` where there is none, or it is nested too deeply.
  public mutating func beginObject() throws(JSONError) {
    try begin(UInt8(ascii: "{"), .object)
    outerFields.append(fields.count)
  }

  /// The next name of an object and its colon, whatever the value; nil at the object's end, which is passed.
  ///
  /// - Throws: `JSONError` where neither is there, or the name is not UTF-8.
  public mutating func nextName() throws(JSONError) -> String? {
    guard try advance(to: UInt8(ascii: "}")) else {
      fields.removeLast(fields.count - outerFields.removeLast())
      return nil
    }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
    let name = try string()
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw unexpected("a colon") }
    position += 1
    return name
  }

  /// The name of the next member that has a value; nil at the object's end, which is passed.
  ///
  /// A member that is null is passed over: whoever writes null for what isn't there means just that.
  ///
  /// - Throws: `JSONError` as `nextName()`; also where the object has a field of that name already and it was not
  ///   skipped.
  public mutating func nextField() throws(JSONError) -> String? {
    while true {
      skipBlanks()
      let start = position
      guard let name = try nextName() else { return nil }
      skipBlanks()
      if position < bytes.count, bytes[position] == UInt8(ascii: "n") {
        try skipValue()
        continue
      }
      for index in (outerFields.last ?? 0)..<fields.count where fields[index] == name {
        let quote = bytes[start] == UInt8(ascii: ",") ? start + 1 : start
        throw JSONError(offset: offset(ofNextByteFrom: quote), problem: "is given twice")
      }
      fields.append(name)
      return name
    }
  }

  /// Steps into an array.
  ///
  /// - Throws: `JSONError` where there is none, or it is nested too deeply.
  public mutating func beginArray() throws(JSONError) {
    try begin(UInt8(ascii: "["), .array)
  }

  /// Whether another element comes; at the array's end, which is passed, false.
  ///
  /// - Throws: `JSONError` where the text ends, or a comma is missing.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try advance(to: UInt8(ascii: "]"))
  }

  /// Passes over the next value; the field that it belongs to counts as not asked for.
  ///
  /// - Throws: `JSONError` where it is not JSON.
  public mutating func skip() throws(JSONError) {
    if fields.count > (outerFields.last ?? 0) { fields.removeLast() }
    try skipValue()
  }

  private mutating func skipValue() throws(JSONError) {
    switch try kind() {
    case .object:
      try beginObject()
      while try nextName() != nil { try skipValue() }
    case .array:
      try beginArray()
      while try nextElement() { try skipValue() }
    case .string: try skipString()
    case .number: _ = try numberText()
    case .truth: _ = try truth()
    case .null: try null()
    }
  }

  private mutating func begin(_ bracket: UInt8, _ kind: Kind) throws(JSONError) {
    skipBlanks()
    guard position < bytes.count, bytes[position] == bracket else { throw try mismatch(kind) }
    guard depth < JSONReader.maximumDepth else {
      throw error("is nested deeper than \(JSONReader.maximumDepth) levels")
    }
    depth += 1
    position += 1
    isFirst = true
  }

  /// Goes to the next member or element; false at the bracket that ends them, which is passed.
  private mutating func advance(to bracket: UInt8) throws(JSONError) -> Bool {
    skipBlanks()
    let wasFirst = isFirst
    isFirst = false
    guard position < bytes.count else { throw truncated() }
    if bytes[position] == bracket {
      position += 1
      depth -= 1
      return false
    }
    if wasFirst { return true }
    guard bytes[position] == UInt8(ascii: ",") else {
      throw unexpected(bracket == UInt8(ascii: "}") ? "a comma or }" : "a comma or ]")
    }
    position += 1
    skipBlanks()
    if position < bytes.count, bytes[position] == bracket { throw unexpected("something after the comma") }
    return true
  }
}

// MARK: Within a text

extension JSONReader {
  @inline(__always)
  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      default: return
      }
    }
  }

  private func offset(ofNextByteFrom start: Int) -> Int {
    bytes[start...].firstIndex { ![0x20, 0x0a, 0x0d, 0x09].contains($0) } ?? start
  }

  func truncated() -> JSONError {
    JSONError(offset: bytes.count, problem: "the text ends too early")
  }

  /// Something other than what the grammar asks for.
  func unexpected(_ expected: String) -> JSONError {
    guard position < bytes.count else { return truncated() }
    let byte = bytes[position]
    let found = (0x21...0x7e).contains(byte) ? "\(Unicode.Scalar(byte))" : "byte 0x" + String(byte, radix: 16)
    return JSONError(offset: position, problem: "expected \(expected), found \(found)")
  }

  /// A value of another kind than was asked for.
  mutating func mismatch(_ wanted: Kind) throws(JSONError) -> JSONError {
    error("must be \(wanted.rawValue), not \(try kind().rawValue)")
  }
}
