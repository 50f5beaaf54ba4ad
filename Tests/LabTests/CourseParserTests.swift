// Courses as values: what the format means, and what a person is told of a mistake.

import Testing

@testable import Lab

/// A course with one claim whose text is given.
private func course(_ claim: String, verdict: String = "holds", facts: String = "A.alive is yes") -> String {
  """
  # Title

  Introduction.

  ## Section

  ### C1: a claim

  ```claim \(verdict)
  A sentence
  in two lines.
  ```

  \(claim)

  ```facts
  \(facts)
  ```
  """
}

private func parse(_ text: String) throws -> Course { try CourseParser.parse(Array(text.utf8), file: "test.md") }

private func mistake(_ text: String) -> CourseError? {
  #expect(throws: CourseError.self) { try parse(text) }
}

@Suite struct CourseParserTests {
  @Test func readsTheParts() throws {
    let course = try parse(
      course("Before.\n\n```sh A\nhostname x\n```\n\nAfter.\n\n```text\n# no heading\n```\n\n```hint\nA hint.\n```"))
    #expect(course.title == "Title" && course.name == "test" && course.introduction == "Introduction.\n")
    let claim = try #require(course.claims.first)
    #expect(claim.number == "C1" && claim.title == "a claim" && claim.line == 7)
    #expect(claim.sentence == "A sentence in two lines." && claim.verdict == .holds)
    #expect(claim.hints == ["A hint.\n"])
    #expect(claim.blocks.count == 5)
    guard case .commands(let commands) = claim.blocks[1], case .prose(let after) = claim.blocks[2] else {
      Issue.record("blocks are \(claim.blocks)")
      return
    }
    #expect(commands.terminal == .a && commands.waitsForLast)
    #expect(commands.lines == [TypedLine(pieces: [.literal("hostname x")])])
    #expect(after.contains("# no heading"))
  }

  @Test func everyLessonHasAHint() throws {
    for name in CourseLibrary.names {
      let course = try #require(try CourseLibrary.course(named: name))
      #expect(course.claims.filter(\.hints.isEmpty).map(\.number) == [])
    }
  }

  @Test func readsTypedLines() throws {
    let names: [String: FactType] = ["child": .process, "number": .number]
    let line = try TypedLine("kill {child}; echo ${child} {a,b} {}", names: names)
    #expect(
      line.pieces == [
        .literal("kill "), .processID("child"), .literal("; echo ${"), .literal("child} {"), .literal("a,b} {"),
        .literal("}"),
      ])
    #expect(try TypedLine("^C", names: names).pieces == [.control(3)])
    #expect(throws: Mistake.self) { try TypedLine("kill {number}", names: names) }
  }

  @Test func knowsNumbers() throws {
    func claim(_ number: String) throws -> Claim {
      try parse(course("").replacing("C1", with: number)).claims[0]
    }
    #expect(try claim("S20–S22").answers(to: "S21"))
    #expect(try !claim("S20–S22").answers(to: "S23"))
    #expect(try claim("S33, S37, S38").answers(to: "s37"))
    #expect(try claim("S5a").answers(to: "S5") && !claim("S5").answers(to: "S5a"))
  }

  @Test(arguments: [
    ("", 1, "the course has no title"),
    ("# T\n", 2, "the course has no section"),
    ("# T\n# U\n", 2, "a course has one title"),
    ("# T\n### S1: x\n", 2, "a claim stands before the first section"),
    ("# T\n## S\n### no number\n", 3, "the claim has no number"),
    ("# T\n## S\n### S1: x\n", 4, "claim S1 says nothing"),
    ("# T\n## S\n### S1: x\n```claim maybe\ny\n```\n", 4, "the claim has no verdict"),
    ("# T\n## S\n### S1: x\n```claim holds\ny\n```\n", 7, "claim S1 is said to be holds, but no fact shows it"),
    ("# T\n## S\n```facts\n", 3, "the fence that begins here is not closed"),
    ("# T\n## S\n```facts\nA.alive is yes\n```\n", 3, "a fence `facts` stands outside a claim"),
  ])
  func tellsMistakesOfStructure(text: String, line: Int, what: String) {
    let error = mistake(text)
    #expect(error?.line == line && error?.what == what)
  }

  @Test(arguments: [
    ("A.alive", "the end of the line stands where a relation should"),
    ("A.alive is", "the line ends where something to read should stand"),
    ("A.alive is 1", "`is` cannot compare a flag with a number"),
    ("A.weight is 1", "that is no property of a process"),
    ("B.hostname.parent is A", "that is no property of a text"),
    ("nobody.alive is yes", "`nobody` stands for nothing here"),
    ("A.namespace(taste) is B.namespace(uts)", "`taste` is no kind of namespace"),
    ("A.namespaceForChildren(uts) is absent", "`uts` has no namespace for children"),
    ("A.thread(0) is A", "`0` is no place of a thread"),
    ("A.environment is absent", "`environment` has 0 arguments"),
    ("A.environment(X is absent", "`(` after `environment` is not closed"),
    ("let = A", "`let` is not followed by a name"),
    ("let A = B", "`A` already stands for something in every course"),
    ("A is B B", "`B` follows a fact that is complete"),
    ("A.hostname is \"x", "a text in quotes is not closed"),
    ("A.pid is 12x", "`12x` is neither a number nor a name"),
    ("A § B", "`§` has no meaning in a fact"),
  ])
  func tellsMistakesOfFacts(fact: String, what: String) {
    let error = mistake(course("", facts: fact))
    #expect(error?.what == what)
    #expect(error?.line == 17)
  }

  @Test(arguments: [
    ("```sh C\nx\n```", "the commands name no terminal"), ("```sh A now\nx\n```", "`now` is no option of commands"),
    ("```sh A\n```", "the fence has no command"), ("```sh A\nkill {x}\n```", "`{x}` stands for no process"),
    ("```needs\na miracle\n```", "`a miracle` is no need"), ("```facts within 1h\n```", "`within 1h` is no deadline"),
    ("```predict\n( ) x\n(x) y\n```", "the prediction asks nothing"),
    ("```predict\nWhat?\n( ) x\n( ) y\n```", "the prediction has 2 choices, and 0 of them right"),
    ("```predict\nWhat?\n(x) x\n```", "the prediction has 1 choices, and 1 of them right"),
    ("```predict\nWhat?\n(x) x\ny\n```", "`y` is no choice"), ("```hint if\nx\n```", "`if` is no option of a hint"),
    ("```hint when let x = A\nx\n```", "a hint's condition binds a name"),
    ("```hint when x is A\nx\n```", "`x` stands for nothing here"),
    ("```checklist\nS9: y\n```", "no claim before this one has the number S9"),
  ])
  func tellsMistakesOfFences(fence: String, what: String) {
    #expect(mistake(course(fence))?.what == what)
  }

  @Test func showsThePlaceAndTheRemedy() {
    let error = CourseError(file: "a.md", line: 3, what: "it is wrong", remedy: "make it right")
    #expect(error.description == "a.md:3: it is wrong\n  try: make it right")
  }
}

@Suite struct CourseLibraryTests {
  @Test func everyCourseCanBeRead() throws {
    for name in CourseLibrary.names {
      let course = try #require(try CourseLibrary.course(named: name))
      #expect(course.name == name && !course.claims.isEmpty)
    }
  }

  /// Every row of the chapter that the first course teaches, with its verdict.
  @Test(arguments: [
    ("S3", "holds"), ("S4", "holds"), ("S5", "refuted"), ("S11", "qualified"), ("S12", "holds"), ("S13", "holds"),
    ("S14", "qualified"), ("S15", "refuted"), ("S16", "holds"), ("S17", "holds"), ("S20–S22", "holds"),
    ("S26–S27", "holds"), ("S8–S9", "not shown"), ("S10", "holds"), ("S18", "holds"), ("S19", "qualified"),
    ("S23–S24", "holds"), ("S24b", "refuted"), ("S27–S28", "holds"), ("S31", "holds"), ("S32", "qualified"),
    ("S33, S37, S38", "holds"), ("S35–S36", "holds"), ("S39", "refuted"), ("S41", "holds"), ("S42", "holds"),
    ("S43", "holds"), ("S40", "refuted"), ("S44", "qualified"), ("S45", "holds"), ("S46", "holds"),
    ("S47", "qualified"), ("S48", "refuted"), ("S49", "holds"), ("S50", "holds"), ("S51", "holds"), ("S52", "holds"),
    ("S54", "qualified"), ("S55", "qualified"), ("S30", "qualified"), ("S56a", "holds"), ("S57", "holds"),
  ])
  func theFirstCourseHasEveryRow(number: String, verdict: String) throws {
    let course = try #require(try CourseLibrary.course(named: "anatomy-of-a-process"))
    #expect(course.claim(numbered: number)?.verdict.word == verdict)
  }
}
