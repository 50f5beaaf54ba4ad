// trace: what is told of a command, its exit status, the forms, records and their replay; and that nobody is missing.

import JSON
import Linux
import Processes
import SQLite
import Testing

import struct SystemPackage.FilePath

@testable import Commands

/// Whether the kernel announces events to a caller; where it does not, /proc is looked at.
private let kernelTells = (try? ProcessEventSocket.listen()) != nil

/// Runs a shell script under `trace`.
private func trace(_ options: [String], _ script: String, as caller: Caller? = nil) throws -> Outcome {
  try StartedProgram([pangaeaPath, "trace"] + options + ["--", "sh", "-c", script], as: caller).finish(within: 60)
}

/// The lines that are JSON, by their events.
private func events(_ text: String) -> [JSONValue] {
  text.split(separator: "\n").compactMap { JSONValue(Array($0.utf8)) }
}

@Suite struct TraceTests {
  @Test(arguments: Caller.possible) func tellsOfAllThatACommandBegets(_ caller: Caller) throws {
    let outcome = try trace([], "sleep 0.2; (exit 3); sh -c 'kill -9 $$'; exit 7", as: caller)
    #expect(outcome.status == .exited(7) && outcome.output.isEmpty)
    #expect(outcome.error.contains("exec sleep 0.2\n"))
    let tree = outcome.error.split(separator: "\n").drop { !$0.contains("COMMAND") }
    #expect(tree.count == 5 || !kernelTells, "the tree has a line for each: \(tree)")
    #expect(tree.contains { $0.contains("─sleep 0.2") || $0.contains("-sleep 0.2") })
    guard kernelTells else { return }
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

  @Test(.enabled(if: Caller.root.isPossible && kernelTells)) func tellsWhatAnExecChanged() throws {
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
    let told = events(outcome.output)
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
    let own = events(outcome.output).filter { $0["pid"]?.integer == UInt64(processID) }.compactMap { $0["event"]?.text }
    #expect(own.first == "fork" && own.contains("exec") && own.last == "exit")
  }

  /// Nothing is to be done, so nothing is.
  @Test(.enabled(if: kernelTells)) func restsWhileNothingHappens() throws {
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

  @Test(.enabled(if: kernelTells)) func escapesHostileCommandLines() throws {
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

  @Test(.enabled(if: kernelTells)) func cutsWhatIsLong() throws {
    let outcome = try trace(["--json"], "sh -c 'sleep 0.2; true' \"$(head -c 100000 /dev/zero | tr '\\0' x)\"")
    let cut = events(outcome.error).first { $0["isCut"]?.truth == true }
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
    if !isPolled, kernelTells, Caller.root.isPossible {
      #expect(outcome.output == "end exec exit fork group name session user\n")
    }
  }
}

@Suite struct TraceRecordTests {
  /// A record, and what was told when it was made.
  private func record(_ directory: borrowing TemporaryDirectory, _ script: String) throws -> (
    path: String, outcome: Outcome
  ) {
    let path = directory.path + "/record"
    return (path, try trace(["--env", "--record", path], script))
  }

  @Test func replaysWhatItRecorded() throws {
    let directory = try TemporaryDirectory()
    let (path, outcome) = try record(directory, "A=1 sleep 0.1; cd /; sh -c 'sleep 0.1; exit 3'; exec sleep 0.1")
    let replayed = try pangaea("trace", "replay", "--env", path)
    #expect(replayed.status == .exited(0) && replayed.error.isEmpty)
    // The first line of all may say that /proc was looked at; the order of one moment is not kept.
    let told = outcome.error.split(separator: "\n").filter { !$0.hasPrefix("pangaea trace:") }
    #expect(replayed.output.split(separator: "\n").sorted() == told.sorted())
    let json = try pangaea("trace", "replay", "--json", path)
    #expect(events(json.output).last?["event"]?.text == "end")
    let page = directory.path + "/page"
    #expect(try pangaea("trace", "replay", "-q", "--html", page, path).status == .exited(0))
    #expect(String(decoding: try FileDescriptor.open(FilePath(page)).readAll(), as: UTF8.self).hasSuffix("</html>\n"))
  }

  @Test func isForItsOwnerAloneAndOverwritesNothing() throws {
    let directory = try TemporaryDirectory()
    let (path, _) = try record(directory, "true")
    #expect(try FileDescriptor.workingDirectory.status(of: FilePath(path)).permissions & 0o777 == 0o600)
    let second = try record(directory, "true")
    #expect(second.outcome.status == .exited(125) && second.outcome.error.contains("no record is overwritten"))
  }

  @Test func refusesWhatIsCut() throws {
    let directory = try TemporaryDirectory()
    let (path, _) = try record(directory, "sleep 0.1; sleep 0.1")
    let whole = try FileDescriptor.open(FilePath(path)).readAll()
    for length in [0, 1, 99, 4095, 4096, whole.count / 2, whole.count - 4096, whole.count - 1] {
      let cut = directory.path + "/cut\(length)"
      try FileDescriptor.open(FilePath(cut), [.writeOnly, .create]).write(Array(whole[..<length]))
      let outcome = try pangaea("trace", "replay", cut)
      #expect(outcome.status == .exited(2) && outcome.output.isEmpty, "cut to \(length)")
      #expect(outcome.error.hasPrefix("pangaea: cannot replay '\(cut)'\n  why: it is "))
    }
  }

  @Test func survivesWhatIsDamaged() throws {
    let directory = try TemporaryDirectory()
    let (path, _) = try record(directory, "A=1 sleep 0.1; sh -c 'sleep 0.1'; true")
    let whole = try FileDescriptor.open(FilePath(path)).readAll()
    var random = SystemRandomNumberGenerator()
    for round in 0..<40 {
      var bytes = whole
      for _ in 0...round {
        bytes[Int.random(in: 100..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let damaged = directory.path + "/damaged"
      try FileDescriptor.open(FilePath(damaged), [.writeOnly, .create, .truncate]).write(bytes)
      let outcome = try pangaea("trace", "replay", "--env", damaged)
      #expect(outcome.status == .exited(0) || outcome.status == .exited(2))
    }
  }

  @Test func refusesWhatIsForeign() throws {
    let directory = try TemporaryDirectory()
    let foreign = directory.path + "/foreign"
    try FileDescriptor.open(FilePath(foreign), [.writeOnly, .create]).write("")
    #expect(try pangaea("trace", "replay", foreign).error.contains("why: it is a database, but no record of a trace"))
    try Database(FilePath(foreign), isWritable: true).execute(
      "PRAGMA application_id = 0x504e4741; PRAGMA user_version = 2; CREATE TABLE t(a)")
    #expect(try pangaea("trace", "replay", foreign).error.contains("why: it is of version 2"))
    #expect(try pangaea("trace", "replay", pangaeaPath).error.contains("why: it is no database"))
    #expect(try pangaea("trace", "replay", "/nonexistent").error.contains("cannot open '/nonexistent': openat: ENOENT"))
    #expect(try pangaea("trace", "replay").status == .exited(2))
  }

  /// Numbers that no process has, and a tree without a bottom.
  @Test func survivesNonsense() throws {
    let directory = try TemporaryDirectory()
    let (path, _) = try record(directory, "sleep 0.1")
    try Database(FilePath(path), isWritable: true).execute(
      """
      DELETE FROM program; DELETE FROM process;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO process SELECT i, i * 999999999999, -i, i - 1, i % 2, -9223372036854775808, 9223372036854775807, i, NULL,
          9223372036854775807, 9223372036854775807, 7 FROM n;
      INSERT INTO process(number, pid, parent, begin) VALUES (-5, 'x', -5, 'y'), (99999, NULL, 99999, x'00');
      INSERT INTO program(process, time, command) VALUES (1, 9223372036854775807, 5), (77777777, 0, 'x');
      """)
    for form in ["-q", "--json"] {
      let outcome = try pangaea("trace", "replay", form, "--html", directory.path + "/page", path)
      #expect(outcome.status == .exited(0))
    }
  }
}

/// The count that matters: of 20,000 processes that live a moment each, nobody is missing.
@Suite(.serialized) struct TraceCountTests {
  @Test(.enabled(if: kernelTells && Caller.root.isPossible, "the kernel does not announce events here"))
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
