// What `kill --dry-run` says of a signal that would be sent: who would get it, and whom it would spare.

internal import Isolation
internal import Linux
internal import Processes

/// Those whom kill(2) would send a signal, without sending it.
struct SignalForecast {
  private let signal: Signal
  /// Whom the target means, each with what the kernel would refuse it with.
  private let recipients: [(process: ProcessRecord, refusal: Errno?)]

  /// Looks who is meant by a PID; by 0, the caller's process group; by -1, all but PID 1 and the caller; by another
  /// negative number, a process group.
  ///
  /// - Throws: a `Complaint` where sending would fail, and where who is meant cannot be read.
  init(_ signal: Signal, to target: Int32) throws(Complaint) {
    self.signal = signal
    do throws(SystemCallError) {
      // Signal 0 asks for the same rights, and does nothing.
      try sendSignal(Signal(rawValue: 0), to: target)
      let processes = target > 0 ? [try ProcessRecord.read(target, .stat)] : try SignalForecast.members(of: target)
      recipients = processes.compactMap { process in
        let refusal = SignalForecast.refusal(of: process.processID)
        return refusal == .esrch ? nil : (process, refusal)
      }
    } catch {
      if error.call == "kill" || error.errno == .esrch { throw .unsent(signal, to: target, error.errno) }
      throw Complaint(error, doing: "look whom PID \(target) means", exitStatus: 1)
    }
  }

  private static func members(of target: Int32) throws(SystemCallError) -> [ProcessRecord] {
    let table = try ProcessTable()
    let caller = CallingProcess.processID
    if target == -1 { return table.records.filter { $0.processID != 1 && $0.processID != caller } }
    let group = target == 0 ? table[caller]?.stat.processGroupID : -target
    return table.records.filter { $0.stat.processGroupID == group }
  }

  private static func refusal(of processID: Int32) -> Errno? {
    do throws(SystemCallError) {
      try sendSignal(Signal(rawValue: 0), to: processID)
      return nil
    } catch {
      return error.errno
    }
  }

  /// Prints a line for each.
  func print() throws(Complaint) {
    var output = OutputBuffer()
    for (process, refusal) in recipients {
      let name = Escaping.escaped(String(decoding: process.stat.commandName, as: UTF8.self))
      try output.write(
        refusal.map { SignalLine.spared(process.processID, name, $0, isDryRun: true) }
          ?? SignalLine.sent(process.processID, name, signal, isDryRun: true))
    }
    try output.flush()
  }
}

/// How a line says what became of a process, or would.
enum SignalLine {
  /// It was sent the signal.
  static func sent(_ processID: Int32, _ name: String, _ signal: Signal, isDryRun: Bool) -> String {
    "\(processID) \(name) \(isDryRun ? "would get" : "got") SIG\(signal.name)\n"
  }

  /// The kernel did not let it be.
  static func spared(_ processID: Int32, _ name: String, _ reason: Errno, isDryRun: Bool) -> String {
    let why = Diagnosis.ofSignalling(processID, reason).map { ": \($0.why)" } ?? ""
    return "\(processID) \(name) \(isDryRun ? "would be" : "was") spared: \(reason.message)\(why)\n"
  }
}
