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
    func actions(_ state: UInt32) -> [MouseEvent.Action] {
      MouseEvent.events(state: state, row: 0, column: 0).map(\.action)
    }
    #expect(MouseEvent.events(state: 2, row: 3, column: 4) == [MouseEvent(.press(button: 1), row: 3, column: 4)])
    #expect(actions(1) == [.release(button: 1)])
    #expect(actions(4) == [.press(button: 1), .release(button: 1)])
    #expect(actions(2 << 10) == [.press(button: 3)])
    #expect(actions(2 << 15) == [.wheelUp])
    #expect(actions(2 << 20) == [.wheelDown])
    #expect(MouseEvent.events(state: 2 | 1 << 25, row: 0, column: 0).first?.modifiers == .control)
    #expect(actions(1 << 28) == [.drag])
    #expect(actions(0) == [])
  }
}
