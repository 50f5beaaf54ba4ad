// How a verb was called: as a verb of pangaea, or under the classic name of the program it stands for.

internal import CommandDescription
internal import Linux

/// One call of a verb.
struct Invocation: Sendable {
  /// Which command line and which manner of speaking is expected.
  enum Form: Sendable {
    /// `pangaea VERB …`.
    case verb
    /// Through a symbolic link with the name of the original, whose command line and messages apply.
    case classic
  }

  /// The program as a person types it: `pangaea unshare`, or `unshare`.
  let program: String
  let form: Form
  /// What follows the verb or the classic name.
  let arguments: [String]

  /// The arguments from an index on, byte for byte as the kernel passed them.
  ///
  /// Swift's strings repair what is not UTF-8; a program that is to be executed gets what was typed.
  func argumentBytes(from index: Int) -> [[UInt8]] {
    let typed = commandLineBytes()
    let before = typed.count - arguments.count
    let agrees =
      before >= 0
      && arguments.indices.allSatisfy {
        String(decoding: typed[before + $0], as: UTF8.self) == arguments[$0]
      }
    return (index..<arguments.count).map { agrees ? typed[before + $0] : Array(arguments[$0].utf8) }
  }

  /// Reads the options that stand before a program and its arguments.
  ///
  /// - Parameters:
  ///   - verb: made only to be shown.
  ///   - take: takes note of an option, in order.
  /// - Returns: the index of the first argument after them; nil when help or the version was asked for, and shown.
  /// - Throws: a `Complaint` with the status of util-linux for a wrong command line, and what `take` throws.
  func readOptions(
    _ options: [OptionDescription], of verb: @autoclosure () -> VerbDescription,
    _ take: (ScannedOption) throws(Complaint) -> Void
  ) throws(Complaint) -> Int? {
    var scanner = OptionScanner(arguments, options: options, stopsAtOperand: true)
    while let option = try scanner.nextOption(failureStatus: 1) {
      switch option.name {
      case "help": _ = try showHelp(verb())
      case "version": _ = try showVersion()
      default:
        try take(option)
        continue
      }
      return nil
    }
    return scanner.index
  }

  /// Prints the help page of a verb on standard output.
  func showHelp(_ verb: VerbDescription) throws(Complaint) -> Int32 {
    var output = OutputBuffer()
    try output.write(HelpPage(verb).text(program: program))
    try output.flush()
    return 0
  }

  /// Prints the version on standard output, as `unshare (pangaea 0.1.0)`.
  func showVersion() throws(Complaint) -> Int32 {
    var output = OutputBuffer()
    try output.write("\(program) (pangaea \(Release.version))\n")
    try output.flush()
    return 0
  }
}
