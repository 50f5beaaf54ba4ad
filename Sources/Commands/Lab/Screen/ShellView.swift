// One of the two shells as it is seen: an emulated terminal, drawn into its area of the screen.

internal import Lab
internal import Linux
internal import Screen
internal import TerminalEmulator

/// A shell's terminal, and how far it is scrolled back.
final class ShellView {
  let name: TerminalName
  private var emulator: TerminalEmulator
  private var back = 0

  init(_ name: TerminalName, size: WindowSize) {
    self.name = name
    emulator = TerminalEmulator(size)
  }

  /// Begins anew, for the shell of another world.
  func clear() {
    emulator = TerminalEmulator(emulator.size)
    back = 0
  }

  /// Gives the terminal another size.
  func resize(to size: WindowSize) { emulator.resize(size) }

  /// Takes what the shell's program printed.
  ///
  /// - Returns: what the terminal answers to who asked it something.
  func show(_ bytes: [UInt8]) -> [UInt8] {
    emulator.write(bytes)
    return emulator.takeOutputBytes()
  }

  /// Whether a full-screen program has the terminal.
  var isAlternate: Bool { emulator.isAlternate }

  /// Shows lines that have left the screen, so many further back.
  func scroll(by lines: Int) {
    back = min(max(back + lines, 0), isAlternate ? 0 : emulator.scrollback)
  }

  /// Shows what is printed now.
  func scrollToEnd() { back = 0 }

  /// Draws what is to be seen.
  ///
  /// - Returns: where the cursor is; nil where none is to be seen.
  func draw(on canvas: inout Canvas, in area: CourseArea) -> (row: Int, column: Int)? {
    for row in 0..<min(area.size.rows, emulator.size.rows) {
      for column in 0..<min(area.size.columns, emulator.size.columns) {
        let cell = emulator[row - back, column]
        if cell.width == 0 { continue }
        for character in cell.characters {
          canvas.put(
            character, row: area.rows.lowerBound + row, column: area.columns.lowerBound + column,
            before: area.columns.upperBound, ShellView.style(of: cell))
        }
      }
    }
    let cursor = emulator.cursor
    guard back == 0, emulator.showsCursor, cursor.row < area.size.rows, cursor.column < area.size.columns else {
      return nil
    }
    return (area.rows.lowerBound + cursor.row, area.columns.lowerBound + cursor.column)
  }

  private static func style(of cell: EmulatedCell) -> Style {
    var emphasis: Emphasis = []
    if cell.attributes.contains(.bold) { emphasis.insert(.bold) }
    if cell.attributes.contains(.underline) { emphasis.insert(.underline) }
    if cell.attributes.contains(.italic) { emphasis.insert(.italic) }
    if cell.attributes.contains(.blink) { emphasis.insert(.blink) }
    if cell.attributes.contains(.reverse) { emphasis.insert(.reverse) }
    return Style(color(cell.foreground), on: color(cell.background), emphasis)
  }

  private static func color(_ color: EmulatedCell.Color) -> Color {
    switch color {
    case .terminal: .terminal
    case .palette(let index): Color(index)
    case .light(let red, let green, let blue): Color(red: red, green: green, blue: blue)
    }
  }
}

// What is typed.
extension ShellView {
  /// The bytes that a key sends to the shell; empty for one that sends none.
  func bytes(of key: Key) -> [UInt8] {
    scrollToEnd()
    let escape: [UInt8] = key.modifiers.contains(.alt) ? [0x1b] : []
    switch key.symbol {
    case .character(let character):
      if key.modifiers.contains(.control), character.isASCII { return escape + [UInt8(character.value) & 0x1f] }
      return escape + Array(String(character).utf8)
    case .enter: return escape + [0x0d]
    case .backspace: return escape + [0x7f]
    case .escape: return [0x1b]
    default:
      guard let named = TerminalEmulator.Key(key.symbol) else { return [] }
      emulator.press(named, TerminalEmulator.Modifiers(key.modifiers))
      return emulator.takeOutputBytes()
    }
  }

  /// The bytes that tell the shell's program of the mouse; empty where it did not ask to be told.
  func bytes(of event: MouseEvent, in area: CourseArea) -> [UInt8] {
    guard emulator.wantsMouse else { return [] }
    let (button, isPressed) =
      switch event.action {
      case .press(let button): (button, true)
      case .release(let button): (button, false)
      case .wheelUp: (4, true)
      case .wheelDown: (5, true)
      case .drag: (0, true)
      }
    emulator.mouse(
      row: event.row - area.rows.lowerBound, column: event.column - area.columns.lowerBound, button: button,
      isPressed: isPressed)
    return emulator.takeOutputBytes()
  }
}

extension TerminalEmulator.Key {
  /// The key of a symbol that sends a sequence; nil for others.
  fileprivate init?(_ symbol: Key.Symbol) {
    switch symbol {
    case .function(let number): self = .function(number)
    case .up: self = .up
    case .down: self = .down
    case .left: self = .left
    case .right: self = .right
    case .pageUp: self = .pageUp
    case .pageDown: self = .pageDown
    case .home: self = .home
    case .end: self = .end
    case .insert: self = .insert
    case .delete: self = .delete
    case .tab: self = .tab
    case .character, .enter, .backspace, .escape: return nil
    }
  }
}

extension TerminalEmulator.Modifiers {
  fileprivate init(_ modifiers: KeyModifiers) {
    self = []
    if modifiers.contains(.shift) { insert(.shift) }
    if modifiers.contains(.alt) { insert(.alt) }
    if modifiers.contains(.control) { insert(.control) }
  }
}
