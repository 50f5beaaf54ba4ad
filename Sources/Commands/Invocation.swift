// How a verb was called: as a verb of pangaea, or under the classic name of the program it stands for.

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
    let typed = commandLineBytes().suffix(arguments.count)
    let agrees = zip(typed, arguments).allSatisfy { String(decoding: $0, as: UTF8.self) == $1 }
    guard agrees, typed.count == arguments.count else { return arguments[index...].map { Array($0.utf8) } }
    return Array(typed.dropFirst(index))
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
    try output.write("\(program) (pangaea \(PangaeaMain.version))\n")
    try output.flush()
    return 0
  }
}
