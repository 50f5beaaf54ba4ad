// Trees of snapshots that are whole, torn, and contradict themselves.

import Processes
import Testing

@Suite struct ProcessTreeTests {
  private func tree(_ links: [(Int32, Int32, UInt64)]) throws -> ProcessTree {
    let records = try links.map { process, parent, start in
      ProcessRecord(stat: try #require(parseStat(statLine(process, parent: parent, start: start).utf8)))
    }
    return ProcessTree(ProcessTable(records, fields: .stat))
  }

  private func numbers(_ records: [ProcessRecord]) -> [Int32] { records.map(\.processID) }

  @Test func linksChildrenToParents() throws {
    let tree = try tree([(1, 0, 0), (2, 0, 0), (10, 1, 5), (11, 10, 6), (12, 10, 7), (13, 11, 8)])
    #expect(numbers(tree.roots) == [1, 2])
    #expect(numbers(tree.children(of: 10)) == [11, 12])
    #expect(numbers(tree.subtree(of: 10)) == [10, 11, 13, 12])
    #expect(numbers(tree.descendants(of: 10)) == [11, 13, 12])
    #expect(numbers(tree.ancestors(of: 13)) == [11, 10, 1])
    #expect(tree.parent(of: 1)?.processID == nil)
  }

  @Test func aParentOutOfViewMakesARoot() throws {
    let tree = try tree([(10, 999, 5), (11, 10, 6)])
    #expect(numbers(tree.roots) == [10])
    #expect(tree.subtree(of: 999).isEmpty)
    #expect(tree.children(of: 999).isEmpty)
  }

  @Test func aParentYoungerThanItsChildIsAnother() throws {
    let tree = try tree([(10, 20, 5), (20, 1, 50)])
    #expect(numbers(tree.roots) == [10, 20])
  }

  @Test func circlesAreCut() throws {
    let tree = try tree([(1, 2, 7), (2, 3, 7), (3, 1, 7), (4, 4, 7), (5, 3, 7)])
    var seen: [Int32] = []
    tree.forEach { record, _ in seen.append(record.processID) }
    #expect(seen.sorted() == [1, 2, 3, 4, 5])
    #expect(tree.ancestors(of: 5).count <= 4)
  }

  @Test func depthIsNoDanger() throws {
    let tree = try tree((1...30_000).map { (Int32($0), Int32($0 - 1), UInt64($0)) })
    #expect(tree.descendants(of: 1).count == 29_999)
    #expect(tree.ancestors(of: 30_000).count == 29_999)
  }
}
