// The model of `top`: rows, folding, selection and keys as values.

import Cgroups
import Linux
import Screen
import Testing

@testable import Commands
@testable import Processes

/// A process as /proc/PID/stat would tell of it.
private func process(
  _ processID: Int32, _ parentID: Int32, _ name: String = "p", start: Int = 1, ticks: Int = 0, pages: Int = 0,
  flags: Int = 0, state: String = "S"
) -> LiveProcess {
  let text =
    "\(processID) (\(name)) \(state) \(parentID) 0 0 0 0 \(flags) 0 0 0 0 \(ticks) 0 0 0 20 0 1 0 \(start) 0 \(pages) 0"
  guard let stat = ProcessStat(Array(text.utf8).span) else { fatalError("no stat: \(text)") }
  return LiveProcess(stat, threadGroupID: processID)
}

/// 1 init
/// ├─2 shell
/// │ ├─4 editor
/// │ └─5 make
/// │   └─6 cc
/// └─3 server
private var family: [LiveProcess] {
  [
    process(1, 0, "init"), process(2, 1, "shell", start: 2), process(3, 1, "server", start: 3, ticks: 50, pages: 9),
    process(4, 2, "editor", start: 4, ticks: 90), process(5, 2, "make", start: 5),
    process(6, 5, "cc", start: 6, pages: 5),
  ]
}

/// Namespaces of which the one of names is known.
private func links(uts inode: UInt64) -> NamespaceLinks {
  var links = NamespaceLinks()
  links[.uts] = inode
  return links
}

private func model(_ processes: [LiveProcess] = family, height: Int = 20) -> TopModel {
  var model = TopModel(
    own: NamespaceLinks(), accounts: Accounts(passwd: Array("root:x:0:0::/:/bin/sh\n".utf8), group: []))
  model.setRoom(rows: height, columns: 80)
  model.update(processes)
  return model
}

extension TopModel {
  fileprivate var shown: [Int32] { rows.rows.compactMap { $0.process.map { processes[$0].processID } } }

  @discardableResult
  fileprivate mutating func type(_ keys: String) -> TopDeed {
    var deed = TopDeed.nothing
    for letter in keys.unicodeScalars {
      deed = take(letter == "\n" ? Key(.enter) : .character(letter), overlayHeight: 15)
    }
    return deed
  }

  @discardableResult
  fileprivate mutating func type(_ symbol: Key.Symbol) -> TopDeed { take(Key(symbol), overlayHeight: 15) }

  fileprivate mutating func go(to processID: Int32) {
    if let row = shown.firstIndex(of: processID) { select(row: row) }
  }
}

@Suite struct TopRowsTests {
  @Test func aTreeHasEachBranchTogether() {
    let model = model()
    #expect(model.shown == [1, 2, 4, 5, 6, 3])
    #expect(model.rows.rows.map(\.depth) == [0, 1, 2, 2, 3, 1])
    #expect(model.rows.rows.map(\.isLast) == [false, false, false, true, true, true])
    #expect(model.rows.rows.map(\.passing) == [0, 0, 1, 1, 1, 0])
  }

  @Test func aListIsSorted() {
    var model = model()
    model.type("t")
    #expect(model.shown == [1, 2, 3, 4, 5, 6])
    model.type("T")
    #expect(model.shown == [4, 3, 1, 2, 5, 6])
    model.type("M")
    #expect(model.shown == [3, 6, 1, 2, 4, 5])
    model.type("I")
    #expect(model.shown.suffix(2) == [6, 3])
  }

  @Test func siblingsOfATreeAreSorted() {
    var model = model()
    model.type("M")
    #expect(model.shown == [1, 3, 2, 4, 5, 6])
  }

  @Test func cpuIsSharedByTheTimeBetweenLooks() {
    var busy = process(7, 1, ticks: 100)
    guard let later = ProcessStat(Array("7 (p) R 1 0 0 0 0 0 0 0 0 0 125 0 0 0 20 0 1 0 1 0 0 0".utf8).span) else {
      return
    }
    #expect(busy.update(later, elapsedTicks: 50) == false)
    #expect(busy.cpuShare == 50)
  }

  @Test func foldingHidesAndCounts() {
    var model = model()
    model.go(to: 2)
    model.type("-")
    #expect(model.shown == [1, 2, 3])
    #expect(model.rows.rows[1].hiddenCount == 3)
    model.type("+")
    #expect(model.shown.count == 6)
    model.type("*")
    #expect(model.shown == [1, 2, 3])
    model.type("*")
    #expect(model.shown.count == 6)
  }

  @Test func leftFoldsThenGoesUpAndRightUnfolds() {
    var model = model()
    model.go(to: 5)
    model.type(.left)
    #expect(model.shown == [1, 2, 4, 5, 3])
    model.type(.left)
    #expect(model.selected?.processID == 2)
    model.go(to: 5)
    model.type(.right)
    #expect(model.shown.contains(6))
  }

  @Test func aFilterKeepsAncestorsInATreeAlone() {
    var model = model()
    model.type("\\CC\n")
    #expect(model.shown == [1, 2, 5, 6])
    #expect(model.rows.rows.map(\.isContext) == [true, true, true, false])
    model.type("t")
    #expect(model.shown == [6])
    _ = model.take(Key(.function(4)), overlayHeight: 15)
    model.type(.escape)
    #expect(model.shown.count == 6)
  }

  @Test func aFocusKeepsABranchAndItsAncestors() {
    var model = model()
    model.go(to: 5)
    model.type("z")
    #expect(model.shown == [1, 2, 5, 6])
    model.type("z")
    #expect(model.shown.count == 6)
  }

  @Test func aFocusOnWhatEndedIsGivenUp() {
    var model = model()
    model.go(to: 5)
    model.type("z")
    model.update(Array(family.prefix(4)))
    #expect(model.shown == [1, 2, 4, 3])
    #expect(model.notice == "PID 5 has ended: all are shown again")
  }

  @Test func aFocusInAGroupKeepsTheAncestorsToo() {
    var processes = family
    for index in processes.indices { processes[index].details.namespaces = NamespaceLinks.ofMachine }
    var model = model(processes)
    model.go(to: 5)
    model.type("zgu\n")
    #expect(model.view.group == .user)
    #expect(model.shown == [1, 2, 5, 6])
  }

  @Test func threadsOfTheKernelAreHidden() {
    var model = model(family + [process(9, 2, "kworker", flags: 0x0020_0000)])
    #expect(!model.shown.contains(9))
    model.type("K")
    #expect(model.shown.contains(9))
  }

  @Test func parentsThatContradictThemselvesEndNowhereElse() {
    let circle = [
      process(1, 0), process(2, 3), process(3, 2), process(4, 4), process(5, 6, start: 3), process(6, 1, start: 9),
    ]
    #expect(Set(model(circle).shown) == [1, 2, 3, 4, 5, 6])
  }

  @Test func aLongLineOfDescentIsNoTrouble() {
    let line = (1...20_000).map { process(Int32($0), Int32($0 - 1), start: $0) }
    let model = model(line)
    #expect(model.shown.count == 20_000)
    #expect(model.rows.rows.last?.depth == 19_999)
  }

  @Test func processesStandTogetherByNamespace() {
    var processes = family
    for index in processes.indices { processes[index].details.namespaces = NamespaceLinks.ofMachine }
    var model = model(processes)
    model.type("g")
    model.type("u\n")
    #expect(model.view.group == .user)
    #expect(model.rows.rows.first?.process == nil)
    #expect(model.shown == [1, 2, 4, 5, 6, 3])
  }
}

@Suite struct TopSelectionTests {
  @Test func theSelectionStaysWithItsProcess() {
    var model = model()
    model.go(to: 3)
    model.update(family + [process(7, 2, start: 9), process(8, 2, start: 9)])
    #expect(model.selected?.processID == 3)
    model.update(Array(family.prefix(2)))
    #expect(model.selected?.processID == 2)
    model.update([])
    #expect(model.selected == nil)
    #expect(model.type(.down) == .nothing)
  }

  @Test func aFoldedSelectionIsTheBranchs() {
    var model = model()
    model.go(to: 6)
    model.view.folded.insert(family[1].identity)
    model.arrange()
    #expect(model.selected?.processID == 2)
  }

  /// It would be PID 1, for whom the next signal is not meant.
  @Test func whoIsFilteredAwayHandsTheSelectionToNoAncestor() {
    var model = model(family + [process(7, 1, "makeshift", start: 9)])
    model.type("\\make\n")
    model.go(to: 7)
    model.update(family + [process(7, 1, "other", start: 9)])
    #expect(model.shown == [1, 2, 5])
    #expect(model.selected?.processID == 5)
  }

  @Test func movingKeepsTheSelectionInSight() {
    var model = model((1...100).map { process(Int32($0), 0) }, height: 10)
    model.type(.end)
    #expect(model.selected?.processID == 100)
    #expect(model.firstRow == 90)
    model.type(.pageUp)
    #expect(model.selected?.processID == 90)
    model.type(.home)
    #expect(model.firstRow == 0)
    model.type(.up)
    #expect(model.selected?.processID == 1)
    model.scroll(by: 5)
    #expect(model.firstRow == 5)
    #expect(model.selected?.processID == 6)
  }

  @Test func searchGoesFromMatchToMatch() {
    var model = model()
    model.type("/e")
    #expect(model.selected?.processID == 2)
    model.type("d")
    #expect(model.selected?.processID == 4)
    model.type("\n")
    #expect(model.entry == nil)
    model.type(.function(3))
    #expect(model.entry == TopEntry(purpose: .search, text: ""))
    model.type("e")
    #expect(model.selected?.processID == 4)
    model.type(.function(3))
    #expect(model.selected?.processID == 5)
    model.type("\n")
    _ = model.take(Key(.function(3), .shift), overlayHeight: 15)
    #expect(model.selected?.processID == 4)
    model.type("/zzz")
    #expect(model.notice != nil)
    #expect(model.selected?.processID == 4)
  }

  @Test func targetsAreTheTaggedOrTheSelected() {
    var model = model()
    #expect(model.targets.map(\.processID) == [1])
    model.go(to: 4)
    model.type("  ")
    #expect(model.targets.map(\.processID) == [4, 5])
    model.type("U")
    #expect(model.targets.map(\.processID) == [6])
    model.type(" ")
    model.update(Array(family.prefix(5)))
    #expect(model.tagged.isEmpty)
  }
}

@Suite struct TopKeyTests {
  @Test func quittingIsAskedFor() {
    var model = model()
    #expect(model.type("q") == .quit)
    #expect(model.type(.function(10)) == .quit)
    #expect(model.take(.control("l"), overlayHeight: 15) == .redraw)
  }

  @Test func aSignalIsChosen() {
    var model = model()
    model.go(to: 3)
    model.type(.function(9))
    #expect(model.type("\n") == .signal(.terminate, [family[2].identity]))
    model.type("kk")
    #expect(model.type("\n") == .signal(.kill, [family[2].identity]))
    model.type("k")
    model.type(.down)
    #expect(model.type("\n") == .planBranchKill([family[2].identity]))
    model.type("k")
    model.type(.escape)
    #expect(model.overlay == nil)
  }

  /// Whoever is selected when it is chosen.
  @Test func aSignalGoesToWhomTheMenuWasOpenedOn() {
    var model = model()
    model.go(to: 3)
    model.type("k")
    guard case .menu(let menu) = model.overlay else { Issue.record("no menu"); return }
    #expect(menu.title == "To 3 server")
    model.update([family[0], family[1]])
    #expect(model.selected?.processID != 3)
    #expect(model.type("\n") == .signal(.terminate, [family[2].identity]))
    model.go(to: 1)
    model.type("  k")
    guard case .menu(let tagged) = model.overlay else { Issue.record("no menu"); return }
    #expect(tagged.title == "To 2 tagged")
  }

  @Test func aQuestionIsAnsweredByYAlone() {
    var model = model()
    model.overlay = .question(["?"], .killBranches([family[2].identity]))
    #expect(model.type("n") == .nothing)
    #expect(model.overlay == nil)
    model.overlay = .question(["?"], .killBranches([family[2].identity]))
    #expect(model.type("y") == .killBranches([family[2].identity]))
  }

  @Test func pagesAreAskedForTheSelected() {
    var model = model()
    model.go(to: 5)
    #expect(model.type("e") == .showEnvironment(family[4].identity))
    #expect(model.type("i") == .inspect(family[4].identity))
    #expect(model.type(.function(7)) == .renice(by: -1, [family[4].identity]))
  }

  @Test func usersAreChosenByName() {
    var processes = family
    processes[3].details.userID = 0
    var model = model(processes)
    model.type("u")
    model.type("r\n")
    #expect(model.view.userID == 0)
    #expect(model.shown == [1, 2, 4])
  }

  @Test func aPageScrollsAndCloses() {
    var model = model()
    model.type(.function(1))
    model.type(.end)
    guard case .text(let text) = model.overlay else { Issue.record("no page"); return }
    #expect(text.first == text.lines.count - 15)
    model.type("q")
    #expect(model.overlay == nil)
  }

  @Test func theMouseSelectsFoldsSortsAndPressesKeys() {
    let layout = TopLayout(WindowSize(rows: 24, columns: 80))
    var model = model()
    func press(_ row: Int, _ column: Int) -> MouseEvent { MouseEvent(.press(button: 1), row: row, column: column) }
    func release(_ column: Int) -> MouseEvent {
      MouseEvent(.release(button: 1), row: layout.keyBarRow, column: column)
    }
    _ = model.take(press(layout.firstListRow + 1, 3), layout: layout)
    #expect(model.selected?.processID == 2)
    _ = model.take(press(layout.firstListRow + 1, 3), layout: layout)
    #expect(model.shown == [1, 2, 3])
    _ = model.take(press(layout.headingRow, 1), layout: layout)
    #expect(model.view.isReversed)
    #expect(model.take(release(79), layout: layout) == .quit)
    _ = model.take(release(65), layout: layout)
    guard case .menu = model.overlay else { Issue.record("no menu"); return }
    _ = model.take(press(layout.firstListRow, 3), layout: layout)
    #expect(model.overlay == nil)
    _ = model.take(MouseEvent(.wheelDown, row: 5, column: 5), layout: layout)
    #expect(model.take(press(99, 99), layout: layout) == .nothing)
  }
}

@Suite struct TopDrawingTests {
  private func drawing(_ model: TopModel, rows: Int = 24, columns: Int = 80) -> Canvas {
    var model = model
    let layout = TopLayout(WindowSize(rows: rows, columns: columns))
    model.setRoom(rows: layout.listRows.count, columns: columns)
    var canvas = Canvas(layout.size)
    var cgroups = LiveCgroups()
    TopDrawing(model: model, layout: layout, strokes: .unicode).draw(on: &canvas, &cgroups)
    return canvas
  }

  /// A notice goes with the next key; that nothing is announced stays true, and so it stays to be seen.
  @Test func thatNothingIsAnnouncedIsSaidAllAlong() {
    var model = model()
    #expect(!drawing(model).text(row: 2).contains("POLLED"))
    model.isPolled = true
    model.notice = "The kernel announces nothing here"
    for keys in ["", "t", "K", "p"] {
      model.type(keys)
      #expect(drawing(model, columns: 40).text(row: 2).contains("POLLED"))
    }
    #expect(model.notice == nil && drawing(model).text(row: 2).hasPrefix("PAUSED POLLED"))
  }

  @Test func theTreeIsDrawnWithTheKeysBelow() {
    let canvas = drawing(model())
    #expect(canvas.text(row: 3).hasPrefix("    PID USER     S  CPU%   RES LIMIT COMMAND"))
    #expect(canvas.text(row: 4).hasSuffix("init"))
    #expect(canvas.text(row: 6).hasSuffix("│ ├─editor"))
    #expect(canvas.text(row: 8).hasSuffix("│   └─cc"))
    #expect(canvas.text(row: 23).hasPrefix("F1Help  F2Group F3SearchF4Filter"))
    #expect(canvas[4, 0].style.background != .terminal)
  }

  @Test func longLinesOfAPageAreBroken() {
    var page = TopText(title: "t", [.init(text: String(repeating: "x", count: 100)), .init(text: "短い")])
    page.wrap(to: 40)
    #expect(page.lines.map(\.text.count) == [40, 40, 28, 2])
    page.wrap(to: 3)
    #expect(page.lines.first?.text == "xxx")
    page.wrap(to: 200)
    #expect(page.lines.count == 2)
  }

  /// Those of a parent that may not be read are no border, and do not hide one.
  @Test func bordersGoRoundWhatCannotBeRead() {
    var processes = family
    let (own, other) = (NamespaceLinks.ofMachine, links(uts: 4711))
    processes[0].details.namespaces = own
    processes[4].details.namespaces = other
    let model = model(processes)
    #expect(model.borders(of: 4).map(\.kind) == [.uts])
    #expect(model.borders(of: 5).isEmpty)
    #expect(model.borders(of: 1).isEmpty)
  }

  @Test func otherPeoplesControlCharactersAreEscaped() {
    var evil = process(7, 1, "a\u{1b}]0;b\u{7}")
    evil.details.arguments = Array("\u{1b}[2J\n\u{202e}x".utf8)
    let text = drawing(model([process(1, 0), evil]), columns: 120).text(row: 5)
    #expect(text.contains("a\\e]0;b\\x07"))
    #expect(text.contains("\\e[2J\\n\\u{202E}x"))
  }

  @Test(arguments: [(10, 40), (24, 80), (50, 200), (9, 80), (3, 10), (1, 1)])
  func everySizeIsDrawn(rows: Int, columns: Int) {
    var model = model()
    model.type("k")
    _ = drawing(model, rows: rows, columns: columns)
    model.type(.escape)
    model.type(.function(1))
    _ = drawing(model, rows: rows, columns: columns)
  }
}
