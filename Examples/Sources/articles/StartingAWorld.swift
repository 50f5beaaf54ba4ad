// The code of "Starting an isolated process" (Isolation).

import Isolation
import Linux

enum StartingAWorld {
  static func run() throws {
    let plan = plan()
    show(plan)
    try carryOut(plan)
  }

  static func plan() -> IsolationPlan {
    var plan = IsolationPlan(
      command: IsolatedCommand(["sh", "-c", "uname -n; echo PID $$; exit 3"], environment: ["PATH=/usr/bin:/bin"]),
      namespaces: [.newUser, .newMount, .newPID, .newUTS, .newIPC])
    plan.hostname = "gondwana"
    plan.idMaps = .own(
      user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: 0, insideGroup: 0)
    return plan
  }

  static func show(_ plan: IsolationPlan) {
    for step in plan.steps {
      print(step.isInside ? "inside :" : "outside:", step.purpose)
      print("  " + step.call)
    }
  }

  static func carryOut(_ plan: IsolationPlan) throws(IsolationError) {
    let world = try plan.start()
    do {
      let status = try world.pidfd.wait()
      print("exit status \(status.shellStatus)")
    } catch {
      print("cannot wait: \(error)")
    }
    try world.removeTraces()
  }

  /// A plan whose last step fails: nothing is left of the steps before it.
  static func fail() throws {
    var plan = plan()
    plan.command = IsolatedCommand(["no-such-program"], environment: ["PATH=/usr/bin:/bin"])
    do throws(IsolationError) {
      try carryOut(plan)
    } catch {
      tell(error, of: plan)
    }
  }

  static func tell(_ error: IsolationError, of plan: IsolationPlan) {
    print(error)
    guard let cause = error.cause else { return }
    if cause.call == "clone3", let diagnosis = Diagnosis.ofMaking(plan.cloneFlags, cause.errno) {
      print("  why: \(diagnosis.why)")
    }
  }
}
