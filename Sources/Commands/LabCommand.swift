// `lab`: the course that runs each experiment on the real kernel and checks each claim.

internal import ArgumentParser
internal import Lab
internal import Linux
internal import struct SystemPackage.FilePath

/// The verb `lab`.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Learn what a process is: run each experiment on the real kernel and check each claim.",
    subcommands: [LabCheckCommand.self],
    defaultSubcommand: LabCheckCommand.self)
}

/// `lab check`.
struct LabCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Run the experiments unattended and print a verdict with evidence for each claim.")

  @Argument(help: ArgumentHelp("Check these claims only, for example S39.", valueName: "claim"))
  var claims: [String] = []

  func run() throws {
    let course: Course
    do {
      course = try CourseLibrary.course(named: CourseLibrary.names[0])!
    } catch { throw Complaint(what: "\(error)") }
    let link = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self/exe"))
    let program = FilePath(String(decoding: link, as: UTF8.self))
    let laboratory = try Laboratory(program: program) { event in
      if case .printed(_, let bytes) = event { try? FileDescriptor.standardError.write(bytes) }
    }
    for claim in course.claims where claims.isEmpty || claims.contains(where: claim.answers(to:)) {
      let outcome = try laboratory.run(claim)
      print(claim.number, claim.verdict.word, outcome.result, outcome.duration / 1_000_000, "ms")
      for line in outcome.evidence { print("   ", line.isMet ? "+" : "-", line.fact, "·", line.found) }
    }
  }
}
