// kill: signals by name and number, branches, worlds by name, refusals; and the classic program beside procps'.

import JSON
import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Commands

/// A process that the test started, with everybody below it; ended with the test.
private struct Sleeper: ~Copyable {
  let processID: Int32
  let pidfd: PIDFD

  /// Runs a shell script; by default it becomes one sleep.
  init(_ script: String = "exec sleep 90") throws {
    var program = SystemCallProgram()
    program.append(.startProcessGroup())
    program.append(
      .execute(
        ["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)]))
    let child = try program.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    processID = child.processID
    pidfd = child.pidfd
  }

  /// Waits until it has so many descendants.
  func awaitDescendants(_ count: Int) throws {
    let processID = processID
    #expect(
      try eventually { try pangaea("kill", "--tree", "-n", "\(processID)").lines.count == count + 1 },
      "it has no \(count) descendants")
  }

  deinit {
    _ = try? sendSignal(.kill, to: -processID)
    _ = try? pidfd.waitNow()
  }
}

private let hasKill = (try? run("/usr/bin/kill", "--version"))?.output.contains("procps") == true

@Suite struct KillTests {
  @Test(arguments: [
    ([], Signal.terminate), (["-9"], .kill), (["-KILL"], .kill), (["-SIGKILL"], .kill), (["-s", "KILL"], .kill),
    (["-s", "9"], .kill), (["--signal", "hup"], .hangup), (["--signal=SIGHUP"], .hangup), (["-int"], .interrupt),
    (["-USR1"], .user1), (["-q", "7", "-USR1"], .user1),
  ])
  func sendsASignal(_ options: [String], _ signal: Signal) throws {
    let sleeper = try Sleeper()
    let outcome = try StartedProgram([pangaeaPath, "kill"] + options + ["\(sleeper.processID)"]).finish()
    #expect(outcome.status == .exited(0) && outcome.output.isEmpty && outcome.error.isEmpty)
    #expect(try sleeper.pidfd.wait() == .signaled(signal))
  }

  @Test(arguments: [("-TREM", "-TERM"), ("-FOO", "-L"), ("-SIGKIL", "-KILL")])
  func namesTheNearestSignal(_ typed: String, _ remedy: String) throws {
    let outcome = try pangaea("kill", typed, "999999999")
    #expect(outcome.status == .exited(2))
    #expect(
      outcome.error.hasPrefix("pangaea: there is no signal '\(typed.dropFirst())'\n  why: the signals are HUP INT"))
    #expect(outcome.error.hasSuffix("  try: pangaea kill \(remedy)\n"))
  }

  @Test(.enabled(if: Caller.root.isPossible)) func suggestsTheNameOfAWorld() throws {
    let world = try DetachedWorld(["--name", "kill-suggested"], as: .root)
    let outcome = try pangaea("kill", "kill-suggested")
    #expect(outcome.status == .exited(1))
    #expect(
      outcome.error.hasSuffix(
        "  why: it is the name of a world or container\n  try: pangaea kill --name kill-suggested\n"))
    try world.end()
  }

  @Test func sendsToAGroupAndSaysSo() throws {
    let sleeper = try Sleeper("sleep 90 & sleep 90 & wait")
    try sleeper.awaitDescendants(2)
    let outcome = try pangaea("kill", "-v", "-KILL", "--", "-\(sleeper.processID)")
    #expect(outcome.output == "SIGKILL to PID -\(sleeper.processID)\n")
    #expect(try sleeper.pidfd.wait() == .signaled(.kill))
  }

  @Test func onlyAsksWithSignal0() throws {
    let sleeper = try Sleeper()
    #expect(try pangaea("kill", "-0", "\(sleeper.processID)").status == .exited(0))
    #expect(try sleeper.pidfd.waitNow() == nil)
    let missing = try pangaea("kill", "-0", "4194304")
    #expect(missing.status == .exited(1))
    #expect(missing.error == "pangaea: cannot send SIG0 to PID 4194304: No such process\n")
  }

  @Test(arguments: [([], "TERM"), (["-KILL"], "KILL"), (["-q", "7", "-USR1"], "USR1")])
  func saysWhoWouldGetASignal(_ options: [String], _ signal: String) throws {
    let sleeper = try Sleeper()
    let typed = [pangaeaPath, "kill", "--dry-run"] + options + ["\(sleeper.processID)"]
    let outcome = try StartedProgram(typed).finish()
    #expect(outcome.status == .exited(0) && outcome.error.isEmpty)
    #expect(outcome.output == "\(sleeper.processID) sleep would get SIG\(signal)\n")
    pause(nanoseconds: 50_000_000)
    #expect(try sleeper.pidfd.waitNow() == nil)
  }

  @Test func saysWhoOfAGroupWouldGetASignal() throws {
    let sleeper = try Sleeper("sleep 90 & sleep 90 & wait")
    try sleeper.awaitDescendants(2)
    let outcome = try pangaea("kill", "-n", "-KILL", "--", "-\(sleeper.processID)")
    #expect(outcome.status == .exited(0) && outcome.lines.first == "\(sleeper.processID) sh would get SIGKILL")
    #expect(outcome.lines.filter { $0.hasSuffix(" sleep would get SIGKILL") }.count == 2)
    #expect(try sleeper.pidfd.waitNow() == nil)
    let missing = try pangaea("kill", "-n", "4194304")
    #expect(missing.status == .exited(1) && missing.output.isEmpty)
    #expect(missing.error == "pangaea: cannot send SIGTERM to PID 4194304: No such process\n")
  }

  @Test func goesOnAfterAFailure() throws {
    let sleeper = try Sleeper()
    let outcome = try pangaea("kill", "x", "4194304", "\(sleeper.processID)")
    #expect(outcome.status == .exited(1))
    #expect(outcome.error.contains("x is no PID") && outcome.error.contains("No such process"))
    #expect(try sleeper.pidfd.wait() == .signaled(.terminate))
  }

  @Test(.enabled(if: Caller.ordinary.isPossible && UserIDs.current.effective == 0))
  func saysThatItMayNot() throws {
    let sleeper = try Sleeper()
    let outcome = try pangaea("kill", "\(sleeper.processID)", as: .ordinary)
    #expect(outcome.status == .exited(1))
    let why = "it is user 0's, and this process, user 65534's, lacks CAP_KILL"
    let refusal = "\(sleeper.processID): Operation not permitted\n"
    #expect(outcome.error == "pangaea: cannot send SIGTERM to PID \(refusal)  why: \(why)\n")
    let branch = try pangaea("kill", "--tree", "\(sleeper.processID)", as: .ordinary)
    #expect(branch.status == .exited(1))
    #expect(branch.output == "\(sleeper.processID) sleep was spared: Operation not permitted: \(why)\n")
    let single = try pangaea("kill", "--dry-run", "\(sleeper.processID)", as: .ordinary)
    #expect(single.status == .exited(1) && single.output.isEmpty && single.error == outcome.error)
    let dry = try pangaea("kill", "--tree", "--dry-run", "\(sleeper.processID)", as: .ordinary)
    #expect(dry.status == .exited(1))
    #expect(dry.output == "\(sleeper.processID) sleep would be spared: Operation not permitted: \(why)\n")
    #expect(try sleeper.pidfd.waitNow() == nil)
  }

  @Test(arguments: [
    ([], "no PID is given"), (["-s", "NOSUCH", "1"], "there is no signal 'NOSUCH'"), (["-q", "x", "1"], "no integer"),
    (["--nosuch", "1"], "unrecognized option '--nosuch'"), (["-s"], "option requires an argument -- 's'"),
  ])
  func refusesAWrongCommandLine(_ arguments: [String], _ message: String) throws {
    let outcome = try StartedProgram([pangaeaPath, "kill"] + arguments).finish()
    #expect(outcome.status == .exited(2) && outcome.error.contains(message), "\(outcome.error)")
  }

  @Test func listsAndConvertsSignals() throws {
    #expect(try pangaea("kill", "-l").output.hasPrefix("HUP INT QUIT"))
    #expect(try pangaea("kill", "-l", "9").output == "KILL\n")
    #expect(try pangaea("kill", "-l", "KILL").output == "9\n")
    #expect(try pangaea("kill", "--list=SIGUSR1").output == "10\n")
    #expect(try pangaea("kill", "-L").output.contains(" 9 KILL"))
    #expect(try pangaea("kill", "-l", "NOSUCH").status == .exited(1))
  }
}

@Suite struct KillBranchTests {
  @Test func endsABranchAndSaysWhatEnded() throws {
    let sleeper = try Sleeper("sh -c 'sleep 90 & sleep 90; :' & sleep 90; :")
    try sleeper.awaitDescendants(4)
    let dry = try pangaea("kill", "--tree", "--dry-run", "\(sleeper.processID)")
    #expect(dry.status == .exited(0) && dry.lines.count == 5)
    #expect(dry.lines[0] == "\(sleeper.processID) sh would get SIGKILL")
    #expect(dry.lines.filter { $0.hasSuffix(" sleep would get SIGKILL") }.count == 3)
    #expect(try sleeper.pidfd.waitNow() == nil)
    let done = try pangaea("kill", "--tree", "-v", "\(sleeper.processID)")
    #expect(done.status == .exited(0) && done.error.isEmpty)
    #expect(
      Set(done.lines)
        == Set(dry.lines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") + " got SIGKILL" }))
    #expect(try sleeper.pidfd.wait() == .signaled(.kill))
    for line in done.lines {
      let processID = String(line.prefix { $0.isNumber })
      #expect(try eventually { try pangaea("kill", "-0", processID).status == .exited(1) }, "\(line)")
    }
  }

  @Test func saysNothingUnasked() throws {
    let sleeper = try Sleeper("sleep 90 & wait")
    let outcome = try pangaea("kill", "-t", "\(sleeper.processID)")
    #expect(outcome.status == .exited(0) && outcome.output.isEmpty && outcome.error.isEmpty)
    #expect(try sleeper.pidfd.wait() == .signaled(.kill))
  }

  @Test func givesAnotherSignal() throws {
    let sleeper = try Sleeper("sleep 90 & exec sleep 90")
    try sleeper.awaitDescendants(1)
    let outcome = try pangaea("kill", "--tree", "-v", "-TERM", "\(sleeper.processID)")
    #expect(outcome.lines.count == 2 && outcome.lines.allSatisfy { $0.hasSuffix("got SIGTERM") })
    #expect(try sleeper.pidfd.wait() == .signaled(.terminate))
  }

  /// Whoever handles the signal lives on: 0 says that it was sent.
  @Test func anotherSignalIsSentAndMayBeHandled() throws {
    let sleeper = try Sleeper("trap : TERM; while :; do sleep 90; done")
    try sleeper.awaitDescendants(1)
    #expect(try pangaea("kill", "--tree", "-TERM", "\(sleeper.processID)").status == .exited(0))
    #expect(try sleeper.pidfd.waitNow() == nil)
    try sleeper.awaitDescendants(1)
    #expect(try pangaea("kill", "--tree", "\(sleeper.processID)").status == .exited(0))
    #expect(try sleeper.pidfd.wait() == .signaled(.kill))
  }

  @Test func refusesTheFirstProcessItsOwnAncestorsAndNobody() throws {
    let first = try pangaea("kill", "--tree", "1")
    #expect(first.status == .exited(1))
    #expect(
      first.error == "pangaea: cannot end the branch of PID 1\n  why: every process descends from PID 1\n")
    let own = try pangaea("kill", "--tree", "--dry-run", "\(CallingProcess.processID)")
    #expect(own.status == .exited(1))
    #expect(own.error.contains("why: this command is in that branch"))
    let nobody = try pangaea("kill", "--tree", "4194304")
    #expect(nobody.status == .exited(1) && nobody.error.contains("no such process"))
  }

  @Test func tellsPrograms() throws {
    let sleeper = try Sleeper("sleep 90 & wait")
    try sleeper.awaitDescendants(1)
    let outcome = try pangaea("kill", "--tree", "--json", "\(sleeper.processID)")
    let branch = try #require(JSONValue(Array(outcome.output.utf8))?["branches"]?.elements.first)
    #expect(branch["pid"] == .number("\(sleeper.processID)") && branch["signal"]?.text == "KILL")
    #expect(branch["processes"]?.elements.count == 2 && branch["remaining"]?.elements.isEmpty == true)
    #expect(branch["dryRun"]?.truth == false)
    _ = try sleeper.pidfd.wait()
  }

  @Test(arguments: [
    ("4194304", "cannot end the branch of PID 4194304: no such process"),
    ("1", "cannot end the branch of PID 1: every process descends from PID 1"), ("x", "x is no PID"),
  ])
  func tellsProgramsWhatFailed(_ processID: String, _ reason: String) throws {
    let outcome = try pangaea("kill", "--tree", "--json", processID)
    #expect(outcome.status == .exited(1))
    let said = try #require(JSONValue(Array(outcome.output.utf8)))
    #expect(said["branches"]?.elements.isEmpty == true && said["errors"]?.elements.count == 1)
    #expect(said["errors"]?.elements.first?["object"]?.text == "PID \(processID)")
    #expect(said["errors"]?.elements.first?["reason"]?.text == reason)
  }
}

@Suite(.enabled(if: canMakeWorlds, "user namespaces with a /proc of their own cannot be made here"))
struct KillWorldTests {
  /// Runs a test with a world that has a name, and gives the end that it came to.
  private func withWorld(
    _ command: [String] = ["sleep", "90"], _ body: (String) throws -> Void
  ) throws -> Linux.ExitStatus {
    let name = "t\(monotonicNanoseconds())"
    let world = try StartedProgram([pangaeaPath, "run", "--name", name, "--"] + command)
    #expect(try eventually { try pangaea("ns", name).status == .exited(0) }, "the world has not begun")
    try body(name)
    return try world.finish().status
  }

  @Test func endsTheWorldOfAName() throws {
    let status = try withWorld(["sh", "-c", "sleep 90 & sleep 90 & wait"]) { name in
      #expect(try eventually { try pangaea("kill", "--name", name, "-n").lines.count == 4 })
      let outcome = try pangaea("kill", "-v", "--name", name)
      #expect(outcome.status == .exited(0) && outcome.lines.count == 4, "\(outcome)")
      #expect(outcome.lines.allSatisfy { $0.hasSuffix("got SIGKILL") })
    }
    #expect(status == .exited(137))
  }

  @Test func sendsASignalToTheWorldsCommand() throws {
    let status = try withWorld(["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done"]) { name in
      pause(nanoseconds: 300_000_000)
      let outcome = try pangaea("kill", "-TERM", "--name", name)
      #expect(outcome.status == .exited(0) && outcome.output.isEmpty)
    }
    #expect(status == .exited(7))
  }

  @Test func saysThatTheWorldsCommandWouldGetASignal() throws {
    _ = try withWorld { name in
      func foreseen() throws -> [String] { try pangaea("kill", "-n", "-TERM", "--name", name).lines.map { String($0) } }
      #expect(try eventually { try foreseen().first?.hasSuffix(" sleep would get SIGTERM") == true })
      #expect(try foreseen().count == 1)
      #expect(try pangaea("ns", name).status == .exited(0), "it has ended")
      _ = try pangaea("kill", "--name", name)
    }
  }

  @Test func queuesAValueToTheWorldsCommand() throws {
    // siginfo_t has the value where it has the status of a child.
    let script = """
      use POSIX; my $exit = POSIX::SigAction->new(sub { exit $_[1]{status} }, POSIX::SigSet->new, SA_SIGINFO);
      POSIX::sigaction(SIGUSR1, $exit); sleep 1 while 1
      """
    let status = try withWorld(["perl", "-e", script]) { name in
      pause(nanoseconds: 500_000_000)
      let outcome = try pangaea("kill", "-USR1", "-q", "11", "--name", name)
      #expect(outcome.status == .exited(0), "\(outcome.error)")
    }
    #expect(status == .exited(11))
  }

  @Test func listsTheNamespacesOfAWorldByItsName() throws {
    _ = try withWorld { name in
      let listed = try pangaea("ns", "-n", "-o", "TYPE,NPROCS", name)
      #expect(listed.lines.contains { $0.hasPrefix("pid ") })
      let completed = try pangaea("complete", "--", "kill", "--name", String(name.prefix(4)))
      #expect(completed.output.contains("\(name)\tPID "))
      _ = try pangaea("kill", "--name", name)
    }
  }

  @Test func saysThatThereIsNoSuchWorld() throws {
    let outcome = try pangaea("kill", "--name", "nosuch")
    #expect(outcome.status == .exited(1))
    #expect(
      outcome.error == """
        pangaea: there is no world or container 'nosuch'
          why: no `pangaea run --name nosuch` of this user is running, nor a container of that name

        """)
  }
}

/// The classic name, beside procps' own program.
@Suite(.enabled(if: hasKill, "procps' kill is not installed"))
struct ClassicKillTests {
  @Test(arguments: [
    ["-l"], ["-L"], ["-l", "9"], ["-l", "TERM"], ["-lKILL"], ["-l", "64000"], ["-s", "NOSUCH", "1"], ["x"], ["4194304"],
    ["-0", "4194304"], ["-9", "x"], ["--signal", "0", "4194304"], ["-q", "x", "1"],
  ])
  func answersAsProcps(_ arguments: [String]) throws {
    let original = try StartedProgram(["/usr/bin/kill"] + arguments).finish()
    let own = try runPangaea(arguments, as: "kill")
    #expect(own.text == original.output)
    #expect(own.status == original.status, "\(own.errorText) \(original.error)")
    // procps says its own name with or without its directory.
    func said(_ text: String) -> String { text.split(separator: "kill: ").last.map { String($0) } ?? text }
    #expect(said(own.errorText) == said(original.error))
  }

  /// What only the verb has is an error: a script that means another kill(1) must not end a branch, nor nobody.
  @Test(arguments: [["-t"], ["-n", "9"], ["-v"], ["--tree"], ["--dry-run"], ["--json"], ["--name"]])
  func hasNoOptionsOfTheVerb(_ options: [String]) throws {
    let sleeper = try Sleeper()
    let arguments = options + ["\(sleeper.processID)"]
    #expect(try StartedProgram(["/usr/bin/kill"] + arguments).finish().status == .exited(1))
    let own = try runPangaea(arguments, as: "kill")
    #expect(own.status == .exited(1) && own.text.isEmpty)
    #expect(own.errorText.contains("option"), "\(own.errorText)")
    #expect(try sleeper.pidfd.waitNow() == nil)
  }
}
