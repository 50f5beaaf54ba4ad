// A line of text in pieces, so that it can be cut to the terminal's width and coloured without one disturbing
// the other.

internal import Screen

/// One line of output.
struct StyledLine {
  private var pieces: [(text: String, role: Paint.Role?)] = []

  /// Adds text that is escaped already.
  mutating func append(_ text: String, _ role: Paint.Role? = nil) {
    pieces.append((text, role))
  }

  /// The line with its newline.
  ///
  /// - Parameter width: the columns that the line may take; nil for any number.
  func text(width: Int?, paint: Paint) -> String {
    var line = ""
    var room = width ?? Int.max
    for piece in pieces where room > 0 {
      let shown = width == nil ? piece.text : DisplayWidth.prefix(of: piece.text, columns: room)
      if width != nil { room -= DisplayWidth.of(shown) }
      line += piece.role.map { paint(shown, $0) } ?? shown
    }
    return line + "\n"
  }
}
