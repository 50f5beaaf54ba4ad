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

      The keys of the lesson: 1 to 4 guess, c check, r run it for me, h hint, n next, x begin this lesson again, l list, \
      s free: the shells alone, a and b to the shells, w to the world, ? all keys, q leave. In a shell every key is its \
      program's, function keys too, but for Ctrl-]: it leads to the lesson, whose keys work then, so that Ctrl-] c checks; \
      pressed twice it types Ctrl-] in the shell.

      What cannot be told on this machine, or with your rights, does not keep you from finishing. It is listed at the end \
      with the reason, never as shown, and comes up again when you go on where it can be told.
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
    try manner.run(of: course) { progress in
      guard let start = selection.numbers.isEmpty ? progress.next(in: course) : claims.first else { return [] }
      return claims.firstIndex(of: start).map { Array(claims[$0...]) } ?? []
    }
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
    try manner.run(of: course) { progress in progress.next(in: course).map { [$0] } ?? [] }
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
  ///
  /// - Parameter choose: which claims, as the progress is; none when nothing is left that can be told here.
  func run(of course: Course, _ choose: (LabProgress) -> [Claim]) throws {
    let paint = Paint(color)
    let transcript = LabTranscript(paint: paint)
    let waits = !yes && FileDescriptor.standardInput.isTerminal
    var progress = try LabProgress(course: course.name)
    let laboratory = try Laboratory.make(ownTools: ownTools) { transcript.show($0) }
    progress.reopen(in: course, by: laboratory)
    let claims = choose(progress)
    if claims.isEmpty {
      laboratory.close()
      return try LabManner.sayFinished(course, progress)
    }
    let report: CourseReport
    do throws(LabFailure) {
      report = try laboratory.run(
        claims, of: course, isKnown: { progress.isDone($0) }, before: { transcript.begin($0, in: course) },
        after: { outcome in
          transcript.end(outcome)
          transcript.attempt { () throws(Complaint) in try progress.note(outcome, in: course) }
          let isLast = outcome.claim == claims.last
          return transcript.complaint == nil && (isLast || !waits || transcript.goesOn())
        })
    } catch {
      throw Complaint(error)
    }
    transcript.close(report)
    if let complaint = transcript.complaint { throw complaint }
    if progress.next(in: course) == nil { try LabManner.sayFinished(course, progress) }
    if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
  }

  /// Prints what who has finished can say.
  private static func sayFinished(_ course: Course, _ progress: LabProgress) throws(Complaint) {
    let session = LearnerSession(course: course, progress: progress.progress)
    let lines = CourseEnd.closing(of: session) + ["`pangaea lab reset` begins again."]
    try say(lines.map { $0 + "\n" }.joined())
  }

  /// Prints a line.
  static func say(_ text: String) throws(Complaint) {
    var output = OutputBuffer()
    try output.write(text)
    try output.flush()
  }
}
