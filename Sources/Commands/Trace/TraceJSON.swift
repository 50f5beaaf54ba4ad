// Events as JSON Lines; the schema is Documentation/schemas/trace.json.

internal import JSON
internal import Linux
internal import Processes

extension JSONWriter {
  /// Writes the members of one event.
  ///
  /// - Parameter time: nanoseconds since the trace began.
  mutating func writeTraceEvent(_ event: ProcessEvent, _ life: ProcessLife, at time: UInt64) {
    member("event", event.kind.name)
    member("time", time)
    member("pid", event.processID)
    switch event.kind {
    case .fork(let parentID): member("ppid", parentID)
    case .exec: writeProgram(life.program(at: event.time))
    case .exit: writeEnd(life)
    case .userID(let real, let effective), .groupID(let real, let effective):
      member("real", real)
      member("effective", effective)
    case .commandName(let name): member("name", bytes: name[...])
    case .session, .coreDump: break
    }
  }

  private mutating func writeProgram(_ program: ProcessProgram?) {
    member("isMissing", program?.isMissing ?? true)
    member("isCut", program?.isCut ?? false)
    member("command", texts: program?.commandLine?.arguments.map { $0[...] })
    member("executable", bytes: program?.executable.map { $0[...] })
    member("cwd", bytes: program?.workingDirectory.map { $0[...] })
    member("hasMoved", program?.hasMoved ?? false)
    member("namespaces") { json in
      json.array { json in
        for link in program?.departures ?? [] { json.value("\(link)") }
      }
    }
    member("environment") { json in
      guard let difference = program?.environment else { return json.null() }
      json.write(difference)
    }
  }

  private mutating func write(_ difference: Environment.Difference) {
    object { json in
      json.member("added", texts: difference.added.map { $0.bytes[...] })
      json.member("removed", texts: difference.removed.map { $0.bytes[...] })
      json.member("changed", texts: difference.changed.map { $0.after.bytes[...] })
    }
  }

  private mutating func writeEnd(_ life: ProcessLife) {
    var status: Int32?
    var signal: String?
    if case .exited(let code) = life.status { status = code }
    if case .signaled(let number) = life.status { signal = number.name }
    member("status", status)
    member("signal", signal)
    member("name", bytes: life.commandName.map { $0[...] })
    member("duration", life.duration)
    member("processorTime", life.processorTime)
    member("peakMemory", life.peakMemory)
  }
}

extension ProcessEvent.Kind {
  /// As JSON names it.
  var name: String {
    switch self {
    case .fork: "fork"
    case .exec: "exec"
    case .exit: "exit"
    case .userID: "user"
    case .groupID: "group"
    case .session: "session"
    case .commandName: "name"
    case .coreDump: "coreDump"
    }
  }
}
