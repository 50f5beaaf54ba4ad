// What the lab prints of a terminal, as a value: each typed line once, wherever its echo comes.

import Testing

@testable import Commands

@Suite struct ShownTerminalTests {
  private func take(_ text: String, _ terminal: inout ShownTerminal) -> [String] { terminal.take(Array(text.utf8)) }

  @Test func showsALineAsItsShellEchoesIt() {
    var terminal = ShownTerminal()
    #expect(take("A$ ", &terminal) == [])
    terminal.type("echo hi")
    #expect(take("echo h", &terminal) == [])
    #expect(take("i\r\nhi\r\nA$ ", &terminal) == ["A$ echo hi", "hi"])
    #expect(terminal.settle() == [])
  }

  @Test(arguments: ["", "A$ ", "A$ echo", "A$ echo hi"])
  func showsALineWhoseEchoIsLateOnce(_ before: String) {
    var terminal = ShownTerminal()
    #expect(take(before, &terminal) == [])
    terminal.type("echo hi")
    #expect(terminal.settle() == [before.isEmpty ? "echo hi" : "A$ echo hi"])
    #expect(terminal.settle() == [])
    let rest = "A$ echo hi\r\nhi\r\necho hi\r\nA$ ".dropFirst(before.count)
    #expect(take(String(rest), &terminal) == ["hi", "echo hi"], "an output that looks alike is no echo")
  }

  @Test func tellsApartWhatIsTypedTwice() {
    var terminal = ShownTerminal()
    terminal.type("cat")
    #expect(terminal.settle() == ["cat"])
    terminal.type("cat")
    #expect(terminal.settle() == ["cat"])
    #expect(take("[1] 7\r\nA$ cat\r\nA$ cat\r\ncat\r\n", &terminal) == ["[1] 7", "cat"])
  }

  @Test func showsControlCharacters() {
    var terminal = ShownTerminal()
    terminal.type("\u{3}")
    #expect(take("^C\r\n", &terminal) == ["^C"])
    terminal.type("\u{1a}")
    #expect(terminal.settle() == ["^Z"])
    #expect(take("^Z\r\n[1]+  Stopped\r\n", &terminal) == ["[1]+  Stopped"])
  }
}
