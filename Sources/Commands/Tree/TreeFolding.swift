// Siblings that look alike are drawn once: `3×[sleep]`.

internal import Linux
internal import Processes

/// Which lines the tree has: branches that look alike are joined.
struct TreeFolding {
  /// One line: a node, and how many of its siblings look like it, itself included.
  struct Line {
    let node: Int
    let count: Int
    /// The lines below this one.
    let children: [Line.Index]

    typealias Index = Int
  }

  /// The lines; `roots` and `children` index them.
  private(set) var lines: [Line] = []
  private(set) var roots: [Line.Index] = []

  /// What two branches must share to look alike: all but PIDs and times.
  private struct Shape: Hashable {
    let name: [UInt8]
    let isZombie: Bool
    let borders: [NamespaceLink]
    let container: ContainerName?
    let children: [Int]
  }

  /// Joins what looks alike among the shown nodes.
  ///
  /// - Parameter folds: false to have one line for each node.
  init(_ nodes: [TreeNode], isShown: [Bool], folds: Bool) {
    // Children come after their parents, so that going backwards every child's shape is known.
    var shapes: [Shape: Int] = [:]
    var shapeOf = Array(repeating: -1, count: nodes.count)
    var childLines = Array(repeating: [Line.Index](), count: nodes.count + 1)
    for index in nodes.indices.reversed() where isShown[index] {
      let node = nodes[index]
      let children = joined(childLines[index].reversed(), shapeOf, folds: folds)
      let shape = Shape(
        name: node.name, isZombie: node.state == UInt8(ascii: "Z"), borders: node.borders, container: node.container,
        children: folds ? lines[children].flatMap { [shapeOf[$0.node], $0.count] } : [index])
      shapeOf[index] = shapes[shape] ?? shapes.count
      shapes[shape] = shapeOf[index]
      let isRoot = node.parent < 0 || !isShown[node.parent]
      childLines[isRoot ? nodes.count : node.parent].append(lines.count)
      lines.append(Line(node: index, count: 1, children: children))
    }
    roots = childLines[nodes.count].reversed()
  }

  private mutating func joined(
    _ siblings: some Collection<Line.Index>, _ shapeOf: [Int], folds: Bool
  ) -> [Line.Index] {
    guard folds, siblings.count > 1 else { return Array(siblings) }
    var order: [Line.Index] = []
    var counts: [Int: Int] = [:]
    for line in siblings
    where counts.updateValue(
      (counts[shapeOf[lines[line].node]] ?? 0) + 1, forKey: shapeOf[lines[line].node]) == nil
    {
      order.append(line)
    }
    for line in order {
      let known = lines[line]
      lines[line] = Line(node: known.node, count: counts[shapeOf[known.node]] ?? 1, children: known.children)
    }
    return order
  }
}

extension [TreeFolding.Line] {
  fileprivate subscript(indices: [Int]) -> [TreeFolding.Line] { indices.map { self[$0] } }
}
