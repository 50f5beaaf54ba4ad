// OptionReader beside getopt(1), which calls the C library's getopt_long: same options, same operands, same words.

import Linux
import Testing

private enum Choice { case mount, user, mapUser, mapUsers, fork, root }

private let options: [CommandOption<Choice>] = [
  CommandOption(.mount, short: "m", long: "mount", value: .optional),
  CommandOption(.user, short: "U", long: "user", value: .optional),
  CommandOption(.mapUser, long: "map-user", value: .required),
  CommandOption(.mapUsers, long: "map-users", value: .required),
  CommandOption(.fork, short: "f", long: "fork"),
  CommandOption(.root, short: "R", long: "root", value: .required),
]

/// The outcome in the form of getopt(1): options with values, `--`, operands, or the message.
private func outcome(_ arguments: [String], stopsAtOperand: Bool) -> String {
  var reader = OptionReader(options, arguments: arguments, stopsAtOperand: stopsAtOperand)
  var words: [String] = []
  do {
    while let given = try reader.next() {
      words.append(given.spelling)
      if options.first(where: { $0.name == given.name })?.value != CommandOption<Choice>.Value.none {
        words.append("'\(given.value ?? "")'")
      }
    }
  } catch {
    return error.message
  }
  return (words + ["--"] + reader.operands.map { "'\($0)'" }).joined(separator: " ")
}

private func getoptOutcome(_ arguments: [String], stopsAtOperand: Bool) throws -> String {
  let long = "mount::,user::,map-user:,map-users:,fork,root:"
  let program = ["getopt", "-n", "x", "-o", (stopsAtOperand ? "+" : "") + "m::U::fR:", "-l", long, "--"] + arguments
  let ended = try output(of: program)
  let failure = ended.error.split(separator: "\n").first.map(String.init)
  if let failure { return String(failure.dropFirst("x: ".count)) }
  return String(ended.output.drop { $0 == " " }.prefix { $0 != "\n" })
}

@Test(
  arguments: [
    [], ["-f"], ["-fm"], ["-fm/run"], ["-f", "a", "-m"], ["a", "-f"], ["-R", "/x", "b"], ["-R/x"], ["-R"], ["-fR"],
    ["--mount"], ["--mount=/run", "x"], ["--mount", "/run"], ["--root=/x", "--", "-f"], ["--root", "/x"], ["--root"],
    ["--fork=1"], ["--fo", "--us"], ["--map-user=1"], ["--map-u=1"], ["--m"], ["--nope=1"], ["-x"], ["-fx"],
    ["-", "-f"], ["--mount="], ["--map-users", "a"], ["--", "--"],
  ], [false, true])
func readsAsTheCLibraryDoes(_ arguments: [String], stopsAtOperand: Bool) throws {
  #expect(
    try outcome(arguments, stopsAtOperand: stopsAtOperand)
      == getoptOutcome(arguments, stopsAtOperand: stopsAtOperand))
}
