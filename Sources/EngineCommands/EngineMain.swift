// The entry: reads the options before the verb, finds out which verb an engine means, runs it, and writes what it
// throws where the engine looks.

internal import CommandDescription
internal import Linux

/// The program `pangaea-oci`.
public enum EngineMain {
  /// Runs the program.
  ///
  /// - Parameter arguments: as the kernel passed them, the program's name first.
  /// - Returns: the exit status.
  public static func run(arguments: [String]) -> Int32 {
    var log = EngineLog()
    do throws(EngineFailure) {
      return try run(Array(arguments.dropFirst()), &log)
    } catch {
      log.report(error)
      return error.exitStatus
    }
  }

  private static func run(_ words: [String], _ log: inout EngineLog) throws(EngineFailure) -> Int32 {
    var options = GlobalOptions()
    guard let index = try options.read(words) else { return 0 }
    log = try EngineLog(options)
    guard index < words.count else { throw EngineFailure("please specify a command") }
    if words[index] == "help" { return try help(words[(index + 1)...]) }
    guard let verb = EngineVerbs.named(words[index]) else {
      throw EngineFailure("unknown command \"\(words[index])\"")
    }
    return try verb.run(EngineCall(arguments: Array(words[(index + 1)...]), options: options, log: log))
  }

  /// `help` and `help VERB`.
  private static func help(_ words: ArraySlice<String>) throws(EngineFailure) -> Int32 {
    guard let name = words.first else {
      try StandardOutput.write(HelpPage(EngineVerbs.program).text(program: EngineVerbs.programName))
      return 0
    }
    guard let verb = EngineVerbs.named(name) else { throw EngineFailure("unknown command \"\(name)\"") }
    try StandardOutput.write(HelpPage(verb.description).text(program: "\(EngineVerbs.programName) \(name)"))
    return 0
  }
}
