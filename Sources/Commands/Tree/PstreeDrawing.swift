// Draws as pstree(1) of psmisc does: the first child beside its parent, the others below.

internal import Linux
internal import Processes

/// What is shown of each process, and how.
struct PstreeStyle {
  var showsArguments = false
  var compacts = true
  var showsProcessIDs = false
  var showsProcessGroups = false
  var showsUserChanges = false
  var showsNamespaceChanges = false
  var showsSecurityLabels = false
  var colorsByAge = false
  var strokes = PstreeStrokes.ascii
  /// Lines end here; nil never cuts.
  var width: Int? = 132
  /// One process on each line, as long command lines need.
  var isVertical: Bool { showsArguments || showsSecurityLabels }
}

/// The characters between processes.
struct PstreeStrokes: Hashable, Sendable {
  let branch: String
  let passing: String
  let last: String
  let single: String
  let first: String

  static let ascii = PstreeStrokes(branch: "|-", passing: "| ", last: "`-", single: "---", first: "-+-")
  static let unicode = PstreeStrokes(branch: "├─", passing: "│ ", last: "└─", single: "───", first: "─┬─")
  /// The graphic characters of a VT100, between the sequences that switch to them and back.
  static let vt100 = PstreeStrokes(
    branch: "\u{1b}(0\u{f}tq\u{1b}(B", passing: "\u{1b}(0\u{f}x\u{1b}(B ", last: "\u{1b}(0\u{f}mq\u{1b}(B",
    single: "\u{1b}(0\u{f}qqq\u{1b}(B", first: "\u{1b}(0\u{f}qwq\u{1b}(B")
}

/// A drawing in progress.
struct PstreeDrawing {
  private let nodes: [PstreeNode]
  private let style: PstreeStyle
  private let accounts: Accounts?
  /// In clock ticks after boot.
  private let now: UInt64
  /// For each node a number that branches which look alike share.
  private let shapes: [Int]

  /// The text so far.
  private(set) var bytes: [UInt8] = []
  /// The column that the next character goes to, from 1.
  private var column = 1
  /// For each level how wide its name is, and whether siblings follow below.
  private var levels: [(width: Int, hasMore: Bool)] = []

  init(_ nodes: [PstreeNode], _ style: PstreeStyle, accounts: Accounts?, now: UInt64) {
    self.nodes = nodes
    self.style = style
    self.accounts = accounts
    self.now = now
    shapes = PstreeDrawing.shapes(nodes, style)
  }

  /// How a node is placed.
  private struct Place {
    var level = 0
    var repetitions = 1
    /// It goes on its parent's line.
    var isOnParentsLine = true
    var isLast = true
    /// The user of what is above.
    var userAbove: UInt32 = 0
    /// How many brackets end the line.
    var brackets = 0
  }

  /// Draws a branch.
  ///
  /// - Parameter user: whose change is not marked at the root.
  mutating func draw(_ root: Int, user: UInt32 = 0) {
    draw(root, Place(userAbove: user))
  }

  /// Adds a line of its own.
  mutating func appendLine(_ text: String) {
    put(text)
    newLine()
  }

  private mutating func draw(_ index: Int, _ place: Place) {
    let node = nodes[index]
    if !place.isOnParentsLine { indent(place) }
    let start = column
    if place.repetitions > 1 { put("\(place.repetitions)*[") }
    describe(node, userAbove: place.userAbove)
    let width = column - start
    if style.isVertical || node.children.isEmpty {
      put(String(repeating: "]", count: place.brackets))
      newLine()
    }
    levels.removeSubrange(min(place.level, levels.count)...)
    let verticalWidth = (style.showsArguments ? 1 : 0) - (node.name.count > 1 ? 0 : 1)
    levels.append((style.isVertical ? verticalWidth : width, !place.isLast))
    if !style.isVertical, !node.children.isEmpty, let limit = style.width, column >= limit {
      put(style.strokes.first + "+")
      newLine()
      return
    }
    drawChildren(of: node, place)
  }

  private mutating func drawChildren(of node: PstreeNode, _ place: Place) {
    let groups = groups(of: node.children)
    for (number, group) in groups.enumerated() {
      if number == 0, !style.isVertical { put(groups.count > 1 ? style.strokes.first : style.strokes.single) }
      draw(
        group.index,
        Place(
          level: place.level + 1, repetitions: group.count, isOnParentsLine: number == 0 && !style.isVertical,
          isLast: number == groups.count - 1, userAbove: node.userID,
          brackets: (style.isVertical ? 0 : place.brackets) + (group.count > 1 ? 1 : 0)))
    }
  }

  private mutating func indent(_ place: Place) {
    for level in 0..<place.level {
      put(String(repeating: " ", count: levels[level].width + 1))
      if level == place.level - 1 {
        put(place.isLast ? style.strokes.last : style.strokes.branch)
      } else {
        put(levels[level + 1].hasMore ? style.strokes.passing : "  ")
      }
    }
  }

  // MARK: One process

  private mutating func describe(_ node: PstreeNode, userAbove: UInt32) {
    if style.colorsByAge { bytes += Array(ageColor(node).utf8) }
    if node.isHighlighted { bytes += Array("\u{1b}[1m".utf8) }
    let isWithoutArguments = style.showsArguments && node.arguments == nil
    if isWithoutArguments { put("(") }
    put(escaped(node.name))
    let details = details(of: node, userAbove: userAbove)
    if style.showsArguments {
      put(details.map { "," + $0 }.joined() + (isWithoutArguments ? ")" : ""))
    } else if !details.isEmpty {
      put("(" + details.joined(separator: ",") + ")")
    }
    if node.isHighlighted { bytes += Array("\u{1b}[0m".utf8) }
    if style.showsArguments { putArguments(node.arguments ?? []) }
    if style.colorsByAge { bytes += Array("\u{1b}[0m".utf8) }
  }

  private func details(of node: PstreeNode, userAbove: UInt32) -> [String] {
    var details: [String] = []
    if style.showsProcessIDs { details.append("\(node.processID)") }
    if style.showsProcessGroups {
      // psmisc writes no digit for 0, the group of the kernel's threads, and of a PID 1 that never made one.
      details.append(node.processGroupID == 0 ? "" : "\(node.processGroupID)")
    }
    if style.showsUserChanges, node.userID != userAbove {
      details.append(accounts?.userName(node.userID) ?? "\(node.userID)")
    }
    if style.showsNamespaceChanges, node.parent >= 0 {
      details += PstreeDrawing.order.filter { changes($0, node) }.map(\.procName)
    }
    if style.showsSecurityLabels { details.append("`" + escaped(node.securityLabel) + "'") }
    return details
  }

  /// The order in which psmisc names the kinds.
  private static let order: [NamespaceKind] = [.cgroup, .ipc, .mount, .network, .pid, .user, .uts, .time]

  private func changes(_ kind: NamespaceKind, _ node: PstreeNode) -> Bool {
    guard let own = node.namespaces?[kind], let above = nodes[node.parent].namespaces?[kind] else { return false }
    return own != above
  }

  private mutating func putArguments(_ arguments: [[UInt8]]) {
    for argument in arguments {
      put(" ")
      let text = escaped(argument)
      if let limit = style.width, column + text.utf8.count > limit - 4 {
        put("...")
        return
      }
      put(text)
    }
  }

  private func ageColor(_ node: PstreeNode) -> String {
    let seconds = now > node.startTime ? (now - node.startTime) / 100 : 0
    return seconds < 60 ? "\u{1b}[32m" : seconds < 3600 ? "\u{1b}[33m" : "\u{1b}[31m"
  }

  /// Printable ASCII; anything else in octal.
  private func escaped(_ text: [UInt8]) -> String {
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }) {
      return String(decoding: text, as: UTF8.self)
    }
    return text.map { byte in
      if byte == UInt8(ascii: "\\") { return "\\\\" }
      if byte >= 0x20, byte < 0x7f { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }.joined()
  }

  // MARK: Text

  /// Writes what fits on the line; the first character that does not fit becomes a plus sign.
  private mutating func put(_ text: String) {
    guard let limit = style.width else {
      bytes += Array(text.utf8)
      column += text.unicodeScalars.count
      return
    }
    for scalar in text.unicodeScalars {
      column += 1
      if column <= limit {
        bytes += Array(String(scalar).utf8)
      } else if column == limit + 1 {
        bytes.append(UInt8(ascii: "+"))
      }
    }
  }

  private mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    column = 1
  }
}

// MARK: Compaction

extension PstreeDrawing {
  /// What branches that look alike share.
  private struct Shape: Hashable {
    let name: [UInt8]
    let userID: UInt32?
    let namespaces: [UInt64?]
    let children: [Int]
  }

  /// Siblings in order; those that look like one before them are counted with it.
  private func groups(of children: [Int]) -> [(index: Int, count: Int)] {
    var groups: [(index: Int, count: Int)] = []
    var places: [Int: Int] = [:]
    for child in children {
      let isFoldable = style.compacts && (!style.isVertical || nodes[child].isThread)
      if isFoldable, let place = places[shapes[child]] {
        groups[place].count += 1
      } else {
        places[shapes[child]] = groups.count
        groups.append((child, 1))
      }
    }
    return groups
  }

  private static func shapes(_ nodes: [PstreeNode], _ style: PstreeStyle) -> [Int] {
    var shapes = Array(repeating: -1, count: nodes.count)
    if !style.compacts { return shapes }
    var known: [Shape: Int] = [:]
    for index in bottomUp(nodes) {
      let node = nodes[index]
      let shape = Shape(
        name: node.name, userID: style.showsUserChanges ? node.userID : nil,
        namespaces: style.showsNamespaceChanges ? NamespaceKind.allCases.map { node.namespaces?[$0] } : [],
        children: node.children.map { shapes[$0] })
      shapes[index] = known[shape] ?? known.count
      known[shape] = shapes[index]
    }
    return shapes
  }

  /// Indices with children before their parents.
  private static func bottomUp(_ nodes: [PstreeNode]) -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    var waiting = nodes.indices.filter { nodes[$0].parent < 0 }
    while let index = waiting.popLast() {
      order.append(index)
      waiting += nodes[index].children
    }
    return order.reversed()
  }
}
