// The code of "Following processes as they come and go" (Processes).

import Isolation
import Linux
import Processes

enum FollowingProcesses {
  static func run() throws {
    let plan = IsolationPlan(
      command: IsolatedCommand(["sh", "-c", "sleep 0.2; exit 3"], environment: ["PATH=/usr/bin:/bin"]),
      namespaces: [])
    let history = try follow(plan)
    for number in history.lives.keys.sorted() {
      guard let life = history.lives[number], !life.wasThere else { continue }
      let words = life.program?.commandLine?.arguments.map { String(decoding: $0, as: UTF8.self) } ?? ["(not read)"]
      let end = life.status.map { "status \($0.shellStatus)" } ?? "end not heard"
      print("\(life.processID) \(words.joined(separator: " ")): \(end)")
    }
  }

  static func follow(_ plan: IsolationPlan) throws -> ProcessHistory {
    var stream = try ProcessEventStream()
    if case .polling(let interval, let refusal) = stream.source {
      print("looking every \(interval / 1_000_000) ms, since the kernel does not announce: \(refusal)")
    }
    var history = ProcessHistory(.branch(CallingProcess.processID), from: stream.firstSnapshot)
    let process = try plan.start()
    var hasEnded = false
    repeat {
      try stream.wait(atMost: 100_000_000)
      hasEnded = try process.pidfd.waitNow() != nil
      history.take(try stream.next()) { event, life in
        print("\(life.processID) \(event.kind)")
      } mayBeReplaced: {
        stream.mayBeReplaced($0)
      }
    } while !hasEnded
    if history.isIncomplete { print("\(history.lost) events were lost") }
    return history
  }
}
