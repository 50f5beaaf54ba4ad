// The code of "Joining the namespaces of a process" (Isolation).

import Isolation
import Linux
import Processes

enum JoiningAWorld {
  static func run() throws {
    var plan = StartingAWorld.plan()
    plan.command = IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin"])
    let world = try plan.start()
    do {
      try join(world.processID)
    } catch {
      print("cannot join: \(error)")
    }
    try world.pidfd.end()
  }

  static func join(_ processID: Int32) throws {
    let process = try ProcessRecord.read(processID, .stat).identity
    let target = try EnterTarget(process)
    var command = IsolatedCommand(["uname", "-n"], environment: [])
    command.environment = try target.environment()
    let plan = target.plan(command, joining: target.differing)
    let joined = try withExtendedLifetime(target) { () throws(IsolationError) in try plan.start() }
    print("exit status \(try joined.pidfd.wait().shellStatus)")
  }
}
