// What a page that was started with --allow-kill may do to a process: send it a signal, or end its whole branch.

internal import Isolation
internal import JSON
internal import Linux
internal import Processes

/// Carries out what a page asks to be done to processes.
struct Signalling {
  /// The signals that a page may send, by name.
  static let signals = ["TERM", "INT", "HUP", "KILL", "STOP", "CONT", "USR1", "USR2"]

  /// Answers `{"key": "PID.START", "signal": NAME}`, or `"branch": true` in the signal's place.
  func answer(_ request: Request) -> Response {
    guard let wish = JSONValue(request.body), let process = ProcessIdentity(key: wish["key"]?.text ?? "") else {
      return .text(400, "A process is named by its PID and its start time.")
    }
    if wish["branch"]?.truth == true { return endBranch(process) }
    guard let name = wish["signal"]?.text, Self.signals.contains(name), let signal = Signal(named: name) else {
      return .text(400, "The signals are \(Self.signals.joined(separator: " ")).")
    }
    do throws(SystemCallError) {
      // Once the pidfd is open, the start time must still be the one that was meant.
      let pidfd = try PIDFD(opening: process.processID)
      _ = try ProcessRecord.read(process, .stat)
      try pidfd.send(signal)
      return .text(200, "SIG\(name) was sent to PID \(process.processID).")
    } catch {
      return refusal(error, process)
    }
  }

  private func endBranch(_ process: ProcessIdentity) -> Response {
    do throws(BranchKillError) {
      let outcome = try BranchKillPlan(of: process.processID, startTime: process.startTime).carryOut(within: 2)
      let count = outcome.processes.count
      var text = "\(count) \(count == 1 ? "process" : "processes") ended."
      if !outcome.refusals.isEmpty { text += " \(outcome.refusals.count) may not be signalled." }
      if !outcome.remaining.isEmpty { text += " \(outcome.remaining.count) are still there, blocked in the kernel." }
      return .text(outcome.refusals.isEmpty && outcome.remaining.isEmpty ? 200 : 409, text)
    } catch {
      switch error {
      case .noSuchProcess: return .text(404, "The process has ended.")
      case .firstProcess: return .text(409, "Every process descends from PID 1.")
      case .containsCaller: return .text(409, "This page's own program is in that branch.")
      case .kernelThread: return .text(409, "It is a thread of the kernel.")
      case .systemCall(let cause): return refusal(cause, process)
      }
    }
  }

  private func refusal(_ error: SystemCallError, _ process: ProcessIdentity) -> Response {
    error.errno == .esrch
      ? .text(404, "The process has ended.")
      : .text(409, "PID \(process.processID) could not be signalled: \(error.errno.name).")
  }
}
