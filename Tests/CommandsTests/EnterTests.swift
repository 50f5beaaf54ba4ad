// `enter`: which namespaces are joined, who the command is there, and how it ends.

import Linux
import Testing

private let listing = "for kind in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$kind; done"
private let kinds = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]

@Suite struct EnterTests {
  /// The kinds in which a command of `enter` is in the namespace of a process.
  private func joined(_ process: Int32, _ options: [String], as caller: Caller) throws -> Set<String> {
    let outcome = try StartedProgram(
      [pangaeaPath, "enter", "\(process)"] + options + ["--", "sh", "-c", listing], as: caller
    ).finish()
    try #require(outcome.status == .exited(0), "\(outcome.error)")
    var found: Set<String> = []
    for (kind, link) in zip(kinds, outcome.lines) {
      let theirs = try StartedProgram(["readlink", "/proc/\(process)/ns/\(kind)"], as: caller).finish().output.trimmed
      if try link == theirs && link != namespace(kind) { found.insert(kind) }
    }
    return found
  }

  @Test(arguments: Caller.possible) func joinsWhatDiffers(caller: Caller) throws {
    let world = try DetachedWorld(["--net", "--time"], as: caller)
    let expected = Set(kinds).subtracting(caller == .root ? ["user"] : [])
    #expect(try joined(world.processID, [], as: caller) == expected)
    try world.end()
  }

  @Test(
    .enabled(if: Caller.root.isPossible),
    arguments: [
      ("--uts", "uts"), ("--ipc", "ipc"), ("--net", "net"),
      ("--cgroup-namespace", "cgroup"), ("--time", "time"), ("-u", "uts"), ("-n", "net"),
    ]) func joinsTheKindAlone(option: (word: String, kind: String)) throws
  {
    let world = try DetachedWorld(["--net", "--time"], as: .root)
    let namespace = try run("readlink", "/proc/\(world.processID)/ns/\(option.kind)").output
    let entered = try pangaea(
      "enter", "\(world.processID)", option.word, "--", "readlink", "/proc/thread-self/ns/\(option.kind)", as: .root)
    #expect(entered.output == namespace, "\(entered.error)")
    try world.end()
  }

  @Test(.enabled(if: Caller.root.isPossible)) func joinsThePIDNamespaceAlone() throws {
    let world = try DetachedWorld([], as: .root)
    let entered = try pangaea("enter", "\(world.processID)", "--pid", "--", "sh", "-c", "echo $$")
    #expect(entered.lines.first == "3", "after the init and the sleep")
    try world.end()
  }

  @Test(.enabled(if: Caller.root.isPossible)) func joinsTheMountNamespaceAlone() throws {
    let target = try TemporaryDirectory()
    let world = try DetachedWorld(["--tmpfs", "\(target.path):size=3m"], as: .root)
    let entered = try pangaea(
      "enter", "\(world.processID)", "-m", "--", "sh", "-c", "stat -f -c %T \(target.path); echo $$")
    #expect(entered.lines.first == "tmpfs")
    #expect(entered.lines.last != "3", "the PID namespace is the caller's")
    try world.end()
  }

  @Test(arguments: Caller.possible) func joinsTheUserNamespaceAlone(caller: Caller) throws {
    let world = try DetachedWorld(["--user-namespace"], as: caller)
    #expect(try joined(world.processID, ["--user"], as: caller) == ["user"])
    let outcome = try pangaea("enter", "\(world.processID)", "--user", "--", "id", "-u", as: caller)
    #expect(outcome.output == "0\n")
    try world.end()
  }

  @Test(.enabled(if: Caller.root.isPossible)) func joinsByPath() throws {
    let world = try DetachedWorld(["--hostname", "baltica"], as: .root)
    let outcome = try pangaea("enter", "/proc/\(world.processID)/ns/uts", "--", "hostname", as: .root)
    #expect(outcome.output == "baltica\n")
    try world.end()
  }

  @Test(arguments: Caller.possible) func seesTheProcessTable(caller: Caller) throws {
    let world = try DetachedWorld([], as: caller)
    let outcome = try pangaea("enter", "\(world.processID)", "--", "ps", "-e", "-o", "comm=", as: caller)
    #expect(outcome.lines.contains("sleep") && outcome.lines.count <= 4, "\(outcome.output)")
    try world.end()
  }

  @Test(arguments: Caller.possible, BusyboxRoot.isPossible ? [true] : []) func takesOverRootAndDirectory(
    caller: Caller, _: Bool
  ) throws {
    let root = try BusyboxRoot()
    let world = try DetachedWorld(["--rootfs", root.path], as: caller, command: ["/bin/sleep", "60"])
    let outcome = try pangaea("enter", "\(world.processID)", "--", "/bin/sh", "-c", "pwd; ls /", as: caller)
    #expect(outcome.lines == ["/", "bin", "dev", "etc", "mnt", "proc", "tmp"], "\(outcome.error)")
    let elsewhere = try pangaea("enter", "\(world.processID)", "--workdir", "/etc", "--", "/bin/pwd", as: caller)
    #expect(elsewhere.output == "/etc\n")
    try world.end()
  }

  @Test(arguments: Caller.possible) func takesTheEnvironmentOfTheCommand(caller: Caller) throws {
    let name = "env-\(monotonicNanoseconds())"
    let world = try DetachedWorld(["--name", name, "--clear-env", "-e", "X=theirs", "-e", "PATH=/usr/bin"], as: caller)
    let theirs = try pangaea("enter", name, "--env", "target", "--", "env", as: caller, environment: ["X=mine"])
    #expect(theirs.lines == ["X=theirs", "PATH=/usr/bin"])
    let own = try pangaea("enter", name, "--env", "caller", "--", "env", as: caller, environment: ["X=mine"])
    #expect(own.lines.contains("X=mine"))
    try world.end()
  }

  @Test(.enabled(if: RunLimitTests.isPossible)) func joinsTheControlGroup() throws {
    let world = try DetachedWorld(["--share", "cgroup", "--pids", "9"], as: .root)
    let outside = try run("cat", "/proc/\(world.processID)/cgroup").output
    #expect(try pangaea("enter", "\(world.processID)", "--cgroup", "--", "cat", "/proc/self/cgroup").output == outside)
    #expect(try pangaea("enter", "\(world.processID)", "--", "cat", "/proc/self/cgroup").output != outside)
    try world.end()
  }

  @Test(.enabled(if: RunLimitTests.isPossible)) func joinsTheControlGroupOfAWholeWorld() throws {
    let name = "enter-\(monotonicNanoseconds())"
    let world = try DetachedWorld(["--share", "cgroup", "--pids", "9", "--name", name], as: .root)
    let theirs = try run("cat", "/proc/\(world.processID)/cgroup").output
    let own = try run("cat", "/proc/self/cgroup").output
    func joined(_ options: String...) throws -> String {
      try StartedProgram([pangaeaPath, "enter", name] + options + ["--", "cat", "/proc/self/cgroup"]).finish().output
    }
    #expect(try joined() == theirs)
    #expect(try joined("--no-cgroup") == own)
    #expect(try joined("--uts") == own)
    #expect(try joined("--uts", "--cgroup") == theirs)
    try world.end()
  }

  /// A world without limits is in the caller's own control group, which an ordinary user may not write to.
  @Test(arguments: Caller.possible) func joinsNoControlGroupThatItIsInAlready(caller: Caller) throws {
    let name = "enter-\(monotonicNanoseconds())"
    let world = try DetachedWorld(["--name", name], as: caller)
    let plan = try pangaea("enter", name, "--plan", as: caller)
    #expect(plan.status == .exited(0) && !plan.output.contains("control group"), "\(plan)")
    try world.end()
  }

  @Test(.enabled(if: Caller.root.isPossible)) func aShellAtATerminalHasOneOfItsOwn() throws {
    let name = "enter-\(monotonicNanoseconds())"
    let world = try DetachedWorld(["--name", name], as: .root)
    let outcome = try run("sh", "-c", "(sleep 1; echo exit) | script -qec '\(pangaeaPath) enter \(name)' /dev/null")
    #expect(outcome.status == .exited(0) && !outcome.output.contains("Cannot set tty"), "\(outcome)")
    try world.end()
  }

  @Test(
    arguments: Caller.possible,
    [
      (["sh", "-c", "exit 3"], 3), (["nosuchprogram"], 127), (["/etc"], 126), (["sh", "-c", "kill -9 $$"], 137),
    ] as [([String], Int32)]) func exitsWith(caller: Caller, command: (words: [String], status: Int32)) throws
  {
    let world = try DetachedWorld([], as: caller)
    let outcome = try StartedProgram([pangaeaPath, "enter", "\(world.processID)", "--"] + command.words, as: caller)
      .finish()
    #expect(outcome.status == .exited(command.status))
    try world.end()
  }

  @Test(arguments: Caller.possible) func aKilledEnterLeavesNothing(caller: Caller) throws {
    let world = try DetachedWorld(["--user-namespace"], as: caller)
    let marker = "6\(monotonicNanoseconds() % 1_000_000)"
    var started = try StartedProgram(
      [pangaeaPath, "enter", "\(world.processID)", "--", "sh", "-c", "echo ready; exec sleep \(marker)"], as: caller)
    try started.awaitOutput("ready")
    try started.pidfd.send(.kill)
    _ = try started.finish()
    let isGone = try eventually { try run("pgrep", "-f", "^sleep \(marker)").output.isEmpty }
    #expect(isGone)
    try world.end()
  }

  @Test(arguments: Caller.possible) func planDoesNothing(caller: Caller) throws {
    let world = try DetachedWorld([], as: caller)
    let outcome = try pangaea("enter", "\(world.processID)", "--plan", "--", "true", as: caller)
    #expect(outcome.output.contains("setns("))
    #expect(outcome.status == .exited(0))
    try world.end()
  }

  @Test(arguments: [
    ([], "whose world"), (["999999999", "--", "true"], "no process has PID 999999999"),
    (["nosuchworld", "--", "true"], "no process, world or container 'nosuchworld'"),
    (["/etc/passwd"], "is no namespace"),
    (["/nowhere/x"], "cannot open the namespace /nowhere/x"), (["1", "--env", "x"], "caller or target"),
    (["--bogus"], "unrecognized"),
  ]) func complainsOf(request: (words: [String], message: String)) throws {
    let outcome = try StartedProgram([pangaeaPath, "enter"] + request.words).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains(request.message), "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible)) func anothersProcessIsOutOfReach() throws {
    let world = try DetachedWorld([], as: .root)
    let outcome = try pangaea("enter", "\(world.processID)", "--", "true", as: .ordinary)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("why: process \(world.processID) is another user's"), "\(outcome.error)")
    try world.end()
  }

  @Test(.enabled(if: Caller.ordinary.isPossible)) func tellsThatTheUserNamespaceComesFirst() throws {
    let world = try DetachedWorld([], as: .ordinary)
    let outcome = try pangaea("enter", "\(world.processID)", "--uts", "--", "true", as: .ordinary)
    #expect(outcome.status == .exited(125))
    #expect(
      outcome.error.contains("which you have not joined") && outcome.error.contains("try: add --user"),
      "\(outcome.error)")
    try world.end()
  }
}
