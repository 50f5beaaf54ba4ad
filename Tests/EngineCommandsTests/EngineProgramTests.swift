// The built runtime as an engine starts it: what it answers, where it complains, how it ends.

import Linux
import Testing

@testable import EngineCommands

@Suite struct EngineProgramTests {
  private let directory: TemporaryDirectory
  private var root: String { directory.path + "/root" }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func tellsItsVersion() throws {
    for option in ["--version", "-v", "-V"] {
      let answer = try runtime(option)
      #expect(answer.output.hasPrefix("pangaea-oci version ") && answer.output.contains("\nspec: 1.3.0\n"))
      #expect(answer.status == .exited(0))
    }
  }

  @Test(arguments: EngineVerbs.names) func helps(_ verb: String) throws {
    let page = try runtime(verb, "--help")
    #expect(page.status == .exited(0) && page.output.hasPrefix("Usage: pangaea-oci \(verb)"))
    #expect(try runtime("help", verb).output == page.output)
  }

  @Test(arguments: [
    (["nosuch"], "unknown command \"nosuch\""), ([], "please specify a command"),
    (["--log-format", "xml", "list"], "invalid log-format: xml"), (["--nosuch"], "unrecognized option '--nosuch'"),
    (["list", "--format", "xml"], "invalid format option"), (["state", "../x"], "invalid container ID format"),
  ]) func endsWithOne(_ words: [String], _ message: String) throws {
    let answer = try run([runtimePath] + words)
    let quoted = message.split(separator: "\"").joined(separator: "\\\"")
    #expect(answer.error.contains(quoted), "\(answer.error)")
    #expect(answer.error.hasPrefix("time=\"") && answer.error.split(separator: "\n").count == 1)
    #expect(answer.status == .exited(1) && answer.output.isEmpty)
  }

  private static let examples: [([String], Int32)] = [
    (["state"], 1), (["start"], 1), (["kill"], 1), (["delete"], 1), (["pause"], 1), (["resume"], 1), (["ps"], 1),
    (["update"], 1), (["events"], 1), (["exec", "nosuch", "true"], 255), (["delete", "--force"], 0),
  ]

  @Test(arguments: examples) func saysThatAContainerIsNotThere(_ words: [String], _ status: Int32) throws {
    let operands = words.count == 1 || words.last == "--force" ? ["nosuch"] : []
    let answer = try run([runtimePath, "--root", root] + words + operands)
    #expect(answer.status == .exited(status), "\(words): \(answer.error)")
    #expect(status == 0 ? answer.error.isEmpty : answer.error.contains("does not exist"), "\(words): \(answer.error)")
  }

  @Test func writesTheLogThatEnginesRead() throws {
    let log = directory.path + "/log"
    for _ in 1...2 {
      let answer = try runtime("--root", root, "--log", log, "--log-format", "json", "state", "nosuch")
      #expect(answer.error == "container does not exist: nosuch\n")
    }
    let lines = try run(["cat", log]).output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      #expect(line.hasPrefix(#"{"level":"error","msg":"container does not exist: nosuch","time":""#), "\(line)")
    }
  }

  @Test func listsNothingWhereNothingIs() throws {
    #expect(
      try runtime("--root", root, "list").output
        == "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n")
    #expect(try runtime("--root", root, "list", "--format", "json").output == "[]\n")
    #expect(try runtime("--root", root, "list", "-q").output.isEmpty)
  }

  @Test func completes() throws {
    #expect(try runtime("complete", "--", "crea").output.hasPrefix("create\t"))
    #expect(try runtime("complete", "--", "--root", "/x", "exec", "--ign").output.hasPrefix("--ignore-paused\t"))
    #expect(try runtime("complete", "--", "--log-format", "j").output.hasPrefix("json\t"))
  }
}
