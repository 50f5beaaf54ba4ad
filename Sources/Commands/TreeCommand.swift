// `tree`: the hierarchy of processes, with each border where a child's namespaces differ from its parent's.

internal import JSON
internal import ArgumentParser
internal import Linux
internal import Processes

/// The verb `tree`.
struct TreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree",
    abstract: "Show who begot whom, and where the borders of namespaces run.",
    discussion: """
      Each line has the name and the PID, for a process in another PID namespace its PIDs there after an arrow. \
      +uts[A] marks a process whose UTS namespace is not its parent's; the letters are explained below the tree, and \
      without a letter it is the machine's own. 3×[sleep] stands for three branches that look alike.
      """)

  @Argument(
    help: ArgumentHelp(
      "Show these branches only: each by a PID, or by the name of a world or container.", valueName: "who"))
  var branches: [String] = []

  @Flag(name: [.customShort("p"), .long], help: "Show the ancestors of the branches too.")
  var ancestors = false

  @Flag(name: [.customShort("a"), .long], help: "Show arguments instead of names.")
  var arguments = false

  @Flag(name: [.customShort("t"), .long], help: "Show the threads of each process, in braces.")
  var threads = false

  @Flag(name: [.customShort("k"), .long], help: "Show kernel threads, in brackets.")
  var kernel = false

  @Flag(name: [.customShort("c"), .long], help: "Give every process a line of its own.")
  var noFold = false

  @Flag(name: .long, help: "Draw with ASCII characters.")
  var ascii = false

  @OptionGroup var options: InspectorOptions

  func run() throws {
    let status = try options.show { (output) throws(Complaint) in try look(&output) }
    if status != 0 { throw ExitCode(status) }
  }

  private func look(_ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    var processIDs: [Int32] = []
    for branch in branches { processIDs.append(try Whom.processID(branch, .firstProcess)) }
    let request = TreeRequest(
      processIDs: processIDs, showsAncestors: ancestors, showsThreads: threads, showsKernelThreads: kernel,
      showsArguments: arguments)
    let forest: TreeForest
    do {
      forest = try TreeForest(request)
    } catch {
      throw .unreadableProcfs(error)
    }
    let (isShown, missing) = forest.selection(request)
    if options.json {
      var json = JSONWriter(options.layout)
      missing.forEach { json.note(unreadable: "PID \($0)", "no such process") }
      json.writeTree(forest, isShown: isShown)
      try output.write(json.bytes)
    } else if processIDs.isEmpty || missing.count < Set(processIDs).count {
      var drawing = TreeDrawing(
        forest, TreeFolding(forest.nodes, isShown: isShown, folds: !noFold),
        strokes: ascii ? .ascii : .ofLocale(), paint: options.paint, width: OutputWidth.ofStandardOutput())
      try drawing.write(to: &output)
    }
    return try Complaint.reportMissing(missing, program: "pangaea tree", after: &output)
  }
}
