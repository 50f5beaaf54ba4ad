// What is known of the terminal before it is taken over.

internal import CCurses
internal import Linux

/// The terminal that TERM names.
enum TerminalDescription {
  /// What TERM says; empty where it says nothing.
  static var name: String { environmentVariable("TERM") ?? "" }

  /// Makes sure that there is a terminal, and that it can be drawn on.
  ///
  /// - Throws: `ScreenError` that says what is missing: a terminal, its name, its description, or a cursor to place.
  ///
  /// Corresponds to setupterm(3X).
  static func verify() throws(ScreenError) {
    if !FileDescriptor.standardInput.isTerminal { throw .noTerminal("standard input") }
    if !FileDescriptor.standardOutput.isTerminal { throw .noTerminal("standard output") }
    if name.isEmpty { throw .unnamedTerminal }
    var answer: Int32 = 0
    guard unsafe setupterm(nil, 1, &answer) == 0, answer == 1 else { throw .unknownTerminal(name) }
    guard unsafe tigetstr("cup") != nil else { throw .incapableTerminal(name) }
  }

  /// What gives the terminal back: no mouse, no keypad, the cursor, plain letters, the screen that was there before.
  static var restoration: [UInt8] {
    var bytes = Array("\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1003l\u{1b}[?1006l".utf8)
    for name in ["sgr0", "rmkx", "cnorm", "rmcup"] {
      guard let text = unsafe tigetstr(name) else { continue }
      bytes += unsafe Array(String(cString: text).utf8)
    }
    return bytes
  }
}
