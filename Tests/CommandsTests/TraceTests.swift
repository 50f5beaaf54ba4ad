// trace: what is told of a command, its exit status, the forms, and that nobody is missing.

import JSON
import Linux
import Processes
import SQLite
import Testing

import struct SystemPackage.FilePath

@testable import Commands

@Suite struct TraceTests {
  @Test(arguments: Caller.possible) func tellsOfAllThatACommandBegets(_ caller: Caller) throws {
    let outcome = try trace([], "sleep 0.2; (exit 3); sh -c 'kill -9 $$'; exit 7", as: caller)
    #expect(outcome.status == .exited(7) && outcome.output.isEmpty)
    #expect(outcome.error.contains("exec sleep 0.2\n"))
    let tree = outcome.error.split(separator: "\n").drop { !$0.contains("COMMAND") }
    #expect(tree.count == 5 || !kernelAnnounces, "the tree has a line for each: \(tree)")
    #expect(tree.contains { $0.contains("─sleep 0.2") || $0.contains("-sleep 0.2") })
    guard kernelAnnounces else { return }
    #expect(tree.contains { $0.contains(" SIGKILL ") } && tree.contains { $0.contains(" 3  ") })
  }

  @Test(arguments: [
    ("exit 0", 0), ("exit 42", 42), ("kill -TERM $$", 143), ("exec /nonexistent", 127), ("exec /etc/passwd", 126),
  ])
  func passesTheStatusOn(_ script: String, _ status: Int32) throws {
    #expect(try trace(["-q"], script).status == .exited(status))
  }

  @Test func saysWhyACommandDoesNotStart() throws {
    let missing = try pangaea("trace", "-q", "/nonexistent/x")
    #expect(missing.status == .exited(127) && missing.error.contains("cannot execute '/nonexistent/x': execve: ENOENT"))
    #expect(try pangaea("trace", "-q", "--", "/etc/passwd").status == .exited(126))
    #expect(try pangaea("trace", "-p", "999999999").status == .exited(1))
    #expect(try pangaea("trace").status == .exited(125))
    #expect(try pangaea("trace", "-p", "1", "--all").status == .exited(125))
    #expect(try pangaea("trace", "-q", "--json", "true").status == .exited(125))
  }

  @Test(.enabled(if: Caller.root.isPossible && kernelAnnounces)) func tellsWhatAnExecChanged() throws {
    let script =
      "BLUE=1 sleep 0.2; cd /; sleep 0.2; unshare -u sleep 0.2; setpriv --reuid 12345 --clear-groups sleep 0.2"
    let outcome = try trace(["-q", "--env"], script)
    #expect(outcome.error.contains("+BLUE=1"))
    #expect(outcome.error.contains("sleep 0.2 cwd=/\n"))
    #expect(outcome.error.contains(" → sleep 0.2 +uts") && outcome.error.contains(" user=12345\n"))
    #expect(outcome.error.contains(" KiB ") || outcome.error.contains(" MiB "))
    // Without being asked it shows nobody's environment.
    #expect(try !trace([], "BLUE=1 sleep 0.2").error.contains("BLUE=1\n"))
  }

  @Test func looksAtProcWhereNobodyTells() throws {
    try #require(canMakeWorlds)
    let outcome = try run(
      "unshare", "-Urmpf", "--mount-proc", pangaeaPath, "trace", "--", "sh", "-c", "sleep 0.3; sleep 0.2; exit 4")
    #expect(outcome.status == .exited(4))
    #expect(outcome.error.contains("pangaea trace: /proc is looked at every "))
    #expect(outcome.error.hasSuffix("/proc was looked at again and again; what lived shorter may be missing\n"))
    #expect(outcome.error.contains("exec sleep 0.3\n") && outcome.error.contains("sleep 0.2"))
    #expect(outcome.error.contains("exit 4, after "))
  }

  @Test func followsAProcessUntilItsEnd() throws {
    let subject = try StartedProgram(["sh", "-c", "read x; sleep 0.3; exit 5"])
    let started = try StartedProgram([pangaeaPath, "trace", "--json", "-p", "\(subject.processID)"])
    pause(nanoseconds: 500_000_000)
    try subject.type("\n")
    let processID = subject.processID
    _ = try subject.finish()
    let outcome = try started.finish()
    #expect(outcome.status == .exited(0))
    let told = traceEvents(outcome.output)
    #expect(told.contains { $0["event"]?.text == "fork" && $0["ppid"]?.integer == UInt64(processID) })
    #expect(told.last?["event"]?.text == "end" && told.last?["processes"]?.integer == 1)
  }

  @Test func followsAllUntilInterrupted() throws {
    let started = try StartedProgram([pangaeaPath, "trace", "--all", "--json"])
    pause(nanoseconds: 700_000_000)
    let other = try StartedProgram(["sleep", "0.3"])
    let processID = other.processID
    _ = try other.finish()
    // Other tests start processes by the thousand meanwhile, which are told first.
    pause(nanoseconds: 1_500_000_000)
    try started.pidfd.send(.interrupt)
    let outcome = try started.finish()
    #expect(outcome.status == .exited(0))
    let own = traceEvents(outcome.output).filter { $0["pid"]?.integer == UInt64(processID) }.compactMap {
      $0["event"]?.text
    }
    #expect(own.first == "fork" && own.contains("exec") && own.last == "exit")
  }

  /// More than is taken at a time waits when the interruption comes: it is told all the same.
  @Test(.enabled(if: kernelAnnounces, "the kernel does not announce events here"))
  func tellsWhatWasAnnouncedUntilTheInterruption() throws {
    let (count, told) = try interruptedAfterMuch([.interrupt], status: 77)
    let ends = told.count { $0["event"]?.text == "exit" && $0["status"]?.integer == 77 }
    let last = told.last
    #expect(last?["event"]?.text == "end" && last?["unreadEvents"]?.integer == 0)
    // Others may start so many meanwhile that the kernel has to drop some.
    #expect(ends == count || last?["isComplete"]?.truth == false, "\(ends) of \(count)")
  }

  /// Who asks twice waits for nothing, and is told how much that was.
  @Test(.enabled(if: kernelAnnounces, "the kernel does not announce events here"))
  func countsWhatASecondInterruptionLeavesUnread() throws {
    let (count, told) = try interruptedAfterMuch([.interrupt, .terminate], status: 78)
    let unread = try #require(told.last?["unreadEvents"]?.integer)
    let ends = told.count { $0["event"]?.text == "exit" && $0["status"]?.integer == 78 }
    #expect(unread > 0 && told.last?["isComplete"]?.truth == false && ends < count)
  }

  /// A trace of everything that cannot go on while many processes live a moment each, and is interrupted then.
  ///
  /// - Parameter status: what they end with, to be told from those of another test.
  private func interruptedAfterMuch(_ signals: [Signal], status: Int) throws -> (count: Int, told: [JSONValue]) {
    let directory = try TemporaryDirectory("\(#function)\(signals.count)")
    let told = FilePath(directory.path + "/told")
    let started = try StartedProgram([pangaeaPath, "trace", "--all", "--json", "-o", told.string])
    // It listens as soon as it tells of somebody.
    let isListening = try eventually(within: 20) {
      _ = try run("true")
      return ((try? FileDescriptor.workingDirectory.status(of: told).size) ?? 0) > 0
    }
    try #require(isListening)
    try started.pidfd.send(.stop)
    let count = 2500
    let load = "i=0; while [ $i -lt \(count) ]; do (exit \(status)); i=$((i+1)); done"
    _ = try StartedProgram(["sh", "-c", load]).finish(within: 120)
    for signal in signals { try started.pidfd.send(signal) }
    try started.pidfd.send(.resume)
    #expect(try started.finish(within: 60).status == .exited(0))
    let text = try FileDescriptor.open(told).readAll()
    return (count, traceEvents(String(decoding: text, as: UTF8.self)))
  }

  @Test func saysThatItCannotPrint() throws {
    let outcome = try pangaea("trace", "-q", "-o", "/dev/full", "--", "true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error == "pangaea: cannot write to '/dev/full': write: ENOSPC\n")
    let directory = try TemporaryDirectory()
    _ = try pangaea("trace", "-q", "--record", directory.path + "/r", "--", "true")
    #expect(try pangaea("trace", "replay", "-o", "/dev/full", directory.path + "/r").status == .exited(125))
    #expect(try StartedProgram([pangaeaPath, "trace", "true"], closing: [1, 2]).finish().status == .exited(0))
  }

  @Test(.enabled(if: Caller.root.isPossible)) func leavesNoRecordThatTheDiskHasNoRoomFor() throws {
    let directory = try TemporaryDirectory()
    let outcome = try run(
      "unshare", "-m", "--propagation", "private", "sh", "-c",
      "mount -t tmpfs -o size=8k none \(directory.path); \(pangaeaPath) trace --record \(directory.path)/r -- true; "
        + "echo $?; ls -A \(directory.path)")
    #expect(outcome.output == "125\n", "\(outcome)")
    #expect(outcome.error.contains("database or disk is full"), "\(outcome)")
  }

  @Test(.enabled(if: kernelAnnounces && Caller.root.isPossible)) func namesThreadsOfTheKernel() throws {
    let started = try StartedProgram([pangaeaPath, "trace", "-q", "-p", "2"])
    let processID = started.processID
    #expect(try eventually { try ProcessRecord.read(processID, .stat).state == UInt8(ascii: "S") })
    pause(nanoseconds: 300_000_000)
    try started.pidfd.send(.interrupt)
    #expect(try started.finish().output.contains(" [kthreadd]\n"))
  }

  /// Nothing is to be done, so nothing is.
  @Test(.enabled(if: kernelAnnounces)) func restsWhileNothingHappens() throws {
    let started = try StartedProgram([pangaeaPath, "trace", "-q", "--", "sleep", "3"])
    pause(nanoseconds: 800_000_000)
    let processID = started.processID
    func used() throws -> UInt64 {
      let stat = try ProcessRecord.read(processID, .stat).stat
      return stat.userTime + stat.systemTime
    }
    let before = try used()
    pause(nanoseconds: 1_500_000_000)
    // Other tests' processes are announced, too: a few hundredths of a second.
    #expect(try used() - before < 30)
    _ = try started.finish()
  }

  @Test(.enabled(if: kernelAnnounces)) func escapesHostileCommandLines() throws {
    let directory = try TemporaryDirectory()
    let page = directory.path + "/page.html"
    let script = #"sh -c 'sleep 0.2' "$(printf '<script>alert(1)</script>\033[2J\n\377')" x; true"#
    let outcome = try trace(["--html", page, "--record", directory.path + "/r"], script)
    #expect(!outcome.error.contains("\u{1b}") && outcome.error.contains(#"\e[2J\n\xFF"#))
    let text = String(decoding: try FileDescriptor.open(FilePath(page)).readAll(), as: UTF8.self)
    #expect(!text.contains("<script") && text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(
      !text.contains("\u{1b}") && text.contains("default-src 'none'") && text.contains("prefers-color-scheme: dark"))
    let replayed = try pangaea("trace", "replay", "-q", directory.path + "/r")
    #expect(!replayed.output.contains("\u{1b}") && replayed.output.contains(#"\e[2J\n\xFF"#))
  }

  @Test(.enabled(if: kernelAnnounces)) func cutsWhatIsLong() throws {
    let outcome = try trace(["--json"], "sh -c 'sleep 0.2; true' \"$(head -c 100000 /dev/zero | tr '\\0' x)\"")
    let cut = traceEvents(outcome.error).first { $0["isCut"]?.truth == true }
    #expect(cut?["command"]?.elements.first?.text == "sh")
    #expect((cut?["command"]?.elements.last?.text?.utf8.count ?? 0) < 16384)
  }

  @Test func goesOnWhenNobodyReads() throws {
    let outcome = try run(
      "sh", "-c", "{ \(pangaeaPath) trace sh -c 'sleep 0.2; sleep 0.2; exit 6' 2>&1; echo $? >&2; } | true")
    #expect(outcome.error.trimmed == "6")
  }

  @Test(.enabled(if: hasSchemaValidator, "the Python module jsonschema is not installed"), arguments: [true, false])
  func keepsToItsSchema(_ isPolled: Bool) throws {
    let directory = try TemporaryDirectory()
    let lines = directory.path + "/lines"
    let script =
      "A=1 sleep 0.1; sh -c 'echo blue >/proc/self/comm'; setsid setpriv --reuid 5 --regid 5 --clear-groups sleep 0.1; sh -c 'kill -9 $$'"
    let traced = [pangaeaPath, "trace", "--env", "--json", "-o", lines, "sh", "-c", script]
    _ = try StartedProgram((isPolled ? ["unshare", "-Urmpf", "--mount-proc"] : []) + traced).finish()
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let validator = """
      import json, jsonschema
      schema = json.load(open("/\(root)/Documentation/schemas/trace.json"))
      lines = [json.loads(line) for line in open("\(lines)")]
      for line in lines: jsonschema.validate(line, schema)
      print(" ".join(sorted({line["event"] for line in lines})))
      """
    let outcome = try run("python3", "-c", validator)
    #expect(outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix("end exec exit fork"))
    if !isPolled, kernelAnnounces, Caller.root.isPossible {
      #expect(outcome.output == "end exec exit fork group name session user\n")
    }
  }
}

/// The count that matters: of 20,000 processes that live a moment each, nobody is missing.
@Suite(.serialized) struct TraceCountTests {
  @Test(.enabled(if: kernelAnnounces && Caller.root.isPossible, "the kernel does not announce events here"))
  func missesNobody() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/record"
    let script = "i=0; while [ $i -lt 20000 ]; do /bin/true; i=$((i+1)); done"
    let outcome = try StartedProgram(
      [pangaeaPath, "trace", "-q", "--record", path, "-o", directory.path + "/tree", "--", "sh", "-c", script]
    ).finish(within: 300)
    #expect(outcome.status == .exited(0) && outcome.error.isEmpty)
    let database = try Database(FilePath(path))
    let count = try database.statement(
      #"SELECT count(*), count("end"), count(status), (SELECT value FROM trace WHERE name = 'lostEvents') FROM process"#
    )
    #expect(try count.next())
    #expect(count.integer(3) == 0, "events were lost")
    #expect(count.integer(0) == 20_001 && count.integer(1) == 20_001 && count.integer(2) == 20_001)
    let programs = try database.statement("SELECT count(*) FROM program")
    #expect(try programs.next() && programs.integer(0) == 20_001)
    // Whoever was too fast for its arguments to be read has a name all the same.
    let names = try database.statement("SELECT count(*) FROM process WHERE name = CAST('true' AS BLOB)")
    #expect(try names.next() && names.integer(0) == 20_000)
    // 20,000 lines become a few.
    let tree = try FileDescriptor.open(FilePath(directory.path + "/tree")).readAll()
    #expect(tree.count { $0 == 10 } < 10)
  }
}
