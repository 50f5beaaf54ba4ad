// Which rows are measured, and what is printed and written.

/// A whole run, or the rows that were asked for.
struct Benchmarks {
  let world: World
  let repeats: Int
  /// Keys of rows; empty for all.
  let wanted: [String]

  func wants(_ key: String) -> Bool { wanted.isEmpty || wanted.contains(key) }

  /// Measures, prints as it goes, and writes benchmarks.md when every row was measured.
  func run(writingTo folder: String) {
    let holder = world.start(["unshare", "-u", "sh", "-c", "echo; exec sleep infinity"])
    var page = header
    for (title, text) in sections(namespaceHolder: holder) where !text.isEmpty {
      page += "\n## \(title)\n\n\(text)"
    }
    if wanted.isEmpty { world.write(page, to: "\(folder)/benchmarks.md") }
  }

  private func sections(namespaceHolder: Int32) -> [(String, String)] {
    let table = rows(pangaea: world.pangaea, floor: "\(world.tools)/floor", namespaceHolder: namespaceHolder)
    let verdicts = table.filter { wants($0.key) }.flatMap { world.compare($0, repeats: repeats) }
    var sections = [("Time", comparisonTable(verdicts)), ("Peak memory", memoryTable(verdicts))]
    world.show(sections[0].1 + sections[1].1)
    func add(_ key: String, _ title: String, _ measure: () -> String) {
      guard wants(key) else { return }
      sections.append((title, measure()))
      world.show(sections[sections.count - 1].1)
    }
    add("kill", "Ending a branch: 5,000 processes in 12 generations, sixteen of them forking") {
      world.killTree(repeats: repeats)
    }
    add("top", "Watching 5,000 processes for 60 s: htop looks every 1.5 s, with -d 10 every second as `top` does") {
      world.top()
    }
    add("containers", "Containers, with version 1 of control groups") { world.containers(repeats: repeats) }
    add("growth", "Growth with the number of processes") { world.growth(repeats: repeats) }
    add("instructions", "Instructions") { world.instructions(namespaceHolder: namespaceHolder) }
    return sections
  }

  private var header: String {
    let names = ["ps", "unshare", "pstree", "bwrap", "htop", "crun", "runc"]
    let peers = names.map { "\($0) --version" }.map { command in
      String(world.text(of: command.split(separator: " ").map(String.init)).prefix { $0 != "\n" })
    }
    return """
      # Benchmarks

      Written by `make bench`; do not edit. Each command and its peers ran in turn, \(repeats) times each, in a PID
      namespace with so many idle processes as the row asks for (5,000 for `ps`, `tree` and `ns`, one in a hundred of
      them in a UTS namespace of its own). Times are medians; CPU is user and system time of the program, of the
      children it waited for and of those that it left to end behind it (bwrap's do), as wait4(2) has it. `floor` is a C loop that reads each /proc/N/stat once.

      Measured on \(world.text(of: ["uname", "-srm"]).prefix { $0 != "\n" }), \
      \(world.text(of: ["nproc"]).prefix { $0 != "\n" }) processors, beside \(peers.joined(separator: ", ")).

      """
  }
}
