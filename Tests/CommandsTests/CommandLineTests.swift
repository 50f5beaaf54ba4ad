// Command lines as getopt_long(3) reads them, complaints, help pages and completions, as values.

import CommandDescription
import Linux
import Testing

@testable import Commands

@Suite struct OptionScannerTests {
  private static let options = [
    OptionDescription("m", "mount", "", value: .optional("FILE")),
    OptionDescription("r", "root", "", value: .required("DIR")),
    OptionDescription("f", "fork", ""), OptionDescription(nil, "mount-proc", ""), OptionDescription("x", nil, ""),
  ]

  private func scan(_ words: [String], stops: Bool = false) throws(Complaint) -> ([String], [String]) {
    var scanner = OptionScanner(words, options: Self.options, stopsAtOperand: stops)
    var found: [String] = []
    while let option = try scanner.nextOption() { found.append(option.name + (option.value.map { "=" + $0 } ?? "")) }
    return (found, scanner.operands)
  }

  @Test(
    arguments: [
      (["-f", "-m", "a"], ["fork", "mount"], ["a"]), (["-mfile", "-fr", "/x"], ["mount=file", "fork", "root=/x"], []),
      (["--mount=f", "--mount", "f"], ["mount=f", "mount"], ["f"]),
      (["--root", "d", "--ro=e"], ["root=d", "root=e"], []),
      (["a", "-f", "--", "-x"], ["fork"], ["a", "-x"]), (["-", "-x"], ["x"], ["-"]), (["-rf"], ["root=f"], []),
      (["--root="], ["root="], []), ([], [], []),
    ] as [([String], [String], [String])])
  func readsAsGetoptDoes(_ words: [String], _ found: [String], _ operands: [String]) throws {
    let result = try scan(words)
    #expect(result.0 == found)
    #expect(result.1 == operands)
  }

  @Test func stopsAtTheFirstOperand() throws {
    let result = try scan(["-f", "sh", "-c", "-x"], stops: true)
    #expect(result.0 == ["fork"])
    #expect(result.1 == ["sh", "-c", "-x"])
  }

  @Test(arguments: [
    (["-q"], "invalid option -- 'q'"), (["--nosuch=1"], "unrecognized option '--nosuch=1'"),
    (["-r"], "option requires an argument -- 'r'"), (["--root"], "option '--root' requires an argument"),
    (["--fork=1"], "option '--fork' doesn't allow an argument"),
    (["--moun"], "option '--moun' is ambiguous; possibilities: '--mount' '--mount-proc'"),
  ])
  func complainsInTheWordsOfTheCLibrary(_ words: [String], _ message: String) {
    #expect {
      try scan(words)
    } throws: {
      ($0 as? Complaint)?.what == message && ($0 as? Complaint)?.isUsage == true
    }
  }
}

@Suite struct ComplaintTests {
  private let complaint = Complaint(
    what: "cannot enter PID 7: setns: EPERM", why: "it is owned by another", try: "sudo pangaea enter 7",
    classic: "reassociate to namespace failed: Operation not permitted")

  @Test func saysWhatWhyAndTry() {
    #expect(
      complaint.text(program: "pangaea enter", form: .verb) == """
        pangaea: cannot enter PID 7: setns: EPERM
          why: it is owned by another
          try: sudo pangaea enter 7

        """)
  }

  @Test func speaksAsTheOriginalUnderItsName() {
    #expect(
      complaint.text(program: "nsenter", form: .classic)
        == "nsenter: reassociate to namespace failed: Operation not permitted\n")
    #expect(
      Complaint.usage("invalid option -- 'q'").text(program: "nsenter", form: .classic)
        == "nsenter: invalid option -- 'q'\nTry 'nsenter --help' for more information.\n")
  }

  @Test func leavesOutWhatIsNotKnown() {
    #expect(Complaint(what: "no").text(program: "pangaea x", form: .verb) == "pangaea: no\n")
    #expect(Complaint.silent(exitStatus: 141).text(program: "pangaea x", form: .verb).isEmpty)
    #expect(Complaint.usage("no").text(program: "pangaea x", form: .verb).hasSuffix("  try: pangaea x --help\n"))
  }

  @Test func escapesWhatOthersNamed() {
    let text = Complaint(what: "no file \u{1b}[2J").text(program: "pangaea x", form: .verb)
    #expect(text == "pangaea: no file \\e[2J\n")
  }
}

@Suite struct DescriptionTests {
  /// Every verb, those under classic names too.
  static let verbs = VerbCatalogue.all() + [PstreeCommand.description]

  @Test(arguments: verbs)
  func isWellFormed(_ verb: VerbDescription) {
    #expect(!verb.abstract.isEmpty && !verb.abstract.hasSuffix("."), "\(verb.name): \(verb.abstract)")
    for option in verb.options {
      #expect(!option.help.isEmpty && !option.help.hasSuffix("."), "\(verb.name) \(option.name): \(option.help)")
    }
    let names = verb.options.compactMap(\.long)
    #expect(Set(names).count == names.count, "an option of \(verb.name) is there twice")
    let letters = verb.options.compactMap(\.short)
    #expect(Set(letters).count == letters.count, "a letter of \(verb.name) is there twice")
  }

  @Test(arguments: verbs)
  func fitsEightyColumns(_ verb: VerbDescription) {
    // A line that shows a command is as long as the command.
    let commands = verb.examples.map { "  " + $0.command } + verb.usage.map { " " + $0 }
    for line in HelpPage(verb).text(program: "pangaea \(verb.name)").split(separator: "\n") {
      let isCommand = commands.contains { line.hasSuffix($0) }
      #expect(line.count <= 80 || isCommand, "\(verb.name): \(line)")
    }
  }

  @Test(arguments: verbs)
  func hasAManualPage(_ verb: VerbDescription) {
    let page = ManualPage(verb, program: "pangaea \(verb.name)")
    #expect(page.fileName == "pangaea-\(verb.name).1")
    for option in verb.options where !option.isHidden {
      let word = option.name.split(separator: "-").joined(separator: "\\-")
      #expect(page.text.contains(word), "\(verb.name) --\(option.name)")
    }
    let bare = page.text.split(separator: "\n").filter { $0.hasPrefix("'") }
    #expect(bare.isEmpty)
  }

  @Test func describesVerbsThatArgumentParserReads() throws {
    let tree = try #require(VerbCatalogue.verb("tree"))
    #expect(tree.usage == ["[options] [WHO...]"])
    #expect(tree.operands == .processID)
    let color = try #require(tree.options.first { $0.long == "color" })
    #expect(color.completion == .words(["auto", "always", "never"]))
    #expect(tree.options.first { $0.long == "ancestors" }?.short == "p")
  }
}

@Suite struct CompletionTests {
  private func words(_ line: String...) -> [String] { Completion(line).candidates.map(\.word) }

  @Test func completesVerbs() {
    #expect(words("").contains("tree") && words("").contains("unshare"))
    #expect(!words("").contains("complete"))
    #expect(words("hostn") == ["hostname"])
    #expect(words("nosuch", "").isEmpty)
  }

  @Test func completesOptionsOfBothKindsOfVerbs() {
    #expect(words("tree", "--anc") == ["--ancestors"])
    #expect(words("hostname", "--sh") == ["--short"])
    #expect(words("hostname", "--long").isEmpty)
    #expect(words("tree", "--", "--anc").isEmpty)
  }

  @Test func completesValues() {
    #expect(words("tree", "--color", "") == ["auto", "always", "never"])
    #expect(words("tree", "--color=n") == ["--color=never"])
    #expect(Completion(["hostname", "-F", ""]).delegation == .files)
    #expect(Completion(["hostname", "--file=/et"]).delegation == .files)
  }

  @Test func completesClaimsAndCourses() {
    #expect(words("lab", "check", "S5").contains("S5a") && words("lab", "check", "S3").contains("S37"))
    #expect(words("lab", "check", "S20") == ["S20"])
    #expect(words("lab", "run", "J").allSatisfy { $0.hasPrefix("J") } && words("lab", "run", "J").count > 3)
    #expect(words("lab", "check", "--course", "sig") == ["signals-and-jobs"])
    #expect(Completion(["lab", "check", "--course", "./my"]).delegation == .files)
  }

  @Test func completesTheLastOfAList() {
    #expect(words("ps", "-o", "nspi") == ["nspid"])
    #expect(words("ps", "-o", "pid,nspi") == ["pid,nspid"])
    #expect(words("ps", "--sort=pid,uts") == ["--sort=pid,utsns"])
    #expect(!words("ps", "-o", "").contains("acflag"), "Linux has no such column")
    #expect(words("ns", "-o", "NS,TY") == ["NS,TYPE"])
    #expect(words("run", "--share", "pid,") == ["mount", "uts", "ipc", "cgroup", "user"].map { "pid," + $0 })
  }

  @Test func completesLiveProcesses() {
    #expect(words("tree", "").allSatisfy { Int32($0) != nil })
    #expect(words("tree", "").contains("\(CallingProcess.processID)"))
  }

  @Test func leavesProgramsToTheShell() {
    #expect(Completion(["unshare", "-u", ""]).delegation == .commands)
    #expect(Completion(["unshare", "-u", "ls", ""]).delegation == .files)
  }

  @Test func hasAScriptForEachShell() {
    for script in CompletionScript.allCases { #expect(script.text(for: "pangaea").contains("complete -- ")) }
  }
}
