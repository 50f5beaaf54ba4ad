// What all verbs of the runtime share: how they are described, called, and how their command line is read.

internal import CommandDescription
internal import Containers
internal import Linux

/// A verb as engines type it.
protocol EngineVerb {
  /// What may follow it, apart from the rest, which only a reader of the help needs.
  static var options: [OptionDescription] { get }
  /// The one source of its help, manual page and completions.
  static var description: VerbDescription { get }
  /// Does what was asked.
  ///
  /// - Returns: the process's exit status.
  /// - Throws: an `EngineFailure`, which the caller writes where the engine looks.
  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32
}

/// One call of a verb.
struct EngineCall: Sendable {
  /// What follows the verb.
  let arguments: [String]
  /// What stood before it.
  let options: GlobalOptions
  /// Where warnings go.
  let log: EngineLog

  /// Where containers are written down.
  var store: ContainerStore { options.root.map { ContainerStore(root: $0) } ?? .own }

  /// Reads the options of a verb.
  ///
  /// - Parameters:
  ///   - operands: how many there have to be.
  ///   - stopsAtOperand: what follows the first operand belongs to a program.
  ///   - take: takes note of an option, in order.
  /// - Returns: the operands; nil when help was asked for, and shown.
  /// - Throws: `EngineFailure` for an option that there is not, or too few or too many operands; and what `take`
  ///   throws.
  func read<Verb: EngineVerb>(
    _ verb: Verb.Type, operands: ClosedRange<Int> = 1...1, stopsAtOperand: Bool = false,
    _ take: (ScannedOption) throws(EngineFailure) -> Void = { (_) throws(EngineFailure) in }
  ) throws(EngineFailure) -> [String]? {
    var scanner = OptionScanner(
      arguments, options: Verb.options + [OptionDescription("h", "help", "show this help")],
      stopsAtOperand: stopsAtOperand)
    while let option = try scanner.nextForEngine() {
      if option.name == "help" {
        let description = Verb.description
        try StandardOutput.write(HelpPage(description).text(program: "\(EngineVerbs.programName) \(description.name)"))
        return nil
      }
      try take(option)
    }
    guard operands.contains(scanner.operands.count) else {
      throw EngineFailure(EngineCall.wanted(operands, of: Verb.description.name))
    }
    return scanner.operands
  }

  /// In runc's words.
  private static func wanted(_ operands: ClosedRange<Int>, of verb: String) -> String {
    if operands.count == 1 { return "\"\(verb)\" requires exactly \(operands.lowerBound) argument(s)" }
    if operands.upperBound == .max { return "\"\(verb)\" requires a minimum of \(operands.lowerBound) argument(s)" }
    return "\"\(verb)\" requires \(operands.lowerBound) to \(operands.upperBound) argument(s)"
  }
}

extension OptionScanner {
  /// The next option; nil after the last.
  ///
  /// - Throws: `EngineFailure` for an option that there is not, lacks its value or has one too many.
  mutating func nextForEngine() throws(EngineFailure) -> ScannedOption? {
    do throws(CommandLineError) {
      return try next()
    } catch {
      throw EngineFailure(error)
    }
  }
}

extension ScannedOption {
  /// The value as a number of the type that is wanted.
  func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(EngineFailure) -> Number {
    guard let text = value, let number = Number(text) else { throw .value(value ?? "", of: self) }
    return number
  }
}

/// Standard output, for results.
enum StandardOutput {
  /// Writes bytes.
  ///
  /// - Throws: `EngineFailure` where nobody reads, or nothing can be kept.
  static func write(_ bytes: [UInt8]) throws(EngineFailure) {
    do throws(SystemCallError) {
      try FileDescriptor.standardOutput.write(bytes)
    } catch {
      throw EngineFailure(error, doing: "write to standard output")
    }
  }

  /// Writes a text.
  ///
  /// - Throws: as for bytes.
  static func write(_ text: String) throws(EngineFailure) {
    try write(Array(text.utf8))
  }
}
