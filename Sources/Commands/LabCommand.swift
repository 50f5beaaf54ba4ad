// `lab`: the course that runs each experiment on the real kernel and checks each claim.

internal import ArgumentParser
internal import Isolation
internal import Lab
internal import Linux
internal import Screen
internal import struct SystemPackage.FilePath

/// The verb `lab`.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Learn what a process is: run each experiment on the real kernel and check each claim.",
    discussion: """
      A course is a list of claims, each with an experiment: commands that are typed into two shells, A and B, and \
      facts that the kernel must show then. Everything happens in a world of its own, and the machine is left as it was.
      """,
    subcommands: [
      LabListCommand.self, LabRunCommand.self, LabWebCommand.self, LabCheckCommand.self, LabHintCommand.self,
      LabNextCommand.self, LabResetCommand.self, LabThreadCommand.self, LabSubreaperCommand.self,
    ])
}

/// `lab list`.
struct LabListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the courses, their claims, and which of them you have seen.",
    discussion: "✓ stands before a claim that you have seen, – before one that could not be told here.")

  @OptionGroup var selection: LabSelection

  func run() throws {
    var output = OutputBuffer()
    for (course, claims) in try selection.selected() {
      let progress = LabListCommand.progress(in: course)
      try output.write("\(course.name): \(course.title)\n")
      for section in course.sections where section.claims.contains(where: claims.contains) {
        try output.write("  \(section.title)\n")
        for claim in section.claims where claims.contains(claim) {
          let mark = progress.map { LabProgress.mark(of: claim, in: $0.progress) } ?? " "
          try output.write("  \(mark) \(DisplayWidth.padded(claim.number, 14)) \(claim.title)\n")
        }
      }
    }
    try output.flush()
  }

  /// What has been seen; where that cannot be read it is said, and the list has no marks.
  private static func progress(in course: Course) -> LabProgress? {
    do throws(Complaint) {
      return try LabProgress(course: course.name)
    } catch {
      error.present(program: "pangaea", form: .verb)
      return nil
    }
  }
}

/// `lab check`.
struct LabCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Run the experiments unattended; print for each claim what was expected and found.",
    discussion: """
      The exit status is 0 when every claim came out as expected, 1 when one did not or something was left on the \
      machine, and 77 when some could not be looked at here.

      Before and after, hostname, mounts, cgroups and processes are compared: the machine is clean, or what is the \
      lab's or may be is listed. What others did meanwhile is counted, and is no fault.
      """)

  @OptionGroup var selection: LabSelection

  @Option(name: .long, help: "How to report: text, tap, junit or json.")
  var format = LabFormat.text

  @Flag(name: .shortAndLong, help: "Show the evidence of every claim.")
  var verbose = false

  @Flag(name: .long, help: "Use pangaea's own tools where the machine has the classic ones too.")
  var ownTools = false

  @Option(name: .long, help: "Colour the output: auto, always or never.")
  var color = ColorChoice.auto

  func run() throws {
    let (course, claims) = try selection.claims()
    let laboratory = try Laboratory.make(ownTools: ownTools)
    let report: CourseReport
    do throws(LabFailure) { report = try laboratory.run(claims, of: course) } catch { throw Complaint(error) }
    var output = OutputBuffer()
    switch format {
    case .text:
      let page = LabPage(report, paint: Paint(color), showsAll: verbose || claims.count == 1)
      try output.write(page.page)
    case .tap: try output.write(report.tap)
    case .junit: try output.write(report.junit)
    case .json: try output.write(report.json)
    }
    try output.flush()
    if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
  }
}

/// `lab hint`.
struct LabHintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hint",
    abstract: "Show where you are with a claim, and its hints; or with the next that you have not seen.")

  @OptionGroup var selection: LabSelection

  func run() throws {
    let (course, claims) = try selection.claims()
    let progress = try LabProgress(course: course.name)
    let chosen = selection.numbers.isEmpty ? progress.next(in: course).map { [$0] } ?? [] : claims
    var output = OutputBuffer()
    if chosen.isEmpty { try output.write("You have seen every claim of this course that can be told here.\n") }
    for claim in chosen {
      try output.write("\(claim.number): \(claim.title)\n")
      let text = LabText(Paint(isEnabled: false))
      for hint in [whereabouts(of: claim, progress)] + claim.hints {
        try output.write(text.wrapped(hint, indent: 2).joined(separator: "\n") + "\n")
      }
    }
    try output.flush()
  }
}

extension LabHintCommand {
  /// Where the learner is with a claim, and what to type next.
  private func whereabouts(of claim: Claim, _ progress: LabProgress) -> String {
    let claims = claim.number.prefix { $0 != "," } + (selection.name.map { " --course \($0)" } ?? "")
    switch progress.word(of: claim) {
    case "as-expected": return "You have seen it come out as the course says."
    case "told": return "You have read it; there is nothing to run."
    case "not-as-expected":
      return "Last time it did not come out so: `pangaea lab check \(claims)` shows what was found, and the terminals."
    case "cannot-tell":
      let reason = progress.progress.reasonUntold(of: claim).map { " (\($0))" } ?? ""
      return "Last time it could not be told here\(reason): `pangaea lab check \(claims)` looks again."
    default: return "You have not been there yet: `pangaea lab run \(claims)`."
    }
  }
}

/// `lab reset`.
struct LabResetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Forget that you have seen a claim, or the whole course; it is kept aside once.")

  @OptionGroup var selection: LabSelection

  func run() throws {
    let (course, claims) = try selection.claims()
    var progress = try LabProgress(course: course.name)
    try progress.forget(claims)
    var output = OutputBuffer()
    let what = selection.numbers.isEmpty ? course.title : claims.map(\.number).joined(separator: ", ")
    try output.write("Forgotten: \(what). What was known is kept in \(progress.formerFile).\n")
    try output.flush()
  }
}

/// Which course and which of its claims.
struct LabSelection: ParsableArguments {
  @Argument(help: ArgumentHelp("These claims only, of whichever course has them, for example S39.", valueName: "claim"))
  var numbers: [String] = []

  @Option(
    name: .customLong("course"),
    help: ArgumentHelp("A course by its name, or a file that ends in .md.", valueName: "course"))
  var name: String?

  /// The course that is asked for; the first one, when none is.
  func course() throws(Complaint) -> Course {
    try LabSelection.read(name ?? CourseLibrary.names[0])
  }

  /// The course, and the claims that are asked for; all, when none is. Without a course it is the one that has them.
  func claims() throws(Complaint) -> (course: Course, claims: [Claim]) {
    if numbers.isEmpty {
      let course = try course()
      return (course, course.claims)
    }
    let selected = try selected()
    guard let first = selected.first, selected.count == 1 else {
      throw Complaint(
        what: "these claims are of several courses: \(selected.map(\.course.name).joined(separator: ", "))",
        try: "one course at a time, or --course")
    }
    return first
  }

  /// The courses that are asked for, each with the claims that are; all that there are, when none is.
  func selected() throws(Complaint) -> [(course: Course, claims: [Claim])] {
    var courses: [Course] = []
    for name in name.map({ [$0] }) ?? CourseLibrary.names { courses.append(try LabSelection.read(name)) }
    for number in numbers where !courses.contains(where: { $0.claims.contains { $0.answers(to: number) } }) {
      let course = name.map { _ in courses[0].name }
      throw Complaint(
        what: course.map { "\($0) has no claim \(number)" } ?? "no course has a claim \(number)",
        try: "pangaea lab list" + (course.map { " --course \($0)" } ?? ""))
    }
    return courses.map { course in
      (course, course.claims.filter { claim in numbers.isEmpty || numbers.contains(where: claim.answers(to:)) })
    }.filter { !$0.1.isEmpty }
  }

  /// Reads a course that comes with the program, or one of a file.
  static func read(_ name: String) throws(Complaint) -> Course {
    let text = name.hasSuffix(".md") ? try text(of: name) : nil
    do throws(CourseError) {
      if let text { return try CourseLibrary.read(text, file: name) }
      if let course = try CourseLibrary.course(named: name) { return course }
    } catch {
      throw Complaint(what: "\(error.file):\(error.line): \(error.what)", try: error.remedy)
    }
    throw Complaint(
      what: "there is no course \(name)",
      try: "one of: \(CourseLibrary.names.joined(separator: ", ")); or a file that ends in .md")
  }

  private static func text(of file: String) throws(Complaint) -> [UInt8] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(FilePath(file)).readAll()
    } catch {
      throw Complaint(error, doing: "read the course \(file)")
    }
  }
}

extension Laboratory {
  /// The tools that the courses' commands are typed with.
  private static let classicTools = ["unshare", "nsenter", "lsns", "ps", "pstree", "kill", "hostname"]

  /// A laboratory whose worlds have this very program in them.
  static func make(
    ownTools: Bool, watch: @escaping (LabEvent) -> Void = { _ in }
  ) throws(Complaint) -> Laboratory {
    let link: [UInt8]
    do throws(SystemCallError) {
      link = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self/exe"))
    } catch {
      let missing = Diagnosis.ofMissingProc()
      throw Complaint(
        error, doing: "find this program's own file", why: missing?.why, try: missing?.remedy, exitStatus: 77)
    }
    let program = FilePath(String(decoding: link, as: UTF8.self))
    let classic = classicTools.filter { Verbs.classic($0) != nil }
    do throws(LabFailure) {
      return try Laboratory(
        program: program, verbs: Verbs.names, classicNames: classic, prefersOwnTools: ownTools, watch: watch)
    } catch {
      throw Complaint(error)
    }
  }
}

extension Complaint {
  /// A lab that could not look: exit status 77.
  init(_ failure: LabFailure) {
    self.init(what: failure.what, why: failure.why, try: failure.remedy, exitStatus: 77)
  }
}

/// How `lab check` reports.
enum LabFormat: String, CaseIterable, ExpressibleByArgument {
  case text, tap, junit, json
}
