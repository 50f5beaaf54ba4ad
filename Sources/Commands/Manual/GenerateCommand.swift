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
    do {
      let verbs = VerbCatalogue.all()
      let pages = [VerbCatalogue.overview(verbs)] + verbs.map { ManualPage($0, program: "pangaea \($0.name)") }
      for page in pages { try write(page.text, to: share.appending("man/man1").appending(page.fileName)) }
      for script in CompletionScript.allCases {
        try write(script.text(for: "pangaea"), to: share.pushing(FilePath(script.path(for: "pangaea"))))
      }
    } catch {
      throw Complaint(what: "cannot write below \(share): \(error)")
    }
    return 0
  }

  private static func write(_ text: String, to path: FilePath) throws(SystemCallError) {
    try makeDirectories(path.removingLastComponent())
    try FileDescriptor.open(path, [.writeOnly, .create, .truncate], mode: 0o644).write(text)
  }

  private static func makeDirectories(_ path: FilePath) throws(SystemCallError) {
    do {
      try makeDirectory(path)
    } catch {
      if error.errno == .eexist { return }
      guard error.errno == .enoent, path.removingLastComponent() != path else { throw error }
      try makeDirectories(path.removingLastComponent())
      try makeDirectory(path)
    }
  }
}
