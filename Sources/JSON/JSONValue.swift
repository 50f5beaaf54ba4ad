// JSON as a tree, for small texts, such as ArgumentParser's description of the verbs and the records of container engines.

/// A JSON value.
///
/// Source: RFC 8259.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case truth(Bool)
  /// As written: numbers of any size stay exact.
  case number(String)
  /// A string.
  case text(String)
  /// Elements in order.
  case array([JSONValue])
  /// Members by name.
  case object([String: JSONValue])

  /// Reads one text.
  ///
  /// - Returns: nil when it is not JSON, or nested deeper than 512 levels. Of members with one name,
  ///   the last one counts.
  public init?(_ bytes: [UInt8]) {
    var reader = JSONReader(bytes)
    do throws(JSONError) {
      self = try JSONValue.read(&reader)
      try reader.end()
    } catch {
      return nil
    }
  }

  private static func read(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
    switch try reader.kind() {
    case .object: return try object(&reader)
    case .array: return try array(&reader)
    case .string: return .text(try reader.string())
    case .number: return .number(try reader.numberText())
    case .truth: return .truth(try reader.truth())
    case .null:
      try reader.null()
      return .null
    }
  }

  private static func object(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    try reader.beginObject()
    while let name = try reader.nextName() { members[name] = try read(&reader) }
    return .object(members)
  }

  private static func array(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    try reader.beginArray()
    while try reader.nextElement() { elements.append(try read(&reader)) }
    return .array(elements)
  }

  /// A member of an object; nil where there is none.
  public subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { return members[name] }
    return nil
  }

  /// The elements of an array; none of anything else.
  public var elements: [JSONValue] {
    if case .array(let elements) = self { return elements }
    return []
  }

  /// The text; nil of anything else.
  public var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  /// The number, where it is one without sign, point and exponent below 2⁶⁴; nil of anything else.
  public var integer: UInt64? {
    if case .number(let digits) = self { return UInt64(digits) }
    return nil
  }

  /// The truth value; nil of anything else.
  public var truth: Bool? {
    if case .truth(let truth) = self { return truth }
    return nil
  }
}
