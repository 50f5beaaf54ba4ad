// What is JSON and what is not; where each error is said to be.

import JSON
import Testing

@Suite struct JSONReaderTests {
  @Test func readsAnObjectFieldByField() throws {
    var json = JSONReader(Array(#" { "a" : [ 1 , -2 ] , "b":"x" , "c":null,"d": {"deep": [{}]}, "e":true } "#.utf8))
    var seen: [String] = []
    var numbers: [Int64] = []
    try json.beginObject()
    while let field = try json.nextField() {
      seen.append(field)
      switch field {
      case "a":
        try json.beginArray()
        while try json.nextElement() { numbers.append(try json.integer(in: -2...1)) }
      case "b": #expect(try json.string() == "x")
      default: try json.skip()
      }
    }
    try json.end()
    #expect(seen == ["a", "b", "d", "e"])
    #expect(numbers == [1, -2])
  }

  @Test(arguments: [
    (#"{"a":1,"a":2}"#, 7, "a: is given twice"), (#"{"a":{"b":1 , "b":2}}"#, 14, "a.b: is given twice"),
    (#"{"a":[0,{"b":"x"}]}"#, 13, "a[1].b: must be an integer, not a string"),
    (#"{"a.b":{"c":1.5}}"#, 12, #"["a.b"].c: must be an integer, not 1.5"#),
    (#"{"a":18446744073709551616}"#, 5, "a: must be between 0 and 18446744073709551615"),
    (#"{"a":-1}"#, 5, "a: must be between 0 and 18446744073709551615"),
    (#"{"a":1"#, 6, "a: the text ends too early"), (#"{"a":1 2}"#, 7, "a: expected a comma or }, found 2"),
    (#"{"a":1,}"#, 7, "expected something after the comma, found }"),
    (#"{a:1}"#, 1, "expected a name in quotes, found a"),
    (#"{"a":01}"#, 5, "a: a number does not begin with 0"), (#"[1]"#, 0, "must be an object, not an array"),
    (#"{"a":1} x"#, 8, "there is more after the end of the value"), ("", 0, "the text ends too early"),
    ("{\"a\":\u{1}", 5, "a: expected a value, found byte 0x1"),
  ])
  func saysWhereAndWhat(_ text: String, _ offset: Int, _ message: String) {
    // spec: config.json.duplicate config.values.invalid
    let error = #expect(throws: JSONError.self) { try integers(text) }
    #expect(error?.offset == offset)
    guard let error else { return }
    let path = error.path(in: Array(text.utf8))
    #expect((path.isEmpty ? "" : path + ": ") + error.problem == message)
  }

  /// Reads objects and arrays of unsigned integers.
  private func integers(_ text: String) throws {
    var json = JSONReader(Array(text.utf8))
    try object(&json)
    try json.end()
  }

  private func object(_ json: inout JSONReader) throws {
    try json.beginObject()
    while try json.nextField() != nil { try value(&json) }
  }

  private func value(_ json: inout JSONReader) throws {
    switch try json.kind() {
    case .object: try object(&json)
    case .array:
      try json.beginArray()
      while try json.nextElement() { try value(&json) }
    default: _ = try json.unsignedInteger()
    }
  }

  @Test func readsTheWidestIntegers() throws {
    var json = JSONReader(Array("[-9223372036854775808, 9223372036854775807, 18446744073709551615, -0]".utf8))
    try json.beginArray()
    #expect(try json.nextElement())
    #expect(try json.integer(in: .min ... .max) == .min)
    #expect(try json.nextElement())
    #expect(try json.integer(in: .min ... .max) == .max)
    #expect(try json.nextElement())
    #expect(try json.unsignedInteger() == .max)
    #expect(try json.nextElement())
    #expect(try json.unsignedInteger() == 0)
    #expect(try !json.nextElement())
  }

  @Test(arguments: [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc0, 0x80]])
  func refusesWhatIsNotUTF8(_ wrong: [UInt8]) {
    // spec: config.json.utf8
    for prefix in ["", "a", "\\n", "é"] {
      let start = Array("\"\(prefix)".utf8)
      var json = JSONReader(start + wrong + Array("\"".utf8))
      let error = #expect(throws: JSONError.self) { try json.string() }
      #expect(error == JSONError(offset: start.count, problem: "is not UTF-8 here"))
    }
  }

  @Test func refusesNULWhereItIsAsked() throws {
    let text = Array(#""a\u0000b""#.utf8)
    var permissive = JSONReader(text)
    #expect(try permissive.string() == "a\0b")
    var strict = JSONReader(text, refusesNUL: true)
    #expect(throws: JSONError(offset: 2, problem: "must not hold a NUL character")) { try strict.string() }
  }

  @Test func skipsAnythingButNotWhatIsNoJSON() throws {
    for text in [#"{"a":[{"b":-1.5e+3},null,true,false,"\ud83c\udf0d"]}"#, "[]", "{}", "0", "\"\""] {
      var json = JSONReader(Array(text.utf8))
      try json.skip()
      try json.end()
    }
    for text in ["[1,]", "{\"a\" 1}", "nul", "truex", "-", "1.", "1e", "+1", ".5", "\"\\x\"", "\"\\ud800\"", "[}"] {
      #expect(throws: JSONError.self) {
        var json = JSONReader(Array(text.utf8))
        try json.skip()
        try json.end()
      }
    }
  }

  @Test func endsAtTheDepthThatIsSaid() throws {
    for bracket in ["[", "{\"a\":"] {
      let text = Array(String(repeating: bracket, count: 100_000).utf8)
      var json = JSONReader(text)
      let error = #expect(throws: JSONError.self) { try json.skip() }
      #expect(error?.problem == "is nested deeper than 512 levels")
    }
    var json = JSONReader(Array((String(repeating: "[", count: 512) + String(repeating: "]", count: 512)).utf8))
    try json.skip()
    try json.end()
  }

  @Test func passesOverAByteOrderMark() throws {
    var json = JSONReader([0xef, 0xbb, 0xbf, 0x7b, 0x7d])
    try json.beginObject()
    #expect(try json.nextField() == nil)
  }
}
