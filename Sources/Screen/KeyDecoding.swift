// From what ncurses reads to keys and what is done with the mouse.

extension Key {
  /// The key of a character that was typed.
  init(typed character: UInt32) {
    switch character {
    case 9: self.init(.tab)
    case 10, 13: self.init(.enter)
    case 8, 127: self.init(.backspace)
    case 27: self.init(.escape)
    case 0: self.init(.character(" "), .control)
    case 1..<27: self.init(.character(Unicode.Scalar(UInt8(character) + 0x60)), .control)
    case 28..<32: self.init(.character(Unicode.Scalar(UInt8(character) + 0x40)), .control)
    default: self.init(.character(Unicode.Scalar(character) ?? "\u{fffd}"))
    }
  }

  /// The key of one of ncurses's codes; nil for one that nobody waits for.
  ///
  /// - Parameter name: keyname(3X) of a code that terminals define for themselves, for example `kUP5`.
  ///
  /// Source: curs_getch(3X).
  init?(code: UInt32, name: String?) {
    if let known = Key.ofCodes[code] {
      self = known
    } else if (0o411...0o470).contains(code) {
      self = Key.function(Int(code - 0o410))
    } else if let name, let named = Key.named(name) {
      self = named
    } else {
      return nil
    }
  }

  private static let ofCodes: [UInt32: Key] = [
    0o402: Key(.down), 0o403: Key(.up), 0o404: Key(.left), 0o405: Key(.right), 0o406: Key(.home),
    0o407: Key(.backspace), 0o512: Key(.delete), 0o513: Key(.insert), 0o520: Key(.down, .shift),
    0o521: Key(.up, .shift), 0o522: Key(.pageDown), 0o523: Key(.pageUp), 0o527: Key(.enter),
    0o534: Key(.home), 0o535: Key(.pageUp), 0o537: Key(.end), 0o540: Key(.pageDown),
    0o541: Key(.tab, .shift), 0o550: Key(.end), 0o577: Key(.delete, .shift), 0o602: Key(.end, .shift),
    0o607: Key(.home, .shift), 0o610: Key(.insert, .shift), 0o611: Key(.left, .shift),
    0o614: Key(.pageDown, .shift), 0o616: Key(.pageUp, .shift), 0o622: Key(.right, .shift),
  ]

  /// F13 to F24 are F1 to F12 with Shift, the next twelve with Control, and so on.
  private static func function(_ number: Int) -> Key {
    let modifiers: [KeyModifiers] = [[], .shift, .control, [.shift, .control], .alt]
    return Key(.function((number - 1) % 12 + 1), modifiers[min((number - 1) / 12, 4)])
  }

  private static let ofNames: [String: Symbol] = [
    "UP": .up, "DN": .down, "LFT": .left, "RIT": .right, "HOM": .home, "END": .end, "IC": .insert, "DC": .delete,
    "NXT": .pageDown, "PRV": .pageUp,
  ]

  /// `kUP5`: the key, and 1 more than the sum of Shift 1, Alt 2, Control 4.
  private static func named(_ name: String) -> Key? {
    guard name.first == "k", let digit = name.last?.wholeNumberValue, (2...8).contains(digit),
      let symbol = ofNames[String(name.dropFirst().dropLast())]
    else { return nil }
    return Key(symbol, KeyModifiers(rawValue: UInt8(digit - 1)))
  }
}

extension MouseEvent {
  /// What ncurses says of the mouse: for each button five bits, which are release, press, and one, two or three clicks.
  /// A click, of which ncurses read both ends at once, is a press and a release.
  ///
  /// Source: curs_mouse(3X), version 2 of the interface.
  static func events(state: UInt32, row: Int, column: Int) -> [MouseEvent] {
    var modifiers: KeyModifiers = []
    if state & 1 << 25 != 0 { modifiers.insert(.control) }
    if state & 1 << 26 != 0 { modifiers.insert(.shift) }
    if state & 1 << 27 != 0 { modifiers.insert(.alt) }
    return actions(state).map { MouseEvent($0, row: row, column: column, modifiers) }
  }

  private static func actions(_ state: UInt32) -> [Action] {
    var actions: [Action] = []
    for button in 1...5 {
      let bits = state >> UInt32(5 * (button - 1)) & 0x1f
      let (isPress, isRelease) = (bits & 0x1e != 0, bits & 0x1d != 0)
      switch button {
      case 4: if isPress { actions.append(.wheelUp) }
      case 5: if isPress { actions.append(.wheelDown) }
      default:
        if isPress { actions.append(.press(button: button)) }
        if isRelease { actions.append(.release(button: button)) }
      }
    }
    return actions.isEmpty && state & 1 << 28 != 0 ? [.drag] : actions
  }
}
