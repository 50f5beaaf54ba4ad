// What can come next on a command line. The shells' scripts ask this program on every press of the key, so that
// PIDs are live and all shells answer alike.

internal import Linux

/// The candidates for one word.
public struct Completion {
  /// A word, and what it is.
  public struct Candidate: Hashable, Sendable {
    /// As it would be typed.
    public let word: String
    /// Shown beside it; may be empty.
    public let meaning: String

    /// Describes a word.
    public init(word: String, meaning: String) {
      self.word = word
      self.meaning = meaning
    }
  }

  /// What lives on the machine: the candidates of the sources that this module knows nothing of.
  public typealias Live = (CompletionSource) -> [Candidate]

  /// What the shell completes better by itself: it knows quoting and directories.
  public enum Delegation: String, Sendable {
    /// Names of files.
    case files = ":files"
    /// Names of directories.
    case directories = ":directories"
    /// Programs on the search path.
    case commands = ":commands"
  }

  /// What may stand for the word.
  public private(set) var candidates: [Candidate] = []
  /// Set where the shell is to complete the word itself.
  public private(set) var delegation: Delegation?
  private let live: Live

  /// Completes the last of the words that follow a verb, or a program; it may be empty.
  public init(_ words: [String], of verb: VerbDescription, live: @escaping Live) {
    self.live = live
    if !words.isEmpty { complete(verb, words) }
  }

  /// The lines that the scripts read: a delegation, or a word, a tab and its meaning on each.
  public var text: String {
    if let delegation { return delegation.rawValue + "\n" }
    return candidates.map { "\($0.word)\t\($0.meaning)\n" }.joined()
  }

  private mutating func complete(_ verb: VerbDescription, _ words: [String]) {
    let current = words[words.count - 1]
    let before = Array(words.dropLast())
    if let option = pendingOption(of: verb, before) { return add(option.completion, beginningWith: current) }
    let firstOperand = firstOperand(of: verb, before)
    if let index = firstOperand, index < before.count,
      let inner = verb.verbs.first(where: { $0.name == before[index] })
    {
      return complete(inner, Array(words[(index + 1)...]))
    }
    if verb.operands == .command, let firstOperand, firstOperand < before.count {
      delegation = .files
    } else if current.hasPrefix("--"), let sign = current.firstIndex(of: "=") {
      completeValue(of: verb, current, sign)
    } else if current.hasPrefix("-"), !before.contains("--") {
      add(options(of: verb), beginningWith: current)
    } else {
      add(
        verb.verbs.filter { !$0.isHidden }.map { Candidate(word: $0.name, meaning: $0.abstract) },
        beginningWith: current)
      add(verb.operands, beginningWith: current)
    }
  }

  /// The option whose value the current word is.
  private func pendingOption(of verb: VerbDescription, _ before: [String]) -> OptionDescription? {
    guard let last = before.last, last.hasPrefix("-"), !before.dropLast().contains("--") else { return nil }
    let option = verb.options.first { option in
      if last.hasPrefix("--") { return option.long.map { "--" + $0 == last } ?? false }
      return option.short == last.last
    }
    guard let option, case .required = option.value else { return nil }
    return option
  }

  /// The index of the first word that is neither an option nor an option's value.
  private func firstOperand(of verb: VerbDescription, _ before: [String]) -> Int? {
    var index = 0
    while index < before.count {
      if before[index] == "--" { return index + 1 }
      if !before[index].hasPrefix("-") { return index }
      index += pendingOption(of: verb, Array(before[...index])) == nil ? 1 : 2
    }
    return nil
  }

  private mutating func completeValue(of verb: VerbDescription, _ current: String, _ sign: String.Index) {
    let name = current[..<sign].dropFirst(2)
    guard let option = verb.options.first(where: { $0.long == String(name) }) else { return }
    add(option.completion, beginningWith: String(current[current.index(after: sign)...]))
    candidates = candidates.map { Candidate(word: "--\(name)=\($0.word)", meaning: $0.meaning) }
  }

  private func options(of verb: VerbDescription) -> [Candidate] {
    verb.options.filter { !$0.isHidden }.map { option in
      Candidate(word: option.long.map { "--" + $0 } ?? "-" + option.name, meaning: option.help)
    }
  }

  private mutating func add(_ new: [Candidate], beginningWith prefix: String) {
    candidates += new.filter { $0.word.hasPrefix(prefix) }
  }

  private mutating func add(_ source: CompletionSource, beginningWith prefix: String) {
    switch source {
    case .none: break
    case .file: delegation = .files
    case .directory: delegation = .directories
    case .command: delegation = .commands
    case .processID, .cgroup, .world, .container, .claim: add(live(source), beginningWith: prefix)
    case .course:
      add(live(source), beginningWith: prefix)
      if candidates.isEmpty { delegation = .files }
    case .columns: add(live(source), toListIn: prefix)
    case .user: add(Accounts().users.map { Candidate(word: $0.name, meaning: "\($0.id)") }, beginningWith: prefix)
    case .group: add(Accounts().groups.map { Candidate(word: $0.name, meaning: "\($0.id)") }, beginningWith: prefix)
    case .signal:
      add(
        (1...31).map { Candidate(word: Signal(rawValue: $0).name, meaning: "\($0)") },
        beginningWith: prefix.uppercased())
    case .words(let words): add(words.map { Candidate(word: $0, meaning: "") }, beginningWith: prefix)
    case .list(let words): add(words.map { Candidate(word: $0, meaning: "") }, toListIn: prefix)
    }
  }

  /// The last item of a list with commas; those before it stay, and are not offered again.
  private mutating func add(_ items: [Candidate], toListIn typed: String) {
    let before = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
    let taken = Set(before.split(separator: ",").map(String.init))
    let others = items.filter { !taken.contains($0.word) }
    add(others.map { Candidate(word: before + $0.word, meaning: $0.meaning) }, beginningWith: typed)
  }
}
