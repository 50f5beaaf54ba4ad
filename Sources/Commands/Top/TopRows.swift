// From processes to the rows that a person sees: who is shown, below whom, in which order. The same buffers serve
// every look.

internal import Linux
internal import Processes

/// A row of the list.
struct TopRow: Equatable {
  /// What stands in it.
  enum Content: Equatable {
    /// A process, by its place among all.
    case process(Int)
    /// The heading of a group: a namespace, nil for those whose could not be read; and how many are in it.
    case heading(NamespaceLink?, count: Int)
  }

  let content: Content
  /// 0 for a root, and for all where there is no tree.
  var depth = 0
  /// For each generation above, the oldest in the lowest bit, whether its line goes on below this row.
  var passing: UInt64 = 0
  var isLast = false
  /// How many descendants are folded into it.
  var hiddenCount = 0
  /// Whether it is there only for the sake of a descendant.
  var isContext = false

  /// The process's place among all; nil for a heading.
  var process: Int? {
    if case .process(let index) = content { return index }
    return nil
  }
}

/// Makes rows of processes.
struct TopRows {
  private(set) var rows: [TopRow] = []
  /// For each process the place of its parent; -1 for a root.
  private(set) var parents: [Int] = []
  private var order: [Int] = []
  /// The children of process n are in `children[starts[n]..<starts[n + 1]]`; those of none come last.
  private var starts: [Int] = []
  private var children: [Int] = []
  private var isMatch: [Bool] = []
  private var isShown: [Bool] = []

  /// Makes the rows anew.
  mutating func arrange(_ processes: [LiveProcess], _ view: TopView, own: NamespaceLinks) {
    link(processes)
    select(processes, view)
    rows.removeAll(keepingCapacity: true)
    sort(processes, view)
    if let kind = view.group {
      appendGroups(processes, view, kind, own)
    } else {
      append(processes, view) { _ in true }
    }
  }

  /// Whether a process has children that are shown, folded or not.
  func hasChildren(_ index: Int) -> Bool {
    children[starts[index]..<starts[index + 1]].contains { isShown[$0] }
  }
}

// MARK: Who is whose child

extension TopRows {
  private mutating func link(_ processes: [LiveProcess]) {
    parents.removeAll(keepingCapacity: true)
    for index in processes.indices {
      let isThread = processes[index].isThread
      let above = isThread ? processes[index].threadGroupID : processes[index].parentID
      let parent = TopRows.index(of: above, in: processes)
      let isOlder = parent >= 0 && processes[parent].identity.startTime <= processes[index].identity.startTime
      parents.append(isOlder && parent != index ? parent : -1)
    }
    cutCircles()
  }

  /// Processes that started in the same tick may, by PIDs used again, look like each other's parents.
  private mutating func cutCircles() {
    isShown.removeAll(keepingCapacity: true)
    isShown.append(contentsOf: repeatElement(false, count: parents.count))  // Known to lead to a root.
    var walk: [Int] = []
    for start in parents.indices where !isShown[start] {
      walk.removeAll(keepingCapacity: true)
      var index = start
      while index >= 0, !isShown[index] {
        isShown[index] = true
        walk.append(index)
        index = parents[index]
      }
      if index >= 0, walk.contains(index), let last = walk.last { parents[last] = -1 }
    }
  }

  /// The place of the process of a PID; -1 where there is none.
  static func index(of processID: Int32, in processes: [LiveProcess]) -> Int {
    var (low, high) = (0, processes.count)
    while low < high {
      let middle = (low + high) / 2
      if processes[middle].threadGroupID < processID { low = middle + 1 } else { high = middle }
    }
    return low < processes.count && processes[low].processID == processID ? low : -1
  }

  /// Puts all into the view's order, and the children of each process together.
  private mutating func sort(_ processes: [LiveProcess], _ view: TopView) {
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: processes.indices)
    if view.order != .pid || view.isReversed {
      order.sort { view.comesBefore(processes[$0], processes[$1]) }
    }
    starts.removeAll(keepingCapacity: true)
    starts.append(contentsOf: repeatElement(0, count: processes.count + 2))
    for parent in parents { starts[(parent < 0 ? processes.count : parent) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    children.removeAll(keepingCapacity: true)
    children.append(contentsOf: repeatElement(0, count: processes.count))
    var next = starts
    for index in order {
      let parent = parents[index] < 0 ? processes.count : parents[index]
      children[next[parent]] = index
      next[parent] += 1
    }
  }
}

// MARK: Who is shown

extension TopRows {
  private mutating func select(_ processes: [LiveProcess], _ view: TopView) {
    let pattern = TopPattern(view.filter)
    let focus = view.focus.map { focus in processes.firstIndex { $0.identity == focus } ?? -1 }
    isMatch.removeAll(keepingCapacity: true)
    for index in processes.indices { isMatch.append(TopRows.isWanted(processes[index], view, pattern)) }
    if let focus { keepBranch(of: focus) }
    isShown.removeAll(keepingCapacity: true)
    isShown.append(contentsOf: isMatch)
    let needsContext = focus != nil || view.userID != nil || !pattern.isEmpty
    guard view.isTree, needsContext, view.group == nil || focus != nil else { return }
    for index in isMatch.indices where isMatch[index] {
      var above = parents[index]
      while above >= 0, !isShown[above] {
        isShown[above] = true
        above = parents[above]
      }
    }
  }

  private static func isWanted(_ process: LiveProcess, _ view: TopView, _ pattern: TopPattern) -> Bool {
    (view.showsKernelThreads || !process.isKernelThread) && (view.showsThreads || !process.isThread)
      && (view.userID == nil || view.userID == process.details.userID) && pattern.matches(process)
  }

  private mutating func keepBranch(of root: Int) {
    for index in isMatch.indices where isMatch[index] {
      var above = index
      while above >= 0, above != root { above = parents[above] }
      isMatch[index] = above >= 0
    }
  }
}

// MARK: Rows

extension TopRows {
  private mutating func append(_ processes: [LiveProcess], _ view: TopView, _ isWanted: (Int) -> Bool) {
    guard view.isTree else {
      for index in order where isShown[index] && isWanted(index) { rows.append(TopRow(content: .process(index))) }
      return
    }
    for index in roots(isWanted) { appendBranch(index, TopRow(content: .process(index)), processes, view, isWanted) }
  }

  /// The wanted processes whose parents are not shown beside them.
  private func roots(_ isWanted: (Int) -> Bool) -> [Int] {
    order.filter { index in
      guard isShown[index], isWanted(index) else { return false }
      return shownParent(of: index, isWanted) < 0
    }
  }

  private func shownParent(of index: Int, _ isWanted: (Int) -> Bool) -> Int {
    let above = parents[index]
    return above >= 0 && isShown[above] && isWanted(above) ? above : -1
  }

  /// Without recursion: a chain of processes may be longer than the stack.
  private mutating func appendBranch(
    _ root: Int, _ first: TopRow, _ processes: [LiveProcess], _ view: TopView, _ isWanted: (Int) -> Bool
  ) {
    var waiting: [(index: Int, row: TopRow)] = [(root, first)]
    while let next = waiting.popLast() {
      let index = next.index
      var row = next.row
      row.isContext = !isMatch[index]
      let below = children[starts[index]..<starts[index + 1]].filter { isShown[$0] && isWanted($0) }
      if !below.isEmpty, view.folded.contains(processes[index].identity) {
        row.hiddenCount = shownDescendants(of: index, isWanted)
        rows.append(row)
        continue
      }
      rows.append(row)
      let goesOn = row.depth > 0 && !row.isLast && row.depth < 64
      let passing = goesOn ? row.passing | 1 << UInt64(row.depth - 1) : row.passing
      for (place, child) in below.enumerated().reversed() {
        waiting.append(
          (
            child,
            TopRow(
              content: .process(child), depth: row.depth + 1, passing: passing, isLast: place == below.count - 1)
          ))
      }
    }
  }

  private func shownDescendants(of index: Int, _ isWanted: (Int) -> Bool) -> Int {
    var count = 0
    var waiting = [index]
    while let next = waiting.popLast() {
      for child in children[starts[next]..<starts[next + 1]] where isShown[child] && isWanted(child) {
        count += 1
        waiting.append(child)
      }
    }
    return count
  }

  /// The machine's own namespace first, then the others by the age of their oldest member.
  private mutating func appendGroups(
    _ processes: [LiveProcess], _ view: TopView, _ kind: NamespaceKind, _ own: NamespaceLinks
  ) {
    var oldest: [UInt64: UInt64] = [:]
    var counts: [UInt64: Int] = [:]
    for (index, process) in processes.enumerated() where isShown[index] {
      let inode = process.details.namespaces?[kind] ?? 0
      oldest[inode] = min(oldest[inode] ?? .max, process.identity.startTime)
      counts[inode, default: 0] += 1
    }
    let inodes = counts.keys.sorted { left, right in
      func rank(_ inode: UInt64) -> (Int, UInt64, UInt64) {
        (inode == own[kind] ? 0 : inode == 0 ? 2 : 1, oldest[inode] ?? 0, inode)
      }
      return rank(left) < rank(right)
    }
    for inode in inodes {
      let link = inode == 0 ? nil : NamespaceLink(kind: kind, inode: inode)
      rows.append(TopRow(content: .heading(link, count: counts[inode] ?? 0)))
      append(processes, view) { processes[$0].details.namespaces?[kind] ?? 0 == inode }
    }
  }
}
