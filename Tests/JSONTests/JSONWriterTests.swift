// JSON written by hand must be JSON whatever the kernel's bytes are, and be read back the same.

import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func writesWhatCanBeReadBack() {
    var json = JSONWriter()
    json.note(unreadable: "PID 7", "EACCES")
    json.document { json in
      json.member("text", "a\"b\\c\n\t\u{1}é🌍")
      json.member("bytes", bytes: [0x61, 0xff, 0x62])
      json.member("number", -12)
      json.member("identifier", identifier: .max)
      json.member("nothing", String?.none)
      json.member("truth", true)
      json.member("empty") { $0.array { _ in } }
      json.member("list") { $0.array { array in [1, 2].forEach { array.value($0) } } }
      json.member("object") { $0.object { $0.member("inner", 1) } }
    }
    let expected: JSONValue = .object([
      "text": .text("a\"b\\c\n\t\u{1}é🌍"), "bytes": .text("a\u{fffd}b"), "bytesBytes": .text("61ff62"),
      "number": .number("-12"),
      "identifier": .text("18446744073709551615"), "nothing": .null, "truth": .truth(true), "empty": .array([]),
      "list": .array([.number("1"), .number("2")]), "object": .object(["inner": .number("1")]),
      "errors": .array([.object(["object": .text("PID 7"), "reason": .text("EACCES")])]),
    ])
    #expect(JSONValue(json.bytes) == expected)
  }

  /// What is not UTF-8 is not lost: two names that look alike stay two.
  @Test func keepsTheBytesOfWhatIsNotUTF8() {
    var json = JSONWriter(.line)
    json.object { json in
      json.member("texts", texts: [[0x41], [0x0a, 0xff]])
      json.member("plain", texts: [[0x41]])
      json.member("none", texts: nil)
      json.member("é", bytes: [0xc3, 0xa9])
    }
    let expected = #"{"texts":["A","\n\#u{fffd}"],"textsBytes":["41","0aff"],"plain":["A"],"none":null,"é":"é"}"#
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test func laysOutInOneLineForJSONLines() {
    var json = JSONWriter(.line)
    json.document { $0.member("list") { $0.array { $0.value("a\nb") } } }
    #expect(String(decoding: json.bytes, as: UTF8.self) == "{\"list\":[\"a\\nb\"],\"errors\":[]}\n")
  }

  @Test func indents() {
    var json = JSONWriter()
    json.document { $0.member("a", 1) }
    #expect(String(decoding: json.bytes, as: UTF8.self) == "{\n  \"a\": 1,\n  \"errors\": []\n}\n")
  }

  @Test func survivesEveryByte() {
    for first in UInt8.min...UInt8.max {
      for second: UInt8 in [0, 0x22, 0x5c, 0x80, 0xbf, 0xe2, 0xff] {
        var json = JSONWriter(.line)
        json.document { $0.member("x", bytes: [first, second, 0x41]) }
        #expect(JSONValue(json.bytes)?["x"]?.text != nil)
      }
    }
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "\"\u{1}\"", "tru", "1 2", "\"\\ud800\"", "\"\\q\"", "nan", "[", "{\"a\":1,}",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(JSONValue(Array(text.utf8)) == nil)
  }

  @Test func refusesWhatNestsTooDeeply() {
    #expect(JSONValue(Array(repeating: UInt8(ascii: "["), count: 100_000)) == nil)
  }

  @Test func readsEscapes() {
    #expect(JSONValue(Array(#""\ud83c\udf0d\u00e9\/\b""#.utf8)) == .text("🌍é/\u{8}"))
    #expect(JSONValue(Array(" [ 1.5e3 , null ] ".utf8)) == .array([.number("1.5e3"), .null]))
  }
}
