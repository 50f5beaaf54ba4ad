// Options as getopt_long(3) reads them, optional values and abbreviations included. Written here because the C
// library's own keeps its state in globals and prints its errors: this one is a value, and its errors are too.

/// One option of a command: what it is called and whether it has a value.
public struct CommandOption<Name: Hashable & Sendable>: Sendable {
  /// Whether an option has a value.
  public enum Value: Sendable {
    case none
    /// `-o V`, `-oV`, `--option V` or `--option=V`.
    case required
    /// `-oV` or `--option=V`, or no value at all.
    case optional
  }

  /// What the command's code calls the option.
  public let name: Name
  /// The letter after one dash, if it has one.
  public let short: Character?
  /// The words after two dashes; the first is the usual one.
  public let long: [String]
  public let value: Value

  public init(_ name: Name, short: Character? = nil, long: String..., value: Value = .none) {
    self.name = name
    self.short = short
    self.long = long
    self.value = value
  }
}

/// A command line that getopt_long(3) would refuse, in its words.
public struct OptionError: Error, Hashable, Sendable {
  /// For example `unrecognized option '--x'`.
  public let message: String
}

extension OptionError: CustomStringConvertible {
  public var description: String { message }
}

/// Reads a command's options one after the other, and leaves the operands.
///
/// Source: getopt_long(3).
public struct OptionReader<Name: Hashable & Sendable>: Sendable {
  /// An option as it was given.
  public struct Given: Sendable {
    public let name: Name
    public let value: String?
    /// As typed, for messages: `-m`, `--mount`.
    public let spelling: String
  }

  private let options: [CommandOption<Name>]
  private let stopsAtOperand: Bool
  private var rest: ArraySlice<String>
  /// What is left of an argument of several letters, such as `-rmu`.
  private var cluster: Substring = ""

  /// The arguments that are no options; complete once `next()` has returned nil.
  public private(set) var operands: [String] = []

  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - stopsAtOperand: whether the first operand ends the options, so that what follows is a command of its
  ///     own (`+` of getopt(3)); else options may stand after operands.
  public init(_ options: [CommandOption<Name>], arguments: some Sequence<String>, stopsAtOperand: Bool = false) {
    self.options = options
    self.stopsAtOperand = stopsAtOperand
    rest = Array(arguments)[...]
  }

  /// The next option; nil when there is none left.
  ///
  /// - Throws: `OptionError` for an option that is unknown or ambiguous, lacks its value or has one it may not have.
  public mutating func next() throws(OptionError) -> Given? {
    if !cluster.isEmpty { return try nextOfCluster() }
    while let argument = rest.popFirst() {
      if argument == "--" { break }
      if argument.hasPrefix("--") { return try longOption(argument.dropFirst(2)) }
      if argument.hasPrefix("-"), argument != "-" {
        cluster = argument.dropFirst()
        return try nextOfCluster()
      }
      operands.append(argument)
      if stopsAtOperand { break }
    }
    operands.append(contentsOf: rest)
    rest = []
    return nil
  }

  private mutating func nextOfCluster() throws(OptionError) -> Given? {
    let letter = cluster.removeFirst()
    guard let option = options.first(where: { $0.short == letter }) else {
      throw OptionError(message: "invalid option -- '\(letter)'")
    }
    let spelling = "-\(letter)"
    if option.value == .none { return Given(name: option.name, value: nil, spelling: spelling) }
    if !cluster.isEmpty {
      defer { cluster = "" }
      return Given(name: option.name, value: String(cluster), spelling: spelling)
    }
    if option.value == .optional { return Given(name: option.name, value: nil, spelling: spelling) }
    guard let value = rest.popFirst() else {
      throw OptionError(message: "option requires an argument -- '\(letter)'")
    }
    return Given(name: option.name, value: value, spelling: spelling)
  }

  private mutating func longOption(_ text: Substring) throws(OptionError) -> Given {
    let equals = text.firstIndex(of: "=")
    let (option, word) = try findLong(text[..<(equals ?? text.endIndex)], asTyped: text)
    let spelling = "--\(word)"
    if let equals {
      if option.value == .none { throw OptionError(message: "option '\(spelling)' doesn't allow an argument") }
      return Given(name: option.name, value: String(text[text.index(after: equals)...]), spelling: spelling)
    }
    guard option.value == .required else { return Given(name: option.name, value: nil, spelling: spelling) }
    guard let value = rest.popFirst() else {
      throw OptionError(message: "option '\(spelling)' requires an argument")
    }
    return Given(name: option.name, value: value, spelling: spelling)
  }

  /// The option of a word in full, or of one that begins as only one option does.
  private func findLong(
    _ typed: Substring, asTyped text: Substring
  ) throws(OptionError) -> (CommandOption<Name>, String) {
    var found: [(CommandOption<Name>, String)] = []
    for option in options {
      for word in option.long {
        if word == typed { return (option, word) }
        if word.hasPrefix(typed) { found.append((option, word)) }
      }
    }
    guard let first = found.first else { throw OptionError(message: "unrecognized option '--\(text)'") }
    if found.contains(where: { $0.0.name != first.0.name }) {
      let words = found.map { " '--\($0.1)'" }.joined()
      throw OptionError(message: "option '--\(text)' is ambiguous; possibilities:\(words)")
    }
    return first
  }
}
