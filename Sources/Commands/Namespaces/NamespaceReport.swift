// Carries out what was asked of `ns` or `lsns`: takes the inventory, selects, and writes.

internal import JSON
internal import Isolation
internal import Linux
internal import Namespaces
internal import Processes

/// One answer.
struct NamespaceReport {
  private let request: NamespaceRequest
  private var isClassic: Bool { request.form == .classic }

  init(_ request: NamespaceRequest) {
    self.request = request
  }

  /// - Returns: the exit status.
  /// - Throws: a `Complaint` when /proc cannot be read, there is no such namespace, or nothing can be written.
  func show() throws(Complaint) -> Int32 {
    if request.listsColumns { return try listColumns() }
    return try InspectorOptions.show(every: request.watch, clearsScreen: request.output == .columns) {
      (output) throws(Complaint) in try look(&output)
    }
  }

  private func look(_ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    let inventory = try takeInventory()
    if let inode = request.why { return try explain(inode, inventory, to: &output) }
    let rows = try wanted(rows(of: inventory), inventory)
    if request.output == .json, !isClassic {
      try writeJSON(rows, inventory, to: &output)
    } else {
      try writeTable(rows, inventory, to: &output)
    }
    try output.flush()
    if isClassic { return 0 }
    if request.output != .json, request.watch == nil { tellUnreadable(inventory) }
    return rows.isEmpty ? 1 : 0
  }

  /// What could not be looked into may hold namespaces that are missing here: that is said on standard error.
  private func tellUnreadable(_ inventory: NamespaceInventory) {
    guard let first = inventory.unreadable.first else { return }
    let more = inventory.unreadable.count - 1
    let others = more == 0 ? "" : ", and \(more) more (--json lists them)"
    // A closed standard error leaves nobody to tell.
    do {
      try FileDescriptor.standardError.write("pangaea: not seen: \(first.name): \(first.reason.name)\(others)\n")
    } catch {}
  }

  private func takeInventory() throws(Complaint) -> NamespaceInventory {
    let isWhole = request.types.isEmpty || request.why != nil || isNamespaceSelected
    do throws(SystemCallError) {
      return try NamespaceInventory(
        of: isWhole ? Set(NamespaceKind.allCases) : request.types,
        in: isClassic ? [.descriptors, .mounts] : .everywhere)
    } catch {
      if Diagnosis.ofMissingProc() != nil { throw .unreadableProcfs(error, exitStatus: isClassic ? 1 : 2) }
      throw Complaint(error, doing: "list namespaces", exitStatus: isClassic ? 1 : 2)
    }
  }

  private var isNamespaceSelected: Bool {
    if case .namespace = request.selection { return true }
    return false
  }
}

// MARK: Selecting

extension NamespaceReport {
  private func rows(of inventory: NamespaceInventory) throws(Complaint) -> [NamespaceRow] {
    if case .namespace(let inode) = request.selection {
      let namespace = try find(inode, inventory)
      return NamespaceRows(ofMembersOf: namespace, in: inventory, tree: request.tree).rows
    }
    if case .process(let processID) = request.selection, !isClassic { try check(processID, inventory) }
    let selected = inventory.namespaces.filter { isSelected($0, inventory) }
    return NamespaceRows(of: selected, in: inventory, tree: request.tree).rows
  }

  /// The rows of which the filter is true, each below the next one above it that is left.
  private func wanted(_ rows: [NamespaceRow], _ inventory: NamespaceInventory) -> [NamespaceRow] {
    guard let filter = request.filter else { return rows }
    let cells = NamespaceCells(inventory, request)
    var places: [Int: Int] = [:]
    var left: [NamespaceRow] = []
    for (index, row) in rows.enumerated() {
      let above = row.above.flatMap { places[$0] }
      if filter.accepts({ cells.bytes($0, row).map { String(decoding: $0, as: UTF8.self) } }) {
        left.append(NamespaceRow(namespace: row.namespace, process: row.process, above: above))
        places[index] = left.count - 1
      } else {
        places[index] = above
      }
    }
    return left
  }

  /// - Throws: a `Complaint` when there is no such process, or it may not be looked at.
  private func check(_ processID: Int32, _ inventory: NamespaceInventory) throws(Complaint) {
    for object in inventory.unreadable where object.object == .process(processID) {
      let diagnosis = Diagnosis.ofOpening(processID, object.reason)
      throw Complaint(
        what: "cannot read the \(object.name): \(object.reason.name)", why: diagnosis?.why, try: diagnosis?.remedy)
    }
    guard inventory.namespaces.contains(where: { $0.members.contains(processID) }) else { throw .unseen(processID) }
  }

  private func find(_ inode: UInt64, _ inventory: NamespaceInventory) throws(Complaint) -> Namespace {
    guard let namespace = inventory.namespace(inode: inode) else {
      throw Complaint(
        what: "there is no namespace \(inode) to be seen from here", why: reasonUnseen(inventory), try: "pangaea ns",
        classic: "not found namespace: \(inode)", exitStatus: 1)
    }
    return namespace
  }

  /// Why a namespace may be there all the same.
  private func reasonUnseen(_ inventory: NamespaceInventory) -> String? {
    guard let first = inventory.unreadable.first else { return nil }
    let more = inventory.unreadable.count - 1
    return "it may be where this user may not look: \(first.name)" + (more == 0 ? "" : ", and \(more) more")
  }

  private func isSelected(_ namespace: Namespace, _ inventory: NamespaceInventory) -> Bool {
    if !request.types.isEmpty, !request.types.contains(namespace.kind) { return false }
    if request.isPersistentOnly, !namespace.members.isEmpty { return false }
    if case .process(let processID) = request.selection {
      return namespace.members.contains(processID)
    }
    return !isClassic || isKnownToLsns(namespace, inventory)
  }

  /// lsns looks for bind mounts in its own mount namespace only, and for ancestors only to draw their tree.
  private func isKnownToLsns(_ namespace: Namespace, _ inventory: NamespaceInventory) -> Bool {
    if !namespace.members.isEmpty { return true }
    return namespace.holders.contains { holder in
      if case .mount(let place, _) = holder { return place == inventory.ownMountNamespace }
      return true
    }
  }
}

// MARK: Writing

extension NamespaceReport {
  private func writeTable(
    _ rows: [NamespaceRow], _ inventory: NamespaceInventory, to output: inout OutputBuffer
  ) throws(Complaint) {
    let cells = NamespaceCells(inventory, request)
    var table = TreeTable(request.columns.map(column), drawsUnicode: drawsUnicode, isClassic: isClassic)
    let paint = isClassic ? Paint(isEnabled: false) : Paint(request.color)
    var legend = NamespaceLegend(own: paint.isEnabled ? .ofMachine : NamespaceLinks())
    for row in rows {
      let role = paint.isEnabled ? legend.index(of: row.namespace.link).map { Paint.Role.namespace($0) } : nil
      _ = table.append(request.columns.map { cells.bytes($0, row) }, under: row.above, role: role)
    }
    try table.write(
      to: &output, request.output, named: "namespaces",
      width: request.cutsText ? OutputWidth.ofStandardOutput() : nil, showsTitles: request.showsTitles, paint: paint)
  }

  /// The classic program draws with plain characters where no locale is set.
  private var drawsUnicode: Bool {
    let isLocaleSet = ["LC_ALL", "LC_CTYPE", "LANG"].contains { !(environmentVariable($0) ?? "").isEmpty }
    return (isLocaleSet || !isClassic) && TreeStrokes.ofLocale().child == TreeStrokes.unicode.child
  }

  private func column(_ column: NamespaceColumn) -> TreeTable.Column {
    let isTree =
      switch request.tree {
      case .process: column == .command
      case .owner, .parent: column == .namespace
      case nil: false
      }
    return TreeTable.Column(
      title: column.rawValue, usualWidth: column.usualWidth, isRight: column.isRight && !isTree, isTree: isTree,
      isCuttable: column == .command, isPainted: column == .namespace,
      isWrapped: column == .mountPoints && request.wrapsText, isNumber: column.isNumber)
  }

  private func writeJSON(
    _ rows: [NamespaceRow], _ inventory: NamespaceInventory, to output: inout OutputBuffer
  ) throws(Complaint) {
    let cells = NamespaceCells(inventory, request)
    var json = JSONWriter(request.watch == nil ? .indented : .line)
    for object in inventory.unreadable { json.note(unreadable: object.name, object.reason.name) }
    json.document { json in
      json.member("namespaces") { json in
        json.array { json in
          for row in rows { json.object { json in write(row, cells, inventory, to: &json) } }
        }
      }
    }
    try output.write(json.bytes)
  }

  private func write(
    _ row: NamespaceRow, _ cells: NamespaceCells, _ inventory: NamespaceInventory, to json: inout JSONWriter
  ) {
    for column in request.columns {
      let name = column.rawValue.lowercased()
      if column == .holders {
        NamespaceHolders(row.namespace, inventory).write(to: &json)
      } else if column.isNumber {
        json.member(name, cells.bytes(column, row).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) })
      } else {
        json.member(name, bytes: cells.bytes(column, row)?[...])
      }
    }
  }

  private func explain(
    _ inode: UInt64, _ inventory: NamespaceInventory, to output: inout OutputBuffer
  ) throws(Complaint) -> Int32 {
    let namespace = try find(inode, inventory)
    let table = ProcessTable(of: namespace.members)
    if request.output == .json {
      try output.write(explanation(of: namespace, table, inventory))
      return 0
    }
    let text = NamespaceHolders(namespace, inventory).explanation { processID in
      table[processID].map { Escaping.escaped($0.commandName[...]) } ?? "gone"
    }
    try output.write(text)
    return 0
  }

  /// What keeps a namespace alive, as JSON.
  private func explanation(of namespace: Namespace, _ table: ProcessTable, _ inventory: NamespaceInventory) -> [UInt8] {
    var json = JSONWriter(request.watch == nil ? .indented : .line)
    for object in inventory.unreadable { json.note(unreadable: object.name, object.reason.name) }
    json.document { json in
      json.member("namespace") { json in
        json.object { json in
          json.member("ns", namespace.link.inode)
          json.member("type", namespace.kind.procName)
          json.member("processes") { json in
            json.array { json in
              for processID in namespace.members {
                json.object {
                  $0.member("pid", processID)
                  $0.member("command", bytes: table[processID]?.commandName[...])
                }
              }
            }
          }
          NamespaceHolders(namespace, inventory).write(to: &json)
        }
      }
    }
    return json.bytes
  }

  private func listColumns() throws(Complaint) -> Int32 {
    var table = TreeTable(
      [
        TreeTable.Column(title: "HOLDER", isRight: true), TreeTable.Column(title: "TYPE"),
        TreeTable.Column(title: "DESCRIPTION"),
      ],
      drawsUnicode: false)
    for column in isClassic ? NamespaceColumn.classic : NamespaceColumn.allCases {
      let type = column.isNumber ? "<integer>" : "<string>"
      _ = table.append([column.rawValue, type, column.meaning])
    }
    var output = OutputBuffer()
    try table.write(to: &output, request.output, named: "lsns-columns", width: nil, showsTitles: false)
    try output.flush()
    return 0
  }
}

extension UnreadableObject {
  /// As an object of a complaint.
  var name: String {
    switch object {
    case .process(let processID): "namespaces of PID \(processID)"
    case .descriptors(let processID): "descriptors of PID \(processID)"
    case .mounts(let inode): "mounts of mnt:[\(inode)]"
    }
  }
}
