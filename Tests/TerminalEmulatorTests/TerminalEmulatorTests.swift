// The emulated terminal: sequences in, cells out; and full-screen programs in it.

import Linux
import Processes
import struct SystemPackage.FilePath
import TerminalEmulator
import Testing

private func terminal(rows: Int = 4, columns: Int = 10, scrollback: Int = 100, _ text: String = "") -> TerminalEmulator
{
  let terminal = TerminalEmulator(WindowSize(rows: rows, columns: columns), scrollback: scrollback)
  terminal.write(Array(text.utf8))
  return terminal
}

private func lines(_ terminal: TerminalEmulator) -> [String] {
  (0..<terminal.size.rows).map { terminal.text(row: $0) }
}

@Suite struct EscapeSequenceTests {
  @Test func printsAndMovesTheCursor() {
    let screen = terminal("one\r\ntwo\u{1b}[1;8Hx\u{1b}[3;1Hend")
    #expect(lines(screen) == ["one    x", "two", "end", ""])
    #expect(screen.cursor == (2, 3) && screen.showsCursor)
    screen.write(Array("\u{1b}[?25l\u{1b}[2J".utf8))
    #expect(!screen.showsCursor && lines(screen) == ["", "", "", ""])
  }

  @Test func takesSequencesInPieces() {
    let screen = terminal()
    for byte in "\u{1b}[31mé\u{1b}[0m漢".utf8 { screen.write([byte]) }
    #expect(lines(screen)[0] == "é漢" && screen[0, 0].foreground == .palette(1))
    #expect(screen[0, 1].width == 2 && screen[0, 2].width == 0 && screen[0, 2].characters.isEmpty)
  }

  @Test func knowsColours() {
    let screen = terminal("\u{1b}[1;4;7;38;5;200;48;2;1;2;3mx\u{1b}[0my")
    let cell = screen[0, 0]
    #expect(cell.foreground == .palette(200) && cell.background == .light(red: 1, green: 2, blue: 3))
    #expect(cell.attributes == [.bold, .underline, .reverse])
    #expect(screen[0, 1].foreground == .terminal && screen[0, 1].attributes.isEmpty)
  }

  @Test func combinesCharacters() {
    let screen = terminal("e\u{301}x")
    #expect(screen[0, 0].characters == ["e", "\u{301}"] && screen[0, 1].characters == ["x"])
  }

  @Test func keepsTheScreenBelowAnAlternateOne() {
    let screen = terminal("shell\u{1b}[?1049h\u{1b}[Hfull")
    #expect(screen.isAlternate && lines(screen)[0] == "full")
    screen.write(Array("\u{1b}[?1049l".utf8))
    #expect(!screen.isAlternate && lines(screen)[0] == "shell")
  }

  @Test func keepsWhatScrolledAway() {
    let screen = terminal(rows: 2, scrollback: 3, "1\r\n2\r\n3\r\n4\r\n5\r\n6")
    #expect(lines(screen) == ["5", "6"] && screen.scrollback == 3)
    #expect((-3..<0).map { screen.text(row: $0) } == ["2", "3", "4"])
  }

  @Test func takesAnotherSize() {
    let screen = terminal("one\r\ntwo")
    screen.resize(WindowSize(rows: 6, columns: 20))
    #expect(screen.size == WindowSize(rows: 6, columns: 20) && lines(screen)[0] == "one")
    screen.write(Array("\u{1b}[6;20Hz".utf8))
    #expect(lines(screen)[5].hasSuffix("z"))
    screen.resize(WindowSize(rows: 1, columns: 1))
    screen.resize(WindowSize(rows: 0, columns: 0))
    #expect(screen.size == WindowSize(rows: 1, columns: 2))
  }

  @Test func answersAndSendsKeys() {
    let screen = terminal("\u{1b}[6n")
    #expect(screen.takeOutputBytes() == Array("\u{1b}[1;1R".utf8) && screen.output.isEmpty)
    screen.press(.up)
    screen.write(Array("\u{1b}[?1h".utf8))
    screen.press(.up)
    screen.type("c", .control)
    screen.press(.function(1))
    #expect(screen.takeOutputBytes() == Array("\u{1b}[A\u{1b}OA\u{3}\u{1b}OP".utf8))
  }

  @Test func tellsOfTheMouseOnlyWhoAsked() {
    let screen = terminal()
    screen.mouse(row: 1, column: 2, button: 1, isPressed: true)
    #expect(screen.takeOutputBytes().isEmpty && !screen.wantsMouse)
    screen.write(Array("\u{1b}[?1000h\u{1b}[?1006h".utf8))
    screen.mouse(row: 1, column: 3, button: 1, isPressed: false)
    screen.mouse(row: 1, column: 3, button: 1, isPressed: true)
    #expect(screen.wantsMouse && String(decoding: screen.takeOutputBytes(), as: UTF8.self).contains("\u{1b}[<0;4;2M"))
  }

  @Test func survivesAnything() {
    let screen = terminal()
    var state: UInt64 = 1
    for size in 1...60 {
      screen.write(
        (0..<4096).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return [0x1b, 0x5b, 0x3b, 0x48, UInt8(truncatingIfNeeded: state >> 33)][Int(state >> 60) % 5]
        })
      screen.resize(WindowSize(rows: size % 7 + 1, columns: size % 13 + 1))
      _ = lines(screen)
    }
  }
}

@Suite struct FullScreenProgramTests {
  private static let busybox = ["/usr/bin/busybox", "/bin/busybox"].first {
    (try? FileDescriptor.workingDirectory.status(of: FilePath($0))) != nil
  }

  /// Runs a program on a pseudo-terminal whose screen is an emulator.
  private final class Program {
    let screen = TerminalEmulator(WindowSize(rows: 24, columns: 80))
    private let pty: PseudoTerminal
    private let child: PIDFD

    init(_ arguments: [String]) throws {
      let pty = try PseudoTerminal()
      var program = SystemCallProgram()
      program.append(.startSession())
      program.append(.setControllingTerminal(.descriptor(pty.terminal.number)))
      for standard: Int32 in 0...2 { program.append(.duplicate(.descriptor(pty.terminal.number), as: standard)) }
      let environment = ["TERM=xterm-256color", "PATH=/usr/bin:/bin", "HOME=/nonexistent"]
      program.append(
        .execute(
          [FilePath(arguments[0])], arguments.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) }))
      let started = try program.start()
      try started.report.awaitExecution()
      child = started.pidfd
      self.pty = pty
    }

    /// Lets the program print until the screen is as wanted.
    func awaits(_ what: String, _ isSo: (TerminalEmulator) -> Bool) throws {
      let end = monotonicNanoseconds() + 10_000_000_000
      var buffer = [UInt8](repeating: 0, count: 4096)
      while !isSo(screen) {
        if monotonicNanoseconds() > end {
          Issue.record("\(what) is not on the screen:\n\(lines(screen))")
          return
        }
        let count = (try? pty.controller.read(into: &buffer)) ?? 0
        screen.write(Array(buffer[..<count]))
        try pty.controller.write(screen.takeOutputBytes())
        if count == 0 { pause(nanoseconds: 5_000_000) }
      }
    }

    func type(_ text: String) throws { try pty.controller.write(text) }

    func end() throws {
      _ = try child.sendIfAlive(.kill)
      _ = try child.wait()
    }
  }

  @Test(.enabled(if: busybox != nil, "busybox is needed"))
  func editsInVi() throws {
    let program = try Program([try #require(FullScreenProgramTests.busybox), "vi", "/nonexistent/file"])
    try program.awaits("vi") { $0.text(row: 1) == "~" && $0.text(row: 22) == "~" }
    #expect(program.screen.isAlternate)
    try program.type("ifirst\rsecond\u{1b}")
    try program.awaits("what was typed") { $0.text(row: 0) == "first" && $0.text(row: 1) == "second" }
    try program.type("1GO\u{1b}")
    try program.awaits("a line above") { $0.text(row: 0).isEmpty && $0.text(row: 1) == "first" }
    try program.type(":q!\r")
    try program.awaits("the screen before vi") { !$0.isAlternate }
    try program.end()
  }

  @Test(.enabled(if: busybox != nil, "busybox is needed"))
  func watchesTop() throws {
    let program = try Program([try #require(FullScreenProgramTests.busybox), "top"])
    try program.awaits("top") { screen in
      screen.text(row: 0).hasPrefix("Mem:") && (0..<24).contains { screen.text(row: $0).contains("PID") }
    }
    #expect((0..<24).contains { row in program.screen[row, 1].attributes.contains(.reverse) })
    try program.type("q")
    try program.end()
  }
}
