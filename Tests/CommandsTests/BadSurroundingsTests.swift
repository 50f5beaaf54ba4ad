// Odd surroundings: a directory that was removed, outputs that are closed, full or not read, a terminal without a
// width, command lines of a megabyte, environments of 100,000 entries, maps and roots that cannot be used.

import Linux
import Testing

@Suite struct BadSurroundingsTests {
  private static let environment = ["PATH=/usr/bin:/bin", "HOME=/tmp"]

  /// Every verb, with an exit status that it has anywhere.
  private static let verbs: [(words: String, status: Int32)] = [
    ("ps -p $$ -o comm=", 0), ("tree $$", 0), ("env $$ PATH", 0), ("inspect $$", 0), ("ns -p $$", 0),
    ("run -- true", 0), ("enter $$ true", 0), ("unshare -U true", 0), ("kill 999999", 1), ("hostname", 0),
    ("lab list", 0), ("kill -l", 0), ("run --plan -- true", 0),
  ]

  @Test(arguments: verbs) func aRemovedDirectoryIsNoHindrance(verb: (words: String, status: Int32)) throws {
    let directory = try TemporaryDirectory()
    let outcome = try run(
      "sh", "-c",
      "mkdir \(directory.path)/gone; cd \(directory.path)/gone; rmdir ../gone; HOME=/tmp \(pangaeaPath) \(verb.words)")
    #expect(outcome.status == .exited(verb.status), "\(outcome.error)")
  }

  @Test(arguments: [
    ("unset HOME XDG_STATE_HOME", "why: neither XDG_STATE_HOME nor HOME is set"),
    (
      "unset XDG_STATE_HOME; mkdir -p h/.local/state/pangaea/lab-anatomy-of-a-process; export HOME=$PWD/h",
      "cannot read "
    ), ("export HOME=/tmp", ""),
  ]) func withoutProgressTheCourseIsListed(home: (script: String, says: String)) throws {
    let directory = try TemporaryDirectory()
    let outcome = try run("sh", "-c", "cd \(directory.path); \(home.script); \(pangaeaPath) lab list")
    #expect(outcome.status == .exited(0) && outcome.output.contains("A tree, not a list"))
    #expect(home.says.isEmpty ? outcome.error.isEmpty : outcome.error.contains(home.says), "\(outcome.error)")
  }

  private static let printing = verbs.map(\.words).filter {
    !["run --", "ente", "unsh", "kill 9"].contains(where: $0.hasPrefix)
  }

  @Test(arguments: printing + ["--help", "ps --help", "--version", "complete -- ''"], [">&-", ">/dev/full"])
  func anOutputThatTakesNothingIsTrouble(words: String, output: String) throws {
    let outcome = try run("sh", "-c", "HOME=/tmp \(pangaeaPath) \(words) \(output)")
    let status: Int32 = words.hasPrefix("run") ? 125 : words == "hostname" ? 1 : 2
    #expect(outcome.status == .exited(status), "\(words)")
    let reason = output == ">&-" ? "EBADF" : "ENOSPC"
    #expect(outcome.error.contains("cannot write to standard output: write: \(reason)\n"), "\(outcome.error)")
  }

  /// As of util-linux and procps; some other originals do not notice.
  @Test(arguments: ["lsns", "ps", "pstree", "hostname", "kill -l", "unshare --help", "nsenter --help", "lsns --help"])
  func aClassicNameFailsWith1(words: String) throws {
    let directory = try TemporaryDirectory()
    let name = words.split(separator: " ")[0]
    let outcome = try run(
      "sh", "-c", "ln -s \(pangaeaPath) \(directory.path)/\(name); \(directory.path)/\(words) >/dev/full")
    #expect(outcome.status == .exited(1), "\(outcome.error)")
    #expect(outcome.error.hasSuffix("write error: No space left on device\n"), "\(outcome.error)")
  }

  @Test(arguments: printing) func aReaderThatWentAwayEndsItWithoutAWord(words: String) throws {
    let arguments = words.split(separator: " ").map { $0 == "$$" ? "\(CallingProcess.processID)" : String($0) }
    #expect(
      try runPangaea(arguments, environment: Self.environment, standardOutput: .broken).status == .signaled(.pipe))
    let told = try runPangaea(
      arguments, environment: Self.environment, standardOutput: .broken, ignoresBrokenPipes: true)
    #expect(told.status == .exited(141), "\(words)")
    #expect(told.errorText.isEmpty || told.errorText.hasPrefix("pangaea: not seen"), "\(told.errorText)")
  }

  @Test(arguments: printing) func aTerminalWithoutAWidthGetsIt(words: String) throws {
    let arguments = words.split(separator: " ").map { $0 == "$$" ? "\(CallingProcess.processID)" : String($0) }
    let size = WindowSize(rows: 0, columns: 0)
    #expect(try !runPangaea(arguments, onTerminal: size, environment: Self.environment).isEmpty, "\(words)")
  }

  /// `$B` has a command line of more than a megabyte.
  @Test(arguments: [
    ("ps -ww -o args= -p $B", true), ("ps -f -p $B", true), ("tree -a $B", true), ("inspect $B", true),
    ("inspect --json $B", true), ("ps --json -o args -p $B", true), ("tree $B", false), ("ns -p $B", false),
    ("kill --tree --dry-run -v $B", false),
  ]) func aMegabyteOfArgumentsIsShown(command: (words: String, isWhole: Bool)) throws {
    let outcome = try run(
      "sh", "-c",
      "x=$(head -c 120000 /dev/zero | tr '\\0' x); sh -c 'kill -STOP $$; :' $x $x $x $x $x $x $x $x $x & B=$!; "
        + "sleep 0.2; \(pangaeaPath) \(command.words) | wc -c; kill -KILL $B")
    #expect((Int(outcome.output.trimmed) ?? 0 > 1_080_000) == command.isWhole, "\(outcome.output) \(outcome.error)")
    #expect(outcome.error.isEmpty || outcome.error.hasPrefix("pangaea: not seen"), "\(outcome.error)")
  }

  /// A process that was started with 100,000 variables, and a command that is.
  @Test(arguments: [
    (["env", "$E"], "V99999=1\n"), (["env", "$E", "V99999"], "1\n"), (["env", "--json", "$E"], "V99999"),
    (["env", "$E", "--diff"], "V99999=1"), (["inspect", "$E"], "environment"),
    (["enter", "$E", "--env", "target", "--", "/usr/bin/env"], "V99999=1\n"),
    (["nsenter", "-t", "$E", "-u", "-e", "/usr/bin/env"], "V99999=1\n"),
    (["run", "--", "/usr/bin/env"], "V99999=1\n"), (["unshare", "-U", "/usr/bin/env"], "V99999=1\n"),
  ]) func aHundredThousandVariablesAreKept(command: (words: [String], part: String)) throws {
    let variables = (0..<100_000).map { "V\($0)=1" }
    let target = try StartedProgram(["sleep", "60"], environment: variables)
    let words = command.words.map { $0 == "$E" ? "\(target.processID)" : $0 }
    let outcome = try StartedProgram(
      [pangaeaPath] + words, environment: command.words.contains("$E") ? [] : variables
    ).finish()
    try target.pidfd.send(.kill)
    _ = try target.finish()
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    #expect(outcome.output.contains(command.part))
  }
}

@Suite(.enabled(if: Caller.root.isPossible)) struct BadMapTests {
  /// Where proc is read-only, no map can be written.
  @Test(
    arguments: [
      ("unshare -r true", 1, "why: the proc on /proc is mounted read-only"),
      ("unshare --map-users=0:0:1 true", 1, "why: the proc on /proc is mounted read-only"),
      ("run --user-namespace -- true", 125, "why: the proc on /proc is mounted read-only"), ("run -- true", 0, ""),
    ] as [Expectation]) func isUnwritable(_ expectation: Expectation) throws
  {
    let outcome = try run(
      "unshare", "-m", "--propagation", "private", "sh", "-c",
      "mount -o bind,ro /proc /proc; \(pangaeaPath) \(expectation.words)")
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    #expect(outcome.error.contains(expectation.says), "\(outcome.error)")
  }

  /// What /etc/subuid says, and what `unshare --map-auto` and `run --subids` answer.
  @Test(arguments: [
    ("root:4294967295:10", "EINVAL", "ended with exit status 1"),
    ("root:4294967290:100", "EINVAL", "ended with exit status 1"),
    ("root:100000:0", "has no IDs to map", "has no IDs to map"),
    ("root:100000", "has no IDs to map", "has no IDs to map"), ("", "has no IDs to map", "has no IDs to map"),
    (":::", "has no IDs to map", "has no IDs to map"),
    ("root:x:y", "'x' where a number should be", "'x' where a number should be"),
    ("root:1:99999999999999", "'99999999999999' where", "'99999999999999' where"),
  ]) func subordinateIDsCannotBeUsed(file: (text: String, unshare: String, run: String)) throws {
    let directory = try TemporaryDirectory()
    let subids = try directory.file("subids", file.text + "\n")
    let prelude = "mount --bind \(subids) /etc/subuid; mount --bind \(subids) /etc/subgid; exec \(pangaeaPath) "
    for (words, status, says) in [
      ("unshare --map-auto true", 1, file.unshare), ("run --user-namespace --subids -- true", 125, file.run),
    ] as [(String, Int32, String)] {
      let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", prelude + words)
      #expect(outcome.status == .exited(status))
      #expect(outcome.error.contains(says), "\(outcome.error)")
    }
  }

  @Test func aLongFileIsReadToItsEnd() throws {
    let directory = try TemporaryDirectory()
    let lines = (0..<20_000).map { "u\($0):\($0):1\n" }.joined() + "root:100000:65536\n"
    let subids = try directory.file("subids", lines)
    let outcome = try run(
      "unshare", "-m", "--propagation", "private", "sh", "-c",
      "mount --bind \(subids) /etc/subuid; mount --bind \(subids) /etc/subgid; \(pangaeaPath) unshare --map-auto "
        + "cat /proc/self/uid_map")
    #expect(outcome.output.contains("100000      65536"), "\(outcome.error)")
  }
}

@Suite(.enabled(if: Caller.root.isPossible)) struct BadRootTests {
  /// What is in the root directory, and why it is refused.
  @Test(arguments: [
    ("mkdir dev", "has no /proc to be mounted on"), ("mkdir dev; touch proc", "/proc is not a directory"),
    ("mkdir dev; ln -s proc proc", "ELOOP"), ("mkdir dev; ln -s /etc proc", "it is a symbolic link"),
    ("mkdir proc", "has no /dev to be mounted on"), ("mkdir proc; touch dev", "ENOTDIR"),
    ("mkdir proc dev", "cannot find the command '/bin/true'"),
  ]) func cannotBeUsed(root: (script: String, says: String)) throws {
    let directory = try TemporaryDirectory()
    _ = try run("sh", "-c", "cd \(directory.path); \(root.script)")
    let outcome = try pangaea("run", "--rootfs", directory.path, "--", "/bin/true")
    #expect([.exited(125), .exited(127)].contains(outcome.status))
    #expect(outcome.error.contains(root.says), "\(outcome.error)")
  }
}
