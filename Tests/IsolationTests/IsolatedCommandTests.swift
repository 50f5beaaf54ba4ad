// What a world runs: where its program is looked for, and the environment that it is given.

import Isolation
import Testing

extension IsolatedCommand {
  /// The candidates as texts.
  fileprivate var paths: [String] { candidates.map { String(decoding: $0, as: UTF8.self) } }
}

@Suite struct IsolatedCommandTests {
  @Test func looksInEachDirectoryOfPath() {
    let command = IsolatedCommand(["ls"], environment: ["PATH=/a:/b/c::/d/"])
    #expect(command.paths == ["/a/ls", "/b/c/ls", "./ls", "/d//ls"])
  }

  @Test func looksInTheUsualDirectoriesWithoutPath() {
    let command = IsolatedCommand(["ls"], environment: [])
    #expect(command.paths.first == "/usr/local/bin/ls")
    #expect(command.paths.contains("/bin/ls"))
  }

  @Test func anEmptyPathIsTheDirectoryItself() {
    #expect(IsolatedCommand(["ls"], environment: ["PATH="]).paths == ["./ls"])
  }

  @Test(arguments: ["/bin/ls", "./ls", "sub/ls", "ls/"]) func takesANameWithASlashAsItIs(name: String) {
    #expect(IsolatedCommand([name], environment: ["PATH=/a"]).paths == [name])
  }

  @Test func hasNoCandidateWithoutAName() {
    #expect(IsolatedCommand([], environment: []).paths.isEmpty)
    #expect(IsolatedCommand([""], environment: ["PATH=/a"]).paths.isEmpty)
  }

  @Test func keepsBytesThatAreNotUTF8() {
    let command = IsolatedCommand(arguments: [[0xFF, 0x2F, 0x80]], environment: [])
    #expect(command.candidates == [[0xFF, 0x2F, 0x80]])
  }

  @Test func findsTheFirstOfTwoVariables() {
    let command = IsolatedCommand(["x"], environment: ["AB=0", "A=1", "A=2", "broken"])
    #expect(command.value(of: "A") == Array("1".utf8))
    #expect(command.value(of: "B") == nil)
    #expect(command.value(of: "broken") == nil)
  }

  @Test func setsInThePlaceOfAllFormerOnes() {
    var command = IsolatedCommand(["x"], environment: ["A=1", "AB=0", "A=2", "broken"])
    command.set("A", to: Array("3=4".utf8))
    #expect(command.environment.map { String(decoding: $0, as: UTF8.self) } == ["AB=0", "broken", "A=3=4"])
    command.unset("A")
    #expect(command.value(of: "A") == nil)
  }

  @Test func startsTheLoginShell() {
    let own = IsolatedCommand.loginShell(environment: [Array("SHELL=/usr/bin/fish".utf8)])
    #expect(own.arguments == [Array("-fish".utf8)])
    #expect(own.paths == ["/usr/bin/fish"])
    #expect(IsolatedCommand.loginShell(environment: []).paths == ["/bin/sh"])
  }
}
