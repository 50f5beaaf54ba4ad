// The tree and pstree as values: which branches are joined, and what is drawn.

import Linux
import Processes
import Testing

@testable import Commands

@Suite struct TreeFoldingTests {
  private func node(_ processID: Int32, _ name: String, below parent: Int = -1, depth: Int = 0) -> TreeNode {
    TreeNode(
      identity: ProcessIdentity(processID: processID, startTime: UInt64(processID)), parentID: 0,
      name: Array(name.utf8), state: UInt8(ascii: "S"), isKernelThread: false, isThread: false, parent: parent,
      depth: depth, namespaces: nil)
  }

  private func shape(_ nodes: [TreeNode], folds: Bool = true) -> [String] {
    let folding = TreeFolding(nodes, isShown: nodes.map { _ in true }, folds: folds)
    func text(_ index: Int) -> String {
      let line = folding.lines[index]
      let inner = line.children.isEmpty ? "" : "(" + line.children.map(text).joined(separator: " ") + ")"
      return "\(line.count)*\(String(decoding: nodes[line.node].name, as: UTF8.self))\(inner)"
    }
    return folding.roots.map(text)
  }

  @Test func joinsSiblingsThatLookAlike() {
    let nodes = [
      node(1, "init"), node(2, "sleep", below: 0, depth: 1), node(3, "sh", below: 0, depth: 1),
      node(4, "sleep", below: 2, depth: 2), node(5, "sleep", below: 0, depth: 1), node(6, "sh", below: 0, depth: 1),
      node(7, "sleep", below: 5, depth: 2),
    ]
    #expect(shape(nodes) == ["1*init(2*sleep 2*sh(1*sleep))"])
    #expect(shape(nodes, folds: false) == ["1*init(1*sleep 1*sh(1*sleep) 1*sleep 1*sh(1*sleep))"])
  }

  @Test func keepsApartWhatDiffersBelow() {
    let nodes = [
      node(1, "init"), node(2, "sh", below: 0, depth: 1), node(3, "a", below: 1, depth: 2),
      node(4, "sh", below: 0, depth: 1), node(5, "b", below: 3, depth: 2), node(6, "sh", below: 0, depth: 1),
    ]
    #expect(shape(nodes) == ["1*init(1*sh(1*a) 1*sh(1*b) 1*sh)"])
  }

  @Test func keepsBordersAndZombiesApart() {
    var nodes = [
      node(1, "init"), node(2, "x", below: 0, depth: 1), node(3, "x", below: 0, depth: 1),
      node(4, "x", below: 0, depth: 1),
    ]
    nodes[1].borders = [NamespaceLink(kind: .uts, inode: 7)]
    nodes[2].borders = [NamespaceLink(kind: .uts, inode: 8)]
    #expect(shape(nodes) == ["1*init(1*x 1*x 1*x)"])
    nodes[2].borders = nodes[1].borders
    #expect(shape(nodes) == ["1*init(2*x 1*x)"])
  }

  @Test func growsWithTheNumberOfProcesses() {
    let nodes = [node(1, "init")] + (2...50_000).map { node($0, "sleep", below: 0, depth: 1) }
    #expect(shape(nodes) == ["1*init(49999*sleep)"])
  }

  @Test func standsDeepDescent() {
    let count: Int32 = 20_000
    let nodes = (1...count).map { node($0, "sh", below: Int($0) - 2, depth: Int($0) - 1) }
    let folding = TreeFolding(nodes, isShown: nodes.map { _ in true }, folds: true)
    #expect(folding.lines.count == Int(count) && folding.roots.count == 1)
  }
}

@Suite struct PstreeDrawingTests {
  /// `init` with three `sleep`, a `sh` with two threads, and a shell of another user.
  private func nodes() -> [PstreeNode] {
    func node(_ id: Int32, _ name: String, _ parent: Int, user: UInt32 = 0, isThread: Bool = false) -> PstreeNode {
      var node = PstreeNode(processID: id, name: Array(name.utf8))
      node.parent = parent
      node.userID = user
      node.isThread = isThread
      node.arguments = isThread ? [] : [Array("-x".utf8)]
      return node
    }
    var nodes = [
      node(1, "init", -1), node(7, "sh", 0), node(8, "{sh}", 1, isThread: true), node(9, "{sh}", 1, isThread: true),
      node(2, "sleep", 0), node(3, "sleep", 0), node(4, "sleep", 0), node(5, "zsh\\\u{7}", 0, user: 42),
    ]
    nodes[0].children = [1, 4, 5, 6, 7]
    nodes[1].children = [2, 3]
    return nodes
  }

  private func draw(_ style: PstreeStyle) -> String {
    var drawing = PstreeDrawing(
      nodes(), style, accounts: Accounts(passwd: Array("anna:x:42:42::/:/bin/sh\n".utf8), group: []), now: 0)
    drawing.draw(0)
    return String(decoding: drawing.bytes, as: UTF8.self)
  }

  @Test func compacts() {
    #expect(
      draw(PstreeStyle()) == """
        init-+-sh---2*[{sh}]
             |-3*[sleep]
             `-zsh\\\\\\007

        """)
  }

  @Test func showsNumbersAndUsers() {
    var style = PstreeStyle()
    style.showsProcessIDs = true
    style.showsUserChanges = true
    style.compacts = false
    style.strokes = .unicode
    #expect(
      draw(style) == """
        init(1)─┬─sh(7)─┬─{sh}(8)
                │       └─{sh}(9)
                ├─sleep(2)
                ├─sleep(3)
                ├─sleep(4)
                └─zsh\\\\\\007(5,anna)

        """)
  }

  @Test func showsArguments() {
    var style = PstreeStyle()
    style.showsArguments = true
    #expect(
      draw(style) == """
        init -x
          |-sh -x
          |   `-2*[{sh}]
          |-sleep -x
          |-sleep -x
          |-sleep -x
          `-zsh\\\\\\007 -x

        """)
  }

  @Test func cutsAtTheWidth() {
    var style = PstreeStyle()
    style.width = 12
    #expect(draw(style).split(separator: "\n").allSatisfy { $0.count <= 12 })
    style.width = nil
    #expect(draw(style).contains("2*[{sh}]"))
  }
}
