// Course files as nobody writes them: whatever the bytes, the parser gives a course or names a line.

import Fuzzing
import Testing

@testable import Lab

@Suite struct CourseFuzzTests {
  private static let pieces = [
    "\n", "```", "````", "# ", "## ", "### S1: ", "claim holds", "claim refuted", "sh A", "sh B running", "facts",
    "facts within 3s", "needs", "hint", "hint when", "predict", "( ) ", "(x) ", "checklist", "let x = ", "A", "B",
    ".foreground", ".parent", ".namespace(uts)",
    ".environment(X)", " is ", " is not ", " contains ", "\"", "(", ")", ".", "{A}", "{", "}", "^C", "é", "\u{0}", "9",
    "§",
  ]

  private func look(_ bytes: [UInt8]) {
    do {
      let course = try CourseParser.parse(bytes, file: "fuzz.md")
      #expect(!course.title.isEmpty)
    } catch {
      let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
      #expect((0...lines).contains(error.line) && !error.what.isEmpty)
    }
  }

  @Test func survivesTheCorpus() throws {
    try Corpus("course").forEach(mutations: 600, pieces: CourseFuzzTests.pieces) { look($0) }
  }

  @Test func survivesPiecesInAnyOrder() {
    var chance = RepeatableChance(state: 2)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...40, using: &chance)
      look((0..<count).flatMap { _ in Array(CourseFuzzTests.pieces.randomElement(using: &chance)!.utf8) })
    }
  }
}
