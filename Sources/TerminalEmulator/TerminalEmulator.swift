// A terminal without a screen: bytes that a program prints go in, cells that a person would see come out. What is
// typed goes in as keys, and comes out as the bytes that a program reads.

internal import CVTerm
public import Linux

/// One place on an emulated screen.
public struct EmulatedCell: Hashable, Sendable {
  /// A colour as a program asked for it.
  public enum Color: Hashable, Sendable {
    /// What the terminal itself writes with, or on.
    case terminal
    /// A colour of the palette of 256.
    case palette(UInt8)
    /// Parts of light, each from 0 to 255.
    case light(red: UInt8, green: UInt8, blue: UInt8)
  }

  /// How a cell looks besides its colours.
  public struct Attributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// Stronger, or brighter.
    public static let bold = Attributes(rawValue: 1)
    /// Underlined, in whatever way.
    public static let underline = Attributes(rawValue: 2)
    /// Slanted.
    public static let italic = Attributes(rawValue: 4)
    /// Blinking.
    public static let blink = Attributes(rawValue: 8)
    /// Foreground and background exchanged.
    public static let reverse = Attributes(rawValue: 16)
  }

  /// The character, and those that combine with it; a blank where nothing was printed, none in the second half of a
  /// wide one.
  public let characters: [Unicode.Scalar]
  /// In columns: 1 or 2; 0 for the second half of a wide character.
  public let width: Int
  /// What it is written with.
  public let foreground: Color
  /// What it is written on.
  public let background: Color
  /// What else there is to see.
  public let attributes: Attributes
}

/// An emulated terminal, of the kind that `xterm-256color` names.
///
/// Source: ctlseqs of xterm; libvterm.
@safe public final class TerminalEmulator {
  /// Keys that are no characters.
  public enum Key: Hashable, Sendable {
    /// Keys of every keyboard.
    case enter, tab, backspace, escape
    /// The arrows.
    case up, down, left, right
    /// The keys above the arrows.
    case insert, delete, home, end, pageUp, pageDown
    /// F1 to F12.
    case function(Int)
  }

  /// Keys held down together with another.
  public struct Modifiers: OptionSet, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
      self.rawValue = rawValue
    }

    /// Shift.
    public static let shift = Modifiers(rawValue: 1)
    /// Alt.
    public static let alt = Modifiers(rawValue: 2)
    /// Control.
    public static let control = Modifiers(rawValue: 4)
  }

  /// Rows and columns.
  public private(set) var size: WindowSize
  /// Bytes to be written to the program: keys, and answers to what it asked the terminal.
  public private(set) var output: [UInt8] = []
  private let terminal: OpaquePointer
  private var state = cvterm_state()

  /// A terminal that shows nothing yet.
  ///
  /// - Parameters:
  ///   - size: at least one row and two columns: libvterm has no place for a wide character in one.
  ///   - scrollback: how many of the lines that left the screen at the top are kept.
  public init(_ size: WindowSize, scrollback: Int = 1000) {
    self.size = WindowSize(rows: max(size.rows, 1), columns: max(size.columns, 2))
    guard let terminal = unsafe cvterm_new(Int32(self.size.rows), Int32(self.size.columns), max(scrollback, 0)) else {
      fatalError("no memory for a terminal")
    }
    unsafe self.terminal = terminal
    readState()
  }

  deinit { unsafe cvterm_free(terminal) }

  /// Where the cursor is.
  public var cursor: (row: Int, column: Int) { (Int(state.row), Int(state.column)) }
  /// Whether the cursor is to be seen.
  public var showsCursor: Bool { state.shows_cursor }
  /// Whether a full-screen program has taken the alternate screen.
  public var isAlternate: Bool { state.is_alternate }
  /// Whether the program asked to be told of the mouse.
  public var wantsMouse: Bool { state.wants_mouse }
  /// How many lines that left the screen at the top are kept.
  public var scrollback: Int { unsafe cvterm_scrollback(terminal) }

  /// Takes what a program printed; a sequence may come in pieces.
  public func write(_ bytes: [UInt8]) {
    unsafe cvterm_write(terminal, bytes, bytes.count)
    readState()
  }

  /// Gives the screen another size; what it shows is kept where there is room.
  public func resize(_ size: WindowSize) {
    let size = WindowSize(rows: max(size.rows, 1), columns: max(size.columns, 2))
    if size == self.size { return }
    self.size = size
    unsafe cvterm_resize(terminal, Int32(size.rows), Int32(size.columns))
    readState()
  }

  /// What is to be seen at a place, which must be inside.
  ///
  /// - Parameter row: from 0 at the top; -1 is the line that left the screen last, down to `-scrollback`.
  public subscript(row: Int, column: Int) -> EmulatedCell {
    var cell = cvterm_cell()
    if row < 0 {
      unsafe cvterm_get_kept_cell(terminal, scrollback + row, Int32(column), &cell)
    } else {
      unsafe cvterm_get_cell(terminal, Int32(row), Int32(column), &cell)
    }
    return EmulatedCell(cell)
  }

  /// The text of a row, without the blanks at its end.
  public func text(row: Int) -> String {
    var text = String.UnicodeScalarView()
    for column in 0..<size.columns { text.append(contentsOf: self[row, column].characters) }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private func readState() {
    unsafe cvterm_get_state(terminal, &state)
    takeOutput()
  }

  private func takeOutput() {
    var buffer = [UInt8](repeating: 0, count: 256)
    while case let count = unsafe cvterm_take_output(terminal, &buffer, buffer.count), count > 0 {
      output += buffer[..<count]
    }
  }
}

// What is typed.
extension TerminalEmulator {
  /// Presses a key that is no character; what it sends is in `output`.
  public func press(_ key: Key, _ modifiers: Modifiers = []) {
    unsafe cvterm_press(terminal, TerminalEmulator.code(of: key), modifiers.rawValue)
    takeOutput()
  }

  /// Types a character.
  public func type(_ character: Unicode.Scalar, _ modifiers: Modifiers = []) {
    unsafe cvterm_press_character(terminal, character.value, modifiers.rawValue)
    takeOutput()
  }

  /// Tells the program of the mouse, if it asked for that.
  ///
  /// - Parameter button: 1 to 3, 4 and 5 for the wheel; 0 for a move alone.
  public func mouse(row: Int, column: Int, button: Int, isPressed: Bool) {
    guard wantsMouse else { return }
    unsafe cvterm_mouse(terminal, Int32(row), Int32(column), Int32(button), isPressed)
    takeOutput()
  }

  /// Gives away what is to be written to the program.
  public func takeOutputBytes() -> [UInt8] {
    defer { output = [] }
    return output
  }

  private static func code(of key: Key) -> Int32 {
    switch key {
    case .enter: Int32(CVTERM_ENTER.rawValue)
    case .tab: Int32(CVTERM_TAB.rawValue)
    case .backspace: Int32(CVTERM_BACKSPACE.rawValue)
    case .escape: Int32(CVTERM_ESCAPE.rawValue)
    case .up: Int32(CVTERM_UP.rawValue)
    case .down: Int32(CVTERM_DOWN.rawValue)
    case .left: Int32(CVTERM_LEFT.rawValue)
    case .right: Int32(CVTERM_RIGHT.rawValue)
    case .insert: Int32(CVTERM_INSERT.rawValue)
    case .delete: Int32(CVTERM_DELETE.rawValue)
    case .home: Int32(CVTERM_HOME.rawValue)
    case .end: Int32(CVTERM_END.rawValue)
    case .pageUp: Int32(CVTERM_PAGE_UP.rawValue)
    case .pageDown: Int32(CVTERM_PAGE_DOWN.rawValue)
    case .function(let number): Int32(CVTERM_FUNCTION.rawValue) + Int32(number)
    }
  }
}

extension EmulatedCell {
  init(_ cell: cvterm_cell) {
    let characters = cell.characters
    let numbers = [
      characters.0, characters.1, characters.2, characters.3, characters.4, characters.5,
    ].prefix { $0 != 0 }
    width = Int(cell.width)
    self.characters =
      width == 0 ? [] : numbers.isEmpty ? [" "] : numbers.map { Unicode.Scalar($0) ?? "\u{fffd}" }
    foreground = Color(cell.foreground)
    background = Color(cell.background)
    attributes = Attributes(rawValue: cell.attributes)
  }
}

extension EmulatedCell.Color {
  /// As the C part has it.
  fileprivate init(_ flat: Int32) {
    switch flat {
    case 0..<256: self = .palette(UInt8(flat))
    case 256...:
      self = .light(
        red: UInt8(truncatingIfNeeded: flat >> 16), green: UInt8(truncatingIfNeeded: flat >> 8),
        blue: UInt8(truncatingIfNeeded: flat))
    default: self = .terminal
    }
  }
}
