// Configurations as nobody writes them: no text makes the reader trap or hang, and each error names a place.

import Fuzzing
import OCI
import Testing

@Suite struct SpecificationFuzzTests {
  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "null", "true", "-0", "1e999", "\"\\u0000\"", "\"\\ud800\"", "\u{feff}",
    "\"linux\":", "\"args\":[", "18446744073709551616", "-9223372036854775809",
    String(repeating: "[", count: 600), String(repeating: "{\"a\":", count: 600), String(repeating: "9", count: 4000),
  ]

  @Test func configurations() throws {
    try Corpus("config").forEach(mutations: 60, pieces: Self.pieces) { text in
      do throws(SpecificationError) {
        let specification = try Specification(json: text)
        #expect((try? Specification(json: specification.json())) == specification)
      } catch {
        #expect(!error.problem.isEmpty)
        if let offset = error.offset { #expect((0...text.count).contains(offset)) }
      }
    }
  }

  @Test func limits() throws {
    let text = #"{"memory":{"limit":1},"cpu":{"cpus":"0-3,7"},"unified":{"a":"b"},"rdma":{"x":{"hcaHandles":1}}}"#
    var chance = RepeatableChance(state: 7)
    for _ in 0..<2000 {
      var bytes = Array(text.utf8)
      bytes[Int.random(in: 0..<bytes.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
      _ = try? Specification.Resources(json: bytes)
    }
  }

  @Test(.timeLimit(.minutes(1))) func longTexts() throws {
    let head = #"{"ociVersion":"1.3.0","root":{"path":"r"},"#
    func described(_ middle: String, times: Int, _ tail: String) -> String {
      var text = Array(head.utf8)
      for _ in 0..<times { text += middle.utf8 }
      text += tail.utf8
      do throws(SpecificationError) {
        return "\(try Specification(json: text).mounts.count) mounts"
      } catch {
        return "\(error)"
      }
    }
    // Nothing takes the square of the length: neither many names nor an error at their end.
    #expect(described(#""x":1,"#, times: 100_000, #""y":1}"#) == "0 mounts")
    #expect(described(#""x":1,"#, times: 100_000, #""root":1}"#).hasPrefix("root: is given twice"))
    let annotations = (0..<50_000).map { "\"a\($0)\":\"\"" }.joined(separator: ",")
    #expect(described(#""annotations":{\#(annotations)}"#, times: 1, "}") == "0 mounts")
    #expect(described(" ", times: 17 << 20, "").hasPrefix("is longer than 16 MiB"))
  }
}
