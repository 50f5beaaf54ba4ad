// What a line of commands and a line of needs mean.

extension TypedLine {
  /// Reads a line: `{name}` is a process's PID, and `^C` alone on a line is a control character.
  init(_ line: String, names: [String: FactType]) throws(Mistake) {
    if let control = TypedLine.control(line) {
      pieces = [.control(control)]
      return
    }
    var pieces: [Piece] = []
    var rest = line[...]
    while let brace = rest.firstIndex(of: "{") {
      let isShell = brace > rest.startIndex && rest[rest.index(before: brace)] == "$"
      let inside = rest[rest.index(after: brace)...].prefix(while: { $0.isLetter || $0.isNumber })
      guard !isShell, !inside.isEmpty, rest[inside.endIndex...].first == "}" else {
        pieces.append(.literal(String(rest[...brace])))
        rest = rest[rest.index(after: brace)...]
        continue
      }
      guard names[String(inside)] == .process else {
        throw Mistake(what: "`{\(inside)}` stands for no process", remedy: "bind it before: let \(inside) = …")
      }
      pieces.append(.literal(String(rest[..<brace])))
      pieces.append(.processID(String(inside)))
      rest = rest[rest.index(after: inside.endIndex)...]
    }
    pieces.append(.literal(String(rest)))
    self.pieces = pieces
  }

  private static func control(_ line: String) -> UInt8? {
    let bytes = Array(line.utf8)
    guard bytes.count == 2, bytes[0] == UInt8(ascii: "^"), (0x40...0x5f).contains(bytes[1]) else { return nil }
    return bytes[1] & 0x1f
  }
}

extension Need {
  /// Reads a line, for example `program pstree`.
  init(_ line: String) throws(Mistake) {
    let words = line.split(separator: " ").map(String.init)
    switch (words.first, words.count) {
    case ("program", 2): self = .program(words[1])
    case ("cgroup", 2): self = .controlGroup(words[1])
    case ("namespace", 2): self = .namespace(words[1])
    case ("verb", 2): self = .verb(words[1])
    case ("other-user", 1): self = .otherUser
    default:
      throw Mistake(
        what: "`\(line)` is no need",
        remedy: "one of: program NAME, verb NAME, cgroup CONTROLLER, namespace KIND, other-user")
    }
  }
}
