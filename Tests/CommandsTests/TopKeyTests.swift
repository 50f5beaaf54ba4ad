// The model of `top`: keys, the mouse, and what is drawn.

import Cgroups
import Linux
import Screen
import Testing

@testable import Commands
@testable import Processes

@Suite struct TopKeyTests {
  @Test func quittingIsAskedFor() {
    var model = topModel()
    #expect(model.type("q") == .quit)
    #expect(model.type(.function(10)) == .quit)
    #expect(model.take(.control("l"), overlayHeight: 15) == .redraw)
  }

  @Test func aSignalIsChosen() {
    var model = topModel()
    model.go(to: 3)
    model.type(.function(9))
    #expect(model.type("\n") == .signal(.terminate, [liveFamily[2].identity]))
    model.type("kk")
    #expect(model.type("\n") == .signal(.kill, [liveFamily[2].identity]))
    model.type("k")
    model.type(.down)
    #expect(model.type("\n") == .planBranchKill([liveFamily[2].identity]))
    model.type("k")
    model.type(.escape)
    #expect(model.overlay == nil)
  }

  /// Whoever is selected when it is chosen.
  @Test func aSignalGoesToWhomTheMenuWasOpenedOn() {
    var model = topModel()
    model.go(to: 3)
    model.type("k")
    guard case .menu(let menu) = model.overlay else { Issue.record("no menu"); return }
    #expect(menu.title == "To 3 server")
    model.update([liveFamily[0], liveFamily[1]])
    #expect(model.selected?.processID != 3)
    #expect(model.type("\n") == .signal(.terminate, [liveFamily[2].identity]))
    model.go(to: 1)
    model.type("  k")
    guard case .menu(let tagged) = model.overlay else { Issue.record("no menu"); return }
    #expect(tagged.title == "To 2 tagged")
  }

  @Test func aQuestionIsAnsweredByYAlone() {
    var model = topModel()
    model.overlay = .question(["?"], .killBranches([liveFamily[2].identity]))
    #expect(model.type("n") == .nothing)
    #expect(model.overlay == nil)
    model.overlay = .question(["?"], .killBranches([liveFamily[2].identity]))
    #expect(model.type("y") == .killBranches([liveFamily[2].identity]))
  }

  @Test func pagesAreAskedForTheSelected() {
    var model = topModel()
    model.go(to: 5)
    #expect(model.type("e") == .showEnvironment(liveFamily[4].identity))
    #expect(model.type("i") == .inspect(liveFamily[4].identity))
    #expect(model.type(.function(7)) == .renice(by: -1, [liveFamily[4].identity]))
  }

  @Test func usersAreChosenByName() {
    var processes = liveFamily
    processes[3].details.userID = 0
    var model = topModel(processes)
    model.type("u")
    model.type("r\n")
    #expect(model.view.userID == 0)
    #expect(model.shown == [1, 2, 4])
  }

  @Test func aPageScrollsAndCloses() {
    var model = topModel()
    model.type(.function(1))
    model.type(.end)
    guard case .text(let text) = model.overlay else { Issue.record("no page"); return }
    #expect(text.first == text.lines.count - 15)
    model.type("q")
    #expect(model.overlay == nil)
  }

  @Test func theMouseSelectsFoldsSortsAndPressesKeys() {
    let layout = TopLayout(WindowSize(rows: 24, columns: 80))
    var model = topModel()
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
    var model = topModel()
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
    let canvas = drawing(topModel())
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
    var processes = liveFamily
    let (own, other) = (NamespaceLinks.ofMachine, links(uts: 4711))
    processes[0].details.namespaces = own
    processes[4].details.namespaces = other
    let model = topModel(processes)
    #expect(model.borders(of: 4).map(\.kind) == [.uts])
    #expect(model.borders(of: 5).isEmpty)
    #expect(model.borders(of: 1).isEmpty)
  }

  @Test func otherPeoplesControlCharactersAreEscaped() {
    var evil = liveProcess(7, 1, "a\u{1b}]0;b\u{7}")
    evil.details.arguments = Array("\u{1b}[2J\n\u{202e}x".utf8)
    let text = drawing(topModel([liveProcess(1, 0), evil]), columns: 120).text(row: 5)
    #expect(text.contains("a\\e]0;b\\x07"))
    #expect(text.contains("\\e[2J\\n\\u{202E}x"))
  }

  @Test(arguments: [(10, 40), (24, 80), (50, 200), (9, 80), (3, 10), (1, 1)])
  func everySizeIsDrawn(rows: Int, columns: Int) {
    var model = topModel()
    model.type("k")
    _ = drawing(model, rows: rows, columns: columns)
    model.type(.escape)
    model.type(.function(1))
    _ = drawing(model, rows: rows, columns: columns)
  }
}
