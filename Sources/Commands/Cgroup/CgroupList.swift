// `cgroup ls`: the tree of control groups, with their members.

internal import JSON
internal import Cgroups
internal import CommandDescription
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `cgroup ls`.
struct CgroupList: HandParsedVerb {
  static let description = VerbDescription(
    name: "ls",
    abstract: "draw the tree of control groups, with their members",
    usage: ["[options] [PATH|WHO]"],
    discussion: [
      "Without an operand the whole tree is drawn, as systemd-cgls(1) does. The column IN says which hierarchies have "
        + "the control group, or all; a member that is here in some of them alone has its own list. Whoever is in a control "
        + "group of a path is not repeated at the top."
    ],
    options: [
      OptionDescription(nil, "no-processes", "only the control groups"),
      OptionDescription("k", "kernel", "show threads of the kernel too"),
      OptionDescription(nil, "json", "print JSON"),
      OptionDescription("h", "help", "show this help"),
    ] + InspectorOptions.handParsed,
    operands: .cgroup)

  private var showsProcesses = true
  private var showsKernelThreads = false
  private var isJSON = false
  private var watch: Double?
  private var color = ColorChoice.auto

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var list = CgroupList()
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "no-processes": list.showsProcesses = false
      case "kernel": list.showsKernelThreads = true
      case "watch": list.watch = try InspectorOptions.interval(option.value ?? "")
      case "color": list.color = try ColorChoice(word: option.value)
      default: list.isJSON = true
      }
    }
    guard scanner.operands.count < 2 else { throw .usage("one control group at a time, please") }
    let operand = scanner.operands.first
    return try InspectorOptions.show(every: list.watch, clearsScreen: !list.isJSON) {
      (output) throws(Complaint) in try list.look(operand, &output)
    }
  }

  private func look(_ operand: String?, _ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    let lookup = try CgroupLookup()
    let start: Cgroup
    if let operand {
      start = try lookup.find(operand).ofItsOwn
    } else {
      guard let top = lookup.top else { throw Complaint(what: "no hierarchy shows its top here") }
      start = top
    }
    let tree: CgroupNode
    do throws(SystemCallError) {
      tree = try start.tree()
    } catch {
      throw Complaint(error, doing: "list the control groups")
    }
    let names = ProcessNames(showsKernelThreads: showsKernelThreads)
    let count = lookup.hierarchies.all.count
    if isJSON {
      var json = JSONWriter(watch == nil ? .indented : .line)
      json.writeTree(tree, lookup.hierarchies, showsProcesses ? names : nil)
      try output.write(json.bytes)
    } else {
      try draw(tree, named: operand ?? "/", names, amongHierarchies: count, to: &output)
      tellUnreadable(tree)
    }
    try output.flush()
    return 0
  }

  private func draw(
    _ tree: CgroupNode, named name: String, _ names: ProcessNames, amongHierarchies count: Int,
    to output: inout OutputBuffer
  ) throws(Complaint) {
    let columns: [TreeTable.Column] = [
      .init(title: "CGROUP", isTree: true, isCuttable: true, isPainted: true), .init(title: "IN", isCuttable: true),
    ]
    var table = TreeTable(columns, drawsUnicode: TreeStrokes.ofLocale().child == TreeStrokes.unicode.child)
    add(tree, names, title: Array(name.utf8), under: nil, to: &table) { hierarchies in
      // One name for all of several: the top would be wider than a terminal.
      hierarchies.count == count && count > 1 ? "all" : hierarchies.map(CgroupLookup.label).joined(separator: " ")
    }
    try table.write(
      to: &output, .columns, named: "cgroups", width: OutputWidth.ofStandardOutput(), showsTitles: true,
      paint: Paint(color))
  }

  private func add(
    _ node: CgroupNode, _ names: ProcessNames, title: [UInt8], under parent: Int?, to table: inout TreeTable,
    _ labels: ([CgroupHierarchy]) -> String
  ) {
    let row = table.append([title, Array(labels(node.places.map(\.hierarchy)).utf8)], under: parent)
    if showsProcesses {
      for member in node.members {
        guard let name = names.name(of: member.processID) else { continue }
        let isEverywhere = member.hierarchies.count == node.places.count
        let text = Array("\(member.processID) ".utf8) + name
        let places = isEverywhere ? nil : Array(labels(member.hierarchies).utf8)
        _ = table.append([text, places], under: row, role: .quiet)
      }
    }
    for child in node.children {
      add(child, names, title: child.path.lastName, under: row, to: &table, labels)
    }
  }

  private func tellUnreadable(_ tree: CgroupNode) {
    for error in tree.allUnreadable {
      // A closed standard error leaves nobody to tell.
      do { try FileDescriptor.standardError.write("pangaea: not seen: \(error)\n") } catch {}
    }
  }
}

/// The names of the processes that are shown.
struct ProcessNames {
  let showsKernelThreads: Bool

  /// The command's name; nil of one that is gone, or not to be shown.
  func name(of processID: Int32) -> [UInt8]? {
    do throws(SystemCallError) {
      let record = try ProcessRecord.read(processID, .stat)
      if record.stat.isKernelThread && !showsKernelThreads { return nil }
      return record.commandName
    } catch {
      return nil
    }
  }
}

extension FilePath {
  /// The bytes after the last slash.
  fileprivate var lastName: [UInt8] { Array(bytes[((bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]) }
}

extension CgroupNode {
  /// What could not be read of it and of those below it.
  fileprivate var allUnreadable: [SystemCallError] {
    unreadable + children.flatMap(\.allUnreadable)
  }
}

extension JSONWriter {
  /// Writes the tree; the schema is Documentation/schemas/cgroup.json.
  fileprivate mutating func writeTree(
    _ tree: CgroupNode, _ hierarchies: CgroupHierarchies, _ names: ProcessNames?
  ) {
    for error in tree.allUnreadable { note(unreadable: error.object, error.errno.name) }
    document { json in
      json.member("layout", hierarchies.layout.rawValue)
      json.member("hierarchies") { json in
        json.array { json in hierarchies.all.forEach { json.writeHierarchy($0) } }
      }
      json.member("tree") { $0.writeNode(tree, hierarchies.all, names) }
    }
  }

  private mutating func writeNode(_ node: CgroupNode, _ all: [CgroupHierarchy], _ names: ProcessNames?) {
    object { json in
      json.member("path", bytes: node.path.bytes[...])
      json.member("hierarchies") { $0.writeIndices(node.places.map(\.hierarchy), in: all) }
      json.member("processes") { json in
        guard let names else { return json.null() }
        json.array { json in
          for member in node.members {
            guard let name = names.name(of: member.processID) else { continue }
            json.object {
              $0.member("pid", member.processID)
              $0.member("name", bytes: name[...])
              $0.member("hierarchies") { $0.writeIndices(member.hierarchies, in: all) }
            }
          }
        }
      }
      json.member("children") { json in
        json.array { json in node.children.forEach { json.writeNode($0, all, names) } }
      }
    }
  }

  /// Hierarchies by their places in the list of all.
  private mutating func writeIndices(_ hierarchies: [CgroupHierarchy], in all: [CgroupHierarchy]) {
    array { json in
      for hierarchy in hierarchies { json.value(all.firstIndex(of: hierarchy)) }
    }
  }
}
