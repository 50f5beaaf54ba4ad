// From what a terminal sends, as ncurses reads it, to keys.

import Testing

@testable import Screen

@Suite struct KeyTests {
  @Test func charactersAreKeys() {
    #expect(Key(typed: 0x61) == .character("a"))
    #expect(Key(typed: 0x4e16) == .character("世"))
    #expect(Key(typed: 0xd800) == .character("\u{fffd}"))
  }

  @Test func controlCharactersAreTheirKeys() {
    #expect(Key(typed: 12) == .control("l"))
    #expect(Key(typed: 0) == .control(" "))
    #expect(Key(typed: 28) == .control("\\"))
    #expect(Key(typed: 13) == Key(.enter))
    #expect(Key(typed: 9) == Key(.tab))
    #expect(Key(typed: 127) == Key(.backspace))
    #expect(Key(typed: 27) == Key(.escape))
  }

  @Test func functionKeysHaveModifiers() {
    #expect(Key(code: 0o411, name: nil) == Key(.function(1)))
    #expect(Key(code: 0o410 + 10, name: nil) == Key(.function(10)))
    #expect(Key(code: 0o410 + 13, name: nil) == Key(.function(1), .shift))
    #expect(Key(code: 0o410 + 25, name: nil) == Key(.function(1), .control))
  }

  @Test func terminalsOwnKeysAreReadByName() {
    #expect(Key(code: 0o1000, name: "kUP5") == Key(.up, .control))
    #expect(Key(code: 0o1000, name: "kNXT3") == Key(.pageDown, .alt))
    #expect(Key(code: 0o1000, name: "kDC8") == Key(.delete, [.shift, .alt, .control]))
    #expect(Key(code: 0o1000, name: "kxIN") == nil)
    #expect(Key(code: 0o1000, name: nil) == nil)
  }

  @Test func theMouseHasButtonsAndAWheel() {
    #expect(MouseEvent(state: 2, row: 3, column: 4) == MouseEvent(.press(button: 1), row: 3, column: 4))
    #expect(MouseEvent(state: 1, row: 0, column: 0)?.action == .release(button: 1))
    #expect(MouseEvent(state: 2 << 10, row: 0, column: 0)?.action == .press(button: 3))
    #expect(MouseEvent(state: 2 << 15, row: 0, column: 0)?.action == .wheelUp)
    #expect(MouseEvent(state: 2 << 20, row: 0, column: 0)?.action == .wheelDown)
    #expect(MouseEvent(state: 2 | 1 << 25, row: 0, column: 0)?.modifiers == .control)
    #expect(MouseEvent(state: 1 << 28, row: 0, column: 0)?.action == .drag)
    #expect(MouseEvent(state: 0, row: 0, column: 0) == nil)
  }
}
