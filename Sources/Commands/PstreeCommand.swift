// `pstree` under its classic name: the command line and the drawing of psmisc 23.

internal import CommandDescription
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The classic program `pstree`.
struct PstreeCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "pstree",
    abstract: "show the tree of processes as psmisc does",
    usage: ["[-acglpsStTuZ] [-h | -H PID] [-n | -N TYPE] [-A | -G | -U] [PID | USER]", "-V"],
    discussion: ["The tree begins at PID, at the processes of USER, or at PID 1. `pangaea tree` shows more."],
    options: [
      OptionDescription("a", "arguments", "show command line arguments"),
      OptionDescription("A", "ascii", "use ASCII line drawing characters"),
      OptionDescription("c", "compact-not", "do not compact identical branches"),
      OptionDescription(
        "C", "color", "colour processes by this attribute: age", value: .required("TYPE"), completion: .words(["age"])),
      OptionDescription("g", "show-pgids", "show process group IDs"),
      OptionDescription("G", "vt100", "use the line drawing characters of a VT100"),
      OptionDescription("h", "highlight-all", "highlight this process and its ancestors"),
      OptionDescription(
        "H", "highlight-pid", "highlight a process and its ancestors", value: .required("PID"),
        completion: .processID),
      OptionDescription("l", "long", "do not cut long lines"),
      OptionDescription("n", "numeric-sort", "sort siblings by PID instead of by name"),
      OptionDescription(
        "N", "ns-sort", "show a tree for each namespace of this kind", value: .required("TYPE"),
        completion: .words(NamespaceKind.allCases.map(\.procName))),
      OptionDescription("p", "show-pids", "show PIDs; compacts nothing"),
      OptionDescription("s", "show-parents", "show the ancestors of the PID too"),
      OptionDescription("S", "ns-changes", "mark processes whose namespaces are not their parent's"),
      OptionDescription("t", "thread-names", "show the names of threads"),
      OptionDescription("T", "hide-threads", "show processes only"),
      OptionDescription("u", "uid-changes", "mark processes whose user is not their parent's"),
      OptionDescription("U", "unicode", "use line drawing characters of Unicode"),
      OptionDescription("V", "version", "show the version"),
      OptionDescription("Z", "security-context", "show security attributes"),
      OptionDescription(nil, "help", "show this help"),
    ],
    operands: .processID,
    exitStatuses: [.init(status: "0", meaning: "shown"), .init(status: "1", meaning: "wrong usage, or none such")],
    seeAlso: ["pangaea-tree(1)", "ps(1)", "namespaces(7)"])

  private var request = PstreeRequest()
  private var style = PstreeStyle()
  private var highlighted: Int32?
  private var splitKind: NamespaceKind?
  private var showsParents = false

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var command = PstreeCommand()
    command.applyTerminal()
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption(failureStatus: 1) {
      if option.name == "help" { return try invocation.showHelp(description) }
      if option.name == "version" { return try invocation.showVersion() }
      try command.apply(option)
    }
    guard scanner.operands.count <= 1 else { throw .usage("one PID or user can be given", exitStatus: 1) }
    var output = OutputBuffer()
    try output.write(try command.draw(scanner.operands.first))
    try output.flush()
    return 0
  }

  private mutating func applyTerminal() {
    let columns = environmentVariable("COLUMNS").flatMap { Int($0) } ?? 0
    var size = WindowSize(rows: 0, columns: 0)
    do { size = try FileDescriptor.standardOutput.windowSize() } catch {}
    style.width = columns > 0 ? columns : size.columns > 0 ? size.columns : 132
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].map { environmentVariable($0) ?? "" }
    let locale = (names.first { !$0.isEmpty } ?? "").uppercased()
    let isUnicode = locale.contains("UTF-8") || locale.contains("UTF8")
    if isUnicode, FileDescriptor.standardOutput.isTerminal { style.strokes = .unicode }
  }

  private mutating func apply(_ option: ScannedOption) throws(Complaint) {
    switch option.name {
    case "arguments":
      style.showsArguments = true
      request.fields.insert(.commandLine)
    case "ascii": style.strokes = .ascii
    case "unicode": style.strokes = .unicode
    case "vt100": style.strokes = .vt100
    case "compact-not": style.compacts = false
    case "show-pgids": style.showsProcessGroups = true
    case "long": style.width = nil
    case "numeric-sort": request.sortsByProcessID = true
    case "show-pids":
      style.showsProcessIDs = true
      style.compacts = false
    case "show-parents": showsParents = true
    case "thread-names": request.showsThreadNames = true
    case "hide-threads": request.showsThreads = false
    case "uid-changes": style.showsUserChanges = true
    case "security-context":
      style.showsSecurityLabels = true
      request.fields.insert(.securityLabel)
    case "ns-changes":
      style.showsNamespaceChanges = true
      request.fields.insert(.namespaces)
    default: try applyValued(option)
    }
  }

  private mutating func applyValued(_ option: ScannedOption) throws(Complaint) {
    let value = option.value ?? ""
    switch option.name {
    case "color":
      guard value.lowercased() == "age" else { throw .usage("'\(value)' is no attribute to colour by", exitStatus: 1) }
      style.colorsByAge = true
    case "ns-sort":
      guard let kind = NamespaceKind.allCases.first(where: { $0.procName == value }) else {
        throw .usage("'\(value)' is no kind of namespace", exitStatus: 1)
      }
      splitKind = kind
      request.fields.insert(.namespaces)
    default: try applyHighlight(option.name == "highlight-pid" ? value : nil)
    }
  }

  private mutating func applyHighlight(_ value: String?) throws(Complaint) {
    let terminal = environmentVariable("TERM") ?? ""
    if highlighted != nil { throw .usage("-h and -H can be given once", exitStatus: 1) }
    guard let value else {
      if !terminal.isEmpty, terminal != "dumb" { highlighted = CallingProcess.processID }
      return
    }
    if terminal.isEmpty { throw Complaint(what: "TERM is not set", exitStatus: 1) }
    guard let processID = Int32(value), processID > 0 else { throw .usage("'\(value)' is no PID", exitStatus: 1) }
    highlighted = processID
  }

  // MARK: Drawing

  private func draw(_ operand: String?) throws(Complaint) -> [UInt8] {
    let start = try Start(operand)
    var forest: PstreeForest
    do {
      forest = try PstreeForest(request)
    } catch {
      throw .unreadableProcfs(error, classic: "/proc is empty (not mounted ?)", exitStatus: 1)
    }
    if let highlighted { forest.highlight(highlighted) }
    var root = forest.index(of: 1)
    if case .process(let processID) = start {
      guard let index = forest.index(of: processID) else {
        if !showsParents { return [] }
        throw Complaint(what: "process \(processID) not found", exitStatus: 1)
      }
      if showsParents { forest.trim(to: index) } else { root = index }
    }
    let groups = splitKind.map { forest.split(by: $0) }
    var drawing = PstreeDrawing(
      forest.nodes, style, accounts: style.showsUserChanges ? Accounts() : nil, now: ticksSinceBoot())
    if let groups {
      for group in groups {
        drawing.appendLine("[\(group.inode)]")
        group.roots.forEach { drawing.draw($0) }
      }
    } else if case .user(let userID) = start {
      try draw(userID, forest, root, &drawing)
    } else if let root {
      drawing.draw(root)
    }
    return drawing.bytes
  }

  /// Where the tree begins.
  private enum Start {
    case first
    case process(Int32)
    case user(UInt32)

    init(_ operand: String?) throws(Complaint) {
      guard let operand else {
        self = .first
        return
      }
      if operand.first?.isNumber == true {
        guard let processID = Int32(operand) else { throw .usage("'\(operand)' is no PID", exitStatus: 1) }
        self = .process(processID)
      } else if let user = Accounts().user(named: operand) {
        self = .user(user.id)
      } else {
        throw Complaint(what: "no such user name: \(operand)", exitStatus: 1)
      }
    }
  }

  private func draw(
    _ userID: UInt32, _ forest: PstreeForest, _ root: Int?, _ drawing: inout PstreeDrawing
  ) throws(Complaint) {
    var waiting = [root].compactMap { $0 }
    var isFirst = true
    while let index = waiting.popLast() {
      if forest.nodes[index].userID == userID {
        if !isFirst { drawing.appendLine("") }
        isFirst = false
        drawing.draw(index, user: userID)
      } else {
        waiting += forest.nodes[index].children.reversed()
      }
    }
    if isFirst { throw Complaint(what: "no processes found", exitStatus: 1) }
  }

  /// From /proc/uptime, in hundredths of a second; 0 where it cannot be read.
  private func ticksSinceBoot() -> UInt64 {
    guard style.colorsByAge else { return 0 }
    do {
      let text = try FileDescriptor.workingDirectory.readFile("/proc/uptime")
      let digits = text.prefix { $0 != 0x20 && $0 != 0x0a }.filter { $0 != UInt8(ascii: ".") }
      return UInt64(String(decoding: digits, as: UTF8.self)) ?? 0
    } catch {
      return 0
    }
  }
}
