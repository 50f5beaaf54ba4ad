// The expressions of `--filter`: how they bind, what they compare, and what is none.

import JSON
import Linux
import Testing

@testable import Commands

@Suite struct RowFilterTests {
  private static let row = ["NAME": "blue", "SIZE": "4096", "ZERO": "0", "LETTERS": "2048"]
  private static let numbers: Set<String> = ["SIZE", "ZERO", "NONE"]

  private func filter(_ text: String) throws(RowFilter<String>.Unusable) -> RowFilter<String> {
    try RowFilter(text) { name in
      Self.row[name] != nil || ["NONE", "EMPTY"].contains(name) ? (name, isNumber: Self.numbers.contains(name)) : nil
    }
  }

  @Test(arguments: [
    "NAME", "NAME == 'blue'", "NAME eq \"blue\"", "NAME != 'red'", "'blue' == NAME", "SIZE == 4096", "SIZE == 4K",
    "SIZE == 4KiB", "SIZE > 4095", "SIZE >= 4096 and SIZE <= 4096", "SIZE LT 1M", "SIZE == '4096'", "SIZE < 4096.5",
    "NAME =~ '^b.*e$'", "NAME !~ 'red|green'", "SIZE =~ '^40'", "!ZERO", "not EMPTY", "NOT NONE", "EMPTY == ''",
    "NONE != 5", "ZERO == 0", "true", "!false", "(NAME)", "NAME == 'red' or SIZE", "ZERO && ZERO || NAME",
    "NAME || ZERO && ZERO", "!(ZERO && NAME)", "!ZERO == true", "LETTERS == 2048", "LETTERS > 1K", "NAME>'alpha'",
    "  NAME\t==\n'blue' ", "TRUE == true", "((SIZE>1)&&(SIZE<5000))", "SIZE", "LETTERS == 2048 == true",
  ]) func isTrue(text: String) throws {
    let filter = try filter(text)
    #expect(filter.accepts { Self.row[$0] })
  }

  @Test(arguments: [
    "EMPTY", "NONE", "ZERO", "NAME == 'Blue'", "SIZE < 4096", "NONE == 0", "NONE < 5", "NAME == 5", "NAME =~ 'red'",
    "false", "!NAME", "NAME and ZERO", "SIZE == 4096 == false", "''", "0", "0.0", "NAME < 'a'",
  ]) func isFalse(text: String) throws {
    let filter = try filter(text)
    #expect(!filter.accepts { Self.row[$0] })
  }

  @Test(
    arguments: [
      ("", .unexpected("")), ("NAME ==", .unexpected("")), ("(NAME", .unexpected("")), ("NAME)", .unexpected(")")),
      ("NAME NAME", .unexpected("NAME")), ("NOSUCH", .unknownColumn("NOSUCH")), ("NAME =~ SIZE", .unexpected("SIZE")),
      ("NAME =~ '('", .noExpression("(")), ("NAME == 'blue", .unexpected("'blue")), ("4X", .unexpected("4X")),
      ("99999999999999999999", .unexpected("99999999999999999999")), ("1E == 9999Y", .unexpected("9999Y")),
      ("NAME = 'blue'", .unexpected("=")), ("&& NAME", .unexpected("&&")), ("-5", .unexpected("-5")),
      ("NAME == é", .unexpected("é")),
    ] as [(String, RowFilter<String>.Unusable)])
  func isNone(text: String, reason: RowFilter<String>.Unusable) {
    #expect(throws: reason) { try filter(text) }
  }
}

@Suite struct NamespaceFilterTests {
  @Test func showsWhatIsWanted() throws {
    let outcome = try pangaea("ns", "-n", "-o", "TYPE", "-Q", "TYPE == 'uts' or TYPE =~ '^p'", "-p", "self")
    #expect(outcome.status == .exited(2), "a PID is a number")
    let own = "\(CallingProcess.processID)"
    let lines = try pangaea("ns", "-n", "-o", "TYPE", "-Q", "TYPE == 'uts' or TYPE =~ '^p'", "-p", own).lines
    #expect(Set(lines) == ["uts", "pid"])
    #expect(try pangaea("ns", "--filter", "NPROCS == 0 && NPROCS > 0").status == .exited(1))
    #expect(try pangaea("ns", "-J", "-Q", "USER == 'nobody at all'").output.contains("\"namespaces\": []"))
  }

  @Test func complainsOfTheExpression() throws {
    let outcome = try pangaea("ns", "-Q", "NOSUCH == 1")
    #expect(outcome.status == .exited(2))
    #expect(
      outcome.error == "pangaea: cannot read the filter 'NOSUCH == 1'\n  why: unknown column: NOSUCH\n"
        + "  try: man 5 scols-filter\n")
    #expect(try runPangaea(["-Q", "HOLDERS"], as: "lsns").status == .exited(1), "lsns has no such column")
  }

  @Test func watchesInJSONLines() throws {
    let outcome = try run(
      "sh", "-c", "timeout -s INT 20 \(pangaeaPath) ns --json --watch 0.1 -p $$ | head -3")
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines.allSatisfy { JSONValue(Array($0.utf8))?["namespaces"] != nil })
    #expect(try pangaea("ns", "--watch", "0").status == .exited(2))
    #expect(try pangaea("ns", "--watch", "x").error.contains("--watch takes a number of seconds"))
  }

  @Test func coloursWhatIsNotTheMachines() throws {
    let script = "unshare -Ur sleep 60 & sleep 0.2; \(pangaeaPath) ns --color=always -n -p $!; kill $!"
    let coloured = try run("sh", "-c", script).output
    #expect(coloured.contains("\u{1b}[38;5;214m"))
    #expect(coloured.split(separator: "\n").contains { !$0.contains("\u{1b}") }, "shared ones are neutral")
    #expect(try !pangaea("ns").output.contains("\u{1b}"))
    #expect(try pangaea("ns", "--color=blue").status == .exited(2))
  }
}
