// What is wrong with a command line, as a person is told.

internal import CommandDescription

extension OptionScanner {
  /// The next option; nil after the last.
  ///
  /// - Parameter failureStatus: the exit status for a wrong command line.
  /// - Throws: a usage `Complaint` for an option that is unknown, ambiguous, lacks its value or has one too many.
  mutating func nextOption(failureStatus: Int32 = 2) throws(Complaint) -> ScannedOption? {
    do throws(CommandLineError) {
      return try next()
    } catch {
      throw .usage(error.message, exitStatus: failureStatus)
    }
  }
}
