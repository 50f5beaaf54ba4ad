// Drawing on a canvas: what is cut, what is wide, what is dangerous.

import Linux
import Testing

@testable import Screen

@Suite struct CanvasTests {
  private func canvas(_ text: String, columns: Int = 10) -> Canvas {
    var canvas = Canvas(WindowSize(rows: 2, columns: columns))
    canvas.write(text, row: 0, column: 0)
    return canvas
  }

  @Test func textIsCutAtTheEndOfTheRow() {
    #expect(canvas("0123456789abc").text(row: 0) == "0123456789")
    #expect(canvas("0123456789abc").text(row: 1) == "")
  }

  @Test func textKeepsToItsColumns() {
    var canvas = canvas("..........")
    #expect(canvas.write("abcdef", row: 0, columns: 2..<5) == 5)
    #expect(canvas.text(row: 0) == "..abc.....")
  }

  @Test func wideCharactersTakeTwoCells() {
    let canvas = canvas("a世b")
    #expect(canvas[0, 1].character == "世")
    #expect(canvas[0, 2].character == nil)
    #expect(canvas[0, 3].character == "b")
  }

  @Test func aWideCharacterIsNotCutInHalf() {
    #expect(canvas("0123456789", columns: 10).text(row: 0) == "0123456789")
    #expect(canvas("012345678世").text(row: 0) == "012345678")
  }

  @Test(arguments: [1, 2]) func halfOfAWideCharacterIsNoCharacter(column: Int) {
    var canvas = canvas("a世b")
    canvas.write("x", row: 0, column: column)
    #expect(canvas.text(row: 0) == (column == 1 ? "ax b" : "a xb"))
  }

  @Test func fillingSplitsNoWideCharacter() {
    var canvas = canvas("世世世")
    canvas.fill(rows: 0..<1, columns: 1..<5)
    #expect(canvas.text(row: 0) == "")
    #expect(canvas[0, 0].character == " ")
    #expect(canvas[0, 5].character == " ")
  }

  @Test func combiningCharactersStayWithTheirs() {
    let canvas = canvas("e\u{301}x")
    #expect(canvas.text(row: 0) == "e\u{301}x")
    #expect(canvas[0, 1].character == "x")
  }

  @Test(arguments: ["\u{1b}", "\n", "\u{7}", "\u{7f}", "\u{9b}", "\u{202e}", "\u{2066}"])
  func noControlCharacterGetsIn(control: String) {
    #expect(canvas("a\(control)b").text(row: 0) == "a\u{fffd}b")
  }

  @Test func whatLiesOutsideIsNotDrawn() {
    var canvas = canvas("ab")
    canvas.write("x", row: 7, column: 0)
    canvas.write("x", row: -1, column: 0)
    canvas.write("x", row: 0, column: 40)
    canvas.fill(rows: -3..<1, columns: 0..<99, Style(.okabeIto[0]))
    canvas.restyle(row: 9, columns: 0..<4) { $0.adding(.bold) }
    #expect(canvas.text(row: 0) == "")
  }

  @Test func anEmptyCanvasCanBeDrawnOn() {
    var canvas = Canvas(WindowSize(rows: 0, columns: 0))
    canvas.write("x", row: 0, column: 0)
    canvas.fill(rows: 0..<1, columns: 0..<1)
    canvas.clear()
  }
}

@Suite struct ColorTests {
  @Test func thePaletteHasEightColorsToFallBackOn() {
    #expect(Color.okabeIto.map { $0.fitted(to: 8) } == [3, 6, 2, 3, 4, 1, 5])
    #expect(Color.okabeIto.map { $0.fitted(to: 256) } == [214, 74, 36, 227, 32, 166, 175])
    #expect(Color.okabeIto.map { $0.fitted(to: 0) } == Array(repeating: -1, count: 7))
  }

  @Test func otherColorsFallBackOnTheNearest() {
    #expect(Color(196).fitted(to: 8) == 1)
    #expect(Color(12).fitted(to: 8) == 4)
    #expect(Color(255).fitted(to: 8) == 7)
    #expect(Color.terminal.fitted(to: 8) == -1)
  }

  @Test func lightFindsItsNearestColor() {
    #expect(Color(red: 255, green: 0, blue: 0) == Color(196))
    #expect(Color(red: 8, green: 8, blue: 8) == Color(232))
  }
}
