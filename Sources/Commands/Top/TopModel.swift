// The state of `top` as a value: processes, what is shown of them, where the person is, and what is open above the
// list. Keys change it (TopKeys.swift); what needs the machine comes back as a `TopDeed`.

internal import Cgroups
internal import Linux
internal import Processes
internal import Screen

/// Everything that the screen is drawn from.
struct TopModel {
  var view = TopView()
  private(set) var processes: [LiveProcess] = []
  private(set) var rows = TopRows()
  var machine = MachineLoad()
  /// The namespaces that need no letter.
  let own: NamespaceLinks
  let accounts: Accounts
  let callersUserID = UserIDs.current.real
  /// How many processes are in each namespace that is not the machine's own.
  private(set) var memberCounts: [NamespaceLink: Int] = [:]
  /// Of processes, threads of the kernel left out.
  private(set) var count = 0
  private(set) var runningCount = 0
  var legend: NamespaceLegend
  /// Where the person is: kept from one look to the next.
  private(set) var selection: ProcessIdentity?
  private(set) var selectedRow = 0
  private(set) var firstRow = 0
  /// How many rows of the list there is room for.
  private(set) var height = 1
  var tagged: Set<ProcessIdentity> = []
  var isPaused = false
  /// Whether the kernel announces nothing, so that everything is known by looks alone.
  var isPolled = false
  /// What lies above the list.
  var overlay: TopOverlay?
  /// What is being typed in the last line but one.
  var entry: TopEntry?
  /// What was looked for last.
  var search = ""
  /// Said once, until the next key.
  var notice: String?

  init(own: NamespaceLinks, accounts: Accounts) {
    self.own = own
    self.accounts = accounts
    legend = NamespaceLegend(own: own)
  }

  /// Takes over what a look found; the selection stays with its process.
  mutating func update(_ found: [LiveProcess]) {
    processes = found
    forgetEnded()
    memberCounts.removeAll(keepingCapacity: true)
    (count, runningCount) = (0, 0)
    for index in found.indices where !found[index].isThread {
      if !found[index].isKernelThread {
        count += 1
        if found[index].state == UInt8(ascii: "R") { runningCount += 1 }
      }
      guard let links = found[index].details.namespaces, links != own else { continue }
      for kind in NamespaceKind.allCases {
        guard let link = links.link(kind), legend.index(of: link) != nil else { continue }
        memberCounts[link, default: 0] += 1
      }
    }
    arrange()
  }

  /// Who has ended is neither tagged any more nor what the view is confined to.
  private mutating func forgetEnded() {
    guard !tagged.isEmpty || view.focus != nil else { return }
    let present = Set(processes.map(\.identity))
    tagged.formIntersection(present)
    if let focus = view.focus, !present.contains(focus) {
      view.focus = nil
      notice = "PID \(focus.processID) has ended: all are shown again"
    }
  }

  /// Makes the rows anew, after a look or a choice.
  mutating func arrange() {
    rows.arrange(processes, view, own: own)
    if let selection, let row = row(of: selection) { selectedRow = row }
    select(row: selectedRow)
  }

  /// The row of a process, or of the nearest ancestor that it is folded into; nil where neither is shown.
  private func row(of identity: ProcessIdentity) -> Int? {
    if selectedRow < rows.rows.count, let index = rows.rows[selectedRow].process,
      processes[index].identity == identity
    {
      return selectedRow
    }
    if let row = rows.rows.firstIndex(where: { $0.process.map { processes[$0].identity == identity } ?? false }) {
      return row
    }
    guard let index = processes.firstIndex(where: { $0.identity == identity }) else { return nil }
    var above = rows.parents[index]
    while above >= 0 {
      // Who is not shown for another reason, as by a filter, leaves the person where it was.
      if let row = rows.rows.firstIndex(where: { $0.process == above }) {
        return rows.rows[row].hiddenCount > 0 ? row : nil
      }
      above = rows.parents[above]
    }
    return nil
  }

  /// Goes to a row, or to the nearest there is, and scrolls so that it is seen.
  mutating func select(row: Int) {
    selectedRow = max(0, min(row, rows.rows.count - 1))
    selection = selected.map(\.identity)
    if selectedRow < firstRow { firstRow = selectedRow }
    if selectedRow >= firstRow + height { firstRow = selectedRow - height + 1 }
    firstRow = max(0, min(firstRow, rows.rows.count - height))
  }

  /// Scrolls without leaving the selection behind.
  mutating func scroll(by count: Int) {
    firstRow = max(0, min(firstRow + count, rows.rows.count - height))
    select(row: min(max(selectedRow, firstRow), firstRow + height - 1))
  }

  /// Takes note of how many rows there is room for, and breaks the lines of a page so that they fit.
  mutating func setRoom(rows: Int, columns: Int) {
    height = max(rows, 1)
    select(row: selectedRow)
    guard case .text(var text) = overlay else { return }
    text.wrap(to: columns)
    overlay = .text(text)
  }

  /// The process where the person is; nil on a heading and in an empty list.
  var selected: LiveProcess? { selectedIndex.map { processes[$0] } }

  var selectedIndex: Int? {
    selectedRow < rows.rows.count ? rows.rows[selectedRow].process : nil
  }

  /// The rows that are seen.
  var visibleRows: ArraySlice<TopRow> {
    rows.rows[min(firstRow, rows.rows.count)..<min(firstRow + height, rows.rows.count)]
  }

  /// The PIDs that are seen, ascending.
  var visibleProcessIDs: [Int32] {
    visibleRows.compactMap { $0.process.map { processes[$0].processID } }.sorted()
  }

  /// The tagged processes that are still there; without any, the selected one.
  var targets: [LiveProcess] {
    let tagged = processes.filter { self.tagged.contains($0.identity) }
    return tagged.isEmpty ? selected.map { [$0] } ?? [] : tagged
  }

  /// Goes to the next row that matches what is looked for.
  ///
  /// - Parameter includesSelected: whether to stay where that matches already.
  /// - Returns: whether there is one.
  mutating func goToMatch(includesSelected: Bool, backwards: Bool = false) -> Bool {
    let pattern = TopPattern(search)
    let count = rows.rows.count
    guard !pattern.isEmpty, count > 0 else { return false }
    for step in (includesSelected ? 0 : 1)...count {
      let row = (selectedRow + (backwards ? count - step : step)) % count
      if let index = rows.rows[row].process, pattern.matches(processes[index]) {
        select(row: row)
        return true
      }
    }
    return false
  }

  /// The borders of a process: the namespaces that are not its parent's, or, where those cannot be read, those of the
  /// next above; of a root, and where there is no tree to see a parent in, those that are not the machine's.
  func borders(of index: Int) -> [NamespaceLink] {
    guard let links = processes[index].details.namespaces else { return [] }
    var above = view.isTree && view.group == nil ? rows.parents[index] : -1
    while above >= 0 {
      if let outer = processes[above].details.namespaces { return links.borders(above: outer) }
      above = rows.parents[above]
    }
    return links.borders(above: own)
  }

  /// The container of a process, where it is not its parent's.
  func container(of index: Int) -> ContainerName? {
    guard let container = processes[index].details.container, container.isContainer else { return nil }
    let parent = rows.parents[index]
    let isInherited = view.isTree && parent >= 0 && processes[parent].details.container == container
    return isInherited ? nil : container
  }
}

/// What is being typed.
struct TopEntry: Equatable {
  enum Purpose: Equatable {
    case search, filter
  }

  let purpose: Purpose
  var text: String
}

/// What lies above the list.
enum TopOverlay {
  case text(TopText)
  case menu(TopMenu)
  /// A question that is answered by y or n, and what is done on y.
  case question([String], TopDeed)
}

/// What only the machine can do.
enum TopDeed: Equatable {
  case nothing
  case quit
  /// Look again at once: other things are to be read.
  case look
  case redraw
  case showEnvironment(ProcessIdentity)
  case inspect(ProcessIdentity)
  case signal(Signal, [ProcessIdentity])
  /// Find out what would end, and ask.
  case planBranchKill([ProcessIdentity])
  case killBranches([ProcessIdentity])
  /// By so much nicer, or less nice.
  case renice(by: Int32, [ProcessIdentity])
}
