// `lab run` and `lab next`: a course step by step, each command shown as the real shells show it.

internal import ArgumentParser
internal import Lab
internal import Linux

/// `lab run`.
struct LabRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Go through the lessons by hand: guess, do it in two shells, see what the kernel shows.",
    discussion: """
      On a terminal it takes the whole screen: the lesson, the shells A and B, and the world's processes as they come \
      and go. Without a claim it goes on where you left off. Where there is no terminal, and with --plain or --yes, \
      each lesson's lines are typed for you and printed with what the shells say; Enter goes on, q ends.
      """)

  @OptionGroup var selection: LabSelection
  @OptionGroup var manner: LabManner

  @Flag(name: .long, help: "Print line by line, also on a terminal.")
  var plain = false

  func run() throws {
    let (course, claims) = try selection.claims()
    let isOnTerminal = FileDescriptor.standardInput.isTerminal && FileDescriptor.standardOutput.isTerminal
    if isOnTerminal && !plain && !manner.yes {
      let start = selection.numbers.isEmpty ? nil : claims.first
      let runner = CourseRunner(course: course, start: start, ownTools: manner.ownTools, color: manner.color)
      throw ExitCode(try runner.run())
    }
    let progress = try LabProgress(course: course.name)
    let start = selection.numbers.isEmpty ? progress.next(in: course) : claims.first
    guard let start, let index = claims.firstIndex(of: start) else {
      try LabManner.say("You have seen every claim of this course. `pangaea lab reset` begins again.\n")
      return
    }
    try manner.run(Array(claims[index...]), of: course)
  }
}

/// `lab next`.
struct LabNextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "Run the next claim that you have not seen.")

  @OptionGroup var selection: LabSelection
  @OptionGroup var manner: LabManner

  func run() throws {
    let course = try selection.course()
    guard let claim = try LabProgress(course: course.name).next(in: course) else {
      try LabManner.say("You have seen every claim of this course. `pangaea lab reset` begins again.\n")
      return
    }
    try manner.run([claim], of: course)
  }
}

/// How the steps are gone through.
struct LabManner: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Go on without waiting for Enter.")
  var yes = false

  @Flag(name: .long, help: "Use pangaea's own tools where the machine has the classic ones too.")
  var ownTools = false

  @Option(name: .long, help: "Colour the output: auto, always or never.")
  var color = ColorChoice.auto

  /// Runs claims, tells what happens, and keeps the learner's progress.
  func run(_ claims: [Claim], of course: Course) throws {
    let paint = Paint(color)
    let transcript = LabTranscript(paint: paint)
    let waits = !yes && FileDescriptor.standardInput.isTerminal
    var progress = try LabProgress(course: course.name)
    let laboratory = try Laboratory.make(ownTools: ownTools) { transcript.show($0) }
    let report: CourseReport
    do throws(LabFailure) {
      report = try laboratory.run(
        claims, of: course, isKnown: { progress.isDone($0) }, before: { transcript.begin($0, in: course) },
        after: { outcome in
          transcript.end(outcome)
          transcript.attempt { () throws(Complaint) in try progress.note(outcome) }
          let isLast = outcome.claim == claims.last
          return transcript.complaint == nil && (isLast || !waits || transcript.goesOn())
        })
    } catch {
      throw Complaint(error)
    }
    transcript.close(report)
    if let complaint = transcript.complaint { throw complaint }
    if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
  }

  /// Prints a line.
  static func say(_ text: String) throws(Complaint) {
    var output = OutputBuffer()
    try output.write(text)
    try output.flush()
  }
}
