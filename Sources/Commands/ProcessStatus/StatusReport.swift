// Carries a plan of ps out: reads processes, selects, orders and prints them.

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
    layout = RowLayout(plan.columns, screenWidth: screen.columns, snapshot: snapshot)
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
      for row in ordered() { try printRow(row.record, row.scope) }
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

  /// All rows; threads that take the place of their process are ordered by themselves, others stay below it.
  private mutating func ordered() -> [Row] {
    var groups: [[Row]] = []
    while let record = nextRecord() {
      switch plan.threadRows {
      case .none: if plan.selection.accepts(record) { groups.append([(record, .both)]) }
      case .inPlace:
        groups += (record.threads.value ?? []).filter(plan.selection.accepts).map { [($0, .both)] }
      case .below:
        guard plan.selection.accepts(record) else { continue }
        groups.append([(record, .process)] + (record.threads.value ?? []).map { ($0, .thread) })
      }
    }
    return sorted(groups) { $0[0].record }.flatMap { $0 }
  }

  /// Sorts by the keys of the plan; what is equal keeps its order.
  private func sorted<Element>(_ elements: [Element], _ record: (Element) -> ProcessRecord) -> [Element] {
    let keys = elements.map { element in plan.order.map { $0.column.order(record(element), snapshot) } }
    return elements.indices.sorted { left, right in
      for (index, order) in plan.order.enumerated() where keys[left][index] != keys[right][index] {
        return (keys[left][index] < keys[right][index]) != order.isDescending
      }
      return left < right
    }.map { elements[$0] }
  }

  private mutating func printForest(_ style: StatusRequest.Forest) throws(Complaint) {
    var records: [ProcessRecord] = []
    while let record = nextRecord() {
      if plan.selection.accepts(record) { records.append(record) }
    }
    // Siblings by their start, unless told otherwise; roots by the parents that are not seen.
    records = plan.order.isEmpty ? Self.byStart(records) : sorted(records) { $0 }
    records = records.enumerated().sorted { ($0.1.parentID, $0.0) < ($1.1.parentID, $1.0) }.map(\.1)
    for row in ForestRows(records, style).rows {
      snapshot.forestPrefix = row.prefix
      try printRow(row.record, .both)
    }
  }

  private static func byStart(_ records: [ProcessRecord]) -> [ProcessRecord] {
    records.enumerated().sorted { ($0.1.startTime, $0.0) < ($1.1.startTime, $1.0) }.map(\.1)
  }

  // MARK: JSON

  private mutating func printJSON() throws(Complaint) {
    var rows: [Row] = ordered()
    if plan.threadRows == .below { rows = rows.map { ($0.record, .both) } }
    hasShown = !rows.isEmpty
    let (columns, snapshot, unreadable) = (plan.columns, snapshot, unreadable)
    let fields = plan.fields
    var json = JSONWriter()
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
        json.key(column.name)
        if let error = record.error(reading: column.fields) {
          json.null()
          json.note(unreadable: "\(column.name) of PID \(record.processID)", error.name)
        } else {
          column.writeJSON(record, snapshot, &json)
        }
      }
    }
  }
}
