// `run`: who the command is, what it has, how it ends, and what the supervisor does meanwhile.

import Linux
import Testing

@Suite struct RunCommandTests {
  @Test(arguments: Caller.possible) func handsTheEnvironmentOn(caller: Caller) throws {
    let outcome = try pangaea(
      "run", "--env", "A=1", "-e", "B=two=three", "-e", "C", "--", "env", as: caller, environment: ["C=4", "D=5"])
    #expect(outcome.lines == ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "D=5", "A=1", "B=two=three", "C=4"])
  }

  @Test(arguments: Caller.possible) func clearsTheEnvironment(caller: Caller) throws {
    let outcome = try pangaea(
      "run", "--clear-env", "-e", "C", "-e", "PATH=/usr/bin", "--", "env", as: caller, environment: ["C=4", "D=5"])
    #expect(outcome.lines == ["C=4", "PATH=/usr/bin"])
  }

  @Test(arguments: ["=1", "", "NOPE"]) func complainsOfTheVariable(variable: String) throws {
    let outcome = try pangaea("run", "-e", variable, "--", "true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("variable"))
  }

  @Test(
    .enabled(if: Caller.root.isPossible),
    arguments: [
      ("5:6", "5 6 6"), ("77", "77 77 77"), ("daemon", "1 1 1"), ("daemon:nogroup", "1 65534 65534"),
    ]) func becomesAUser(user: (name: String, ids: String)) throws
  {
    let outcome = try pangaea(
      "run", "--user", user.name, "--", "sh", "-c", "echo $(id -u) $(id -g) $(id -G)", as: .root)
    #expect(outcome.output == user.ids + "\n")
  }

  @Test(arguments: Caller.possible) func isAnyUserInAUserNamespace(caller: Caller) throws {
    let outcome = try pangaea(
      "run", "--user-namespace", "--user", "1234:5678", "--", "sh", "-c", "id -u; id -g; grep CapEff /proc/self/status",
      as: caller)
    #expect(outcome.lines == ["1234", "5678", "CapEff:\t0000000000000000"], "\(outcome.error)")
  }

  @Test(arguments: ["nobodyhere", "", "0:nogrouphere"]) func complainsOfTheUser(user: String) throws {
    let outcome = try pangaea("run", "--user", user, "--", "true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("there is no"))
  }

  @Test(arguments: Caller.possible) func hasNoNewPrivilegesUnlessAsked(caller: Caller) throws {
    let question = ["--", "grep", "NoNewPrivs", "/proc/self/status"]
    let without = try StartedProgram([pangaeaPath, "run"] + question, as: caller).finish()
    #expect(without.output == "NoNewPrivs:\t1\n")
    let with = try StartedProgram([pangaeaPath, "run", "--new-privileges"] + question, as: caller).finish()
    #expect(with.output == "NoNewPrivs:\t0\n")
  }

  @Test(
    arguments: Caller.possible,
    [
      (["nosuchprogram"], 127), (["/no/such/program"], 127), (["/etc"], 126), (["/etc/passwd"], 126),
      (["sh", "-c", "exit 0"], 0), (["sh", "-c", "exit 42"], 42), (["sh", "-c", "kill -9 $$"], 137),
      (["sh", "-c", "kill -TERM $$"], 143), (["sh", "-c", "exit 255"], 255),
    ] as [([String], Int32)]) func exitsWith(caller: Caller, command: (words: [String], status: Int32)) throws
  {
    let outcome = try StartedProgram([pangaeaPath, "run", "--"] + command.words, as: caller).finish()
    #expect(outcome.status == .exited(command.status))
    #expect(outcome.error.isEmpty == ![126, 127].contains(command.status))
  }

  @Test func tellsOfAMissingInterpreter() throws {
    let directory = try TemporaryDirectory()
    let script = try directory.file("script", "#!/no/such/interpreter\n")
    _ = try run("chmod", "755", script)
    let outcome = try pangaea("run", "--", script)
    #expect(outcome.status == .exited(127))
    #expect(outcome.error.contains("why: the file is there, but not the interpreter that it names"))
  }

  @Test(arguments: [
    [], ["--bogus", "--", "true"], ["--share", "bogus", "--", "true"], ["--hostname", "", "--", "true"],
    ["--hostname", String(repeating: "x", count: 65), "--", "true"], ["--monotonic", "x", "--", "true"],
    ["--share", "uts", "--hostname", "x", "--", "true"], ["--tty", "--detach", "--", "true"],
    ["--cap-add", "bogus", "--", "true"],
  ]) func complainsOfTheCommandLine(words: [String]) throws {
    let outcome = try StartedProgram([pangaeaPath, "run"] + words).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("try: pangaea run --help"), "\(outcome.error)")
  }

  @Test(arguments: Caller.possible) func complainsOfClocksBeforeZero(caller: Caller) throws {
    let outcome = try pangaea("run", "--monotonic", "-99999999999", "--", "true", as: caller)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("why: a clock of a time namespace"))
  }

  @Test func startsWhereTheDirectoryWasRemoved() throws {
    let directory = try TemporaryDirectory()
    let script =
      "mkdir \(directory.path)/gone; cd \(directory.path)/gone; rmdir \(directory.path)/gone; exec $0 run -- "
    let ran = try run("sh", "-c", script + "sh -c 'echo ran; readlink /proc/self/cwd'", pangaeaPath)
    #expect(ran.lines.first == "ran")
    #expect(ran.lines.last?.hasSuffix("(deleted)") ?? false)
  }

  @Test func startsWithClosedStandardStreams() throws {
    let quiet = try StartedProgram(
      [pangaeaPath, "run", "--", "sh", "-c", "ls /proc/self/fd; exit 3"], closing: [0, 1]
    ).finish()
    #expect(quiet.status == .exited(3) || quiet.status == .exited(2))
    let exits = try StartedProgram([pangaeaPath, "run", "--", "sh", "-c", "exit 3"], closing: [0, 1, 2]).finish()
    #expect(exits.status == .exited(3))
  }

  @Test func addsNoDescriptors() throws {
    // An open directory of the outside would be a way out. The last number is that of ls itself.
    let leaking = "exec 7</; exec \(pangaeaPath) run -- ls /proc/self/fd"
    #expect(try run("sh", "-c", leaking).lines == ["0", "1", "2", "3"])
    // The init closes what it inherited while the command starts already.
    let script = "for i in $(seq 200); do [ $(ls /proc/1/fd | wc -l) = 3 ] && break; sleep 0.01; done; ls /proc/1/fd"
    #expect(try pangaea("run", "--", "sh", "-c", script).lines == ["0", "1", "2"])
  }
}

/// Users of /etc/subuid, in a mount namespace whose files of that name the test brings along.
@Suite(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible)) struct RunSubordinateIDTests {
  private func outcome(_ line: String, _ words: String) throws -> Outcome {
    let directory = try TemporaryDirectory()
    let file = try directory.file("subids", line)
    let script = """
      mount --bind \(file) /etc/subuid && mount --bind \(file) /etc/subgid || exit 99
      exec setpriv --reuid 65534 --regid 65534 --clear-groups \(pangaeaPath) run \(words)
      """
    return try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
  }

  @Test func mapsManyUsers() throws {
    let outcome = try outcome("65534:300000:5000\n", "--subids -- sh -c 'cat /proc/self/uid_map; id -u'")
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    let ranges = outcome.lines.prefix(2).map { $0.split(separator: " ").map(String.init) }
    #expect(ranges == [["0", "65534", "1"], ["1", "300000", "5000"]])
    #expect(outcome.lines.dropFirst(2).first == "0")

  }

  @Test func becomesOneOfThem() throws {
    let outcome = try outcome(
      "nobody:300000:5000\n", "--subids --user 1000:1001 -- sh -c 'id -u; id -g; id -G; grep CapEff /proc/self/status'")
    #expect(outcome.lines == ["1000", "1001", "1001", "CapEff:\t0000000000000000"], "\(outcome.error)")
  }

  @Test func saysThatThereAreNone() throws {
    let outcome = try outcome("somebody:300000:5000\n", "--subids -- true")
    #expect(outcome.status == .exited(125))
    #expect(
      outcome.error.contains("has no IDs to map") && outcome.error.contains("why: /etc/subuid"), "\(outcome.error)")
  }

  @Test func saysThatAUserIsBeyondTheRange() throws {
    let outcome = try outcome("nobody:300000:5\n", "--subids --user 1000 -- true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("EINVAL"), "\(outcome.error)")
  }
}

@Suite struct RunCapabilityTests {
  private func capabilities(_ options: [String], as caller: Caller) throws -> [String: UInt64] {
    let words = [pangaeaPath, "run"] + options + ["--", "grep", "^Cap", "/proc/self/status"]
    let outcome = try StartedProgram(words, as: caller).finish()
    try #require(outcome.status == .exited(0), "\(outcome.error)")
    let pairs = outcome.lines.map { $0.split { $0 == ":" || $0 == "\t" }.map(String.init) }
    return Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], UInt64($0[1], radix: 16) ?? 0) })
  }

  @Test(arguments: Caller.possible) func dropsOne(caller: Caller) throws {
    let before = try capabilities([], as: caller)
    let after = try capabilities(["--cap-drop", "net_raw"], as: caller)
    for set in ["CapPrm", "CapEff", "CapBnd"] {
      #expect(after[set] == before[set]! & ~(1 << 13), "\(set)")
    }
  }

  @Test(arguments: Caller.possible) func keepsOneOfAll(caller: Caller) throws {
    let left = try capabilities(["--cap-drop", "ALL", "--cap-add", "CAP_CHOWN,kill"], as: caller)
    #expect(left == ["CapInh": 0, "CapPrm": 0x21, "CapEff": 0x21, "CapBnd": 0x21, "CapAmb": 0])
  }

  @Test(arguments: Caller.possible) func givesAnotherUserWhatIsAddedAlone(caller: Caller) throws {
    let options = caller == .root ? ["--user", "1000"] : ["--user", "1000"]
    let added = try capabilities(options + ["--cap-add", "net_bind_service"], as: caller)
    #expect(added["CapEff"] == 1 << 10)
    #expect(added["CapAmb"] == 1 << 10)
    let dropped = try capabilities(options + ["--cap-drop", "net_raw"], as: caller)
    #expect(dropped["CapEff"] == 0 && dropped["CapAmb"] == 0)
    #expect(dropped["CapBnd"]! & 1 << 13 == 0 && dropped["CapBnd"] != 0)
  }

  @Test(.enabled(if: Caller.root.isPossible)) func cannotAddWhatIsLacking() throws {
    let words = ["capsh", "--drop=cap_net_raw", "--", "-c", "\(pangaeaPath) run --cap-add net_raw -- true"]
    let outcome = try StartedProgram(words).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("this process lacks"), "\(outcome.error)")
  }
}

@Suite struct RunSignalTests {
  /// A world whose command says when it is ready, and what signal it got.
  private func start(_ caller: Caller, _ trap: String) throws -> StartedProgram {
    let script = "trap '\(trap)' TERM HUP USR1; echo ready; while :; do sleep 0.05; done"
    var started = try StartedProgram([pangaeaPath, "run", "--", "sh", "-c", script], as: caller)
    try started.awaitOutput("ready")
    return started
  }

  @Test(arguments: Caller.possible, [Signal.terminate, .hangup, .user1])
  func handsSignalsOn(caller: Caller, signal: Signal) throws {
    let started = try start(caller, "echo got it; exit 9")
    try started.pidfd.send(signal)
    let outcome = try started.finish()
    #expect(outcome.output == "ready\ngot it\n")
    #expect(outcome.status == .exited(9))
  }

  @Test(arguments: Caller.possible) func endsWithTheCommandThatASignalEnded(caller: Caller) throws {
    var started = try StartedProgram([pangaeaPath, "run", "--", "sh", "-c", "echo ready; exec sleep 60"], as: caller)
    try started.awaitOutput("ready")
    try started.pidfd.send(.terminate)
    #expect(try started.finish().status == .exited(143))
  }

  @Test(arguments: Caller.possible) func aKilledSupervisorEndsTheWorld(caller: Caller) throws {
    let marker = "5\(monotonicNanoseconds() % 1_000_000)"
    var started = try StartedProgram(
      [pangaeaPath, "run", "--", "sh", "-c", "sleep \(marker) & echo ready; sleep \(marker)"], as: caller)
    try started.awaitOutput("ready")
    try started.pidfd.send(.kill)
    #expect(try started.finish().status == .signaled(.kill))
    let isGone = try eventually { try run("pgrep", "-f", "^sleep \(marker)").output.isEmpty }
    #expect(isGone)
  }
}
