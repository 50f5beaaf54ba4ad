// The code of "Ending a branch" (Isolation).

import Isolation
import Linux

enum EndingABranch {
  static func run() throws {
    let plan = IsolationPlan(
      command: IsolatedCommand(["sh", "-c", "sleep 60 & sleep 60; :"], environment: ["PATH=/usr/bin:/bin"]),
      namespaces: [])
    let shell = try plan.start()
    do throws(BranchKillError) {
      try end(shell.processID)
    } catch {
      print("cannot end the branch: \(error)")
    }
    // Whoever is not ended by now is.
    try shell.pidfd.end()
  }

  static func end(_ processID: Int32) throws(BranchKillError) {
    let branch = try BranchKillPlan(of: processID)
    for process in branch.members {
      print(process.processID, String(decoding: process.commandName, as: UTF8.self))
    }
    let outcome = try branch.carryOut()
    print("\(outcome.processes.count) ended, \(outcome.remaining.count) remain")
    for refusal in outcome.refusals {
      print("\(refusal.process.processID) may not be signalled: \(refusal.errno)")
    }
  }
}
