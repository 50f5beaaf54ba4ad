// ID maps: as typed, as the kernel prints them, from subuid(5), and merged with the own ID.

import Isolation
import Testing

@Suite struct IDMapTests {
  @Test(arguments: [
    ("0:100000:65536", IDMapRange(inner: 0, outer: 100000, count: 65536)),
    ("100000,0,65536", IDMapRange(inner: 0, outer: 100000, count: 65536)),
    ("4294967295:4294967295:1", IDMapRange(inner: .max, outer: .max, count: 1)),
  ])
  func readsWhatIsTyped(text: String, range: IDMapRange) {
    #expect(IDMapRange(typed: text) == range)
  }

  @Test(arguments: [
    "", "0", "0:1", "0:1:", ":0:1", "0:1:2:3", "0,1:2", "-1:0:1", "+1:0:1", " 0:1:2", "0x1:0:1", "4294967296:0:1",
    "a:b:c", "0:1:2\n", "99999999999999999999:0:1", "0;1;2", "０:0:1",
  ])
  func refusesWhatIsNoRange(text: String) {
    #expect(IDMapRange(typed: text) == nil)
  }

  @Test func readsTheKernelsText() {
    let text = "         0       1000          1\n         1     100000      65536\nnonsense\n 1 2\n"
    #expect(
      [IDMapRange](kernelText: Array(text.utf8)) == [
        IDMapRange(inner: 0, outer: 1000, count: 1), IDMapRange(inner: 1, outer: 100000, count: 65536),
      ])
  }

  @Test func findsSubordinateIDsByNameAndByNumber() throws {
    let text = Array("daemon:1:2\n\nbroken\nposy:200000:65536\n1000:300000:10\n".utf8)
    #expect(
      try SubordinateIDs(ofUser: 7, named: Array("posy".utf8), in: text) == SubordinateIDs(first: 200000, count: 65536))
    #expect(
      try SubordinateIDs(ofUser: 1000, named: Array("tulip".utf8), in: text) == SubordinateIDs(first: 300000, count: 10)
    )
    #expect(throws: SubordinateIDs.Unusable.none) {
      try SubordinateIDs(ofUser: 0, named: Array("root".utf8), in: text)
    }
    #expect(throws: SubordinateIDs.Unusable.malformed("many")) {
      try SubordinateIDs(ofUser: 0, named: Array("root".utf8), in: Array("root:1:many".utf8))
    }
  }

  /// The outcomes of util-linux for the same command lines.
  @Test(arguments: [
    (
      inner: UInt32(5), outer: UInt32(0), [RequestedIDs.range(IDMapRange(inner: 1, outer: 100000, count: 10))],
      "5 0 1\n1 100000 4\n6 100004 5\n"
    ),
    (10, 0, [.range(IDMapRange(inner: 0, outer: 100000, count: 10))], "10 0 1\n0 100000 9\n"),
    (3, 0, [.range(IDMapRange(inner: 0, outer: 100000, count: 10))], "3 0 1\n0 100000 3\n4 100003 6\n"),
    (0, 1000, [.fromZero(SubordinateIDs(first: 100000, count: 65536))], "0 1000 1\n1 100000 65536\n"),
    (
      1000, 1000, [.fromZero(SubordinateIDs(first: 100000, count: 65536))],
      "1000 1000 1\n0 100000 1000\n1001 101000 64536\n"
    ),
    (
      7, 100002, [.range(IDMapRange(inner: 0, outer: 100000, count: 10))],
      "7 100002 1\n0 100000 2\n2 100003 5\n8 100008 2\n"
    ),
  ])
  func merges(inner: UInt32, outer: UInt32, requests: [RequestedIDs], text: String) {
    let map = [IDMapRange](requests, own: IDMapRange(inner: inner, outer: outer, count: 1))
    #expect(map.text == text)
  }

  @Test func leavesRangesAloneWithoutAnOwnID() {
    let ranges = [IDMapRange(inner: 0, outer: 5, count: 3), IDMapRange(inner: 9, outer: 9, count: 1)]
    #expect([IDMapRange](ranges.map { .range($0) }, own: nil) == ranges)
  }

  /// Whatever is merged, no ID stands twice on either side, which the kernel would refuse.
  @Test func mergedMapsNeverOverlap() {
    var generator = SplitMix(state: 41)
    for _ in 0..<2000 {
      let range = IDMapRange(
        inner: generator.number(below: 40), outer: generator.number(below: 40), count: generator.number(below: 20))
      let own = IDMapRange(inner: generator.number(below: 60), outer: generator.number(below: 60), count: 1)
      let map = [IDMapRange]([.range(range)], own: own)
      let inner = map.flatMap { ($0.inner..<$0.inner + $0.count).map(\.self) }
      let outer = map.flatMap { ($0.outer..<$0.outer + $0.count).map(\.self) }
      #expect(Set(inner).count == inner.count && Set(outer).count == outer.count, "\(range) around \(own): \(map.text)")
    }
  }

  /// Damaged texts are read without a trap; what is read prints and reads the same again.
  @Test func survivesDamagedTexts() {
    let corpus = [
      "0:100000:65536", "100000,0,65536", "         0       1000          1\n", "root:100000:65536\n", "4294967295",
      ":::", ",,,", "\u{0}", "1:2:3:4:5", "0 0 4294967295\n",
    ]
    var generator = SplitMix(state: 7)
    for _ in 0..<5000 {
      var bytes = Array(corpus[Int(generator.number(below: UInt32(corpus.count)))].utf8)
      for _ in 0..<generator.number(below: 4) where !bytes.isEmpty {
        bytes[Int(generator.number(below: UInt32(bytes.count)))] = UInt8(generator.number(below: 256))
      }
      if let range = IDMapRange(typed: String(decoding: bytes, as: UTF8.self)) {
        #expect(IDMapRange(typed: "\(range.inner):\(range.outer):\(range.count)") == range)
      }
      let ranges = [IDMapRange](kernelText: bytes)
      #expect([IDMapRange](kernelText: Array(ranges.text.utf8)) == ranges)
      do { _ = try SubordinateIDs(ofUser: 0, named: Array("root".utf8), in: bytes) } catch {}
    }
  }
}

/// Numbers that look random and are the same in every run.
private struct SplitMix {
  var state: UInt64

  mutating func number(below bound: UInt32) -> UInt32 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return UInt32((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}
