// What a trace prints while it goes on, and at its end.

internal import JSON
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The lines of a trace.
struct TraceReport: ~Copyable {
  private let request: TraceRequest
  private let paint: Paint
  private let width: Int?
  /// When the trace began, in nanoseconds of CLOCK_MONOTONIC.
  private let start: UInt64
  private var output: OutputBuffer
  /// What was said of it.
  private var told = TraceLosses()
  /// Nobody reads what is printed.
  private(set) var isSilenced = false
  /// Why nothing could be printed any more; nil where that is no failure, since the reader went away.
  private(set) var failure: Complaint?

  /// - Throws: a `Complaint` when the file cannot be made that was named for the output.
  init(_ request: TraceRequest, start: UInt64) throws(Complaint) {
    self.request = request
    self.start = start
    let descriptor: FileDescriptor
    if let path = request.output {
      descriptor = try Self.make(path)
    } else {
      descriptor = FileDescriptor(borrowing: request.leavesStandardOutput ? 2 : 1)
    }
    paint = Paint(request.color, on: descriptor)
    width = OutputWidth.of(descriptor)
    let name = request.output.map { "'\(Escaping.escaped($0.string))'" }
    output = OutputBuffer(descriptor, named: name ?? "standard \(request.leavesStandardOutput ? "error" : "output")")
  }

  /// A file that only its owner may read: command lines and environments hold secrets.
  static func make(_ path: FilePath) throws(Complaint) -> FileDescriptor {
    do throws(SystemCallError) {
      return try FileDescriptor.open(path, [.writeOnly, .create, .truncate])
    } catch {
      throw Complaint(error, doing: "write '\(Escaping.escaped(path.string))'", exitStatus: 125)
    }
  }

  /// Says where the events come from, where that is not the kernel.
  mutating func begin(_ source: ProcessEventStream.Source) {
    guard case .polling(let interval, let refusal) = source else { return }
    if request.printsJSON {
      return writeObject { json in
        json.member("event", "polling")
        json.member("intervalNanoseconds", interval)
        json.member("reason", refusal.name)
      }
    }
    let why = refusal == .eperm ? "without CAP_NET_ADMIN" : "outside of the machine's own PID and network namespaces"
    let what = "/proc is looked at every \(interval / 1_000_000) ms, and what lives shorter may be missed"
    let note = "pangaea trace: \(what): the kernel does not announce events \(why) (\(refusal.name))\n"
    // Who closed standard error does not want to know.
    do throws(SystemCallError) { try FileDescriptor.standardError.write(note) } catch {}
  }

  /// Prints an event.
  mutating func tell(_ event: ProcessEvent, _ life: ProcessLife) {
    if request.printsJSON {
      let time = event.time - min(start, event.time)
      return writeObject { $0.writeTraceEvent(event, life, at: time) }
    }
    if request.isQuiet { return }
    guard let what = TraceText.event(event, life, showsEnvironment: request.showsEnvironment) else { return }
    var line = StyledLine()
    line.append(TraceText.seconds(since: start, event.time), .quiet)
    line.append(" " + TraceText.padded(String(event.processID), 7) + " ")
    line.append(what.verb + " ", what.role)
    line.append(what.detail)
    write(line.text(width: width, paint: paint))
    for extra in what.extra {
      var line = StyledLine()
      line.append(String(repeating: " ", count: 22) + extra, .quiet)
      write(line.text(width: width, paint: paint))
    }
  }

  /// Says what was lost, when it is more than before.
  mutating func tell(_ losses: TraceLosses) {
    let events = losses.events - told.events
    let statistics = losses.statistics - told.statistics
    told = losses
    if request.printsJSON {
      if events > 0 { tell("lost", ("events", events)) }
      if statistics > 0 { tell("lostStatistics", ("tasks", statistics)) }
    } else if !request.isQuiet {
      if events > 0 { warn("\(events) events of the machine were lost; /proc was looked at instead") }
      if statistics > 0 { warn(TraceLosses.note(statistics: statistics)) }
    }
  }

  private mutating func tell(_ event: String, _ count: (name: String, value: UInt64)) {
    writeObject { json in
      json.member("event", event)
      json.member(count.name, count.value)
    }
  }

  private mutating func warn(_ text: String) { write(paint(text, .warning) + "\n") }

  /// Hands on what was told so far.
  mutating func flush() {
    attempt { (output) throws(Complaint) in try output.flush() }
  }

  /// Prints the family tree and the losses.
  mutating func end(_ history: ProcessHistory, _ losses: TraceLosses) {
    if request.printsJSON {
      writeObject { json in
        json.member("event", "end")
        json.member("processes", history.births)
        json.write(losses)
      }
      return flush()
    }
    if !request.isQuiet { write("\n") }
    let tree = TraceTree(history, showsEnvironment: request.showsEnvironment, prunes: request.followsAll)
    let width = width
    attempt { (output) throws(Complaint) in try tree.write(to: &output, width: width) }
    for note in losses.notes { warn(note) }
    flush()
  }

  private mutating func writeObject(_ members: (inout JSONWriter) -> Void) {
    var json = JSONWriter(.line)
    json.object(members)
    let line = json.bytes + [UInt8(ascii: "\n")]
    attempt { (output) throws(Complaint) in try output.write(line) }
  }

  private mutating func write(_ text: String) {
    attempt { (output) throws(Complaint) in try output.write(text) }
  }

  /// Once nobody reads any more nothing is printed; what was started goes on, and its exit status still counts.
  private mutating func attempt(_ body: (inout OutputBuffer) throws(Complaint) -> Void) {
    if isSilenced { return }
    do throws(Complaint) {
      try body(&output)
    } catch {
      isSilenced = true
      // Who closed standard error, beside a command, does not want to know.
      let isStandardError = request.output == nil && request.leavesStandardOutput
      failure = error.what.isEmpty || isStandardError ? nil : error
    }
  }
}
