// What a person does, and what else a full-screen program waits for.

public import Linux

/// Keys held down together with another.
public struct KeyModifiers: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Told for keys that are no characters; a character has its case instead.
  public static let shift = KeyModifiers(rawValue: 1)
  /// Also an Escape typed right before the key.
  public static let alt = KeyModifiers(rawValue: 2)
  /// Control.
  public static let control = KeyModifiers(rawValue: 4)
}

/// A key that was typed.
public struct Key: Hashable, Sendable {
  /// What is on the key.
  public enum Symbol: Hashable, Sendable {
    /// A character; with Control, the small letter.
    case character(Unicode.Scalar)
    /// F1 to F12.
    case function(Int)
    /// An arrow.
    case up
    /// An arrow.
    case down
    /// An arrow.
    case left
    /// An arrow.
    case right
    /// A page back.
    case pageUp
    /// A page on.
    case pageDown
    /// To the beginning.
    case home
    /// To the end.
    case end
    /// Ins.
    case insert
    /// Del.
    case delete
    /// Removes what is before the cursor.
    case backspace
    /// Return, too.
    case enter
    /// Tab; with Shift, back.
    case tab
    /// Escape by itself.
    case escape
  }

  /// What is on the key.
  public var symbol: Symbol
  /// What was held down with it.
  public var modifiers: KeyModifiers

  /// A key.
  public init(_ symbol: Symbol, _ modifiers: KeyModifiers = []) {
    self.symbol = symbol
    self.modifiers = modifiers
  }

  /// A character's key.
  public static func character(_ character: Unicode.Scalar) -> Key { Key(.character(character)) }
  /// A character's key with Control.
  public static func control(_ character: Unicode.Scalar) -> Key { Key(.character(character), .control) }
}

/// What was done with the mouse.
public struct MouseEvent: Hashable, Sendable {
  /// What happened.
  public enum Action: Hashable, Sendable {
    /// A button went down: 1 left, 2 middle, 3 right.
    case press(button: Int)
    /// A button went up.
    case release(button: Int)
    /// The wheel was turned away from the person.
    case wheelUp
    /// The wheel was turned towards the person.
    case wheelDown
    /// The pointer moved with a button down.
    case drag
  }

  /// What happened.
  public var action: Action
  /// The row, from 0 at the top.
  public var row: Int
  /// The column, from 0 at the left.
  public var column: Int
  /// Keys held down meanwhile.
  public var modifiers: KeyModifiers

  /// Something done with the mouse at a place.
  public init(_ action: Action, row: Int, column: Int, _ modifiers: KeyModifiers = []) {
    self.action = action
    self.row = row
    self.column = column
    self.modifiers = modifiers
  }
}

/// What a full-screen program waits for.
public enum ScreenEvent: Hashable, Sendable {
  /// A key was typed.
  case key(Key)
  /// The mouse was used.
  case mouse(MouseEvent)
  /// The terminal has another size now, and the canvas with it: draw anew.
  case resized(WindowSize)
  /// The program goes on after it was stopped: time has passed.
  case resumed
  /// A descriptor that is watched became ready; its tag.
  case ready(UInt64)
  /// The program is to end: SIGTERM, SIGINT, SIGQUIT, or SIGHUP, which also stands for a terminal that is gone.
  case ended(Signal)
}
