// `trace`: each fork, exec and exit as it happens, and the family tree at the end.

internal import CommandDescription
internal import Linux
internal import Processes

/// The verb `trace`.
enum TraceCommand: HandParsedVerb {
  static var description: VerbDescription { TraceDescription.verb }

  static let failureStatus: Int32 = 125

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    if invocation.arguments.first == "replay" { return try replay(invocation) }
    let request = try TraceRequest(invocation)
    if request.asksForHelp { return try invocation.showHelp(description) }
    if request.asksForVersion { return try invocation.showVersion() }
    return try TraceSession(request).run()
  }

  private static func replay(_ typed: Invocation) throws(Complaint) -> Int32 {
    let invocation = Invocation(
      program: "\(typed.program) replay", form: typed.form, arguments: Array(typed.arguments.dropFirst()))
    let request: TraceRequest
    do throws(Complaint) {
      request = try TraceRequest(replay: invocation)
    } catch {
      var complaint = error
      if complaint.isUsage { complaint.remedy = "\(invocation.program) --help" }
      throw complaint
    }
    if request.asksForHelp { return try invocation.showHelp(TraceDescription.replay) }
    if request.asksForVersion { return try invocation.showVersion() }
    var replay = TraceReplay(request)
    return try replay.run()
  }
}
