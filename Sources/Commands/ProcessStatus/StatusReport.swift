// Carries a plan of ps out: reads processes, selects, orders and prints them.

internal import JSON
internal import Linux
internal import Processes

/// Prints the processes that a plan asks for.
struct StatusReport: ~Copyable {
  private let plan: StatusPlan
  private let snapshot: Snapshot
  private var scan: ProcessScan
  private var layout: RowLayout
  private var output = OutputBuffer()
  private let screen: ScreenSize
  /// 0 when headings come before the next row; negative when they never do.
  private var rowsUntilHeadings = 0
  /// Processes that exist and could not be read.
  private var unreadable: [SystemCallError] = []
  /// Whether a process was shown.
  private(set) var hasShown = false

  /// - Parameter scan: the pass over the processes that the plan may select.
  init(_ plan: StatusPlan, _ scan: consuming ProcessScan, screen: ScreenSize, source: Procfs) {
    self.plan = plan
    self.scan = scan
    self.screen = screen
    snapshot = Snapshot(options: plan.request.fieldOptions, source: source)
    layout = RowLayout(
      plan.columns, screenWidth: screen.columns, snapshot: snapshot, paint: Paint(plan.request.color))
    if plan.request.headers == .never || !layout.hasHeadings { rowsUntilHeadings = -1 }
  }

  /// Prints everything.
  ///
  /// - Throws: a `Complaint` when standard output cannot be written.
  mutating func print() throws(Complaint) {
    if plan.request.isJSON {
      try printJSON()
    } else if let style = plan.request.forest {
      try printForest(style)
    } else if !plan.order.isEmpty {
      try printOrdered()
    } else {
      while let record = nextRecord() { try printRows(of: record) }
    }
    if !hasShown, !plan.request.isJSON { printHeadingsIfDue() }
    try output.flush()
  }

  /// The next process that can be read.
  private mutating func nextRecord() -> ProcessRecord? {
    while true {
      do throws(SystemCallError) {
        return try scan.read()
      } catch {
        unreadable.append(error)
      }
    }
  }

  // MARK: Rows

  private mutating func printRows(of record: ProcessRecord) throws(Complaint) {
    switch plan.threadRows {
    case .none: if plan.selection.accepts(record) { try printRow(record, .both) }
    case .inPlace:
      for thread in record.threads.value ?? [] where plan.selection.accepts(thread) { try printRow(thread, .both) }
    case .below:
      guard plan.selection.accepts(record) else { return }
      try printRow(record, .process)
      for thread in record.threads.value ?? [] { try printRow(thread, .thread) }
    }
  }

  private mutating func printRow(_ record: ProcessRecord, _ scope: Column.Scope) throws(Complaint) {
    printHeadingsIfDue()
    layout.append(record, scope: scope, to: &output.bytes)
    hasShown = true
    try output.flushIfFull()
  }

  private mutating func printHeadingsIfDue() {
    if rowsUntilHeadings == 0 {
      layout.appendHeadings(to: &output.bytes)
      rowsUntilHeadings = plan.request.headers == .eachPage ? max(screen.rows - 1, 1) : -1
    }
    if rowsUntilHeadings > 0 { rowsUntilHeadings -= 1 }
  }

  // MARK: Order

  private typealias Row = (record: ProcessRecord, scope: Column.Scope)

  /// The rows of a process: threads that take its place are ordered by themselves, others stay below it.
  private func rowGroups(of record: ProcessRecord) -> [[Row]] {
    switch plan.threadRows {
    case .none: return plan.selection.accepts(record) ? [[(record, .both)]] : []
    case .inPlace: return (record.threads.value ?? []).filter(plan.selection.accepts).map { [($0, .both)] }
    case .below:
      guard plan.selection.accepts(record) else { return [] }
      return [[(record, .process)] + (record.threads.value ?? []).map { ($0, .thread) }]
    }
  }

  private func keys(of record: ProcessRecord) -> [SortKey] {
    plan.order.map { $0.column.order(record, snapshot) }
  }

  /// The order of entries with these keys; what is equal keeps its order.
  ///
  /// - Parameter isAfterParent: before the keys of the plan stands the parent's PID, ascending.
  private func sorted(_ keys: [[SortKey]], isAfterParent: Bool = false) -> [Int] {
    let descends = (isAfterParent ? [false] : []) + plan.order.map(\.isDescending)
    return keys.indices.sorted { left, right in
      for index in descends.indices where keys[left][index] != keys[right][index] {
        return (keys[left][index] < keys[right][index]) != descends[index]
      }
      return left < right
    }
  }

  /// Prints rows in order. They are laid out as they are read: their text is far smaller than their records.
  private mutating func printOrdered() throws(Complaint) {
    var text: [UInt8] = []
    var entries: [(keys: [SortKey], place: Range<Int>)] = []
    while let record = nextRecord() {
      for group in rowGroups(of: record) {
        let start = text.count
        for row in group { layout.append(row.record, scope: row.scope, to: &text) }
        entries.append((keys(of: group[0].record), start..<text.count))
      }
    }
    for index in sorted(entries.map(\.keys)) {
      printHeadingsIfDue()
      output.bytes += text[entries[index].place]
      hasShown = true
      try output.flushIfFull()
    }
  }

  private mutating func printForest(_ style: StatusRequest.Forest) throws(Complaint) {
    var records: [ProcessRecord] = []
    while let record = nextRecord() {
      if plan.selection.accepts(record) { records.append(record) }
    }
    // Siblings by their start, unless told otherwise; roots by the parents that are not seen.
    if plan.order.isEmpty {
      records.sort { ($0.parentID, $0.startTime, $0.processID) < ($1.parentID, $1.startTime, $1.processID) }
    } else {
      records = sorted(records.map { [.number(Int64($0.parentID))] + keys(of: $0) }, isAfterParent: true)
        .map { records[$0] }
    }
    let forest = ForestRows(records, style)
    for row in forest.rows {
      guard let record = forest.table[row.processID] else { continue }
      snapshot.forestPrefix = row.prefix
      try printRow(record, .both)
    }
  }

  // MARK: JSON

  private mutating func printJSON() throws(Complaint) {
    var groups: [[Row]] = []
    while let record = nextRecord() { groups += rowGroups(of: record) }
    let rows = sorted(groups.map { keys(of: $0[0].record) }).flatMap { groups[$0] }
    hasShown = !rows.isEmpty
    let (columns, snapshot, unreadable) = (plan.columns, snapshot, unreadable)
    let fields = plan.fields
    var json = JSONWriter(plan.request.watch == nil ? .indented : .line)
    json.document { json in
      json.member("processes") { json in
        json.array { json in
          for row in rows { Self.write(row.record, columns, fields, snapshot, to: &json) }
        }
      }
      for error in unreadable { json.note(unreadable: error.object, error.errno.name) }
    }
    try output.write(json.bytes)
  }

  private static func write(
    _ record: ProcessRecord, _ columns: [Column], _ fields: ProcessFields, _ snapshot: Snapshot,
    to json: inout JSONWriter
  ) {
    json.object { json in
      for column in columns where !column.isLiteral {
        if let error = record.error(reading: column.fields) {
          json.member(column.name, String?.none)
          json.note(unreadable: "\(column.name) of PID \(record.processID)", error.name)
        } else {
          column.writeJSON(record, snapshot, &json)
        }
      }
    }
  }
}
