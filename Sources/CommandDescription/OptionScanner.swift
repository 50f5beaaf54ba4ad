// Reads a command line as getopt_long(3) does, from the options that a verb describes itself with.

/// A command line that cannot be read.
public struct CommandLineError: Error, Hashable, Sendable {
  /// What is wrong, in the words of the C library: `unrecognized option '--nosuch'`.
  public let message: String

  /// Says what is wrong.
  public init(_ message: String) {
    self.message = message
  }
}

/// One option as typed.
public struct ScannedOption: Hashable, Sendable {
  /// The option's word, or its letter when it has no word.
  public let name: String
  /// The value; nil where none was given.
  public let value: String?
  /// What was typed, with its hyphens, for messages.
  public let typed: String
}

/// Walks over a command line, option by option.
///
/// Accepts what getopt_long(3) accepts: letters in one argument, values attached or following, unambiguous
/// beginnings of words, and `--` as the end of options. Afterwards `operands` holds the rest.
public struct OptionScanner {
  /// The arguments that are no options, complete once `next()` has returned nil.
  public private(set) var operands: [String] = []
  /// The index in the arguments of the first operand, where scanning stops at it; else of the end.
  public private(set) var index = 0

  private let arguments: [String]
  private let options: [OptionDescription]
  private let stopsAtOperand: Bool
  /// The letters of the argument at hand that are still to be read.
  private var letters: Substring = ""

  /// Begins before the first argument.
  ///
  /// - Parameter stopsAtOperand: the first operand ends the options, as `+` does in getopt(3): for verbs whose
  ///   operands are a program and its arguments.
  public init(_ arguments: [String], options: [OptionDescription], stopsAtOperand: Bool = false) {
    self.arguments = arguments
    self.options = options
    self.stopsAtOperand = stopsAtOperand
  }

  /// The next option; nil after the last.
  ///
  /// - Throws: `CommandLineError` for an option that is unknown, ambiguous, lacks its value or has one too many.
  public mutating func next() throws(CommandLineError) -> ScannedOption? {
    if !letters.isEmpty { return try nextLetter() }
    while index < arguments.count {
      let argument = arguments[index]
      if argument == "--" {
        index += 1
        break
      }
      if argument.utf8.first == UInt8(ascii: "-"), argument.utf8.count > 1 {
        index += 1
        if argument.hasPrefix("--") { return try word(argument.dropFirst(2)) }
        letters = argument.dropFirst()
        return try nextLetter()
      }
      if stopsAtOperand { break }
      operands.append(argument)
      index += 1
    }
    operands += arguments[index...]
    if !stopsAtOperand { index = arguments.count }
    letters = ""
    return nil
  }

  private mutating func nextLetter() throws(CommandLineError) -> ScannedOption {
    let letter = letters.removeFirst()
    guard let option = options.first(where: { $0.short == letter }) else {
      throw CommandLineError("invalid option -- '\(letter)'")
    }
    let typed = "-\(letter)"
    switch option.value {
    case .none, .optionalAfterWord: return ScannedOption(name: option.name, value: nil, typed: typed)
    case .required, .optional: break
    }
    let attached = letters.isEmpty ? nil : String(letters)
    letters = ""
    if let attached { return ScannedOption(name: option.name, value: attached, typed: typed) }
    let value = try followingValue(of: option, complaint: "option requires an argument -- '\(letter)'")
    return ScannedOption(name: option.name, value: value, typed: typed)
  }

  private mutating func word(_ text: Substring) throws(CommandLineError) -> ScannedOption {
    let sign = text.firstIndex(of: "=")
    let name = text[..<(sign ?? text.endIndex)]
    let attached = sign.map { String(text[text.index(after: $0)...]) }
    let option = try find(name, asTyped: text)
    let typed = "--\(option.long ?? "")"
    if option.value == .none, attached != nil {
      throw CommandLineError("option '\(typed)' doesn't allow an argument")
    }
    if let attached { return ScannedOption(name: option.name, value: attached, typed: typed) }
    let value = try followingValue(of: option, complaint: "option '\(typed)' requires an argument")
    return ScannedOption(name: option.name, value: value, typed: typed)
  }

  private mutating func followingValue(
    of option: OptionDescription, complaint: String
  ) throws(CommandLineError) -> String? {
    guard case .required = option.value else { return nil }
    guard index < arguments.count else { throw CommandLineError(complaint) }
    index += 1
    return arguments[index - 1]
  }

  private func find(_ name: Substring, asTyped text: Substring) throws(CommandLineError) -> OptionDescription {
    if let exact = options.first(where: { $0.long.map { $0 == name } ?? false }) { return exact }
    let candidates = options.filter { $0.long?.hasPrefix(name) ?? false }
    if candidates.count == 1 { return candidates[0] }
    if candidates.isEmpty { throw CommandLineError("unrecognized option '--\(text)'") }
    let shown = candidates.map { " '--\($0.long ?? "")'" }.joined()
    throw CommandLineError("option '--\(text)' is ambiguous; possibilities:\(shown)")
  }
}
