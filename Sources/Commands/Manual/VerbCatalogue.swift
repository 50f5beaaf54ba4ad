// Every verb described in the same form, whoever reads its command line: the one source of manual pages and
// completions.

internal import JSON
internal import ArgumentParser
internal import CommandDescription

/// The descriptions of all verbs.
enum VerbCatalogue {
  /// The verbs of `pangaea`, in the order of its help page, hidden ones left out.
  static func all() -> [VerbDescription] {
    let tool = JSONValue(Array(Pangaea._dumpHelp().utf8))
    let commands = tool?["command"]?["subcommands"]?.elements ?? []
    return commands.filter { $0["shouldDisplay"]?.truth ?? true }.compactMap { command in
      guard let name = command["commandName"]?.text, name != "help" else { return nil }
      return Verbs.handParsed(name)?.description ?? VerbDescription(parsed: command, program: name)
    }
  }

  /// The program itself, with the verbs that are to be shown.
  static func program(_ verbs: [VerbDescription]) -> VerbDescription {
    VerbDescription(
      name: "pangaea", abstract: "see, shape and learn the processes and namespaces of a Linux machine",
      usage: ["VERB [options]", "--help", "--version"],
      discussion: [
        "Every verb has a manual page of its own, pangaea-VERB(1). Started under the name of a classic program, such "
          + "as unshare, nsenter, ps or pstree, pangaea answers with that program's command line."
      ],
      exitStatuses: [
        .init(status: "0", meaning: "done, or found"), .init(status: "1", meaning: "none such"),
        .init(status: "2", meaning: "trouble; verbs that run programs have statuses of their own"),
      ],
      seeAlso: verbs.map { "pangaea-\($0.name)(1)" } + ["namespaces(7)"], verbs: verbs)
  }

  /// The description of one verb; nil when there is none of that name.
  static func verb(_ name: String) -> VerbDescription? {
    Verbs.handParsed(name)?.description ?? all().first { $0.name == name }
  }
}

extension VerbDescription {
  /// Makes a description of what ArgumentParser says of a command.
  ///
  /// Source: ArgumentParserToolInfo, serialization version 0.
  init(parsed command: JSONValue, program: String) {
    let arguments = (command["arguments"]?.elements ?? []).filter { $0["shouldDisplay"]?.truth ?? true }
    let operands = arguments.filter { $0["kind"]?.text == "positional" }
    let verbs = (command["subcommands"]?.elements ?? []).compactMap { verb -> VerbDescription? in
      guard let name = verb["commandName"]?.text, name != "help", verb["shouldDisplay"]?.truth ?? true else {
        return nil
      }
      return VerbDescription(parsed: verb, program: program + " " + name)
    }
    self.init(
      name: command["commandName"]?.text ?? program, abstract: VerbDescription.phrase(command["abstract"]?.text ?? ""),
      usage: [
        (verbs.isEmpty ? ["[options]"] : ["VERB", "[options]"]) + operands.map(VerbDescription.operandUsage)
      ].map { $0.joined(separator: " ") },
      discussion: (command["discussion"]?.text ?? "").split(separator: "\n\n").map {
        $0.split(separator: "\n").joined(separator: " ")
      },
      options: arguments.compactMap(OptionDescription.init(parsed:)),
      operands: operands.first.map { CompletionSource(parsed: $0) } ?? .none, verbs: verbs)
  }

  private static func operandUsage(_ argument: JSONValue) -> String {
    let name = (argument["valueName"]?.text ?? "argument").uppercased()
    let shown = argument["isRepeating"]?.truth == true ? name + "..." : name
    return argument["isOptional"]?.truth == true ? "[\(shown)]" : shown
  }

  /// A sentence as a phrase: with a small letter first, unless it begins with an abbreviation, and no full stop.
  static func phrase(_ sentence: String) -> String {
    let text = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    guard let second = text.dropFirst().first, second.isLowercase || second == " " else { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension OptionDescription {
  /// Makes a description of what ArgumentParser says of a flag or an option; nil for an operand.
  init?(parsed argument: JSONValue) {
    guard let kind = argument["kind"]?.text, kind != "positional" else { return nil }
    let names = argument["names"]?.elements ?? []
    func name(_ kind: String) -> String? { names.first { $0["kind"]?.text == kind }?["name"]?.text }
    let valueName = (argument["valueName"]?.text ?? "value").uppercased()
    var help = VerbDescription.phrase(argument["abstract"]?.text ?? "")
    if let value = argument["defaultValue"]?.text { help += " (default: \(value))" }
    self.init(
      name("short")?.first, name("long"), help, value: kind == "flag" ? .none : .required(valueName),
      completion: kind == "flag" ? .none : CompletionSource(parsed: argument))
  }
}

extension CompletionSource {
  /// The source that a value's list, its kind of completion or its name tells of.
  init(parsed argument: JSONValue) {
    let words = (argument["allValueStrings"] ?? argument["allValues"])?.elements.compactMap(\.text) ?? []
    if !words.isEmpty {
      self = .words(words)
    } else if argument["completionKind"]?["file"] != nil {
      self = .file
    } else if argument["completionKind"]?["directory"] != nil {
      self = .directory
    } else if let list = argument["completionKind"]?["list"]?["values"] {
      self = .words(list.elements.compactMap(\.text))
    } else {
      self = CompletionSource(valueName: argument["valueName"]?.text ?? "")
    }
  }

  /// The source that the name of a value stands for, as `PID` does.
  init(valueName: String) {
    self =
      switch valueName.lowercased() {
      case "pid", "who": .processID
      case "file", "path": .file
      case "dir", "directory": .directory
      case "user": .user
      case "claim": .claim
      case "course": .course
      case "group": .group
      case "signal", "sig": .signal
      default: .none
      }
  }
}
