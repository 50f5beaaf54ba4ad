// What a terminal printed, on its way to the browser: the end of it is kept so that a page that is opened again can be
// painted again, and no more is sent than the page has taken.

/// The output of one terminal, as a page is sent it.
struct TerminalStream: Hashable, Sendable {
  /// Something to be sent.
  enum Piece: Hashable, Sendable {
    /// The page begins with an empty terminal, and with what is kept.
    case whole([UInt8])
    /// What was printed since.
    case more([UInt8])
  }

  /// How much is kept for a page that is opened again, in bytes.
  static let keptLimit = 1 << 18
  /// How much may be under way: sent, and not yet drawn by the page.
  static let window = 1 << 17
  private static let pieceLimit = 1 << 15

  /// The end of what was printed.
  private var kept: [UInt8] = []
  /// How much was printed before that.
  private var dropped = 0
  /// How much of it the page was sent; nil while it has to begin anew.
  private var sent: Int?
  private var underWay = 0

  /// Takes what was printed.
  mutating func append(_ bytes: [UInt8]) {
    kept += bytes
    // Not at each line: moving the rest costs.
    if kept.count > 2 * TerminalStream.keptLimit { cut() }
  }

  /// Keeps the end, from the beginning of a line if there is one near: an escape sequence has none in it.
  private mutating func cut() {
    var start = kept.count - TerminalStream.keptLimit
    if let end = kept[start...].prefix(4096).firstIndex(of: UInt8(ascii: "\n")) { start = end + 1 }
    kept.removeFirst(start)
    dropped += start
  }

  /// Another page is to be painted, which knows nothing.
  mutating func restart() {
    sent = nil
    underWay = 0
  }

  /// The page has drawn so many bytes.
  mutating func noteDrawn(_ count: Int) {
    underWay = max(underWay - max(count, 0), 0)
  }

  /// Whether the page keeps up, so that more may be read of the terminal.
  var hasRoom: Bool { underWay < TerminalStream.window }

  /// What to send next; nil when there is nothing, or the page has to draw first.
  mutating func next() -> Piece? {
    guard hasRoom else { return nil }
    guard let from = sent, from >= dropped else {
      if kept.count > TerminalStream.keptLimit { cut() }
      sent = dropped + kept.count
      underWay += kept.count
      return .whole(kept)
    }
    let start = from - dropped
    let end = min(start + TerminalStream.pieceLimit, kept.count)
    if start == end { return nil }
    sent = dropped + end
    underWay += end - start
    return .more(Array(kept[start..<end]))
  }
}
