// `ps`: the process table, with the options, columns and layout of procps. It reads its own command line, which has
// three dialects, and starts as fast as C does.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `ps`, and the classic program.
struct ProcessStatusCommand: HandParsedVerb {
  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    if let status = try answer(invocation) { return status }
    let source = Procfs.machine
    let caller = try caller(source, invocation.form)
    let plan = try plan(invocation, caller)
    return try InspectorOptions.show(every: plan.request.watch, clearsScreen: !plan.request.isJSON) {
      (output) throws(Complaint) in
      try output.flush()
      let scan = try scan(for: plan, source)
      var report = StatusReport(plan, scan, screen: ScreenSize(plan.request), source: source)
      try report.print()
      return report.hasShown ? 0 : 1
    }
  }

  /// Those processes that were named, or all.
  private static func scan(for plan: StatusPlan, _ source: Procfs) throws(Complaint) -> ProcessScan {
    if let named = plan.request.quickList ?? plan.selection.processIDs {
      return ProcessScan(of: named, reading: plan.fields, from: source)
    }
    do throws(SystemCallError) {
      return try ProcessScan(reading: plan.fields, from: source)
    } catch {
      throw Complaint(error, doing: "list the processes")
    }
  }

  /// Questions about ps itself.
  private static func answer(_ invocation: Invocation) throws(Complaint) -> Int32? {
    guard let first = invocation.arguments.first else { return nil }
    if first == "--help" || first.hasPrefix("--help=") { return try invocation.showHelp(description) }
    guard invocation.arguments.count == 1 else { return nil }
    switch first {
    case "-V", "V", "--version": return try invocation.showVersion()
    case "L": return try listColumns()
    default: return nil
    }
  }

  /// Prints the names of all columns that say something, with their headings.
  private static func listColumns() throws(Complaint) -> Int32 {
    var output = OutputBuffer()
    for column in Column.all.sorted(by: { $0.name < $1.name }) where !column.isAbsent {
      let name = column.name.padding(to: 12)
      try output.write("\(name) \(column.heading.padding(to: 8))\n")
    }
    try output.flush()
    return 0
  }

  /// Who asks; also finds out whether there is a procfs at all.
  private static func caller(_ source: Procfs, _ form: Invocation.Form) throws(Complaint) -> Caller {
    do throws(SystemCallError) {
      let text = try source.read("self/stat")
      guard let stat = ProcessStat(text.span) else {
        throw SystemCallError(call: "read", errno: .einval, object: "/proc/self/stat")
      }
      let record = try ProcessRecord.read(stat.processID, .owner, from: source)
      return Caller(userID: record.owner.value?.userID ?? 0, terminal: stat.terminal)
    } catch {
      let hint = "Error, do this: mount -t proc proc /proc"
      if form == .classic { throw spoken(hint + "\n", exitStatus: 47) }
      throw .unreadableProcfs(error)
    }
  }

  /// Reads the command line; one that is wrong is read again as BSD's, as in `ps -aux`.
  private static func plan(_ invocation: Invocation, _ caller: Caller) throws(Complaint) -> StatusPlan {
    let isBare = invocation.arguments.isEmpty && invocation.form == .verb
    let arguments = isBare ? ["-f"] : invocation.arguments
    let isVerb = invocation.form == .verb
    let asTyped = attempt(arguments, caller, isBSDOnly: false, isVerb: isVerb)
    if case .success(let plan) = asTyped { return plan }
    if case .success(let plan) = attempt(arguments, caller, isBSDOnly: true, isVerb: isVerb) { return plan }
    guard case .failure(let error) = asTyped else { throw .usage("garbage option") }
    throw complaint(error, invocation)
  }

  private static func attempt(
    _ arguments: [String], _ caller: Caller, isBSDOnly: Bool, isVerb: Bool
  ) -> Result<StatusPlan, StatusRequestError> {
    Result { () throws(StatusRequestError) in
      var parser = StatusRequestParser(arguments, terminal: caller.terminal, isBSDOnly: isBSDOnly, isVerb: isVerb)
      try parser.parse()
      return try StatusPlan(parser.request, caller: caller)
    }
  }

  private static func complaint(_ error: StatusRequestError, _ invocation: Invocation) -> Complaint {
    if invocation.form == .verb { return .usage(error.text) }
    let usage = """
      error: \(Escaping.escaped(error.text))

      Usage:
       ps [options]

       Try 'ps --help <simple|list|output|threads|misc|all>'
        or 'ps --help <s|l|o|t|m|a>'
       for additional help text.

      For more details see ps(1).

      """
    return spoken(usage, exitStatus: 1)
  }

  /// Says something in the original's own form, and leaves only the status to the caller.
  private static func spoken(_ text: String, exitStatus: Int32) -> Complaint {
    do throws(SystemCallError) {
      try FileDescriptor.standardError.write(text)
    } catch {
      return .silent(exitStatus: exitStatus)
    }
    return .silent(exitStatus: exitStatus)
  }
}

extension String {
  /// The text cut or filled with blanks to a number of characters.
  fileprivate func padding(to count: Int) -> String {
    let cut = String(prefix(count))
    return cut + String(repeating: " ", count: count - cut.count)
  }
}
