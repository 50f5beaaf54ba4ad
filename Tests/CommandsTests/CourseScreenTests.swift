// The course on a screen, as values: what each key means where, what fits into 80x24, and where a page is read from.

import Linux
import Screen
import Testing

@testable import Commands
@testable import Lab

@Suite struct CourseKeysTests {
  private static let others: [Key] =
    (1...12).map { Key(.function($0)) } + [
      Key(.function(5), .shift), .character("c"), .character("q"), .character("?"), .control("c"), .control("a"),
      .control("b"), .control("\\"), Key(.escape), Key(.tab), Key(.up), Key(.pageUp), Key(.home),
      Key(.character("]"), .alt),
    ]

  @Test(arguments: others)
  func aShellHasEveryKeyButOne(key: Key) {
    #expect(CourseKeys(focus: .a).deed(of: key) == .type(.a))
    #expect(CourseKeys(focus: .b, isListing: true, isHelping: true).deed(of: key) == .type(.b))
  }

  @Test func oneKeyLeadsOutAndTwiceTypesItself() {
    #expect(CourseKeys(focus: .b).deed(of: CourseKeys.exit) == .leave(.b))
    #expect(CourseKeys(focus: .lesson, left: .b).deed(of: CourseKeys.exit) == .returnTyping(.b))
    #expect(CourseKeys(focus: .lesson).deed(of: CourseKeys.exit) == .focus(.lesson))
    #expect(CourseKeys(focus: .tree).deed(of: CourseKeys.exit) == .focus(.lesson))
  }

  @Test func whatLeftAShellsScreenIsSeenUnlessAProgramHasIt() {
    let key = Key(.pageUp, .shift)
    #expect(CourseKeys(focus: .a, page: 9).deed(of: key) == .scroll(.by(-9)))
    #expect(CourseKeys(focus: .a, isAlternate: true, page: 9).deed(of: key) == .type(.a))
  }

  @Test func keysOfTheLessonAndTheWorld() {
    for focus in [CoursePane.lesson, .tree] {
      let keys = CourseKeys(focus: focus, page: 5)
      let deeds: [(Key, CourseDeed)] = [
        (.character("c"), .session(.check)), (.character("h"), .session(.hint)), (.character("n"), .session(.next)),
        (.character("r"), .session(.run)), (.character("x"), .session(.reset)), (.character("l"), .session(.list)),
        (.character("s"), .session(.free)), (.character("q"), .session(.quit)), (.control("c"), .session(.quit)),
        (.character("2"), .session(.answer(1))), (.character("a"), .focus(.a)), (.character("b"), .focus(.b)),
        (.character("w"), .focus(focus == .tree ? .lesson : .tree)), (.character("?"), .help),
        (Key(.escape), .focus(.lesson)), (.character(" "), .scroll(.by(5))), (Key(.home), .scroll(.toStart)),
        (Key(.function(2)), .nothing),
      ]
      for (key, deed) in deeds { #expect(keys.deed(of: key) == deed) }
    }
    #expect(CourseKeys(focus: .lesson, isListing: true).deed(of: Key(.up)) == .session(.up))
    #expect(CourseKeys(focus: .lesson, isListing: true, isHelping: true).deed(of: Key(.escape)) == .help)
  }
}

@Suite struct CourseDrawingTests {
  private let small = WindowSize(rows: 24, columns: 80)

  private func session() throws -> LearnerSession {
    let course = try #require(try CourseLibrary.course(named: "anatomy-of-a-process"))
    var session = LearnerSession(course: course, progress: CourseProgress())
    _ = session.start()
    return session
  }

  private func drawing(
    _ session: LearnerSession, _ keys: CourseKeys, size: WindowSize, tree: [String] = [], tops: [CoursePane: Int] = [:]
  ) -> CourseDrawing {
    CourseDrawing(
      session: session, layout: CourseLayout(size, shown: keys.focus, isFree: session.isFree), keys: keys,
      tree: WorldTree(lines: tree.map { PageLine(text: $0, tail: " +uts") }),
      page: keys.isHelping ? CourseKeys.help : session.page, tops: tops)
  }

  private func rows(_ drawing: CourseDrawing) -> [String] {
    var canvas = Canvas(drawing.layout.size)
    _ = drawing.draw([:], on: &canvas)
    return (0..<drawing.layout.size.rows).map { canvas.text(row: $0) }
  }

  /// A session in each of its phases, in each lesson.
  private func sessions() throws -> [LearnerSession] {
    var all: [LearnerSession] = []
    var session = try session()
    for place in session.course.claims.indices {
      _ = session.take(.key(.go(place)))
      all.append(session)
      _ = session.take(.key(.answer(0)))
      if case .doing(let step) = session.phase {
        let long = String(repeating: "word ", count: 30)
        _ = session.take(.lines(session.lesson.steps[step].commands.map { $0.lines.map { _ in long } }))
        all.append(session)
      }
      _ = session.take(.key(.run))
      all.append(session)
      _ = session.take(.played(.notAsExpected("no")))
      all.append(session)
    }
    _ = session.take(.key(.list))
    return all + [session]
  }

  @Test func everyBarAndEveryTabFits() throws {
    let sessions = try sessions()
    let free = sessions.map { session in
      var session = session
      _ = session.take(.key(.free))
      return session
    }
    for session in sessions + free {
      for focus in CoursePane.allCases {
        for isHelping in [false, true] where !isHelping || focus == .lesson {
          let keys = CourseKeys(focus: focus, isListing: session.marked != nil, isHelping: isHelping)
          #expect(DisplayWidth.of(keys.bar(session)) <= 79, "\(keys.bar(session))")
          let tabs = drawing(session, keys, size: small).tabs()
          #expect(tabs.last!.columns.upperBound <= 80, "\(tabs.map(\.text))")
        }
      }
    }
  }

  @Test func titlesSayWhatLeadsThere() throws {
    let session = try session()
    let lesson = rows(drawing(session, CourseKeys(focus: .lesson), size: small))[0]
    #expect(lesson.contains("a Shell A") && lesson.contains("b Shell B") && lesson.contains("w World"))
    let shell = rows(drawing(session, CourseKeys(focus: .b), size: small))
    #expect(shell[0].contains("Ctrl-] Lesson S3") && !shell[0].contains("a Shell A"))
    #expect(shell[23].contains("Ctrl-]"))
  }

  @Test func whoHasTheShellsAloneIsToldWhatLeadsBack() throws {
    var session = try session()
    #expect(CourseKeys(focus: .lesson).bar(session).contains("s free"))
    _ = session.take(.key(.free))
    #expect(CourseKeys(focus: .lesson).bar(session).contains("s lesson"))
  }

  @Test func aLongPageIsReadFromItsBeginningToItsEnd() throws {
    var session = try session()
    _ = session.take(.key(.answer(0)))
    _ = session.take(.lines([(1...20).map { "line \($0)" }]))
    let whole = LessonPage(width: 79).lines(of: session.page)
    #expect(whole.count > 22)
    var seen: Set<String> = []
    var first = drawing(session, CourseKeys(focus: .lesson), size: small)
    #expect(first.top(showingEntriesFrom: 0) == 0)
    #expect(rows(first)[1] == whole[0].text && rows(first)[22].contains("▼ \(whole.count - 21) more lines: Space"))
    for top in stride(from: 0, through: first.lastTop(of: .lesson) + 20, by: 20) {
      first.tops[.lesson] = min(top, first.lastTop(of: .lesson))
      seen.formUnion(rows(first)[1..<22])
    }
    #expect(rows(first)[21] == whole.last!.text && rows(first)[22].contains("▲ \(whole.count - 21) above"))
    for line in whole { #expect(seen.contains(line.text)) }
  }

  @Test func whatIsNewIsReadFromItsBeginning() throws {
    var session = try session()
    let former = session.page.count
    _ = session.take(.key(.answer(0)))
    let drawn = drawing(session, CourseKeys(focus: .lesson), size: small)
    let starts = LessonPage(width: 79).laidOut(session.page).starts
    #expect(drawn.top(showingEntriesFrom: former) == min(starts[former], drawn.lastTop(of: .lesson)))
    #expect(drawn.top(showingEntriesFrom: session.page.count) == drawn.lastTop(of: .lesson))
  }

  @Test func theHelpNamesEveryKeyAndCanBeReadToItsEnd() throws {
    var help = drawing(try session(), CourseKeys(focus: .lesson, isHelping: true), size: small)
    var text = rows(help).joined(separator: "\n")
    help.tops[.lesson] = help.lastTop(of: .lesson)
    text += rows(help).joined(separator: "\n")
    for words in ["c check", "h hint", "x begin", "s free", "Ctrl-] twice types", "Shift-PageUp"] {
      #expect(text.contains(words), "\(words)")
    }
  }

  @Test func whatIsToBeTypedStandsBelowItsShell() throws {
    var session = try session()
    _ = session.take(.key(.answer(0)))
    let long = String(repeating: "word ", count: 60)
    _ = session.take(.lines([["first line", "second line"]]))
    let shown = rows(drawing(session, CourseKeys(focus: .a), size: small))
    #expect(shown[20] == "A: first line ⏎ second line" && shown[21].isEmpty)
    #expect(rows(drawing(session, CourseKeys(focus: .b), size: small))[20].isEmpty)
    let strip = LessonPage(width: 80).strip(.a, [long], rows: 3)
    #expect(strip.count == 3 && strip[2].hasSuffix("… Ctrl-] has all"))
    #expect(strip.allSatisfy { DisplayWidth.of($0) <= 80 })
  }

  @Test func theWorldIsScrolledAndItsBordersAreSeen() throws {
    let tree = (1...40).map { "\($0) " + String(repeating: "x", count: 100) }
    var drawn = drawing(try session(), CourseKeys(focus: .tree), size: small, tree: tree)
    #expect(rows(drawn)[1].hasPrefix("1 xxx") && rows(drawn)[1].hasSuffix("…  +uts") == false)
    #expect(rows(drawn)[1].hasSuffix("… +uts") && rows(drawn)[22].contains("▼ 19 more lines"))
    drawn.tops[.tree] = drawn.lastTop(of: .tree)
    #expect(rows(drawn)[21].hasPrefix("40 xxx") && rows(drawn)[22].contains("▲"))
  }

  @Test func theShellsHaveTheSameSizeInEveryTab() {
    for focus in CoursePane.allCases {
      let layout = CourseLayout(small, shown: focus, isFree: false)
      #expect(layout.size(of: TerminalName.a) == WindowSize(rows: 19, columns: 80))
      #expect(layout.size(of: TerminalName.b) == layout.size(of: TerminalName.a))
    }
  }
}
