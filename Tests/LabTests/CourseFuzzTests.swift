// Course files as nobody writes them: whatever the bytes, the parser gives a course or names a line.

import Testing

@testable import Lab

@Suite struct CourseFuzzTests {
  /// A generator whose numbers are the same in every run.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private static let corpus: [String] = [
    "# T\n## S\n### S1: x\n```claim holds\ny\n```\n```sh A\n{A} ^C ${A}\n^C\n```\n```facts within 9s\nA is A\n```\n",
    "````\n```\n````\n", "```claim", "### : \n", "# \u{0}\n## \u{7f}\n", "```facts\nlet x = A.foreground.parent.\n```",
    "# T\r\n## S\r\n### S1: x\r\n```claim not-shown\r\ny\r\n```\r\n",
    "# T\n## S\n### S1: x\n```claim holds\n\n```\n```checklist\n:\n```\n", "`", "```sh A running now\n```",
    "\u{feff}# T",
  ]

  private static let pieces = [
    "\n", "```", "````", "# ", "## ", "### S1: ", "claim holds", "claim refuted", "sh A", "sh B running", "facts",
    "facts within 3s", "needs", "hint", "checklist", "let x = ", "A", "B", ".foreground", ".parent", ".namespace(uts)",
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

  @Test func survivesTheCorpusCutAnywhere() {
    for text in CourseFuzzTests.corpus {
      let bytes = Array(text.utf8)
      for end in 0...bytes.count { look(Array(bytes[..<end])) }
    }
  }

  @Test func survivesChangedBytesOfARealCourse() throws {
    var dice = Dice(state: 1)
    let text = CourseFuzzTests.corpus[0]
    for _ in 0..<3000 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
      }
      look(bytes)
    }
  }

  @Test func survivesPiecesInAnyOrder() {
    var dice = Dice(state: 2)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...40, using: &dice)
      look((0..<count).flatMap { _ in Array(CourseFuzzTests.pieces.randomElement(using: &dice)!.utf8) })
    }
  }
}
