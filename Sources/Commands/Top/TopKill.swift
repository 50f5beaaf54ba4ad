// Ends processes, and changes how nice they are, for `top`: what `kill` and `kill --tree` do, told in one line.

internal import Isolation
internal import Linux
internal import Processes

/// What `top` does to processes.
enum TopKill {
  /// Sends a signal to each.
  ///
  /// - Returns: what came of it.
  static func send(_ signal: Signal, to processes: [ProcessIdentity]) -> String {
    report(processes, "SIG\(signal.name) was sent to") { (process) throws(Complaint) in
      do throws(SystemCallError) {
        try process.send(signal)
      } catch {
        throw .unsent(signal, to: process.processID, error.errno)
      }
    }
  }

  /// Makes each nicer, or less nice.
  ///
  /// - Returns: what came of it.
  static func renice(_ processes: [ProcessIdentity], by step: Int32) -> String {
    report(processes, "nice is \(step > 0 ? "higher" : "lower") by 1 of") { (process) throws(Complaint) in
      do throws(SystemCallError) {
        let nice = try ProcessRecord.read(process, .stat).stat.nice
        try setNice(max(-20, min(19, nice + step)), of: process.processID)
      } catch {
        throw Complaint(error, doing: "change how nice PID \(process.processID) is")
      }
    }
  }

  /// What would end, line by line.
  ///
  /// - Throws: a `Complaint` when a branch may not be ended.
  static func plan(_ processes: [ProcessIdentity]) throws(Complaint) -> [String] {
    var lines: [String] = []
    for process in processes {
      let plan = try branchPlan(process)
      let count = plan.members.count
      lines.append(
        "SIGKILL to the branch of PID \(process.processID), \(count) \(count == 1 ? "process" : "processes"):")
      lines += plan.members.map { "  \($0.processID) \(Escaping.escaped($0.commandName[...]))" }
    }
    return lines
  }

  /// Ends the branches.
  ///
  /// - Returns: what came of it.
  static func endBranches(_ processes: [ProcessIdentity]) -> String {
    var ended = 0
    var left = 0
    do throws(Complaint) {
      for process in processes {
        do throws(BranchKillError) {
          let outcome = try BranchKillPlan(of: process.processID, startTime: process.startTime).carryOut(within: 3)
          ended += outcome.processes.count
          left += outcome.refusals.count + outcome.remaining.count
        } catch .noSuchProcess where ended > 0 {
          continue  // It was in a branch that ended just now.
        } catch {
          throw Complaint(error, process.processID)
        }
      }
    } catch {
      return error.inOneLine
    }
    return "\(ended) \(ended == 1 ? "process" : "processes") ended" + (left > 0 ? ", \(left) did not" : "")
  }

  private static func branchPlan(_ process: ProcessIdentity) throws(Complaint) -> BranchKillPlan {
    do throws(BranchKillError) {
      return try BranchKillPlan(of: process.processID, startTime: process.startTime)
    } catch {
      throw Complaint(error, process.processID)
    }
  }

  private static func report(
    _ processes: [ProcessIdentity], _ done: String, _ act: (ProcessIdentity) throws(Complaint) -> Void
  ) -> String {
    do throws(Complaint) {
      for process in processes { try act(process) }
    } catch {
      return error.inOneLine
    }
    return done + " " + processes.map { "PID \($0.processID)" }.joined(separator: ", ")
  }
}

extension Complaint {
  /// What could not be done, and why.
  var inOneLine: String { why.map { "\(what): \($0)" } ?? what }
}
