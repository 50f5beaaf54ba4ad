// `run`: worlds that stay, worlds with names, worlds with limits, and plans of worlds.

import Cgroups
import Linux
import Testing
import struct SystemPackage.FilePath

/// A detached world, ended with the value.
struct DetachedWorld: ~Copyable {
  let processID: Int32

  init(_ options: [String], as caller: Caller, command: [String] = ["sleep", "60"]) throws {
    let outcome = try StartedProgram([pangaeaPath, "run", "--detach"] + options + ["--"] + command, as: caller).finish()
    try #require(outcome.status == .exited(0), "\(outcome.error)")
    let number = try #require(Int32(outcome.output.trimmed))
    processID = number
  }

  var exists: Bool { (try? PIDFD(opening: processID)) != nil }

  /// The control groups that it made, in all hierarchies.
  static func controlGroups() throws -> [String] {
    try run("find", "/sys/fs/cgroup", "-name", "pangaea-[0-9]*").lines
  }

  /// Ends it, and waits until its supervisor has tidied up.
  consuming func end() throws {
    let stat = try run("sh", "-c", "sed 's/.*) //' /proc/\(processID)/stat").output.split(separator: " ")
    let supervisor = stat.count > 1 ? Int32(stat[1]) ?? 0 : 0
    try? PIDFD(opening: processID).send(.kill)
    let isOver = eventually { supervisor < 2 || (try? PIDFD(opening: supervisor)) == nil }
    #expect(isOver)
  }

  deinit {
    try? PIDFD(opening: processID).send(.kill)
  }
}

private func uniqueName(_ start: String) -> String { "\(start)-\(monotonicNanoseconds())" }

@Suite struct RunDetachedTests {
  @Test(arguments: Caller.possible) func returnsAtOnceAndStaysThere(caller: Caller) throws {
    let world = try DetachedWorld(["--hostname", "gondwana"], as: caller)
    let exists = world.exists
    #expect(exists)
    #expect(try namespace("uts", of: "\(world.processID)") != namespace("uts"))
    try world.end()
  }

  @Test(arguments: Caller.possible) func holdsNoPipeOfTheCaller(caller: Caller) throws {
    // finish() returns when both pipes have no writer left.
    let started = monotonicNanoseconds()
    let world = try DetachedWorld([], as: caller)
    #expect(monotonicNanoseconds() - started < 20_000_000_000)
    let streams = try run(
      "sh", "-c", "readlink /proc/\(world.processID)/fd/0 /proc/\(world.processID)/fd/1 /proc/\(world.processID)/fd/2")
    #expect(streams.lines == ["/dev/null", "/dev/null", "/dev/null"])
    try world.end()
  }

  @Test func writesToFilesThatWereGiven() throws {
    let directory = try TemporaryDirectory()
    let command =
      "\(pangaeaPath) run -d -- sh -c 'sleep 0.2; echo later; echo wrong >&2' > \(directory.path)/out 2> \(directory.path)/error"
    #expect(try run("sh", "-c", command).status == .exited(0))
    let hasCome = try eventually { try run("cat", "\(directory.path)/out").output.hasSuffix("later\n") }
    #expect(hasCome)
    let hasFailed = try eventually { try run("cat", "\(directory.path)/error").output == "wrong\n" }
    #expect(hasFailed)
  }

  @Test(arguments: Caller.possible) func tellsWhatWentWrong(caller: Caller) throws {
    let outcome = try pangaea("run", "-d", "--", "nosuchprogram", as: caller)
    #expect(outcome.status == .exited(127))
    #expect(outcome.error.hasPrefix("pangaea: cannot find the command 'nosuchprogram'"))
  }

  @Test func outlivesAReaderThatWentAway() throws {
    let name = uniqueName("pipe")
    let outcome = try run(
      "bash", "-c", "\(pangaeaPath) run -d --name \(name) -- sleep 60 | true; echo ${PIPESTATUS[0]}")
    #expect(["0", "141"].contains(outcome.output.trimmed))
    let entered = try pangaea("enter", name, "--", "sh", "-c", "kill -9 $(ps -o pid= -C sleep); echo ended")
    #expect(entered.output.contains("ended") || entered.status == .exited(137))
  }

  @Test func saysThatItCannotPrint() throws {
    let outcome = try StartedProgram([pangaeaPath, "run", "-d", "--", "sleep", "0.2"], closing: [1]).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("cannot print that the world runs as PID"))
  }
}

@Suite struct RunNameTests {
  @Test(arguments: Caller.possible) func isFoundByItsName(caller: Caller) throws {
    let name = uniqueName("blue")
    let world = try DetachedWorld(["--name", name, "--hostname", "laurentia"], as: caller)
    #expect(try pangaea("enter", name, "--", "hostname", as: caller).output == "laurentia\n")
    try world.end()
    let gone = try pangaea("enter", name, "--", "hostname", as: caller)
    #expect(gone.status == .exited(125))
    #expect(gone.error.contains("no process, world or container '\(name)'"))
  }

  /// Each user has names of their own; that there may be one of root's is said, as it cannot be looked up.
  @Test(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible)) func anothersNameIsNotSaidToBeNone() throws
  {
    let name = uniqueName("roots")
    let world = try DetachedWorld(["--name", name], as: .root)
    for words in [["enter", name, "--", "true"], ["kill", "--name", name], ["ns", name], ["env", name]] {
      let outcome = try StartedProgram([pangaeaPath] + words, as: .ordinary).finish()
      #expect(outcome.error.contains("; the names of root's worlds are in /run/pangaea, which this user"), "\(words)")
    }
    try world.end()
  }

  @Test(arguments: Caller.possible) func aTakenNameStaysWithItsWorld(caller: Caller) throws {
    let name = uniqueName("taken")
    let world = try DetachedWorld(["--name", name], as: caller)
    let directory = try TemporaryDirectory()
    _ = try run("chmod", "777", directory.path)
    for _ in 0..<2 {
      let second = try pangaea("run", "--name", name, "--", "touch", "\(directory.path)/ran", as: caller)
      #expect(second.status == .exited(125))
      #expect(second.error == "pangaea: there is a world '\(name)' already\n")
    }
    #expect(try run("ls", directory.path).output.isEmpty, "the second command must not run")
    #expect(try pangaea("enter", name, "--", "true", as: caller).status == .exited(0))
    try world.end()
  }

  @Test(arguments: Caller.possible) func isFreeAgainAfterTheEnd(caller: Caller) throws {
    let name = uniqueName("again")
    for _ in 0..<2 { #expect(try pangaea("run", "--name", name, "--", "true", as: caller).status == .exited(0)) }
  }

  @Test(arguments: Caller.possible) func isFreeAgainAfterAKill(caller: Caller) throws {
    let name = uniqueName("killed")
    var first = try StartedProgram(
      [pangaeaPath, "run", "--name", name, "--", "sh", "-c", "echo ready; sleep 60"], as: caller)
    try first.awaitOutput("ready")
    try first.pidfd.send(.kill)
    _ = try first.finish()
    let isFree = try eventually { try pangaea("run", "--name", name, "--", "true", as: caller).status == .exited(0) }
    #expect(isFree)
  }

  @Test(arguments: Caller.possible) func oneOfManyAtOnceGetsIt(caller: Caller) throws {
    let name = uniqueName("race")
    let script =
      "for i in 1 2 3 4 5 6 7 8; do \(pangaeaPath) run --name \(name) -- sleep 2 2>/dev/null & p=\"$p $!\"; done; for i in $p; do wait $i; echo $?; done"
    let outcome = try StartedProgram(["sh", "-c", script], as: caller).finish()
    #expect(outcome.lines.sorted() == ["0"] + Array(repeating: "125", count: 7))
  }

  @Test(arguments: ["", ".", "..", "../x", "-x", "123", "a/b", "a b", "é", String(repeating: "n", count: 65)])
  func isRefused(name: String) throws {
    let outcome = try pangaea("run", "--name=\(name)", "--", "true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("cannot be a name"), "\(outcome.error)")
  }
}

@Suite struct RunLimitTests {
  /// Whether the machine lets this user make worlds, and control groups with these limits: asked without `run`, so
  /// that one that is broken fails.
  static let isPossible: Bool = {
    let limits = CgroupLimits(cpus: 1, memory: 64 << 20, processes: 9)
    guard let plan = try? CgroupHierarchies.read().plan("probe", limits: limits) else { return false }
    return canMakeWorlds && !plan.steps.isEmpty
  }()

  @Test(.enabled(if: isPossible)) func isAMemberOfALimitedGroup() throws {
    let script = "cat /proc/self/cgroup; echo ready; read line"
    var started = try StartedProgram([
      pangaeaPath, "run", "--share", "cgroup", "--cpus", "0.5", "--memory", "64m", "--pids", "20", "--", "sh", "-c",
      script,
    ])
    try started.awaitOutput("ready")
    let suffix = "-\(started.processID)"
    let groups = try DetachedWorld.controlGroups().filter { $0.hasSuffix(suffix) }
    let limits = try run("sh", "-c", "cat \(groups.map { "\($0)/*" }.joined(separator: " ")) 2>/dev/null").output
    #expect(limits.contains("67108864"))
    #expect(limits.contains("50000"))
    let outcome = try started.finish()
    #expect(outcome.output.contains("pangaea-"))
    #expect(try DetachedWorld.controlGroups().filter { $0.hasSuffix(suffix) }.isEmpty, "removed at the end")
    #expect(!groups.isEmpty)
  }

  @Test(.enabled(if: isPossible)) func tooMuchMemoryIsKilled() throws {
    let outcome = try pangaea(
      "run", "--memory", "24m", "--", "sh", "-c", "head -c 300m /dev/zero | tail -c 200m >/dev/null; echo $?")
    #expect(outcome.output == "137\n", "tail was killed: \(outcome.error)")
  }

  @Test(.enabled(if: isPossible)) func saysThatMemoryRanOut() throws {
    let script = "head -c 300m /dev/zero | tail -c 200m >/dev/null; exit $?"
    let starved = try pangaea("run", "--memory", "24m", "--", "sh", "-c", script)
    #expect(starved.status == .exited(137))
    #expect(
      starved.error == "Killed\n" + """
        pangaea: the kernel killed the command of the world for want of memory
          why: the world reached its limit of 24M
          try: --memory 48M, or a command that needs less

        """)
    let killed = try pangaea("run", "--memory", "24m", "--", "sh", "-c", "kill -9 $$")
    #expect(killed.status == .exited(137) && killed.error.isEmpty)
  }

  @Test(.enabled(if: isPossible)) func tooManyProcessesAreRefused() throws {
    let outcome = try pangaea(
      "run", "--pids", "5", "--", "bash", "-c",
      "for i in 1 2 3 4 5 6 7 8; do sleep 5 & done 2>&1; jobs -r | wc -l; kill 0")
    #expect(outcome.output.contains("fork") || outcome.error.contains("fork"))
  }

  @Test(.enabled(if: isPossible)) func processorTimeIsShort() throws {
    let outcome = try pangaea("run", "--cpus", "0.1", "--", "bash", "-c", "while [ $SECONDS -lt 2 ]; do :; done; times")
    // The shell's user time of two seconds of wall: a tenth, with room for a busy machine.
    let user = try #require(outcome.lines.first?.split(separator: " ").first)
    let seconds = try #require(Double(user.dropFirst(2).dropLast()))
    #expect(seconds < 0.8, "\(outcome.output)")
  }

  @Test(.enabled(if: isPossible)) func whatAKilledSupervisorLeftIsSweptAway() throws {
    var started = try StartedProgram([pangaeaPath, "run", "--pids", "9", "--", "sh", "-c", "echo ready; sleep 60"])
    try started.awaitOutput("ready")
    let supervisor = started.processID
    try started.pidfd.send(.kill)
    _ = try started.finish()
    let isSwept = try eventually {
      _ = try pangaea("run", "--pids", "9", "--", "true")
      return try DetachedWorld.controlGroups().allSatisfy { !$0.hasSuffix("-\(supervisor)") }
    }
    #expect(isSwept)
  }

  @Test(.enabled(if: isPossible)) func aFailedStartLeavesNoGroup() throws {
    let started = try StartedProgram([pangaeaPath, "run", "--pids", "9", "--", "nosuchprogram"])
    let suffix = "-\(started.processID)"
    #expect(try started.finish().status == .exited(127))
    #expect(try DetachedWorld.controlGroups().filter { $0.hasSuffix(suffix) }.isEmpty)
  }

  @Test(arguments: [
    ["--cpus", "x"], ["--cpus", "0"], ["--cpus", "-1"], ["--cpus", "nan"], ["--memory", "0"], ["--memory", "1x"],
    ["--memory", "-5"], ["--memory", "1"], ["--memory", "4095"],
    ["--memory", "99999999999999999999g"], ["--pids", "0"], ["--pids", "1"], ["--pids", "-1"], ["--pids", "many"],
  ]) func complainsOf(limit: [String]) throws {
    let outcome = try StartedProgram([pangaeaPath, "run"] + limit + ["--", "true"]).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.hasPrefix("pangaea: "), "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible && isPossible))
  func anOrdinaryUserIsToldWhy() throws {
    let outcome = try pangaea("run", "--memory", "64m", "--", "true", as: .ordinary)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.split(separator: "\n").count == 3, "\(outcome.error)")
    #expect(outcome.error.contains("  why: ") && outcome.error.contains("  try: "))
  }
}

@Suite struct RunPlanTests {
  @Test(arguments: Caller.possible) func saysWhatItWouldDoAndDoesNothing(caller: Caller) throws {
    let directory = try TemporaryDirectory()
    let groups = try DetachedWorld.controlGroups()
    let outcome = try pangaea(
      "run", "--plan", "--net", "--hostname", "blue", "--tmpfs", directory.path, "--", "touch", "\(directory.path)/ran",
      as: caller)
    #expect(outcome.status == .exited(0))
    for call in ["clone3({flags=", "CLONE_NEWPID", "sethostname(\"blue\"", "move_mount", "execve("] {
      #expect(outcome.output.contains(call), "\(call) in \(outcome.output)")
    }
    #expect(try run("ls", directory.path).output.isEmpty)
    #expect(try DetachedWorld.controlGroups().count <= groups.count)
  }

  @Test(
    arguments: [
      (
        ["--tty"],
        ["openat(AT_FDCWD, \"/dev/ptmx\"", "TIOCGPTPEER", "TIOCSCTTY", "dup3(TERMINAL, 0, 0)", "ppoll([SIGNALFD, CON"]
      ),
      (["--tty", "--rootfs", "/"], ["socketpair(", "sendmsg(SOCKET, ", "recvmsg(SOCKET) = CONTROLLER"]),
      (["--name", "n"], ["flock(NAMES, LOCK_EX)", ".draft\"", "renameat2(", "AT_REMOVEDIR"]),
      (
        ["--name", "n", "--detach"],
        ["clone(SIGCHLD) = SUPERVISOR", "setsid()", "renameat2(", "write(ANSWER, \"PID\")"]
      ),
      ([], ["signalfd4(", "pidfd_open(SELF, 0) = CALLER", "ppoll(CALLER)", "waitid("]),
      (["--pids", "20"], ["mkdir(\"", "PR_SET_DUMPABLE", "waitid(", "take it away", "rmdir(\""]),
    ] as [([String], [String])])
  func hidesNoStepOfTheSession(options: [String], calls: [String]) throws {
    let outcome = try StartedProgram([pangaeaPath, "run", "--plan"] + options + ["--", "true"]).finish()
    var rest = outcome.output[...]
    for call in calls {
      let place = try #require(rest.firstRange(of: call), "\(call) in \(outcome.output)")
      rest = rest[place.upperBound...]
    }
    let nameless = outcome.lines.filter { $0.contains("(-1") && !$0.hasPrefix("  signalfd4(") }
    #expect(nameless.isEmpty, "\(outcome.output)")
  }

  @Test func makesNoNamespace() throws {
    // Under a limit of no namespaces at all, the plan is printed all the same.
    let script =
      "echo 0 > /proc/sys/user/max_uts_namespaces; \(pangaeaPath) run --plan -- true | grep -c NEWUTS; \(pangaeaPath) run -- true"
    let outcome = try run("unshare", "-Ur", "sh", "-c", script)
    #expect(outcome.output == "1\n")
    #expect(outcome.status == .exited(125))
  }

  @Test func speaksJSON() throws {
    let outcome = try pangaea("run", "--plan", "--json", "--", "true")
    #expect(outcome.output.hasPrefix("{"))
    let check = try StartedProgram([
      "python3", "-c", "import json,sys; print(len(json.loads(sys.argv[1])['steps']) > 5)", outcome.output,
    ])
    #expect(try check.finish().output == "True\n")
  }
}
