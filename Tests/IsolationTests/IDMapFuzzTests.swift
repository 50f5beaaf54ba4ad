// Maps of users and groups as nobody writes them: no text makes a parser trap, and a range that is read is one.

import Fuzzing
import Isolation
import Testing

@Suite struct IDMapFuzzTests {
  private static let pieces = ["4294967295", "4294967296", "0", ":", ",", " ", "\n", "root:", "-1", "\t"]

  @Test func noTextMakesAParserTrap() throws {
    try Corpus("id-maps").forEach(pieces: Self.pieces) { text in
      let lines = text.count { $0 == UInt8(ascii: "\n") } + 1
      #expect([IDMapRange](kernelText: text).count <= lines)
      let typed = String(decoding: text, as: UTF8.self)
      if let range = IDMapRange(typed: typed) { #expect(typed.contains("\(range.count)")) }
      do throws(SubordinateIDs.Unusable) {
        #expect(try SubordinateIDs(ofUser: 0, named: Array("root".utf8), in: text).count > 0)
      } catch {
        if case .malformed(let field) = error { #expect(!field.contains(":") && !field.contains("\n")) }
      }
    }
  }

  /// Whatever ranges are asked for, the own ID is mapped first.
  @Test func keepsTheOwnID() throws {
    var chance = RepeatableChance(state: 7)
    let edges: [UInt32] = [0, 1, 2, 5, 1000, 65535, 65536, .max - 1, .max]
    func any() -> UInt32 { edges.randomElement(using: &chance) ?? 0 }
    for _ in 0..<2000 {
      let own = Bool.random(using: &chance) ? IDMapRange(inner: any(), outer: any(), count: 1) : nil
      let requested = (0..<Int.random(in: 0...3, using: &chance)).map { _ in
        Bool.random(using: &chance)
          ? RequestedIDs.range(IDMapRange(inner: any(), outer: any(), count: any()))
          : .fromZero(SubordinateIDs(first: any(), count: max(any(), 1)))
      }
      let ranges = [IDMapRange](requested, own: own)
      #expect(own == nil || ranges.first == own)
    }
  }
}
