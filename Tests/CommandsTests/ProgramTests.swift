// The built program as a person starts it: under its names, on closed and broken outputs, on terminals of any width.

import CommandDescription
import Linux
import Screen
import Testing

@testable import Commands

private let hasMan =
  (try? runOther(["sh", "-c", "command -v man groff"]))?.status == .exited(0)

@Suite struct ProgramTests {
  /// Tried where there is another name to lose.
  @Test(.enabled(if: Caller.root.isPossible), arguments: ["-s", "-f", "-d", "-i", "-a", "-A", "-I"])
  func aNameIsShownOrSet(option: String) throws {
    let script = "(exec -a hostname \(pangaeaPath) \(option) other 2>&1); echo $?; \(pangaeaPath) hostname"
    let outcome = try runPangaea(["unshare", "--uts", "bash", "-c", "\(pangaeaPath) hostname before; " + script])
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.first == "hostname: a name is shown or set, not both")
    #expect(lines.suffix(2) == ["255", "before"])
  }

  @Test func dispatchesByName() throws {
    let name = String(decoding: try SystemName().hostName, as: UTF8.self)
    #expect(try runPangaea([], as: "hostname").text == name + "\n")
    #expect(try runPangaea([], as: "/some/where/hostname").text == name + "\n")
    #expect(try runPangaea(["hostname"]).text == name + "\n")
    #expect(try runPangaea(["1"], as: "pstree").status == .exited(0))
    #expect(try runPangaea(["-q"], as: "hostname").errorText.hasPrefix("hostname: invalid option -- 'q'\n"))
  }

  @Test func namesWhatIsWrong() throws {
    let unknown = try runPangaea(["nosuch"])
    #expect(unknown.errorText == "pangaea: there is no verb 'nosuch'\n  try: pangaea --help\n")
    #expect(unknown.status == .exited(2))
    #expect(try runPangaea(["tere"]).errorText == "pangaea: there is no verb 'tere'\n  try: pangaea tree\n")
    let help = try runPangaea(["help", "nosuch"])
    #expect(help.errorText == unknown.errorText && help.status == .exited(2) && help.output.isEmpty)
    let option = try runPangaea(["tree", "--nosuch"])
    #expect(option.errorText == "pangaea: Unknown option '--nosuch'\n  try: pangaea tree --help\n")
    #expect(option.status == .exited(2))
    #expect(option.output.isEmpty)
  }

  @Test(.enabled(if: Caller.root.isPossible)) func looksAtWorldsByName() throws {
    let world = try DetachedWorld(["--name", "looked-at"], as: .root)
    let tree = try runPangaea(["tree", "looked-at"])
    #expect(tree.text.contains(" \(world.processID)") && tree.text.contains("sleep"), "\(tree)")
    #expect(try runPangaea(["inspect", "looked-at"]).text.contains("child of \(world.processID)"))
    #expect(try runPangaea(["env", "looked-at"]).status == .exited(0))
    let missing = try runPangaea(["tree", "looked-for"])
    #expect(missing.errorText.hasPrefix("pangaea: there is no process, world or container 'looked-for'\n"))
    #expect(missing.status == .exited(1))
    try world.end()
  }

  @Test func listsItsVerbs() throws {
    let help = try runPangaea(["--help"])
    #expect(help.status == .exited(0) && help.errorText.isEmpty)
    for verb in VerbCatalogue.all() { #expect(help.text.contains("  \(verb.name)"), "\(verb.name)") }
    #expect(try runPangaea(["--version"]).text == Release.version + "\n")
    #expect(try runPangaea(["help", "hostname"]).text == runPangaea(["hostname", "--help"]).text)
  }

  @Test(arguments: ["tree", "env", "inspect", "doctor", "cgroup", "hostname", "pstree"])
  func helpsAsRecorded(_ verb: String) throws {
    let page = verb == "pstree" ? try runPangaea(["--help"], as: verb) : try runPangaea([verb, "--help"])
    let golden = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    let recorded = try runOther(["cat", "/\(golden)/Golden/\(verb).txt"])
    #expect(
      page.text == recorded.text, "record anew with: pangaea \(verb) --help > Tests/CommandsTests/Golden/\(verb).txt")
  }

  @Test(arguments: [["tree"], ["tree", "--json"], ["env", "1", "--help"], ["hostname"], ["complete", "--", ""]])
  func complainsOfAClosedOutput(_ arguments: [String]) throws {
    let ended = try runPangaea(arguments, standardOutput: .closed)
    #expect(ended.errorText.contains("write"))
    #expect(ended.status != .exited(0))
  }

  @Test func endsQuietlyWhenNobodyReads() throws {
    let killed = try runPangaea(["tree"], standardOutput: .broken)
    #expect(killed.status == .signaled(.pipe))
    let told = try runPangaea(["tree"], standardOutput: .broken, ignoresBrokenPipes: true)
    #expect(told.status == .exited(141))
    #expect(told.errorText.isEmpty)
  }

  @Test(arguments: [1, 20, 80, 400])
  func fitsTheTerminal(_ columns: Int) throws {
    let shown = try runPangaea(["tree", "--color", "never"], onTerminal: WindowSize(rows: 24, columns: columns))
    let lines = String(decoding: shown, as: UTF8.self).split(whereSeparator: { $0 == "\n" || $0 == "\r\n" })
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= columns })
  }

  @Test func cutsNothingOnATerminalWithoutWidth() throws {
    let narrow = try runPangaea(["tree", "--color", "never"], onTerminal: WindowSize(rows: 0, columns: 0))
    #expect(String(decoding: narrow, as: UTF8.self).contains("1\r\n"))
    let pid = "\(CallingProcess.processID)"
    let page = try runPangaea(["env", pid, "PATH", "--ancestry", "x"], onTerminal: WindowSize(rows: 0, columns: 0))
    #expect(String(decoding: page, as: UTF8.self).contains("exclude each other"))
  }

  @Test func colorsOnATerminalAlone() throws {
    let size = WindowSize(rows: 24, columns: 80)
    #expect(try runPangaea(["tree"], onTerminal: size).contains(0x1b))
    #expect(try !runPangaea(["tree"], onTerminal: size, environment: ["NO_COLOR=1"]).contains(0x1b))
    #expect(try runPangaea(["tree"], onTerminal: size, environment: ["NO_COLOR="]).contains(0x1b))
    #expect(try !runPangaea(["tree"]).output.contains(0x1b))
    #expect(try runPangaea(["tree", "--color", "always"]).output.contains(0x1b))
  }

  @Test(.enabled(if: hasMan, "man and groff are not installed"))
  func manHasNoWarningAboutAPage() throws {
    let directory = try runOther(["mktemp", "-d"]).text.dropLast()
    defer { _ = try? runOther(["rm", "-r", String(directory)]) }
    #expect(try runPangaea(["generate", "\(directory)/share"]).status == .exited(0))
    let pages = try runOther(["ls", "\(directory)/share/man/man1"]).lines
    #expect(Set(pages) == Set(["pangaea.1"] + VerbCatalogue.all().map { "pangaea-\($0.name).1" }))
    for page in pages {
      let checked = try runOther(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "\(directory)/share/man/man1/\(page)"],
        environment: ["PATH=/usr/bin:/bin", "MANWIDTH=80", "LC_ALL=C.UTF-8"])
      #expect(checked.status == .exited(0) && checked.errorText.isEmpty, "\(page): \(checked.errorText)")
    }
  }

  @Test func completesEveryVerb() throws {
    let words = try runPangaea(["complete", "--", ""]).lines.map { $0.split(separator: "\t")[0] }
    #expect(words.map(String.init) == VerbCatalogue.all().map(\.name))
    let inner = try runPangaea(["complete", "--", "cgroup", ""]).lines.map { String($0.split(separator: "\t")[0]) }
    #expect(inner.starts(with: ["ls", "show", "set", "rm"]))
    #expect(try runPangaea(["complete", "--", "cgroup", "set", "--me"]).text.hasPrefix("--memory\t"))
    #expect(try runPangaea(["complete", "--", "doctor", "--pr"]).text.hasPrefix("--problems\t"))
  }

  @Test func writesManualPages() throws {
    let directory = try runOther(["mktemp", "-d"]).text.dropLast()
    defer { _ = try? runOther(["rm", "-r", String(directory)]) }
    #expect(try runPangaea(["generate", "\(directory)/share"]).status == .exited(0))
    let pages = try runOther(["ls", "\(directory)/share/man/man1"]).lines
    #expect(pages.contains("pangaea.1") && pages.contains("pangaea-tree.1") && pages.contains("pangaea-unshare.1"))
    for script in CompletionScript.allCases {
      #expect(
        try runOther(["cat", "\(directory)/share/\(script.path(for: "pangaea"))"]).text == script.text(for: "pangaea"))
    }
    let syntax = try runOther(["bash", "-n", "\(directory)/share/\(CompletionScript.bash.path(for: "pangaea"))"])
    #expect(syntax.status == .exited(0) && syntax.errorText.isEmpty)
  }
}
