// What goes between a course and its page, as values: what a terminal printed and how much of it is under way, what the
// page says, and what it is told.

import Linux
import Testing
import Web

@testable import Commands
@testable import JSON
@testable import Lab

@Suite struct TerminalStreamTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func aPageBeginsWithTheWholeAndGoesOn() {
    var stream = TerminalStream()
    stream.append(bytes("one"))
    #expect(stream.next() == .whole(bytes("one")))
    #expect(stream.next() == nil)
    stream.append(bytes("two"))
    #expect(stream.next() == .more(bytes("two")))
    stream.restart()
    #expect(stream.next() == .whole(bytes("onetwo")))
  }

  @Test func noMoreIsUnderWayThanThePageDraws() {
    var stream = TerminalStream()
    #expect(stream.next() == .whole([]))
    stream.append([UInt8](repeating: 0x79, count: TerminalStream.window + 40_000))
    var sent = 0
    while case .more(let piece) = stream.next() { sent += piece.count }
    #expect(!stream.hasRoom && sent >= TerminalStream.window && sent < TerminalStream.window + 40_000)
    stream.noteDrawn(sent)
    #expect(stream.hasRoom)
    while case .more(let piece) = stream.next() { sent += piece.count }
    #expect(sent == TerminalStream.window + 40_000)
    // A page that counts wrongly gains nothing.
    stream.noteDrawn(-5)
    stream.noteDrawn(.max)
    #expect(stream.hasRoom)
  }

  @Test func theEndIsKeptFromTheBeginningOfALine() {
    var stream = TerminalStream()
    let line = bytes(String(repeating: "x", count: 99) + "\n")
    for _ in 0..<30_000 { stream.append(line) }
    guard case .whole(let kept)? = stream.next() else { return #expect(Bool(false)) }
    #expect(kept.count <= TerminalStream.keptLimit && kept.count > TerminalStream.keptLimit - 200)
    #expect(kept.count % 100 == 0)
  }

  @Test func whoFellTooFarBehindBeginsAnew() {
    var stream = TerminalStream()
    #expect(stream.next() == .whole([]))
    stream.append([UInt8](repeating: 0x78, count: 3 * TerminalStream.keptLimit))
    guard case .whole(let kept)? = stream.next() else { return #expect(Bool(false)) }
    #expect(kept.count == TerminalStream.keptLimit)
  }
}

@Suite struct CourseMessageTests {
  private func read(_ text: String) -> CourseMessage? { CourseMessage(.text(Array(text.utf8))) }

  @Test func keysAndSizes() {
    #expect(read(#"{"key": "next"}"#) == .key(.next))
    #expect(read(#"{"answer": 1}"#) == .key(.answer(1)))
    #expect(read(#"{"go": 7}"#) == .key(.go(7)))
    #expect(read(#"{"terminal": "B", "rows": 20, "columns": 90}"#) == .size(.b, WindowSize(rows: 20, columns: 90)))
    #expect(read(#"{"terminal": "A", "drawn": 512}"#) == .drawn(.a, 512))
  }

  @Test(arguments: [
    "", "x", "[]", "{}", #"{"key": "up"}"#, #"{"key": 1}"#, #"{"answer": -1}"#, #"{"answer": 1e3}"#,
    #"{"go": 99999999999}"#,
    #"{"terminal": "C", "rows": 20, "columns": 90}"#, #"{"terminal": "A", "rows": 0, "columns": 90}"#,
    #"{"terminal": "A", "rows": 20, "columns": 70000}"#, #"{"terminal": "A"}"#,
  ])
  func whatMeansNothing(text: String) {
    #expect(read(text) == nil)
  }

  @Test func whatIsTyped() {
    #expect(CourseMessage(.binary([0, 0x6c, 0x73])) == .typed(.a, [0x6c, 0x73]))
    #expect(CourseMessage(.binary([1, 3])) == .typed(.b, [3]))
    #expect(CourseMessage(.binary([0x81, 0x1b])) == .answered(.b, [0x1b]))
    for odd in [[], [2, 0x61], [0xff, 0x61]] as [[UInt8]] { #expect(CourseMessage(.binary(odd)) == nil) }
    #expect(CourseMessage.output(.whole([7]), of: .b) == .binary([0x81, 7]))
    #expect(CourseMessage.output(.more([7]), of: .a) == .binary([0, 7]))
  }
}

@Suite struct CourseJSONTests {
  private static let text = """
    # <b>Course</b>
    Welcome.
    ## Section
    ### T1: one
    ```claim refuted
    A "sentence" <script>.
    ```
    ```predict
    What happens?
    ( ) this
    (x) that
    ```
    ```sh A
    bash
    ```
    ```facts
    A.foreground is not A
    ```
    """

  private func session() throws -> LearnerSession {
    var session = LearnerSession(
      course: try CourseParser.parse(Array(Self.text.utf8), file: "test.md"), progress: CourseProgress())
    _ = session.start()
    return session
  }

  @Test func theCourseInALine() throws {
    let text = CourseJSON.course(try session().course)
    let course = try #require(JSONValue(text)?["course"])
    #expect(course["title"]?.text == "<b>Course</b>")
    let lesson = course["sections"]?.elements.first?["lessons"]?.elements.first
    #expect(lesson?["number"]?.text == "T1" && lesson?["title"]?.text == "one")
    #expect(!text.contains(10))
  }

  @Test func theSessionFromGuessToVerdict() throws {
    var session = try session()
    var told = try #require(JSONValue(CourseJSON.session(session))?["session"])
    #expect(told["phase"]?.text == "predicting" && told["place"]?.integer == 0 && told["marked"] == .null)
    let page = told["page"]?.elements ?? []
    let kinds = ["heading", "prose", "heading", "prose", "heading", "sentence", "question"]
    #expect(page.map { $0["kind"]?.text } == kinds)
    #expect(page[5]["text"]?.text?.contains(#"A "sentence" <script>."#) == true)
    #expect(page[6]["choices"]?.elements.map(\.text) == ["this", "that"])
    _ = session.take(.key(.answer(0)))
    _ = session.take(.lines([["bash"]]))
    told = try #require(JSONValue(CourseJSON.session(session))?["session"])
    #expect(told["phase"]?.text == "doing" && told["step"]?.integer == 0 && told["steps"]?.integer == 1)
    let task = try #require(told["page"]?.elements.last)
    #expect(task["kind"]?.text == "task" && task["text"]?.text == "A")
    #expect(task["lines"]?.elements.map(\.text) == ["bash"])
    _ = session.take(.key(.check))
    let found = Evidence(fact: "A.foreground is not A", found: "PID 4 \u{202e}", isMet: true)
    _ = session.take(.checked([found], .asExpected))
    told = try #require(JSONValue(CourseJSON.session(session))?["session"])
    #expect(told["phase"]?.text == "concluded" && told["seen"]?.elements.count == 1)
    let verdict = told["page"]?.elements.first { $0["kind"]?.text == "verdict" }
    #expect(verdict?["text"]?.text == "refuted" && verdict?["result"]?.text == "as-expected")
    let prediction = told["page"]?.elements.first { $0["kind"]?.text == "prediction" }
    #expect(prediction?["text"]?.text == "that" && prediction?["isMet"]?.truth == false)
  }
}
