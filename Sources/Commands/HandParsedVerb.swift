// Verbs whose command line is read by hand: they start as fast as C does, and accept exactly what the program
// accepts that they stand for.

internal import CommandDescription

/// A verb that reads its own command line.
///
/// Its description is the one source of its options, its `--help`, its manual page and its completions.
protocol HandParsedVerb {
  /// What the verb is, and what may be typed after it.
  static var description: VerbDescription { get }

  /// The exit status of `pangaea VERB` where what fails is neither what was asked for nor the command that it runs.
  static var failureStatus: Int32 { get }

  /// Does what was asked.
  ///
  /// - Returns: the process's exit status.
  /// - Throws: a `Complaint`, which the caller prints.
  static func run(_ invocation: Invocation) throws(Complaint) -> Int32
}

extension HandParsedVerb {
  /// Trouble.
  static var failureStatus: Int32 { 2 }
}
