// The course's world as a tree, for a pane that is drawn again and again: who is whose child, and where a child is in
// another namespace than its parent.

internal import Lab
internal import Linux
internal import Processes
internal import Screen

/// The processes of a world at one moment, in lines.
struct WorldTree {
  private(set) var lines: [PageLine] = []

  /// Lines as they are; without any, nobody.
  init(lines: [PageLine] = []) {
    self.lines = lines
  }

  /// - Parameter shells: the PIDs of the two shells, as the lab numbers them.
  init(_ tree: ProcessTree, shells: [Int32: TerminalName]) {
    var line: [ProcessRecord] = []
    tree.forEach { record, depth in
      line.removeSubrange(min(depth, line.count)...)
      lines.append(WorldTree.line(of: record, below: line.last, depth: depth, shells[record.processID]))
      line.append(record)
    }
  }

  private static func line(
    of record: ProcessRecord, below parent: ProcessRecord?, depth: Int, _ shell: TerminalName?
  ) -> PageLine {
    // From the world's own PID namespace on, to the innermost.
    let numbers = (record.status.value?.processIDs ?? []).dropFirst().map { String($0) }
    var text = String(repeating: "  ", count: depth) + numbers.joined(separator: "→") + " "
    // The world's init has executed nothing: its arguments are the lab's.
    text += parent == nil ? Escaping.escaped(record.commandName[...]) : command(of: record)
    let borders = parent.map { kinds(between: $0, and: record) } ?? []
    var tail = borders.map { " +\($0.procName)" }.joined()
    if let shell { tail += "  ◀ \(shell.rawValue)" }
    if record.stat.isZombie { tail += " <defunct>" }
    let style = borders.isEmpty ? shell == nil ? Style.plain : LessonPage.strong : LessonPage.task
    return PageLine(text: text, style: style, tail: tail)
  }

  private static func command(of record: ProcessRecord) -> String {
    guard let line = record.commandLine.value, !line.isEmpty else { return Escaping.escaped(record.commandName[...]) }
    return Escaping.escaped(Array(line.arguments.joined(separator: [UInt8(ascii: " ")]))[...])
  }

  private static func kinds(between parent: ProcessRecord, and record: ProcessRecord) -> [NamespaceKind] {
    guard let outer = parent.namespaces.value, let inner = record.namespaces.value else { return [] }
    return NamespaceKind.allCases.filter { kind in
      guard let own = inner[kind], let other = outer[kind] else { return false }
      return own != other
    }
  }
}
