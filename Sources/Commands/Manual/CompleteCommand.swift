// `complete`: what the shells' completion scripts ask.

internal import CommandDescription

/// The hidden verb `complete`.
struct CompleteCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "complete",
    abstract: "say what can come next on a command line",
    usage: ["-- WORD...", "--script bash|zsh|fish"],
    options: [
      OptionDescription(
        nil, "script", "print the completion script of a shell", value: .required("SHELL"),
        completion: .words(CompletionScript.allCases.map(\.rawValue))),
      OptionDescription("h", "help", "show this help"),
    ],
    isHidden: true)

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var scanner = OptionScanner(invocation.arguments, options: description.options, stopsAtOperand: true)
    var output = OutputBuffer()
    while let option = try scanner.nextOption() {
      if option.name == "help" { return try invocation.showHelp(description) }
      guard let script = CompletionScript(rawValue: option.value ?? "") else {
        throw .usage("there are scripts for bash, zsh and fish")
      }
      try output.write(script.text(for: "pangaea"))
      try output.flush()
      return 0
    }
    try output.write(Completion(scanner.operands).text)
    try output.flush()
    return 0
  }
}
