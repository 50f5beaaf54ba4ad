// What a terminal of the lab shows, in whole lines, and that each line that was typed is among them. Under load
// the echo of a shell comes when it may, after the facts or after the claim: then the typed line is shown without it.

/// The lines of one terminal, and what was typed at it.
struct ShownTerminal {
  /// The line that the terminal has begun and not ended: a prompt.
  private var begun = ""
  /// What was typed and has not been echoed yet, in order.
  private var typed: [TypedText] = []

  private struct TypedText {
    let text: String
    var isShown = false
    /// A control character is echoed in the midst of a line, as `^C`.
    var isControl: Bool { text.hasPrefix("^") && text.utf8.count == 2 }
  }

  /// Takes note of a line that is typed, or of a control character.
  mutating func type(_ line: String) {
    if !line.isEmpty { typed.append(TypedText(text: ShownTerminal.caret(line))) }
  }

  private static func caret(_ line: String) -> String {
    guard line.utf8.count == 1, let byte = line.utf8.first, byte < 0x20 else { return line }
    return "^" + String(decoding: [byte | 0x40], as: UTF8.self)
  }

  /// Takes what the terminal printed.
  ///
  /// - Returns: the lines that are whole now, but for the echo of what has been shown already.
  mutating func take(_ bytes: [UInt8]) -> [String] {
    let text = begun + String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    begun = lines.removeLast()
    return lines.filter { !endsAnEcho($0) }
  }

  /// Whether a line is the echo of one that was typed, and shown without it.
  private mutating func endsAnEcho(_ line: String) -> Bool {
    guard
      let index = typed.firstIndex(where: { $0.isControl ? line.contains($0.text) : line.hasSuffix($0.text) })
    else { return false }
    let wasShown = typed[index].isShown
    typed.removeFirst(index + 1)
    return wasShown
  }

  /// Gives up waiting for the echo of what was typed.
  ///
  /// - Returns: the typed lines that have not been shown, each behind the prompt that is there.
  mutating func settle() -> [String] {
    var lines: [String] = []
    for index in typed.indices where !typed[index].isShown {
      lines.append(prompt(before: typed[index].text) + typed[index].text)
      typed[index].isShown = true
    }
    return lines
  }

  /// The line that has been begun, without the beginning of an echo.
  private func prompt(before text: String) -> String {
    let lengths = stride(from: min(begun.count, text.count), to: 0, by: -1)
    let echoed = lengths.first { begun.hasSuffix(text.prefix($0)) } ?? 0
    return String(begun.dropLast(echoed))
  }
}
