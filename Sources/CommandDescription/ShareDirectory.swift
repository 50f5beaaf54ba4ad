// Where an installation has manual pages and completions: PREFIX/share.

public import Linux
public import struct SystemPackage.FilePath

/// A share directory that gets what is made of a program's description.
public struct ShareDirectory {
  private let path: FilePath

  /// A directory, which need not be there yet.
  public init(_ path: FilePath) {
    self.path = path
  }

  /// Writes the manual pages of a program and of each of its verbs, and the completion scripts of all shells.
  ///
  /// - Throws: `SystemCallError` for a file or a directory that cannot be made.
  public func write(_ program: VerbDescription) throws(SystemCallError) {
    let pages =
      [ManualPage(program, program: program.name, isOverview: true)]
      + program.verbs.map { ManualPage($0, program: "\(program.name) \($0.name)") }
    for page in pages { try write(page.text, to: path.appending("man/man1").appending(page.fileName)) }
    for script in CompletionScript.allCases {
      try write(script.text(for: program.name), to: path.pushing(FilePath(script.path(for: program.name))))
    }
  }

  private func write(_ text: String, to path: FilePath) throws(SystemCallError) {
    try makeDirectories(path.removingLastComponent())
    try FileDescriptor.open(path, [.writeOnly, .create, .truncate], mode: 0o644).write(text)
  }

  private func makeDirectories(_ path: FilePath) throws(SystemCallError) {
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
