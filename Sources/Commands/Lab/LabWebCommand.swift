// `lab web`: a course by hand in the browser, with real shells and the map of their world.

internal import ArgumentParser
internal import Lab
internal import Web

/// `lab web`.
struct LabWebCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "web",
    abstract: "Go through the lessons by hand in the browser: the lesson, two shells, and the map of their world.",
    discussion: """
      Serves one page on 127.0.0.1 and prints its link. The link opens the page once, in one browser; Enter prints \
      another. A course may be named in the place of a claim. Without a claim it goes on where you left off, here or in \
      `pangaea lab run`.

      Whoever has the page has two shells with your rights, in the course's world. So the link is a secret, and one \
      window has the course at a time: the one that was opened last. Leaving it (q), Ctrl-C here, or any other end of this \
      program ends the shells and their world, and keeps your progress.

      In a shell every key that the browser does not keep is its program's, but for Ctrl-]: it leads to the lesson, and \
      pressed twice it is typed in the shell. The page's help (?) names all keys.
      """)

  @OptionGroup var selection: LabSelection

  @Option(name: .shortAndLong, help: "Listen on this port; without it, on one that is free.")
  var port: UInt16 = 0

  @Flag(name: .long, help: "Use pangaea's own tools where the machine has the classic ones too.")
  var ownTools = false

  func run() throws {
    var selection = selection
    selection.takeCourseName()
    let (course, claims) = try selection.claims()
    let start = selection.numbers.isEmpty ? nil : claims.first
    throw ExitCode(try CourseServer(course: course, start: start, ownTools: ownTools, port: port).run())
  }
}

extension LabSelection {
  /// Takes a course's name, or file, that stands in the place of a claim.
  mutating func takeCourseName() {
    guard name == nil, let first = numbers.first, CourseLibrary.names.contains(first) || first.hasSuffix(".md") else {
      return
    }
    name = numbers.removeFirst()
  }
}
