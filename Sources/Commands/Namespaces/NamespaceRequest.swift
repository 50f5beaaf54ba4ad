// What was asked of `ns` or `lsns`: the command line, understood.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import Processes

/// How rows are arranged.
enum NamespaceTree: String {
  case process, owner, parent
}

/// A command line of `ns` or `lsns`.
struct NamespaceRequest {
  /// What the operand or `--task` selects.
  enum Selection {
    case all
    case process(Int32)
    case namespace(UInt64)
  }

  let form: Invocation.Form
  var selection = Selection.all
  var types: Set<NamespaceKind> = []
  var columns: [NamespaceColumn] = []
  var tree: NamespaceTree?
  var output = TreeTable.Form.columns
  var isPersistentOnly = false
  var showsTitles = true
  var cutsText = true
  var wrapsText = true
  var listsColumns = false
  /// The namespace that `--why` asks about.
  var why: UInt64?
  /// Which rows are shown.
  var filter: RowFilter<NamespaceColumn>?
  /// The columns that the filter looks at.
  var filterColumns: Set<NamespaceColumn> = []
  /// Seconds between looks; nil looks once.
  var watch: Double?
  var color = ColorChoice.auto
  var showsHelp = false
  var showsVersion = false

  private var isList = false
  private var addedColumns: String?
  private var task: Int32?

  private var usageStatus: Int32 { form == .classic ? 1 : 2 }

  /// - Throws: a usage `Complaint` for a wrong command line.
  init(_ invocation: Invocation, options: [OptionDescription]) throws(Complaint) {
    form = invocation.form
    var exclusions = OptionExclusions([["--json", "--raw"], ["--persistent", "--task"], ["--list", "--tree"]])
    var scanner = OptionScanner(invocation.arguments, options: options)
    while let option = try scanner.nextOption(failureStatus: usageStatus) {
      try exclusions.check("--" + option.name, exitStatus: usageStatus)
      try apply(option)
      if showsHelp || showsVersion { return }
      // As in lsns, only what stands before it has a say in how the columns are listed.
      if listsColumns { return }
    }
    if let operand = scanner.operands.first { try select(operand) }
    if let task, case .all = selection { selection = .process(task) }
    try chooseColumns()
  }

  private mutating func apply(_ option: ScannedOption) throws(Complaint) {
    switch option.name {
    case "json": output = .json
    case "list": isList = true
    case "noheadings": showsTitles = false
    case "output": addedColumns = option.value
    case "output-all": columns = form == .classic ? NamespaceColumn.classic : NamespaceColumn.allCases
    case "persistent": isPersistentOnly = true
    case "task": task = try number(option.value ?? "", "invalid PID argument")
    case "raw": (output, wrapsText) = (.raw, false)
    case "notruncate": cutsText = false
    case "nowrap": wrapsText = false
    case "type": types.insert(try type(option.value ?? ""))
    case "tree": tree = try tree(option.value)
    case "list-columns": listsColumns = true
    case "filter": try setFilter(option.value ?? "")
    case "watch": watch = try InspectorOptions.interval(option.value ?? "")
    case "color": color = try ColorChoice(word: option.value)
    case "why": why = try existing(option.value ?? "")
    case "help": showsHelp = true
    default: showsVersion = true
    }
  }

  private func type(_ text: String) throws(Complaint) -> NamespaceKind {
    guard let kind = NamespaceKind.allCases.first(where: { $0.procName == text }) else {
      throw Complaint(what: "unknown namespace type: \(text)", exitStatus: usageStatus)
    }
    return kind
  }

  private func tree(_ text: String?) throws(Complaint) -> NamespaceTree {
    guard let text else { return .owner }
    // `-T=parent` gives the value with the sign.
    let name = text.hasPrefix("=") ? String(text.dropFirst()) : text
    guard let tree = NamespaceTree(rawValue: name) else {
      throw Complaint(what: "unknown tree type: \(name)", exitStatus: usageStatus)
    }
    return tree
  }

  private mutating func setFilter(_ text: String) throws(Complaint) {
    var found: Set<NamespaceColumn> = []
    let known = knownColumns
    do throws(RowFilter<NamespaceColumn>.Unusable) {
      filter = try RowFilter(text) { name in
        guard let column = NamespaceColumn(named: name), known.contains(column) else { return nil }
        found.insert(column)
        return (column, column.isNumber)
      }
    } catch {
      let reason =
        switch error {
        case .unexpected(let word): word.isEmpty ? "it ends too early" : "'\(word)' is not expected there"
        case .unknownColumn(let name): "unknown column: \(name)"
        case .noExpression(let pattern): "'\(pattern)' is no regular expression"
        }
      throw Complaint(
        what: "cannot read the filter '\(text)'", why: reason, try: "man 5 scols-filter",
        classic: "failed to parse \"\(text)\": \(reason)", exitStatus: usageStatus)
    }
    filterColumns = found
  }

  private var knownColumns: [NamespaceColumn] { form == .classic ? NamespaceColumn.classic : NamespaceColumn.allCases }

  private func number<Number: FixedWidthInteger>(_ text: String, _ what: String) throws(Complaint) -> Number {
    guard let number = Number(text) else {
      throw Complaint(what: "\(what): '\(text)'", exitStatus: usageStatus)
    }
    return number
  }

  /// An inode, or a name such as `uts:[4026531838]`; nil where the text is neither.
  private func namespace(_ text: String) throws(Complaint) -> UInt64? {
    if form != .verb { return try number(text, "invalid namespace argument") }
    return NamespaceLink(Array(text.utf8).span)?.inode ?? UInt64(text)
  }

  /// The inode of a namespace that is to be explained.
  private func existing(_ text: String) throws(Complaint) -> UInt64 {
    guard let inode = try namespace(text) else { throw NamespaceRequest.malformed(text) }
    return inode
  }

  /// The text can be neither a number nor a name.
  private static func malformed(_ text: String) -> Complaint {
    Complaint(
      what: "invalid namespace argument: '\(text)'",
      why: "a namespace is given by its inode, such as 4026531838, or by its name, such as uts:[4026531838]",
      try: "pangaea ns")
  }

  /// The first process of the world or container of a name.
  private func process(named name: String) throws(Complaint) -> Int32 {
    do throws(Complaint) {
      if case .process(let process) = try Whom(name, .firstProcess, exitStatus: usageStatus) {
        return process.processID
      }
    } catch {
      guard error == Whom.absent(name, isKnown: false, usageStatus) else { throw error }
    }
    let isNumber = name.utf8.allSatisfy { (48...57).contains($0) }
    guard WorldRegistry.isName(name), !isNumber else { throw NamespaceRequest.malformed(name) }
    throw Complaint(
      what: "there is no process, world, container or namespace '\(name)'", why: Whom.reasonNotKnown,
      try: "pangaea ns", exitStatus: 1)
  }

  private mutating func select(_ operand: String) throws(Complaint) {
    if task != nil {
      throw Complaint(what: "--task is mutually exclusive with <namespace>", exitStatus: usageStatus)
    }
    guard let number = try namespace(operand) else {
      selection = .process(try process(named: operand))
      return
    }
    // No PID is as high as the lowest inode of a namespace.
    if form == .verb, let processID = Int32(exactly: number), processID <= 1 << 22 {
      selection = .process(processID)
    } else {
      selection = .namespace(number)
    }
  }
}

// MARK: Columns

extension NamespaceRequest {
  private mutating func chooseColumns() throws(Complaint) {
    let usesDefault = columns.isEmpty
    if case .namespace = selection {
      if tree == nil, !isList { tree = .process }
      if usesDefault { columns = [.processID, .parentID, .user, .command] }
    } else if usesDefault {
      columns = defaultColumns
      if tree == nil, !isList { tree = .process }
    }
    guard let list = addedColumns else { return }
    if list.hasPrefix("+") {
      columns += try columns(in: list.dropFirst())
    } else {
      columns = try columns(in: list[...])
    }
  }

  private var defaultColumns: [NamespaceColumn] {
    let network: [NamespaceColumn] = types.contains(.network) ? [.networkID, .mountPoints] : []
    let holders: [NamespaceColumn] = form == .verb ? [.holders] : []
    return [.namespace, .type, .processCount, .processID, .user] + network + holders + [.command]
  }

  private func columns(in list: Substring) throws(Complaint) -> [NamespaceColumn] {
    let known = knownColumns
    var found: [NamespaceColumn] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let column = NamespaceColumn(named: name), known.contains(column) else {
        throw Complaint(what: "unknown column: \(name)", exitStatus: usageStatus)
      }
      found.append(column)
    }
    return found
  }
}

/// Refuses options that exclude each other, as util-linux does.
struct OptionExclusions {
  private let groups: [[String]]
  private var chosen: [String?]

  init(_ groups: [[String]]) {
    self.groups = groups
    chosen = groups.map { _ in nil }
  }

  /// - Throws: a `Complaint` when another option of a group was seen before.
  mutating func check(_ option: String, exitStatus: Int32) throws(Complaint) {
    for (index, group) in groups.enumerated() where group.contains(option) {
      if let former = chosen[index], former != option {
        throw Complaint(
          what: "mutually exclusive arguments: \(group.joined(separator: " "))", exitStatus: exitStatus)
      }
      chosen[index] = option
    }
  }
}
