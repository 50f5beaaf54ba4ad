// Pseudo-terminals on the real kernel: what is typed arrives, sizes and modes are kept, jobs are told apart.

import Linux
import struct SystemPackage.FilePath
import Testing

@Suite struct TerminalTests {
  @Test func passesWhatIsTyped() throws {
    let pty = try PseudoTerminal()
    try pty.controller.write("echo\n")
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = try pty.terminal.read(into: &buffer)
    #expect(String(decoding: buffer[..<count], as: UTF8.self) == "echo\n")
    let isTerminal = pty.terminal.isTerminal
    #expect(isTerminal)
    #expect(try pty.number() >= 0)
  }

  @Test func keepsItsSize() throws {
    let pty = try PseudoTerminal(size: WindowSize(rows: 30, columns: 0))
    #expect(try pty.controller.windowSize() == WindowSize(rows: 30, columns: 0))
    try pty.controller.setWindowSize(WindowSize(rows: 1, columns: 132))
    #expect(try pty.terminal.windowSize() == WindowSize(rows: 1, columns: 132))
  }

  @Test func becomesRawAndBack() throws {
    let pty = try PseudoTerminal()
    let cooked = try pty.terminal.attributes()
    #expect(cooked.echoes && cooked.isCanonical)
    try pty.terminal.setAttributes(cooked.raw)
    let raw = try pty.terminal.attributes()
    #expect(!raw.echoes && !raw.isCanonical)
    try pty.controller.write("x")
    var buffer = [UInt8](repeating: 0, count: 8)
    #expect(try pty.terminal.read(into: &buffer) == 1)
    try pty.terminal.setAttributes(cooked)
    #expect(try pty.terminal.attributes() == cooked)
  }

  @Test func countsWhatCanBeRead() throws {
    let pty = try PseudoTerminal()
    try pty.controller.write("a line\nand no line")
    while try pty.terminal.bytesToRead() == 0 { pause(nanoseconds: 1_000_000) }
    #expect(try pty.terminal.bytesToRead() == 7)
  }

  @Test func belongsToASession() throws {
    let pty = try PseudoTerminal()
    #expect(throws: SystemCallError.self) { try pty.terminal.terminalSession() }
    var program = SystemCallProgram()
    program.append(.startSession())
    program.append(.setControllingTerminal(.descriptor(pty.terminal.number)))
    program.append(.waitForever())
    let child = try program.start()
    while (try? pty.controller.terminalSession()) != child.processID { pause(nanoseconds: 1_000_000) }
    #expect(try pty.controller.foregroundProcessGroup() == child.processID)
    try child.pidfd.send(.kill)
    #expect(try child.pidfd.wait() == .signaled(.kill))
  }

  @Test func refusesWhatIsNoTerminal() throws {
    let null = try FileDescriptor.open("/dev/null")
    let isTerminal = null.isTerminal
    #expect(!isTerminal)
    let error = #expect(throws: SystemCallError.self) { try null.windowSize() }
    #expect(error?.errno == .enotty)
  }
}
