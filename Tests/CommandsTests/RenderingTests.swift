// What reaches a terminal: widths, escapes, tables and colour, as values.

import Linux
import Screen
import Testing

@testable import Commands

@Suite struct EscapingTests {
  @Test(arguments: [
    ("plain text", "plain text"), ("a\nb\tc\r", "a\\nb\\tc\\r"), ("\u{1b}[31mred", "\\e[31mred"),
    ("bell\u{7}", "bell\\x07"), ("\u{7f}", "\\x7F"), ("größe", "größe"), ("世界", "世界"),
    ("\u{202e}drawkcab", "\\u{202E}drawkcab"), ("\u{85}", "\\u{85}"), ("\u{2028}", "\\u{2028}"), ("", ""),
  ])
  func makesTextHarmless(_ text: String, _ shown: String) {
    #expect(Escaping.escaped(text) == shown)
  }

  @Test(
    arguments: [
      ([0x61, 0xff, 0x62], "a\\xFFb"), ([0xc3], "\\xC3"), ([0xc0, 0x80], "\\xC0\\x80"),
      ([0xed, 0xa0, 0x80], "\\xED\\xA0\\x80"), ([0xf4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
      ([0xe2, 0x82], "\\xE2\\x82"), ([0xe2, 0x82, 0xac], "€"), ([0xf0, 0x9f, 0x8c, 0x8d], "🌍"),
    ] as [([UInt8], String)])
  func showsBytesThatAreNotUTF8(_ bytes: [UInt8], _ shown: String) {
    #expect(Escaping.escaped(bytes[...]) == shown)
  }

  @Test func leavesNothingThatControls() {
    for first in UInt8.min...UInt8.max {
      for second: UInt8 in [0, 0x1b, 0x41, 0x80, 0x9b, 0xc2, 0xff] {
        let shown = Escaping.escaped([first, second, first][...])
        let isHarmless = shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }
        #expect(isHarmless, "\(first) \(second) became \(shown)")
      }
    }
  }
}

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("abc", 3), ("", 0), ("größe", 5), ("世界", 4), ("e\u{301}", 1), ("🌍", 2), ("ｆ", 2), ("한글", 4), ("→×", 2),
    ("\u{200b}", 0),
  ])
  func countsColumns(_ text: String, _ columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test(arguments: [("abcdef", 3, "abc"), ("世界", 3, "世"), ("世界", 0, ""), ("ab", 9, "ab"), ("e\u{301}x", 1, "e\u{301}")])
  func cutsBetweenCharacters(_ text: String, _ columns: Int, _ prefix: String) {
    #expect(DisplayWidth.prefix(of: text, columns: columns) == prefix)
  }
}

@Suite struct TableTests {
  private func text(_ table: Table, width: Int?, paint: Paint = Paint(isEnabled: false)) throws -> String {
    let pipe = try Pipe()
    var output = OutputBuffer(FileDescriptor(borrowing: pipe.writing.number))
    try table.write(to: &output, width: width, paint: paint)
    return String(decoding: output.bytes, as: UTF8.self)
  }

  private func sample() -> Table {
    var table = Table([.init("PID", .right), .init("NAME"), .init("COMMAND", isCuttable: true)])
    table.append(["1", "init", "/sbin/init splash"])
    table.append(["4711", "世界", .init("a\u{1b}b", .warning)])
    return table
  }

  @Test func alignsColumns() throws {
    #expect(
      try text(sample(), width: nil) == """
         PID NAME COMMAND
           1 init /sbin/init splash
        4711 世界 a\\eb

        """)
  }

  @Test(arguments: [20, 24, 40])
  func fitsTheTerminal(_ width: Int) throws {
    let lines = try text(sample(), width: width).split(separator: "\n")
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= width })
  }

  @Test func colorsCellsAlone() throws {
    let colored = try text(sample(), width: nil, paint: Paint(isEnabled: true))
    #expect(colored.contains("\u{1b}[38;5;214ma\\eb\u{1b}[0m\n"))
    #expect(!colored.contains("\u{1b}[38;5;214m4711"))
  }
}

@Suite struct PaintTests {
  @Test func isPlainUnlessEnabled() {
    #expect(Paint(isEnabled: false)("x", .failure) == "x")
    #expect(Paint(isEnabled: true)("x", .failure) == "\u{1b}[1;38;5;166mx\u{1b}[0m")
  }

  @Test func decidesByChoice() throws {
    let pipe = try Pipe()
    #expect(Paint(.always, on: pipe.writing).isEnabled)
    #expect(!Paint(.auto, on: pipe.writing).isEnabled)
    #expect(!Paint(.never, on: pipe.writing).isEnabled)
    #expect(throws: Complaint.self) { try ColorChoice(word: "blue") }
    #expect(try ColorChoice(word: nil) == .always)
  }

  @Test(arguments: [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
  func lettersNamespaces(_ index: Int, _ letter: String) {
    #expect(NamespaceLegend.letter(index) == letter)
  }

  @Test func cutsStyledLines() {
    var line = StyledLine()
    line.append("├─", .quiet)
    line.append("世界")
    #expect(line.text(width: nil, paint: Paint(isEnabled: false)) == "├─世界\n")
    #expect(line.text(width: 5, paint: Paint(isEnabled: false)) == "├─世\n")
    #expect(line.text(width: 1, paint: Paint(isEnabled: true)) == "\u{1b}[2m├\u{1b}[0m\n")
  }
}
