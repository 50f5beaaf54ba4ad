// `run --tty`: the command has a terminal of its own, and the caller's is as it was when all is over.

import Linux
import Testing
import struct SystemPackage.FilePath

/// `run` on a pseudo-terminal, as a person has it.
private struct Person: ~Copyable {
  let pty: PseudoTerminal
  let child: PIDFD
  let cooked: TerminalAttributes
  private var seen: [UInt8] = []

  init(_ words: [String], size: WindowSize = WindowSize(rows: 33, columns: 77), inputIsTerminal: Bool = true) throws {
    let pty = try PseudoTerminal(size: size)
    let cooked = try pty.terminal.attributes()
    var program = SystemCallProgram()
    program.append(.startSession())
    program.append(.setControllingTerminal(.descriptor(pty.terminal.number)))
    for stream: Int32 in 0...2 { program.append(.duplicate(.descriptor(pty.terminal.number), as: stream)) }
    program.append(
      .execute(
        [FilePath(pangaeaPath)], ([pangaeaPath, "run"] + words).map { Array($0.utf8) },
        environment: [Array("PATH=/usr/bin:/bin".utf8), Array("TERM=dumb".utf8)]))
    let started = try program.start(signalMask: SignalSet())
    try started.report.awaitExecution()
    self.cooked = cooked
    child = started.pidfd
    self.pty = pty
  }

  /// Waits until a text was printed.
  mutating func await(_ text: String, within seconds: Double = 20) throws {
    let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
    while !String(decoding: seen, as: UTF8.self).contains(text) {
      try #require(monotonicNanoseconds() < deadline, "'\(text)' is not on '\(String(decoding: seen, as: UTF8.self))'")
      try look()
    }
  }

  /// The end: how, and all that was printed.
  mutating func finish() throws -> (status: Linux.ExitStatus?, text: String) {
    let deadline = monotonicNanoseconds() + 20_000_000_000
    var status: Linux.ExitStatus?
    while status == nil && monotonicNanoseconds() < deadline {
      try look()
      status = try child.waitNow()
    }
    if status == nil { try child.end() }
    try look()
    return (status, String(decoding: seen, as: UTF8.self))
  }

  private mutating func look() throws {
    var requests = [PollRequest(pty.controller)]
    guard try poll(&requests, timeout: 50_000_000) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = try pty.controller.read(into: &buffer)
    seen += buffer[..<count]
  }
}

@Suite struct RunTerminalTests {
  @Test func isATerminalOfItsOwn() throws {
    let script = "test -t 0 && test -t 1 && test -t 2 && echo all; stty size; exit 5"
    var person = try Person(["--tty", "--", "sh", "-c", script])
    let end = try person.finish()
    #expect(end.text == "all\r\n33 77\r\n")
    #expect(end.status == .exited(5))
    let restored = try person.pty.terminal.attributes() == person.cooked
    #expect(restored)
  }

  /// In a world with a /dev of its own the terminal has a name there.
  @Test(arguments: Caller.possible, BusyboxRoot.isPossible ? [true] : [])
  func hasANameInTheWorldsOwnDevices(caller: Caller, _: Bool) throws {
    let root = try BusyboxRoot()
    let script = "busybox tty; busybox stty size; busybox ps -o tty,comm | busybox grep -c 136,0; echo x > /dev/pts/0"
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--tty", "--", "/bin/sh", "-c", "PATH=/bin; \(script)", as: caller)
    #expect(outcome.lines.filter { !$0.isEmpty }.first == "/dev/pts/0", "\(outcome.output)\(outcome.error)")
    #expect(outcome.output.contains("24 80") && outcome.output.hasSuffix("x\r\n"), "\(outcome.output)")
    #expect(outcome.status == .exited(0))
  }

  @Test(arguments: Caller.possible, BusyboxRoot.isPossible ? [true] : [])
  func aTerminalOfEnterHasANameThereToo(caller: Caller, _: Bool) throws {
    let root = try BusyboxRoot()
    let world = try DetachedWorld(["--rootfs", root.path], as: caller, command: ["/bin/sleep", "60"])
    let outcome = try pangaea("enter", "\(world.processID)", "--tty", "--", "/bin/busybox", "tty", as: caller)
    #expect(outcome.output == "/dev/pts/0\r\n", "\(outcome.error)")
    try world.end()
  }

  @Test func typesWhatIsTyped() throws {
    var person = try Person(["-t", "--", "sh", "-c", "echo ready; read line; echo got $line"])
    try person.await("ready")
    let isRaw = try eventually { try !person.pty.terminal.attributes().echoes }
    #expect(isRaw)
    try person.pty.controller.write("continent\r")
    let end = try person.finish()
    #expect(end.text.contains("got continent"))
  }

  @Test func interruptsTheCommandAlone() throws {
    var person = try Person([
      "-t", "--", "sh", "-c", "trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 0.05; done",
    ])
    try person.await("ready")
    _ = try eventually { try !person.pty.terminal.attributes().echoes }
    try person.pty.controller.write("\u{3}")
    let end = try person.finish()
    #expect(end.text.contains("caught"))
    #expect(end.status == .exited(8))
  }

  @Test func takesTheSizeAndEachNewOne() throws {
    let script = "trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.05; done"
    var person = try Person(["-t", "--", "sh", "-c", script])
    try person.await("33 77")
    try person.pty.controller.setWindowSize(WindowSize(rows: 11, columns: 22))
    try person.await("11 22")
    #expect(try person.finish().status == .exited(0))
  }

  @Test func acceptsATerminalOfNoColumns() throws {
    var person = try Person(["-t", "--", "stty", "size"], size: WindowSize(rows: 0, columns: 0))
    #expect(try person.finish().text == "0 0\r\n")
  }

  @Test func restoresTheTerminalWhenTheCommandIsMissing() throws {
    var person = try Person(["-t", "--", "nosuchprogram"])
    #expect(try person.finish().status == .exited(127))
    let restored = try person.pty.terminal.attributes() == person.cooked
    #expect(restored)
  }

  @Test func restoresTheTerminalAfterASignal() throws {
    var person = try Person(["-t", "--", "sh", "-c", "echo ready; exec sleep 60"])
    try person.await("ready")
    _ = try eventually { try !person.pty.terminal.attributes().echoes }
    try person.child.send(.terminate)
    #expect(try person.finish().status == .exited(143))
    let restored = try person.pty.terminal.attributes() == person.cooked
    #expect(restored)
  }

  @Test func withoutItTheCallersTerminalIsTheCommands() throws {
    var person = try Person([
      "--", "sh", "-c", "trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 0.05; done",
    ])
    try person.await("ready")
    try person.pty.controller.write("\u{3}")
    #expect(try person.finish().status == .exited(8))
  }
}

/// `--tty` where the caller has no terminal.
@Suite struct RunTerminalOfAPipeTests {
  @Test func theEndOfTheInputIsTold() throws {
    let outcome = try pangaea("run", "-t", "--", "sh", "-c", "stty -echo; cat; echo over", input: "one\ntwo")
    #expect(outcome.output.hasSuffix("two" + "over\r\n"), "\(outcome.output)")
    #expect(outcome.status == .exited(0))
  }

  @Test func emptyInputEnds() throws {
    #expect(try pangaea("run", "-t", "--", "cat").status == .exited(0))
  }

  @Test func moreInputThanTheTerminalHolds() throws {
    // The command reads nothing for a while, and prints meanwhile.
    let lines = (0..<40000).map { "\($0)\n" }.joined()
    let directory = try TemporaryDirectory()
    let file = try directory.file("input", lines)
    let command =
      "\(pangaeaPath) run -t -- sh -c 'stty -echo -icanon; sleep 0.5; seq 20000; head -c \(lines.utf8.count) | tail -1' < \(file)"
    let outcome = try run("sh", "-c", command)
    #expect(outcome.output.hasSuffix("39999\r\n"), "\(outcome.output.suffix(60))")
  }

  @Test func printsAllBeforeItsEnd() throws {
    let outcome = try pangaea("run", "-t", "--", "seq", "100000")
    #expect(outcome.lines.count == 100000)
    #expect(outcome.output.hasSuffix("100000\r\n"))
  }

  @Test func aReaderThatWentAwayEndsIt() throws {
    let outcome = try run("bash", "-c", "\(pangaeaPath) run -t -- seq 1000000 | head -1; echo ${PIPESTATUS[0]}")
    #expect(outcome.lines == ["1", "141"])
    #expect(outcome.error.isEmpty)
  }

  @Test func goesOnWhenTheCommandClosesIt() throws {
    let started = try StartedProgram([
      "bash", "-c", "\(pangaeaPath) run -t -- sh -c 'exec <&- >&- 2>&-; sleep 0.5; exit 4'; s=$?; times >&2; exit $s",
    ])
    let outcome = try started.finish()
    #expect(outcome.status == .exited(4))
    // Waiting takes no processor time: `times` says 0mN.NNNs for the children.
    let used = outcome.error.split(separator: "\n").last?.split(separator: " ").first ?? ""
    #expect(used.hasPrefix("0m0.0") || used.hasPrefix("0m0.1"), "\(outcome.error)")
  }
}
