// trace --record and trace replay: what was told is told again; records that are cut, damaged, foreign or nonsense.

import JSON
import Linux
import SQLite
import Testing

import struct SystemPackage.FilePath

@testable import Commands

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
    #expect(traceEvents(json.output).last?["event"]?.text == "end")
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
    #expect(try pangaea("trace", "replay", foreign).error.contains("why: it is empty"))
    try Database(FilePath(foreign), isWritable: true).execute("CREATE TABLE t(a)")
    #expect(try pangaea("trace", "replay", foreign).error.contains("why: it is a database, but no record of a trace"))
    try Database(FilePath(foreign), isWritable: true).execute("DROP TABLE t")
    try Database(FilePath(foreign), isWritable: true).execute(
      "PRAGMA application_id = 0x504e4741; PRAGMA user_version = 2; CREATE TABLE t(a)")
    #expect(try pangaea("trace", "replay", foreign).error.contains("why: it is of version 2"))
    #expect(try pangaea("trace", "replay", pangaeaPath).error.contains("why: it is no database"))
    #expect(try pangaea("trace", "replay", "/nonexistent").error.contains("cannot open '/nonexistent': statx: ENOENT"))
    let nothing = try pangaea("trace", "replay")
    #expect(nothing.status == .exited(2) && nothing.error.hasSuffix("\n  try: pangaea trace replay --help\n"))
  }

  /// Its maker was killed while it wrote: what was written until then is told.
  @Test func replaysWhatAKilledTraceHasWritten() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/record"
    let started = try StartedProgram(
      [pangaeaPath, "trace", "-q", "--record", path, "--", "sh", "-c", "sleep 0.1; exec sleep 4"])
    #expect(eventually { (try? FileDescriptor.workingDirectory.status(of: FilePath(path)).size) ?? 0 > 8192 })
    pause(nanoseconds: 1_500_000_000)
    try started.pidfd.send(.kill)
    #expect(try started.finish().status == .signaled(.kill))
    let outcome = try pangaea("trace", "replay", "-q", path)
    #expect(outcome.status == .exited(0) && outcome.error.contains("ends before the trace did"), "\(outcome)")
  }

  /// What is no file is said so at once: a pipe would be waited for.
  @Test func refusesWhatIsNoFile() throws {
    let directory = try TemporaryDirectory()
    _ = try run("mkfifo", directory.path + "/pipe")
    let pipe = directory.path + "/pipe"
    for (path, kind) in [(directory.path, "a directory"), ("/dev/null", "a device"), (pipe, "a named pipe")] {
      let outcome = try pangaea("trace", "replay", path)
      #expect(outcome.status == .exited(2) && outcome.output.isEmpty)
      #expect(
        outcome.error == """
          pangaea: cannot replay '\(path)'
            why: it is \(kind), and a record is a plain file
            try: pangaea trace --record FILE -- COMMAND makes a record

          """)
    }
    let missing = try pangaea("trace", "replay", directory.path + "/none")
    #expect(missing.error.contains("statx: ENOENT\n  why: there is no such file\n  try: pangaea trace --record "))
  }

  @Test(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible)) func saysWhoseAnUnreadableRecordIs() throws
  {
    let directory = try TemporaryDirectory()
    let (path, _) = try record(directory, "true")
    let outcome = try pangaea("trace", "replay", path, as: .ordinary)
    #expect(outcome.status == .exited(2))
    #expect(
      outcome.error == """
        pangaea: cannot open '\(path)': openat: EACCES
          why: it belongs to user 0, with permissions 600
          try: sudo pangaea trace replay \(path)

        """)
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
