// What the readers of all parts of a configuration share: values by their types, lists, maps, words of a vocabulary.

internal import JSON

/// A part of a configuration that is read where the reader stands.
protocol ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError)
}

/// Reads a whole text as one value.
///
/// - Throws: `SpecificationError` that names the place.
func reading<Value: ReadFromJSON>(_ bytes: [UInt8]) throws(SpecificationError) -> Value {
  guard bytes.count <= Specification.maximumLength else {
    let limit = Specification.maximumLength >> 20
    throw SpecificationError(path: "", problem: "is longer than \(limit) MiB (\(bytes.count) bytes)")
  }
  do throws(JSONError) {
    var json = JSONReader(bytes, refusesNUL: true)
    let value = try Value(&json)
    try json.end()
    return value
  } catch {
    throw SpecificationError(path: error.path(in: bytes), problem: error.problem, offset: error.offset)
  }
}

extension JSONReader {
  /// Elements one by one.
  mutating func list<Element>(
    _ read: (inout JSONReader) throws(JSONError) -> Element
  ) throws(JSONError) -> [Element] {
    var elements: [Element] = []
    try beginArray()
    while try nextElement() { elements.append(try read(&self)) }
    return elements
  }

  mutating func list<Element: ReadFromJSON>(of type: Element.Type = Element.self) throws(JSONError) -> [Element] {
    try list { json throws(JSONError) in try Element(&json) }
  }

  mutating func strings() throws(JSONError) -> [String] {
    try list { json throws(JSONError) in try json.string() }
  }

  /// Members of an object whose names are free; null is passed over.
  mutating func map<Name: Hashable, Value>(
    name read: (String, JSONError) throws(JSONError) -> Name,
    value: (inout JSONReader) throws(JSONError) -> Value
  ) throws(JSONError) -> [Name: Value] {
    var members: [Name: Value] = [:]
    try beginObject()
    while let text = try nextName() {
      let wrongName = error("there is no such name here")
      if try kind() == .null {
        try null()
        continue
      }
      let given = members.updateValue(try value(&self), forKey: try read(text, wrongName))
      if given != nil { throw JSONError(offset: wrongName.offset, problem: "is given twice") }
    }
    return members
  }

  mutating func stringMap() throws(JSONError) -> [String: String] {
    try map { text, _ in
      text
    } value: { json throws(JSONError) in
      try json.string()
    }
  }

  /// A string; nil where it is empty, which is the same as its absence.
  mutating func nonEmptyString() throws(JSONError) -> String? {
    let text = try string()
    return text.isEmpty ? nil : text
  }

  mutating func int64() throws(JSONError) -> Int64 { try integer(in: .min ... .max) }
  mutating func int32() throws(JSONError) -> Int32 { Int32(try integer(in: Int64(Int32.min)...Int64(Int32.max))) }
  mutating func uint32() throws(JSONError) -> UInt32 { UInt32(try integer(in: 0...Int64(UInt32.max))) }
  mutating func uint16() throws(JSONError) -> UInt16 { UInt16(try integer(in: 0...Int64(UInt16.max))) }

  /// One of the words of a vocabulary.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type = Word.self
  ) throws(JSONError) -> Word {
    let start = offset
    let text = try string()
    if let word = Word(rawValue: text) { return word }
    throw JSONReader.unknown(text, Word.self, at: start)
  }

  /// One of the words of a vocabulary; nil where it is empty, which is the same as its absence.
  mutating func nonEmptyWord<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type = Word.self
  ) throws(JSONError) -> Word? {
    let start = offset
    guard let text = try nonEmptyString() else { return nil }
    if let word = Word(rawValue: text) { return word }
    throw JSONReader.unknown(text, Word.self, at: start)
  }

  static func unknown<Word: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ type: Word.Type, at offset: Int
  ) -> JSONError {
    let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
    return JSONError(offset: offset, problem: "\"\(text)\" is not known; known are: \(known)")
  }
}

/// A field that has to be there.
///
/// - Throws: `JSONError` that names it where it is nil.
func required<Value>(_ value: Value?, _ name: String, ofObjectAt offset: Int) throws(JSONError) -> Value {
  if let value { return value }
  throw JSONError(offset: offset, problem: "is required", missingMember: name)
}
