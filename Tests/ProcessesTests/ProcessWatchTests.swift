// Where nothing is announced: processes held until their end, and branches found by their lists of children.

import Linux
import Testing

@testable import Processes

@Suite struct ProcessWatchTests {
  /// Whether the kernel tells how a process ended that another has waited for (Linux 6.15).
  static let tellsOfReaped: Bool = {
    guard let child = try? start(["sh", "-c", "exit 3"]), (try? child.pidfd.wait()) != nil else { return false }
    return (try? child.pidfd.waitStatusOfReaped()) != nil
  }()

  /// Looks as soon as it is time to.
  private func look(_ watch: inout ProcessWatch) throws -> [ProcessEvent] {
    while monotonicNanoseconds() < watch.nextLook { pause(nanoseconds: 1_000_000) }
    return try watch.next()
  }

  /// The events of one process, until one is an exit. No look is waited for.
  private func hearEnd(of processID: Int32, _ watch: inout ProcessWatch) throws -> [ProcessEvent.Kind] {
    var kinds: [ProcessEvent.Kind] = []
    for _ in 0..<200 {
      var requests = [PollRequest(watch.descriptor)]
      _ = try poll(&requests, timeout: 100_000_000)
      kinds += try watch.next().filter { $0.processID == processID }.map(\.kind)
      if case .exit? = kinds.last { break }
    }
    return kinds
  }

  /// The only child of a process, once it has stopped itself.
  private func stoppedChild(of processID: Int32) throws -> Int32 {
    for _ in 0..<2000 {
      let children = try ProcessRecord.read(processID, .children).children.value ?? []
      if let child = children.first, try ProcessRecord.read(child, .stat).state == UInt8(ascii: "T") { return child }
      pause(nanoseconds: 5_000_000)
    }
    throw SystemCallError(call: "wait", errno: .etimedout, object: "a stopped child of \(processID)")
  }

  /// An hour from one look to the next: what is heard is heard without one.
  private static let never: UInt64 = 3_600_000_000_000

  @Test(arguments: [("exit 7", Linux.ExitStatus.exited(7)), ("kill -KILL $$", .signaled(.kill))])
  func hearsAtOnceHowAChildEnds(_ script: String, _ status: Linux.ExitStatus) throws {
    let child = try start(["sh", "-c", "kill -STOP $$; " + script])
    try awaitStop(child)
    var watch = try ProcessWatch(every: Self.never, holds: true)
    try child.pidfd.send(.resume)
    // Nobody has waited for it.
    let processID = child.processID
    let told = try hearEnd(of: processID, &watch)
    #expect(told == [.exit(status, parentID: CallingProcess.processID)])
    let isListed = watch.latest.table[processID] != nil
    #expect(try child.pidfd.wait() == status && !isListed)
    let later = try watch.next()
    #expect(later.allSatisfy { $0.processID != processID })
  }

  @Test(.enabled(if: tellsOfReaped, "the kernel does not tell how others' children ended"))
  func hearsHowSomebodyElsesChildEnded() throws {
    let parent = try start(["sh", "-c", "sh -c 'kill -STOP $$; exit 9'; kill -STOP $$"])
    let processID = try stoppedChild(of: parent.processID)
    var watch = try ProcessWatch(every: Self.never, holds: true)
    let child = try PIDFD(opening: processID)
    try child.send(.resume)
    try awaitStop(parent)
    // Its parent has waited for it: it is gone.
    #expect(throws: SystemCallError.self) { try ProcessRecord.read(processID, .stat) }
    let told = try hearEnd(of: processID, &watch)
    #expect(told == [.exit(.exited(9), parentID: parent.processID)])
    try parent.pidfd.end()
  }

  @Test(.enabled(if: UserIDs.current.effective == 0, "only root becomes somebody else"))
  func tellsWhoBecomesSomebodyElse() throws {
    let child = try start(
      ["sh", "-c", "kill -STOP $$; exec setpriv --reuid 4321 --regid 1234 --clear-groups sleep 60"])
    try awaitStop(child)
    var watch = try ProcessWatch(every: 1, holds: true)
    try letExecute(child, until: "sleep")
    let processID = child.processID
    let told = try look(&watch).filter { $0.processID == processID }.map(\.kind)
    #expect(told == [.exec, .groupID(real: 1234, effective: 1234), .userID(real: 4321, effective: 4321)])
    try child.pidfd.end()
  }

  /// The lists of children lead to everybody; who was found stays, whoever its parent is now; nobody else is looked at.
  @Test func followsABranchAlone() throws {
    let stranger = try start(["sh", "-c", "kill -STOP $$; exit 1"])
    let first = try start(["sh", "-c", "sh -c 'sleep 60 & exec sleep 60' & kill -STOP $$; exit 2"])
    try awaitStop(first)
    var watch = try ProcessWatch(every: 1, holds: false)
    watch.follow(branch: first.processID)
    var members: [Int32] = []
    for _ in 0..<200 where members.count < 3 {
      _ = try look(&watch)
      members = watch.latest.table.records.map(\.processID)
    }
    let (firstID, strangerID) = (first.processID, stranger.processID)
    try #require(members.count == 3 && members.contains(firstID))
    try stranger.pidfd.end()
    try first.pidfd.send(.resume)
    #expect(try first.pidfd.wait() == .exited(2))
    let told = try look(&watch)
    #expect(told.contains { $0.processID == firstID && $0.isOf(.exited(2)) })
    #expect(told.allSatisfy { $0.processID != strangerID })
    let rest = Set(watch.latest.table.records.map(\.processID))
    #expect(rest == Set(members).subtracting([firstID]))
    for member in rest { try PIDFD(opening: member).send(.kill) }
    var gone: Set<Int32> = []
    for _ in 0..<200 where gone.count < 2 {
      for event in try look(&watch) where event.isOf(.signaled(.kill)) { gone.insert(event.processID) }
    }
    #expect(gone == rest)
  }

  @Test func knowsAnotherProgramAtTheNextLook() throws {
    var watch = try ProcessWatch(every: 1, holds: true)
    var answers = [watch.mayBeReplaced(CallingProcess.processID)]
    let child = try start(["sh", "-c", "kill -STOP $$; exec sleep 60"])
    let processID = child.processID
    answers.append(watch.mayBeReplaced(processID))
    _ = try look(&watch)
    answers.append(watch.mayBeReplaced(processID))
    try letExecute(child, until: "sleep")
    answers.append(watch.mayBeReplaced(processID))
    #expect(answers == [false, true, false, true])
    try child.pidfd.end()
  }
}

extension ProcessEvent {
  fileprivate func isOf(_ status: Linux.ExitStatus) -> Bool {
    if case .exit(let own, _) = kind { return own == status }
    return false
  }
}
