// `lab subreaper`: a program that adopts the orphans below it, for a course to look at. No tool that every machine has
// makes one.

internal import ArgumentParser
internal import Isolation
internal import Linux

/// `lab subreaper`, typed by courses only.
struct LabSubreaperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subreaper",
    abstract: "Become a command that is the parent of whoever below it loses its own.",
    shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
  var command: [String]

  func run() throws {
    let command = IsolatedCommand(
      arguments: command.map { Array($0.utf8) }, environment: CallersEnvironment.entries)
    var program = SystemCallProgram()
    // Kept across execve(2), and not handed on to children (PR_SET_CHILD_SUBREAPER(2const)).
    program.append(.setChildSubreaper(true))
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
    do throws(SystemCallProgram.Failure) {
      try program.run()
    } catch {
      throw Complaint(error.error, doing: "become \(self.command.first ?? "")", exitStatus: 127)
    }
  }
}
