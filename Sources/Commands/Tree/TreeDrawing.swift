// Draws the forest: one line for each process or fold, and the letters of namespaces explained below.

internal import Linux
internal import Processes

/// The lines between parents and children.
struct TreeStrokes: Sendable {
  let child: String
  let lastChild: String
  let passing: String
  let nothing = "  "
  let times: String
  let arrow: String

  static let unicode = TreeStrokes(child: "├─", lastChild: "└─", passing: "│ ", times: "×", arrow: "→")
  static let ascii = TreeStrokes(child: "|-", lastChild: "`-", passing: "| ", times: "*", arrow: ">")

  /// Unicode, unless the locale names another character set.
  static func ofLocale() -> TreeStrokes {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].map { environmentVariable($0) ?? "" }
    guard let locale = names.first(where: { !$0.isEmpty })?.uppercased() else { return .unicode }
    return locale.contains("UTF-8") || locale.contains("UTF8") ? .unicode : .ascii
  }
}

/// A drawing of the forest.
struct TreeDrawing {
  let forest: TreeForest
  let folding: TreeFolding
  let strokes: TreeStrokes
  let paint: Paint
  /// The columns of the terminal; nil cuts nothing.
  let width: Int?
  private var legend: NamespaceLegend

  init(_ forest: TreeForest, _ folding: TreeFolding, strokes: TreeStrokes, paint: Paint, width: Int?) {
    self.forest = forest
    self.folding = folding
    self.strokes = strokes
    self.paint = paint
    self.width = width
    legend = NamespaceLegend(own: forest.own)
  }

  /// Writes the tree and its legend.
  mutating func write(to output: inout OutputBuffer) throws(Complaint) {
    // Each waiting line with the strokes before it, and with those that its children will have before them.
    var waiting = folding.roots.reversed().map { (line: $0, before: "", below: "") }
    while let (index, before, below) = waiting.popLast() {
      let line = folding.lines[index]
      var text = StyledLine()
      text.append(before, .quiet)
      describe(line, in: &text)
      try output.write(text.text(width: width, paint: paint))
      for (place, child) in line.children.enumerated().reversed() {
        let isLast = place == line.children.count - 1
        waiting.append(
          (
            child, below + (isLast ? strokes.lastChild : strokes.child),
            below + (isLast ? strokes.nothing : strokes.passing)
          ))
      }
    }
    try writeLegend(to: &output)
  }

  private mutating func describe(_ line: TreeFolding.Line, in text: inout StyledLine) {
    let node = forest.nodes[line.node]
    let name = shownName(node)
    if line.count > 1 {
      text.append("\(line.count)\(strokes.times)[")
      text.append(name)
      text.append("]")
    } else {
      text.append(name)
      let inside = node.insideIDs.map { strokes.arrow + String($0) }.joined()
      text.append(" \(node.processID)\(inside)", .quiet)
    }
    if node.state == UInt8(ascii: "Z") { text.append(" <defunct>", .warning) }
    for link in node.borders {
      let index = legend.index(of: link)
      let letter = index.map { "[\(NamespaceLegend.letter($0))]" } ?? ""
      text.append(" +\(link.kind.procName)\(letter)", index.map { .namespace($0) })
    }
    if let container = node.container { text.append(" {\(Escaping.escaped(container.description))}") }
  }

  private func shownName(_ node: TreeNode) -> String {
    let name = Escaping.escaped(node.name[...])
    if node.isThread { return "{\(name)}" }
    return node.isKernelThread ? "[\(name)]" : name
  }

  private func writeLegend(to output: inout OutputBuffer) throws(Complaint) {
    if !legend.lettered.isEmpty { try output.write("\n") }
    for kind in NamespaceKind.allCases {
      for (index, link) in (legend.lettered[kind] ?? []).enumerated() {
        let count = forest.memberCounts[link] ?? 0
        var text = StyledLine()
        text.append("\(kind.procName)[\(NamespaceLegend.letter(index))]", .namespace(index))
        text.append(" \(link), \(count) \(count == 1 ? "process" : "processes")")
        try output.write(text.text(width: width, paint: paint))
      }
    }
    if forest.unreadable.count > 0, let error = forest.unreadable.error {
      var text = StyledLine()
      text.append(
        "namespaces of \(forest.unreadable.count) of the processes could not be read (\(error.name))", .quiet)
      try output.write("\n" + text.text(width: width, paint: paint))
    }
  }
}
