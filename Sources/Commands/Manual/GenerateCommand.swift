// `generate`: writes manual pages and completion scripts where an installation wants them.

internal import CommandDescription
internal import Linux
internal import struct SystemPackage.FilePath

/// The hidden verb `generate`.
struct GenerateCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "generate",
    abstract: "write manual pages and completions below a share directory",
    usage: ["DIRECTORY"],
    discussion: ["DIRECTORY is PREFIX/share: man/man1, bash-completion, zsh and fish are made in it."],
    options: [OptionDescription("h", "help", "show this help")],
    operands: .directory,
    isHidden: true)

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      if option.name == "help" { return try invocation.showHelp(description) }
    }
    guard scanner.operands.count == 1 else { throw .usage("one directory is wanted") }
    let share = FilePath(scanner.operands[0])
    do throws(SystemCallError) {
      try ShareDirectory(share).write(VerbCatalogue.program(VerbCatalogue.all()))
    } catch {
      throw Complaint(what: "cannot write below \(share): \(error)")
    }
    return 0
  }
}
