// What the page of a course says over its WebSocket: what was typed, in binary messages, and all else in JSON. And the
// binary messages that go the other way.

internal import JSON
internal import Lab
internal import Linux
internal import Web

/// A message of the page.
enum CourseMessage: Hashable {
  /// A key, or the button that stands for it.
  case key(SessionKey)
  /// Typed at a terminal.
  case typed(TerminalName, [UInt8])
  /// Answered by the emulated terminal itself, to a program that asked it something.
  case answered(TerminalName, [UInt8])
  /// A terminal's window has this size.
  case size(TerminalName, WindowSize)
  /// So many more bytes of a terminal have been drawn.
  case drawn(TerminalName, Int)

  private static let terminals = TerminalName.allCases
  /// In the first byte of a binary message: from the page, it is an answer; to the page, it begins with an empty terminal.
  private static let mark: UInt8 = 0x80
  private static let sizes = (rows: 2...500, columns: 2...1000)

  private static let keys: [String: SessionKey] = [
    "next": .next, "hint": .hint, "run": .run, "check": .check, "reset": .reset, "list": .list, "free": .free,
    "quit": .quit,
  ]

  /// Reads a message; nil for one that means nothing, which no page of this program sends.
  init?(_ message: WebSocketMessage) {
    switch message {
    case .binary(let bytes): self.init(binary: bytes)
    case .text(let bytes): self.init(JSONValue(bytes))
    case .ping, .close: return nil
    }
  }

  private init?(binary bytes: [UInt8]) {
    guard let first = bytes.first, case let index = Int(first & ~Self.mark), Self.terminals.indices.contains(index)
    else { return nil }
    let rest = Array(bytes.dropFirst())
    self = first & Self.mark == 0 ? .typed(Self.terminals[index], rest) : .answered(Self.terminals[index], rest)
  }

  private init?(_ json: JSONValue?) {
    guard let json else { return nil }
    if let name = json["key"]?.text, let key = Self.keys[name] {
      self = .key(key)
    } else if let choice = json["answer"]?.number {
      self = .key(.answer(choice))
    } else if let place = json["go"]?.number {
      self = .key(.go(place))
    } else if let terminal = TerminalName(rawValue: json["terminal"]?.text ?? "") {
      self.init(json, at: terminal)
    } else {
      return nil
    }
  }

  private init?(_ json: JSONValue, at terminal: TerminalName) {
    if let rows = json["rows"]?.number, let columns = json["columns"]?.number {
      guard Self.sizes.rows.contains(rows), Self.sizes.columns.contains(columns) else { return nil }
      self = .size(terminal, WindowSize(rows: rows, columns: columns))
    } else if let count = json["drawn"]?.number {
      self = .drawn(terminal, count)
    } else {
      return nil
    }
  }

  /// The message with what a terminal printed.
  static func output(_ piece: TerminalStream.Piece, of terminal: TerminalName) -> WebSocketMessage {
    let index = UInt8(terminals.firstIndex(of: terminal) ?? 0)
    return switch piece {
    case .whole(let bytes): .binary([index | mark] + bytes)
    case .more(let bytes): .binary([index] + bytes)
    }
  }
}

extension JSONValue {
  /// A whole number below 2³¹; nil of anything else.
  fileprivate var number: Int? {
    integer.flatMap { $0 < 1 << 31 ? Int($0) : nil }
  }
}
