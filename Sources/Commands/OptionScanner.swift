// Reads a command line as getopt_long(3) does, from the options that a verb describes itself with.

/// One option as typed.
struct ScannedOption: Hashable, Sendable {
  /// The option's word, or its letter when it has no word.
  let name: String
  /// The value; nil where none was given.
  let value: String?
  /// What was typed, with its hyphens, for messages.
  let typed: String
}

/// Walks over a command line, option by option.
///
/// Accepts what getopt_long(3) accepts: letters in one argument, values attached or following, unambiguous
/// beginnings of words, and `--` as the end of options. Afterwards `operands` holds the rest.
struct OptionScanner {
  /// The arguments that are no options, complete once `next()` has returned nil.
  private(set) var operands: [String] = []
  /// The index in the arguments of the first operand, where scanning stops at it; else of the end.
  private(set) var index = 0

  private let arguments: [String]
  private let options: [OptionDescription]
  private let stopsAtOperand: Bool
  private let failureStatus: Int32
  /// The letters of the argument at hand that are still to be read.
  private var letters: Substring = ""

  /// - Parameters:
  ///   - stopsAtOperand: the first operand ends the options, as `+` does in getopt(3): for verbs whose operands
  ///     are a program and its arguments.
  ///   - failureStatus: the exit status for a wrong command line.
  init(
    _ arguments: [String], options: [OptionDescription], stopsAtOperand: Bool = false, failureStatus: Int32 = 2
  ) {
    self.arguments = arguments
    self.options = options
    self.stopsAtOperand = stopsAtOperand
    self.failureStatus = failureStatus
  }

  /// The next option; nil after the last.
  ///
  /// - Throws: a usage `Complaint` for an option that is unknown, ambiguous, lacks its value or has one too many,
  ///   in the words of the C library.
  mutating func next() throws(Complaint) -> ScannedOption? {
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

  private mutating func nextLetter() throws(Complaint) -> ScannedOption {
    let letter = letters.removeFirst()
    guard let option = options.first(where: { $0.short == letter }) else {
      throw .usage("invalid option -- '\(letter)'", exitStatus: failureStatus)
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

  private mutating func word(_ text: Substring) throws(Complaint) -> ScannedOption {
    let sign = text.firstIndex(of: "=")
    let name = text[..<(sign ?? text.endIndex)]
    let attached = sign.map { String(text[text.index(after: $0)...]) }
    let option = try find(name, asTyped: text)
    let typed = "--\(option.long ?? "")"
    if option.value == .none, attached != nil {
      throw .usage("option '\(typed)' doesn't allow an argument", exitStatus: failureStatus)
    }
    if let attached { return ScannedOption(name: option.name, value: attached, typed: typed) }
    let value = try followingValue(of: option, complaint: "option '\(typed)' requires an argument")
    return ScannedOption(name: option.name, value: value, typed: typed)
  }

  private mutating func followingValue(
    of option: OptionDescription, complaint: String
  ) throws(Complaint) -> String? {
    guard case .required = option.value else { return nil }
    guard index < arguments.count else { throw .usage(complaint, exitStatus: failureStatus) }
    index += 1
    return arguments[index - 1]
  }

  private func find(_ name: Substring, asTyped text: Substring) throws(Complaint) -> OptionDescription {
    if let exact = options.first(where: { $0.long.map { $0 == name } ?? false }) { return exact }
    let candidates = options.filter { $0.long?.hasPrefix(name) ?? false }
    if candidates.count == 1 { return candidates[0] }
    if candidates.isEmpty { throw .usage("unrecognized option '--\(text)'", exitStatus: failureStatus) }
    let shown = candidates.map { " '--\($0.long ?? "")'" }.joined()
    throw .usage("option '--\(text)' is ambiguous; possibilities:\(shown)", exitStatus: failureStatus)
  }
}
