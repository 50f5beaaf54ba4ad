// The words of a trace: an event in a line, a life in a few cells.

internal import Linux
internal import Processes

enum TraceText {
  /// An event as it is shown.
  struct Line {
    var verb: String
    var detail: String
    var role: Paint.Role?
    /// Further lines.
    var extra: [String] = []
  }

  /// - Returns: nil for an event that is not worth a line.
  static func event(_ event: ProcessEvent, _ life: ProcessLife, showsEnvironment: Bool) -> Line? {
    switch event.kind {
    case .fork(let parentID): return Line(verb: "fork", detail: "by \(parentID)")
    case .exec: return exec(life.program(at: event.time), showsEnvironment)
    case .exit: return Line(verb: "exit", detail: facts(life), role: life.hasFailed ? .failure : nil)
    case .userID(let real, let effective): return Line(verb: "user", detail: ids(real, effective))
    case .groupID(let real, let effective): return Line(verb: "grp ", detail: ids(real, effective))
    case .session: return Line(verb: "sess", detail: "begins a session")
    case .commandName(let name): return Line(verb: "name", detail: Escaping.escaped(name[...]))
    case .coreDump: return Line(verb: "core", detail: "dumps its memory", role: .failure)
    }
  }

  private static func ids(_ real: UInt32, _ effective: UInt32) -> String {
    real == effective ? "\(real)" : "\(real), effective \(effective)"
  }

  private static func exec(_ program: ProcessProgram?, _ showsEnvironment: Bool) -> Line {
    guard let program, let line = program.commandLine else {
      return Line(verb: "exec", detail: "(too fast to be read)", role: .quiet)
    }
    var shown = Line(verb: "exec", detail: command(line) + (program.isCut ? "…" : "") + departures(program))
    if showsEnvironment { shown.extra = environment(program) }
    return shown
  }

  /// Arguments as a person might have typed them.
  static func command(_ line: CommandLine) -> String {
    line.arguments.map { argument in
      let text = Escaping.escaped(argument[...])
      let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && !"'\"$&;|<>()*?`!#".utf8.contains($0) }
      return isPlain
        ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// What an exec changed beside the parent: ` +uts` for each namespace that the parent is not in, the directory.
  static func departures(_ program: ProcessProgram) -> String {
    let borders = program.departures.map { " +\($0.kind.procName)" }.joined()
    guard program.hasMoved, let directory = program.workingDirectory else { return borders }
    return borders + " cwd=" + Escaping.escaped(directory[...])
  }

  /// The programs that it was; of one that never executed the name of its parent's, in parentheses. Then whom it
  /// changed to.
  static func command(_ life: ProcessLife, in history: ProcessHistory) -> String {
    let programs = life.programs.map { program in
      (program.commandLine.map { command($0) } ?? unread(program, of: life)) + (program.isCut ? "…" : "")
        + departures(program)
    }
    let changes = life.changes.compactMap { change -> String? in
      switch change.kind {
      case .userID(let real, let effective): " user=" + ids(real, effective)
      case .groupID(let real, let effective): " group=" + ids(real, effective)
      case .coreDump: " dumped"
      default: nil
      }
    }
    let own = programs.isEmpty ? unexecuted(life, in: history) : programs.joined(separator: " → ")
    return own + changes.joined()
  }

  /// Where the arguments were missed: the name that the last program had at its end, in brackets as ps(1) has them.
  private static func unread(_ program: ProcessProgram, of life: ProcessLife) -> String {
    guard program.time == life.program?.time, let name = life.commandName, !name.isEmpty else { return "?" }
    return "[\(Escaping.escaped(name[...]))]"
  }

  /// A thread of the kernel by its own name, as ps(1) has it; a mere fork by its parent's.
  private static func unexecuted(_ life: ProcessLife, in history: ProcessHistory) -> String {
    if life.wasThere, let name = life.commandName { return "[\(Escaping.escaped(name[...]))]" }
    return "(\(inherited(life, in: history)))"
  }

  /// Nobody is a mere fork of a mere fork for longer.
  private static let generations = 64

  private static func inherited(_ life: ProcessLife, in history: ProcessHistory) -> String {
    var number = life.parent
    for _ in 0..<generations {
      guard let current = number.flatMap({ history.lives[$0] }) else { break }
      if let line = current.program?.commandLine, let name = line.arguments.first { return Escaping.escaped(name[...]) }
      number = current.parent
    }
    return "?"
  }

  /// What its environment has that its parent's has not, and the reverse, where both were read.
  static func environment(_ program: ProcessProgram) -> [String] {
    guard let difference = program.environment else { return program.isMissing ? [] : ["(environment not read)"] }
    func text(_ bytes: [UInt8]) -> String { Escaping.escaped(bytes[...]) }
    return difference.added.map { "+" + text($0.bytes) }
      + difference.changed.map { text($0.before.bytes) + " → " + text(Array($0.after.value ?? [])) }
      + difference.removed.map { "-" + text(Array($0.name ?? $0.bytes[...])) }
  }

  /// How it ended, after how long, with what peak.
  static func facts(_ life: ProcessLife) -> String {
    var facts = [end(life)]
    if let duration = life.duration { facts.append("after " + time(duration)) }
    if let peak = life.peakMemory, peak > 0 { facts.append(memory(peak)) }
    return facts.joined(separator: ", ")
  }

  /// `0`, `3`, `SIGKILL`; `lives` while it does.
  static func end(_ life: ProcessLife) -> String {
    guard life.end != nil else { return "lives" }
    return switch life.status {
    case .exited(let status): "\(status)"
    case .signaled(let signal): "SIG\(signal.name)"
    default: "?"
    }
  }

  /// Nanoseconds in a unit that fits.
  static func time(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<1_000_000: "\(nanoseconds / 1000) µs"
    case ..<10_000_000: "\(decimal(nanoseconds / 10_000, 2)) ms"
    case ..<1_000_000_000: "\(nanoseconds / 1_000_000) ms"
    case ..<60_000_000_000: "\(decimal(nanoseconds / 10_000_000, 2)) s"
    default: "\(nanoseconds / 60_000_000_000) min \(nanoseconds / 1_000_000_000 % 60) s"
    }
  }

  /// Bytes in KiB or MiB.
  static func memory(_ bytes: UInt64) -> String {
    bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(decimal((bytes * 10) >> 20, 1)) MiB"
  }

  private static func decimal(_ value: UInt64, _ places: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// Seconds with three decimals, eight columns wide.
  static func seconds(since start: UInt64, _ time: UInt64) -> String {
    padded(decimal((time - min(start, time)) / 1_000_000, 3), 8)
  }

  static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension ProcessLife {
  /// Whether it ended with a status other than 0.
  var hasFailed: Bool { end != nil && status != nil && status != .exited(0) }

  /// The program that it became at a time.
  func program(at time: UInt64) -> ProcessProgram? { programs.first { $0.time == time } }
}
