// What can come next on a command line. The shells' scripts ask this program on every press of the key, so that
// PIDs are live and all shells answer alike.

internal import Cgroups
internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The candidates for one word.
struct Completion: Hashable {
  /// A word, and what it is.
  struct Candidate: Hashable {
    let word: String
    let meaning: String
  }

  /// What the shell completes better by itself: it knows quoting and directories.
  enum Delegation: String {
    case files = ":files"
    case directories = ":directories"
    case commands = ":commands"
  }

  private(set) var candidates: [Candidate] = []
  private(set) var delegation: Delegation?

  /// Completes the last of the words that follow `pangaea`; it may be empty.
  init(_ words: [String]) {
    guard let current = words.last else { return }
    guard words.count > 1 else {
      add(VerbCatalogue.all().map { Candidate(word: $0.name, meaning: $0.abstract) }, beginningWith: current)
      return
    }
    guard let verb = VerbCatalogue.verb(words[0]) else { return }
    complete(verb, Array(words.dropFirst()))
  }

  /// The lines that the scripts read: a delegation, or a word, a tab and its meaning on each.
  var text: String {
    if let delegation { return delegation.rawValue + "\n" }
    return candidates.map { "\($0.word)\t\($0.meaning)\n" }.joined()
  }

  private mutating func complete(_ verb: VerbDescription, _ words: [String]) {
    if words.count > 1, let inner = verb.verbs.first(where: { $0.name == words[0] }) {
      return complete(inner, Array(words.dropFirst()))
    }
    let current = words[words.count - 1]
    let before = Array(words.dropLast())
    if let option = pendingOption(of: verb, before) { return add(option.completion, beginningWith: current) }
    let firstOperand = firstOperand(of: verb, before)
    if verb.operands == .command, let firstOperand, firstOperand < before.count {
      delegation = .files
    } else if current.hasPrefix("--"), let sign = current.firstIndex(of: "=") {
      completeValue(of: verb, current, sign)
    } else if current.hasPrefix("-"), !before.contains("--") {
      add(options(of: verb), beginningWith: current)
    } else {
      add(verb.verbs.map { Candidate(word: $0.name, meaning: $0.abstract) }, beginningWith: current)
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
    var values = Completion([])
    values.add(option.completion, beginningWith: String(current[current.index(after: sign)...]))
    delegation = values.delegation
    candidates += values.candidates.map { Candidate(word: "--\(name)=\($0.word)", meaning: $0.meaning) }
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
    case .processID: add(Completion.processes(), beginningWith: prefix)
    case .cgroup: add(Completion.cgroups(), beginningWith: prefix)
    case .world: add(Completion.worlds(), beginningWith: prefix)
    case .user: add(Accounts().users.map { Candidate(word: $0.name, meaning: "\($0.id)") }, beginningWith: prefix)
    case .group: add(Accounts().groups.map { Candidate(word: $0.name, meaning: "\($0.id)") }, beginningWith: prefix)
    case .signal:
      add(
        (1...31).map { Candidate(word: Signal(rawValue: $0).name, meaning: "\($0)") },
        beginningWith: prefix.uppercased())
    case .words(let words): add(words.map { Candidate(word: $0, meaning: "") }, beginningWith: prefix)
    }
  }

  /// The control groups but the top, by their paths.
  private static func cgroups() -> [Candidate] {
    do throws(SystemCallError) {
      guard let top = try CgroupHierarchies.read().cgroup(named: "/") else { return [] }
      return try top.tree().descendants.map {
        Candidate(
          word: $0.path.string, meaning: $0.places.map { CgroupLookup.label($0.hierarchy) }.joined(separator: " "))
      }
    } catch {
      return []
    }
  }

  /// The caller's own worlds.
  private static func worlds() -> [Candidate] {
    do {
      return try WorldRegistry.own.all().map { Candidate(word: $0.name, meaning: "PID \($0.process.processID)") }
    } catch {
      return []
    }
  }

  /// The live processes but kernel threads.
  private static func processes() -> [Candidate] {
    do {
      return try ProcessTable(reading: .stat).records.filter { !$0.stat.isKernelThread }.map {
        Candidate(word: "\($0.processID)", meaning: Escaping.escaped($0.commandName[...]))
      }
    } catch {
      return []
    }
  }
}
