// Reads the command line of ps: options of UNIX after one hyphen, of BSD after none, and of GNU after two, in any
// mixture, the way the original reads them.

internal import Linux
internal import Processes

/// Walks over the arguments.
struct StatusRequestParser {
  private(set) var request = StatusRequest()
  private let arguments: [String]
  /// The caller's controlling terminal.
  private let terminal: TerminalNumber
  /// Options after one hyphen are BSD's too: the second try, as for `ps -aux`.
  private let isBSDOnly: Bool
  /// Whether `--json`, `--watch` and `--color` are known; the original has none of them.
  private let isVerb: Bool
  /// The argument at hand.
  private var index = 0

  init(_ arguments: [String], terminal: TerminalNumber, isBSDOnly: Bool, isVerb: Bool) {
    self.arguments = arguments
    self.terminal = terminal
    self.isBSDOnly = isBSDOnly
    self.isVerb = isVerb
    request.prefersBSD = isBSDOnly
    if !isVerb { request.color = .never }
  }

  /// Reads all arguments.
  mutating func parse() throws(StatusRequestError) {
    while index < arguments.count {
      let argument = arguments[index]
      let bytes = Array(argument.utf8)
      if argument.hasPrefix("--") {
        guard bytes.count > 2, Self.isLetter(bytes[2]) else { throw StatusRequestError("garbage option") }
        try parseWord(String(argument.dropFirst(2)))
      } else if bytes.first == UInt8(ascii: "-"), bytes.count > 1, Self.isLetter(bytes[1]) {
        try parseLetters(argument.dropFirst())
      } else if bytes.first.map(Self.isLetter) == true {
        if isBSDOnly { throw StatusRequestError("way bad") }
        try parseBSD(argument[...])
      } else {
        guard let first = bytes.first, "+-".utf8.contains(first) || (48...57).contains(first) else {
          throw StatusRequestError("garbage option")
        }
        return try parseTrailing()
      }
      index += 1
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte)
  }

  private mutating func parseLetters(_ letters: Substring) throws(StatusRequestError) {
    if isBSDOnly { try parseBSD(letters) } else { try parseUNIX(letters) }
  }

  /// The value of a letter, or the complaint that there is none.
  private mutating func value(
    after rest: Substring, or complaint: StatusRequestError
  ) throws(StatusRequestError) -> String {
    guard let text = value(after: rest) else { throw complaint }
    return text
  }

  /// The rest of the argument, or the next one; nil where there is none.
  private mutating func value(after rest: Substring) -> String? {
    if !rest.isEmpty { return String(rest) }
    guard index + 1 < arguments.count, !arguments[index + 1].isEmpty else { return nil }
    index += 1
    return arguments[index]
  }

  // MARK: UNIX

  private mutating func parseUNIX(_ letters: Substring) throws(StatusRequestError) {
    var rest = letters
    while let letter = rest.popFirst() {
      if try applyUNIX(letter) { continue }
      if try !applyUNIX(letter, rest) { throw StatusRequestError("unsupported SysV option") }
      return
    }
  }

  /// Letters without a value; false for any other.
  private mutating func applyUNIX(_ letter: Character) throws(StatusRequestError) -> Bool {
    switch letter {
    case "A", "e": request.selectsAll = true
    case "N": request.isNegated = true
    case "a": request.simple.insert(.unixA)
    case "d": request.simple.insert(.unixD)
    case "F", "f":
      request.format.insert(.unixFull)
      request.fieldOptions.showsArgumentsForName = true
      if letter == "F" { request.modifiers.insert(.extraFull) }
    case "H": request.forest = .indented
    case "L": request.threads.insert(.unixL)
    case "T": request.threads.insert(.unixT)
    case "m": request.threads.insert(.unixM)
    case "M", "Z": request.modifiers.insert(.label)
    case "P": request.modifiers.insert(.processor)
    case "c": request.modifiers.insert(.scheduling)
    case "j": request.modifiers.insert(.jobs)
    case "l": request.format.insert(.unixLong)
    case "w": request.wideCount += 1
    case "y": request.modifiers.insert(.noFlags)
    case "x": throw StatusRequestError("must set personality to get -x option")
    case "-": throw StatusRequestError("embedded '-' among SysV options makes no sense")
    default: return false
    }
    return true
  }

  /// Letters with a value; false for any other.
  private mutating func applyUNIX(_ letter: Character, _ rest: Substring) throws(StatusRequestError) -> Bool {
    func missing(_ what: String) -> StatusRequestError { StatusRequestError("\(what) must follow -\(letter)") }
    switch letter {
    case "C":
      let text = try value(after: rest, or: missing("list of command names"))
      select(.names(try names(text)))
    case "G":
      let text = try value(after: rest, or: missing("list of real groups"))
      select(.realGroups(try groups(text)))
    case "U":
      let text = try value(after: rest, or: missing("list of real users"))
      select(.realUsers(try users(text)))
    case "u":
      let text = try value(after: rest, or: missing("list of users"))
      select(.effectiveUsers(try users(text)))
    case "g":
      let text = try value(after: rest, or: missing("list of session leaders OR effective group names"))
      try selectSessionsOrGroups(text)
    case "p":
      let text = try value(after: rest, or: missing("list of process IDs"))
      select(.processes(try processes(text)))
    case "q":
      let text = try value(after: rest, or: missing("List of process IDs"))
      try selectQuickly(text)
    case "s":
      let text = try value(after: rest, or: missing("list of session IDs"))
      select(.sessions(try processes(text)))
    case "t":
      let text = try value(after: rest, or: missing("list of terminals (pty, tty...)"))
      select(.terminals(try terminals(text)))
    case "O", "o":
      let what = letter == "O" ? "format or sort specification" : "format specification"
      let text = try value(after: rest, or: missing(what))
      request.specifications.append(.init(source: letter == "O" ? .unixPreloaded : .unixFormat, text: text))
    default: return false
    }
    return true
  }

  // MARK: BSD

  private mutating func parseBSD(_ letters: Substring) throws(StatusRequestError) {
    request.prefersBSD = true
    var rest = letters
    while let letter = rest.popFirst() {
      if letter.isASCII, letter.isNumber {
        select(.processes(try processes(String(letter) + rest)))
        return
      }
      if try applyBSD(letter) { continue }
      if try !applyBSD(letter, rest) { throw StatusRequestError("unsupported option (BSD syntax)") }
      return
    }
  }

  /// Letters without a value; false for any other.
  private mutating func applyBSD(_ letter: Character) throws(StatusRequestError) -> Bool {
    switch letter {
    case "H": request.threads.insert(.bsdH)
    case "M": request.threads.insert(.bsdM)
    case "m": if isBSDOnly { request.format.insert(.oldMemory) } else { request.threads.insert(.bsdM) }
    case "S": request.fieldOptions.includesChildren = true
    case "T": select(.terminals([terminal.rawValue]))
    case "X": request.format.insert(.bsdRegisters)
    case "Z": request.modifiers.insert(.label)
    case "a": request.simple.insert(.bsdA)
    case "c": request.fieldOptions.showsNameForArguments = true
    case "e": request.fieldOptions.showsEnvironment = true
    case "f": request.forest = .branches
    case "g": request.simple.insert(.bsdG)
    case "h": try setHeaders(.never)
    case "j": request.format.insert(.bsdJobs)
    case "l": request.format.insert(.bsdLong)
    case "n": request.fieldOptions.isNumeric = true
    case "r": request.selectsRunning = true
    case "s": request.format.insert(.bsdSignals)
    case "u": request.format.insert(.bsdUser)
    case "v": request.format.insert(.bsdMemory)
    case "w": request.wideCount += 1
    case "x": request.simple.insert(.bsdX)
    case "W": throw StatusRequestError("obsolete W option not supported (you have a /dev/drum?)")
    case "-": throw StatusRequestError("embedded '-' among BSD options makes no sense")
    default: return false
    }
    return true
  }

  /// Letters with a value; false for any other.
  private mutating func applyBSD(_ letter: Character, _ rest: Substring) throws(StatusRequestError) -> Bool {
    func missing(_ what: String) -> StatusRequestError { StatusRequestError("\(what) must follow \(letter)") }
    switch letter {
    case "O":
      let text = try value(after: rest, or: missing("format or sort specification"))
      request.specifications.append(.init(source: .bsdPreloadedOrOrder, text: text))
    case "o":
      let text = try value(after: rest, or: missing("format specification"))
      request.specifications.append(.init(source: .bsdFormat, text: text))
    case "k":
      let text = try value(after: rest, or: StatusRequestError("long sort specification must follow 'k'"))
      request.specifications.append(.init(source: .order, text: text))
    case "U":
      let text = try value(after: rest, or: missing("list of users"))
      select(.effectiveUsers(try users(text)))
    case "p":
      let text = try value(after: rest, or: missing("list of process IDs"))
      select(.processes(try processes(text)))
    case "q":
      let text = try value(after: rest, or: missing("List of process IDs"))
      try selectQuickly(text)
    case "t":
      guard let text = value(after: rest) else {
        select(.terminals([terminal.rawValue]))
        return true
      }
      select(.terminals(try terminals(text)))
    default: return false
    }
    return true
  }
}

// MARK: GNU

extension StatusRequestParser {
  fileprivate mutating func parseWord(_ word: String) throws(StatusRequestError) {
    let end = word.firstIndex { $0 == "=" || $0 == ":" } ?? word.endIndex
    let name = String(word[..<end])
    let attached = end == word.endIndex ? nil : String(word[word.index(after: end)...])
    if try applyWord(name, attached) { return }
    func value(_ complaint: String) throws(StatusRequestError) -> String {
      if let attached {
        if attached.isEmpty { throw StatusRequestError(complaint) }
        return attached
      }
      guard index + 1 < arguments.count, !arguments[index + 1].isEmpty else { throw StatusRequestError(complaint) }
      index += 1
      return arguments[index]
    }
    switch name {
    case "Group": select(.realGroups(try groups(value("list of real groups must follow --Group"))))
    case "User": select(.realUsers(try users(value("list of real users must follow --User"))))
    case "group": select(.effectiveGroups(try groups(value("list of effective groups must follow --group"))))
    case "user": select(.effectiveUsers(try users(value("list of effective users must follow --user"))))
    case "pid": select(.processes(try processes(value("list of process IDs must follow --pid"))))
    case "ppid": select(.parents(try processes(value("list of process IDs must follow --ppid"))))
    case "quick-pid": try selectQuickly(value("List of process IDs must follow --quick-pid."))
    case "sid": select(.sessions(try processes(value("some sid thing(s) must follow --sid"))))
    case "tty": select(.terminals(try terminals(value("list of ttys must follow --tty"))))
    case "cols", "columns", "width":
      let complaint = "number of columns must follow --cols, --width, or --columns"
      request.columns = try size(value(complaint), complaint)
    case "rows", "lines":
      let complaint = "number of rows must follow --rows or --lines"
      request.rows = try size(value(complaint), complaint)
    case "format":
      let text = try value("format specification must follow --format")
      request.specifications.append(.init(source: .gnuFormat, text: text))
    case "sort":
      let text = try value("long sort specification must follow --sort")
      request.specifications.append(.init(source: .order, text: text))
    case "watch" where isVerb: try watch(value(InspectorOptions.noInterval))
    default: throw StatusRequestError("unknown gnu long option")
    }
  }

  private mutating func watch(_ text: String) throws(StatusRequestError) {
    guard let seconds = Double(text), InspectorOptions.isInterval(seconds) else {
      throw StatusRequestError(InspectorOptions.noInterval)
    }
    request.watch = seconds
  }

  private mutating func color(_ word: String?) throws(StatusRequestError) {
    guard let choice = ColorChoice(rawValue: word ?? "always") else {
      throw StatusRequestError("--color takes auto, always or never, not '\(word ?? "")'")
    }
    request.color = choice
  }

  /// Words without a value, or with one that may follow in the same argument alone; false for any other.
  private mutating func applyWord(_ name: String, _ attached: String?) throws(StatusRequestError) -> Bool {
    switch name {
    case "cumulative": request.fieldOptions.includesChildren = true
    case "deselect": request.isNegated = true
    case "forest": request.forest = .branches
    case "context": request.format.insert(.context)
    case "json" where isVerb: request.isJSON = true
    case "color" where isVerb:
      try color(attached)
      return true
    case "no-header", "no-headers", "no-heading", "no-headings", "noheader", "noheaders", "noheading", "noheadings":
      try setHeaders(.never)
    case "header", "headers", "heading", "headings": try setHeaders(.eachPage)
    default: return false
    }
    if attached != nil { throw StatusRequestError("option --\(name) does not take an argument") }
    return true
  }

  fileprivate mutating func setHeaders(_ headers: StatusRequest.Headers) throws(StatusRequestError) {
    if request.headers != nil { throw StatusRequestError("only one heading option may be specified") }
    request.headers = headers
  }

  private func size(_ text: String, _ complaint: String) throws(StatusRequestError) -> Int {
    guard let size = Int(text), size > 0, size < 2_000_000_000 else { throw StatusRequestError(complaint) }
    return size
  }

  /// PIDs, `-` before process groups, `+` before sessions: from the first to the last argument.
  fileprivate mutating func parseTrailing() throws(StatusRequestError) {
    request.prefersBSD = true
    var processes: [Int32] = []
    var processGroups: [Int32] = []
    var sessions: [Int32] = []
    for argument in arguments[index...] {
      switch argument.first {
      case "-": processGroups.append(try process(argument.dropFirst()))
      case "+": sessions.append(try process(argument.dropFirst()))
      default: processes.append(try process(argument[...]))
      }
    }
    if !processes.isEmpty { select(.processes(processes)) }
    if !processGroups.isEmpty { select(.processGroups(processGroups)) }
    if !sessions.isEmpty { select(.sessions(sessions)) }
  }
}

// MARK: Lists

extension StatusRequestParser {
  fileprivate mutating func select(_ list: StatusRequest.List) {
    request.lists.append(list)
  }

  fileprivate mutating func selectQuickly(_ text: String) throws(StatusRequestError) {
    if request.quickList != nil { throw StatusRequestError("q/-q/--quick-pid can only be used once.") }
    request.quickList = try processes(text)
  }

  fileprivate mutating func selectSessionsOrGroups(_ text: String) throws(StatusRequestError) {
    do throws(StatusRequestError) {
      select(.sessions(try processes(text)))
    } catch {
      do throws(StatusRequestError) {
        select(.effectiveGroups(try groups(text)))
      } catch {
        throw StatusRequestError("list of session leaders OR effective group IDs was invalid")
      }
    }
  }
}
