// Reads a course from Markdown. The format is Documentation/course-format.md.

/// Reads one file, line by line.
struct CourseParser {
  private let file: String
  private var lines: [String]
  private var index = 0

  private var title = ""
  private var introduction: [String] = []
  private var sections: [CourseSection] = []
  private var claim: Claim?
  private var claimHasSentence = false
  private var prose: [String] = []
  private var statements = StatementParser()

  private init(_ bytes: [UInt8], file: String) {
    self.file = file
    lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
    }
  }

  /// Reads a course.
  ///
  /// - Parameters:
  ///   - bytes: the file's content; what is not UTF-8 is replaced.
  ///   - file: the file's name, for errors and for the course's name.
  /// - Throws: `CourseError` at the first mistake.
  static func parse(_ bytes: [UInt8], file: String) throws(CourseError) -> Course {
    var parser = CourseParser(bytes, file: file)
    do throws(Mistake) {
      return try parser.course()
    } catch {
      throw CourseError(file: file, line: parser.index, what: error.what, remedy: error.remedy)
    }
  }

  private mutating func course() throws(Mistake) -> Course {
    while index < lines.count {
      let line = lines[index]
      index += 1
      if let fence = Fence(line) {
        try take(fence)
      } else if line.hasPrefix("# ") {
        try beginCourse(String(line.dropFirst(2)))
      } else if line.hasPrefix("## ") {
        try beginSection(String(line.dropFirst(3)))
      } else if line.hasPrefix("### ") {
        try beginClaim(String(line.dropFirst(4)))
      } else {
        prose.append(line)
      }
    }
    try endClaim()
    if title.isEmpty { throw Mistake(what: "the course has no title", remedy: "# Title") }
    if sections.isEmpty { throw Mistake(what: "the course has no section", remedy: "## Section") }
    let last = file.split(separator: "/").last.map(String.init) ?? file
    let name = last.hasSuffix(".md") ? String(last.dropLast(3)) : last
    return Course(
      name: name, title: title, introduction: introduction.joined(separator: "\n"), sections: sections)
  }

  private mutating func beginCourse(_ heading: String) throws(Mistake) {
    if !title.isEmpty { throw Mistake(what: "a course has one title", remedy: "## for a section, ### for a claim") }
    title = CourseParser.trimmed(heading)
    prose = []
  }

  private mutating func beginSection(_ heading: String) throws(Mistake) {
    try endClaim()
    sections.append(CourseSection(title: CourseParser.trimmed(heading), introduction: "", claims: []))
  }

  private mutating func beginClaim(_ heading: String) throws(Mistake) {
    try endClaim()
    if sections.isEmpty { throw Mistake(what: "a claim stands before the first section", remedy: "## Section") }
    guard let colon = heading.firstIndex(of: ":") else {
      throw Mistake(what: "the claim has no number", remedy: "### S1: what it is about")
    }
    let number = CourseParser.trimmed(String(heading[..<colon]))
    if sections.flatMap(\.claims).contains(where: { $0.number == number }) {
      throw Mistake(what: "a second claim has the number \(number)")
    }
    let title = CourseParser.trimmed(String(heading[heading.index(after: colon)...]))
    claim = Claim(
      number: number, title: title, sentence: "", verdict: .notShown, needs: [], prediction: nil, blocks: [],
      line: index)
    claimHasSentence = false
    statements = StatementParser()
  }

  private mutating func endClaim() throws(Mistake) {
    endProse()
    guard let ended = claim else { return }
    if !claimHasSentence {
      throw Mistake(what: "claim \(ended.number) says nothing", remedy: "a fence ```claim holds with its sentence")
    }
    let hasFacts = ended.blocks.contains {
      switch $0 {
      case .facts, .checklist: true
      case .prose, .commands, .hint: false
      }
    }
    if ended.verdict != .notShown && !hasFacts {
      throw Mistake(
        what: "claim \(ended.number) is said to be \(ended.verdict.word), but no fact shows it",
        remedy: "a fence ```facts, or the verdict not-shown")
    }
    sections[sections.count - 1].claims.append(ended)
    claim = nil
  }

  private mutating func endProse() {
    let text = CourseParser.paragraphs(prose)
    prose = []
    if text.isEmpty { return }
    if claim != nil {
      claim?.blocks.append(.prose(text))
    } else if sections.isEmpty {
      introduction.append(text)
    } else {
      sections[sections.count - 1].introduction += text
    }
  }

  private mutating func take(_ fence: Fence) throws(Mistake) {
    let start = index
    guard let end = lines[index...].firstIndex(where: { fence.isClosed(by: $0) }) else {
      throw Mistake(what: "the fence that begins here is not closed", remedy: fence.marks)
    }
    let body = Array(lines[start..<end])
    guard let word = fence.words.first, FenceKind(rawValue: word) != nil || claim != nil && word == "sh" else {
      prose.append(lines[start - 1])
      prose += lines[start...end]
      index = end + 1
      return
    }
    guard claim != nil else { throw Mistake(what: "a fence `\(word)` stands outside a claim", remedy: "### S1: …") }
    endProse()
    try takeBody(body, of: fence, word)
    index = end + 1
  }

  private mutating func takeBody(_ body: [String], of fence: Fence, _ word: String) throws(Mistake) {
    switch FenceKind(rawValue: word) {
    case .claim: try takeSentence(body, fence.words.dropFirst())
    case .needs:
      try forEachLine(of: body) { (parser, line) throws(Mistake) in
        parser.claim?.needs.append(try Need(line))
      }
    case .predict: try takePrediction(body)
    case .hint: try takeHint(body, fence.words.dropFirst())
    case .facts: try takeFacts(body, fence.words.dropFirst())
    case .checklist: try takeChecklist(body)
    case .sh, nil: try takeCommands(body, fence.words.dropFirst())
    }
  }

  private mutating func takeSentence(_ body: [String], _ words: ArraySlice<String>) throws(Mistake) {
    guard words.count == 1, let verdict = words.first.flatMap(Verdict.init(rawValue:)) else {
      throw Mistake(
        what: "the claim has no verdict",
        remedy: Verdict.allCases.map { "```claim " + $0.rawValue }.joined(separator: ", "))
    }
    if claimHasSentence { throw Mistake(what: "the claim has two sentences", remedy: "a claim of its own") }
    claim?.verdict = verdict
    claim?.sentence = body.map(CourseParser.trimmed).filter { !$0.isEmpty }.joined(separator: " ")
    claimHasSentence = true
  }

  private mutating func takeFacts(_ body: [String], _ words: ArraySlice<String>) throws(Mistake) {
    let deadline = try CourseParser.deadline(words)
    var found: [Statement] = []
    try forEachLine(of: body) { (parser, line) throws(Mistake) in
      found.append(try parser.statements.parse(line, line: parser.index))
    }
    if found.isEmpty { throw Mistake(what: "the fence has no fact", remedy: "B.hostname is \"earth\"") }
    claim?.blocks.append(.facts(Facts(statements: found, deadline: deadline)))
  }

  private mutating func takePrediction(_ body: [String]) throws(Mistake) {
    if claim?.prediction != nil { throw Mistake(what: "the claim has two predictions", remedy: "a claim of its own") }
    claim?.prediction = try Prediction(body.map(CourseParser.trimmed).filter { !$0.isEmpty })
  }

  private mutating func takeHint(_ body: [String], _ words: ArraySlice<String>) throws(Mistake) {
    var condition: Statement?
    if let first = words.first {
      if first != "when" {
        throw Mistake(what: "`\(first)` is no option of a hint", remedy: "```hint when A.foreground is A")
      }
      var names = statements
      condition = try names.parse(words.dropFirst().joined(separator: " "), line: index)
      if case .binding? = condition?.content {
        throw Mistake(what: "a hint's condition binds a name", remedy: "a fact, such as A.foreground is A")
      }
    }
    claim?.blocks.append(.hint(Hint(condition: condition, text: CourseParser.paragraphs(body))))
  }

  private mutating func takeChecklist(_ body: [String]) throws(Mistake) {
    var items: [ChecklistItem] = []
    try forEachLine(of: body) { (parser, line) throws(Mistake) in
      guard let colon = line.firstIndex(of: ":") else {
        throw Mistake(what: "the item names no claim", remedy: "S1, S2: what the learner can say")
      }
      let numbers = line[..<colon].split(separator: ",").map { CourseParser.trimmed(String($0)) }
      for number in numbers where !parser.sections.flatMap(\.claims).contains(where: { $0.answers(to: number) }) {
        throw Mistake(what: "no claim before this one has the number \(number)")
      }
      let sentence = CourseParser.trimmed(String(line[line.index(after: colon)...]))
      items.append(ChecklistItem(numbers: numbers, sentence: sentence))
    }
    claim?.blocks.append(.checklist(items))
  }

  private mutating func takeCommands(_ body: [String], _ words: ArraySlice<String>) throws(Mistake) {
    guard let terminal = words.first.flatMap(TerminalName.init(rawValue:)) else {
      throw Mistake(what: "the commands name no terminal", remedy: "```sh A or ```sh B")
    }
    let options = words.dropFirst()
    guard options.isEmpty || Array(options) == ["running"] else {
      throw Mistake(
        what: "`\(options.joined(separator: " "))` is no option of commands",
        remedy: "```sh \(terminal.rawValue) running, when the last one goes on")
    }
    let names = statements.names
    var lines: [TypedLine] = []
    try forEachLine(of: body) { (_, line) throws(Mistake) in lines.append(try TypedLine(line, names: names)) }
    if lines.isEmpty { throw Mistake(what: "the fence has no command") }
    claim?.blocks.append(
      .commands(Commands(terminal: terminal, lines: lines, waitsForLast: options.isEmpty)))
  }

  /// Calls with each line of a fence that is not empty, `index` on that line for errors.
  private mutating func forEachLine(
    of body: [String], _ take: (inout CourseParser, String) throws(Mistake) -> Void
  ) throws(Mistake) {
    for line in body {
      index += 1
      let text = CourseParser.trimmed(line)
      if !text.isEmpty { try take(&self, text) }
    }
  }

  private static func deadline(_ words: ArraySlice<String>) throws(Mistake) -> Int {
    if words.isEmpty { return 10_000 }
    let words = Array(words)
    guard words.count == 2, words[0] == "within", words[1].hasSuffix("s"), let seconds = Int(words[1].dropLast()),
      (1...120).contains(seconds)
    else { throw Mistake(what: "`\(words.joined(separator: " "))` is no deadline", remedy: "```facts within 10s") }
    return seconds * 1000
  }

  private static func trimmed(_ text: String) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    let bytes = text.utf8.drop(while: isSpace)
    return String(decoding: bytes.reversed().drop(while: isSpace).reversed(), as: UTF8.self)
  }

  /// Lines as one text, without empty lines at either end.
  private static func paragraphs(_ lines: [String]) -> String {
    let kept = lines.drop(while: { trimmed($0).isEmpty }).reversed().drop(while: { trimmed($0).isEmpty }).reversed()
    return kept.isEmpty ? "" : kept.joined(separator: "\n") + "\n"
  }
}

/// The fences that mean something; the body of any other is prose.
private enum FenceKind: String {
  case claim, needs, predict, hint, facts, sh, checklist
}

/// The line that opens a fence.
private struct Fence {
  /// The backticks.
  let marks: String
  /// The words of the info string.
  let words: [String]

  init?(_ line: String) {
    let marks = line.prefix(while: { $0 == "`" })
    guard marks.count >= 3 else { return nil }
    let information = line.dropFirst(marks.count)
    if information.contains("`") { return nil }
    self.marks = String(marks)
    words = information.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
  }

  func isClosed(by line: String) -> Bool {
    let marks = line.prefix(while: { $0 == "`" })
    return marks.count >= self.marks.count && line.dropFirst(marks.count).allSatisfy { $0 == " " || $0 == "\t" }
  }
}
