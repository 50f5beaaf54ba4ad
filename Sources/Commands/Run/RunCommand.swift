// `run`: a command in a world of its own, from request to exit status.

internal import CommandDescription
internal import Isolation
internal import Linux

/// The verb `run`.
enum RunCommand: HandParsedVerb {
  static var description: VerbDescription { RunDescription.verb }
  static let failureStatus: Int32 = 125

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    let request = try RunRequest(invocation)
    if request.asksForHelp { return try invocation.showHelp(description) }
    if request.asksForVersion { return try invocation.showVersion() }
    let plan = try request.plan()
    let session = WorldSession(plan: plan, name: request.name, hasTerminal: request.hasTerminal)
    if request.printsPlan {
      let steps = request.isDetached ? BackgroundWorld.steps(of: session) : session.steps()
      return try PlanPrinter(steps, asJSON: request.printsJSON).print()
    }
    return request.isDetached ? try BackgroundWorld(request).run() : try session.run()
  }
}
