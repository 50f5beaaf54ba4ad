// Instructions of the programs that are over in a millisecond: the same at each run, whatever else the machine does.

extension World {
  /// Instructions up to an execve(2) that fails, counted by callgrind, as a table.
  func instructions(namespaceHolder: Int32) -> String {
    let missing = "/nonexistent"
    let commands = [
      ["unshare", "-u", missing], ["nsenter", "-t", "\(namespaceHolder)", "-u", missing],
    ]
    let cells = commands.map { command in
      let ours = instructions(of: [pangaea] + command)
      let theirs = instructions(of: command)
      let ratio = ours.flatMap { ours in theirs.map { fixed(Double(ours) / Double($0), 2) } }
      return [
        "`\(command[0])`", ours.map(String.init) ?? "–", theirs.map(String.init) ?? "–",
        ratio ?? "–",
      ]
    }
    return table([["until execve(2)", "pangaea", "util-linux", "ratio"]] + cells)
  }

  private func instructions(of command: [String]) -> Int? {
    let counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    let (status, output) = run(counting + command)
    // 127, as a wait status: the program came as far as the execve(2) that fails.
    guard status == 127 << 8 else { return nil }
    let text = String(decoding: output, as: UTF8.self)
    let counts = text.split(separator: "\n").compactMap { line -> Int? in
      guard line.contains("Collected :"), let count = line.split(separator: " ").last else { return nil }
      return Int(count)
    }
    return counts.max()
  }
}
