// The entry: finds out which verb is meant, runs it, and turns what it throws into words and an exit status.

internal import ArgumentParser
internal import CommandDescription
internal import Linux

/// The program `pangaea`.
public enum PangaeaMain {
  /// Runs the program.
  ///
  /// Verbs that are read by hand are reached before ArgumentParser is touched, which costs milliseconds.
  ///
  /// - Parameter arguments: as the kernel passed them, the program's name first; that name may be a classic one,
  ///   such as `unshare`, and then answers with the classic command line.
  /// - Returns: the exit status.
  public static func run(arguments: [String]) -> Int32 {
    let name = arguments.first.map(lastComponent) ?? "pangaea"
    if let verb = Verbs.classic(name) {
      return run(verb, Invocation(program: name, form: .classic, arguments: Array(arguments.dropFirst())))
    }
    let words = Array(arguments.dropFirst())
    if let first = words.first, let verb = Verbs.handParsed(first) {
      let rest = Array(words.dropFirst())
      return run(verb, Invocation(program: "pangaea \(first)", form: .verb, arguments: rest))
    }
    if words.count == 2, words[0] == "help", let verb = Verbs.handParsed(words[1]) {
      return run(verb, Invocation(program: "pangaea \(words[1])", form: .verb, arguments: ["--help"]))
    }
    if words.first == "help", let name = words.dropFirst().first, !name.hasPrefix("-"), !Verbs.isKnown(name) {
      let complaint = Complaint.unknownVerb(name)
      complaint.present(program: "pangaea help", form: .verb)
      return complaint.exitStatus
    }
    return runParsed(words)
  }

  private static func lastComponent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  private static func run(_ verb: any HandParsedVerb.Type, _ invocation: Invocation) -> Int32 {
    do {
      return try verb.run(invocation)
    } catch {
      error.present(program: invocation.program, form: invocation.form)
      guard error.isOfOutput else { return error.exitStatus }
      return invocation.form == .classic ? 1 : verb.failureStatus
    }
  }

  private static func runParsed(_ words: [String]) -> Int32 {
    let program = words.first.map { "pangaea \($0)" } ?? "pangaea"
    do {
      var command = try Pangaea.parseAsRoot(words)
      try command.run()
      return 0
    } catch let complaint as Complaint {
      complaint.present(program: program, form: .verb)
      return complaint.exitStatus
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error as SystemCallError {
      Complaint(what: error.description).present(program: program, form: .verb)
      return 2
    } catch {
      return answer(error, words)
    }
  }

  /// Prints what ArgumentParser has to say: a help page, a version, or what is wrong with the command line.
  private static func answer(_ error: any Error, _ words: [String]) -> Int32 {
    let verb = words.first
    let program = program(words)
    do {
      guard Pangaea.exitCode(for: error) == .success else {
        if let verb, !verb.hasPrefix("-"), !Verbs.isKnown(verb) { throw Complaint.unknownVerb(verb) }
        throw Complaint.usage(Pangaea.message(for: error), exitStatus: Verbs.usageStatus(verb))
      }
      var output = OutputBuffer()
      let message = helpPage(words) ?? Pangaea.fullMessage(for: error)
      try output.write(message.isEmpty || message.hasSuffix("\n") ? message : message + "\n")
      try output.flush()
      return 0
    } catch {
      let complaint = error as? Complaint ?? Complaint(what: "\(error)")
      complaint.present(program: program, form: .verb)
      return complaint.exitStatus
    }
  }
}

extension PangaeaMain {
  /// The page of the verb, or of the verb's verb, that a command line asks help for; nil when it asks for none.
  private static func helpPage(_ words: [String]) -> String? {
    let asksHelp = words.first == "help" || words.contains("--help") || words.contains("-h")
    guard asksHelp, let (program, verb) = verb(words.first == "help" ? words.dropFirst() : words[...]) else {
      return nil
    }
    return HelpPage(verb).text(program: program)
  }

  /// The verb, or the verb's verb, that words begin with, as a person types it; nil where they begin with none.
  private static func verb(_ words: ArraySlice<String>) -> (program: String, VerbDescription)? {
    var words = words
    guard let name = words.popFirst(), var verb = VerbCatalogue.verb(name) else { return nil }
    var program = "pangaea \(name)"
    while let next = words.popFirst(), let inner = verb.verbs.first(where: { $0.name == next }) {
      verb = inner
      program += " " + next
    }
    return (program, verb)
  }

  /// Whose `--help` helps with these words.
  private static func program(_ words: [String]) -> String {
    if let first = words.first, !first.hasPrefix("-") { return verb(words[...])?.program ?? "pangaea \(first)" }
    return "pangaea"
  }
}

extension Complaint {
  fileprivate static func unknownVerb(_ name: String) -> Complaint {
    let near = NearName.of(name, among: Verbs.names)
    return Complaint(what: "there is no verb '\(name)'", try: near.map { "pangaea \($0)" } ?? "pangaea --help")
  }
}
