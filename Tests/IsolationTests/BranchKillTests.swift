// Branches that resist: they fork while they die, leave their sessions, lose their parents. Whoever lives holds a
// pipe open, so its end says that nobody is left, whatever /proc shows.

import Isolation
import Linux
import struct Processes.ProcessIdentity
import Testing

import struct SystemPackage.FilePath

@Suite(.serialized) struct BranchKillTests {
  /// A branch that was started, and the reading end of the pipe that all of it hold.
  struct Branch: ~Copyable {
    let root: ProgramChild
    let pipe: FileDescriptor

    /// Starts a branch, and waits until it stands.
    static func start(_ count: Int, _ generations: Int, _ manner: String) throws -> Branch {
      let pipe = try Pipe()
      let own = CommandLine.arguments[0]
      let forker = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "Forker"
      var program = SystemCallProgram()
      program.append(.duplicate(.descriptor(pipe.writing.number), as: 3))
      program.append(
        .execute(
          [FilePath(String(forker))], ["forker", "\(count)", "\(generations)", manner].map { Array($0.utf8) },
          environment: []))
      let root = try program.start()
      try root.report.awaitExecution()
      let reading = pipe.closeWriting()
      var byte: [UInt8] = [0]
      _ = try reading.read(into: &byte)
      return Branch(root: root, pipe: reading)
    }

    /// Whether everybody who could write is gone, within two seconds.
    func isDeserted() throws -> Bool {
      var requests = [PollRequest(pipe, [])]
      return try poll(&requests, timeout: 2_000_000_000) > 0
    }
  }

  /// Ends a branch, and looks whether anybody is left.
  private func end(
    _ count: Int, _ generations: Int, _ manner: String, looseAtTheEnd: Bool = false
  ) throws -> BranchKillOutcome {
    let branch = try Branch.start(count, generations, manner)
    let plan = try BranchKillPlan(of: branch.root.processID)
    #expect(plan.members.first?.processID == branch.root.processID)
    if looseAtTheEnd { try branch.root.pidfd.send(.user1) }
    let outcome = try plan.carryOut()
    #expect(outcome.remaining.isEmpty && outcome.refusals.isEmpty)
    #expect(try branch.isDeserted())
    #expect(try branch.root.pidfd.wait() == .signaled(.kill))
    return outcome
  }

  @Test func calm() throws {
    let outcome = try end(60, 12, "calm")
    #expect(outcome.processes.count == 61)
  }

  @Test func forkingWhileItDies() throws {
    let outcome = try end(60, 12, "forking")
    #expect(outcome.processes.count >= 61)
  }

  @Test func forkingFromASecondThread() throws {
    _ = try end(40, 5, "threads")
  }

  @Test(.enabled(if: BranchKillTests.hearsForks)) func daemonsThatLeaveTheirSession() throws {
    _ = try end(40, 5, "daemons", looseAtTheEnd: true)
  }

  @Test(.enabled(if: BranchKillTests.hearsForks)) func oneThatIsNeverTheSame() throws {
    _ = try end(3, 1, "comet", looseAtTheEnd: true)
  }

  static var hearsForks: Bool {
    do {
      _ = try ProcessEventSocket.listen()
      return true
    } catch {
      return false
    }
  }

  @Test func anotherSignalIsDeliveredToAll() throws {
    let branch = try Branch.start(50, 5, "calm")
    let outcome = try BranchKillPlan(of: branch.root.processID, signal: .terminate).carryOut()
    #expect(outcome.processes.count == 51)
    #expect(try branch.isDeserted())
    #expect(try branch.root.pidfd.wait() == .signaled(.terminate))
  }

  @Test func refusesWhatMustNotEnd() throws {
    #expect(throws: BranchKillError.self) { try BranchKillPlan(of: 1) }
    let caller = CallingProcess.processID
    #expect(throws: BranchKillError.containsCaller(caller)) { try BranchKillPlan(of: caller) }
    let parent = CallingProcess.parentID
    #expect(throws: BranchKillError.containsCaller(parent)) { try BranchKillPlan(of: parent) }
    #expect(throws: BranchKillError.noSuchProcess(Int32.max)) { try BranchKillPlan(of: Int32.max) }
  }

  @Test func doesNotMeanAnotherThatGotThePID() throws {
    let branch = try Branch.start(1, 1, "calm")
    let plan = try BranchKillPlan(of: branch.root.processID)
    let startTime = try #require(plan.members.first).identity.startTime
    let processID = branch.root.processID
    #expect(throws: BranchKillError.noSuchProcess(processID)) {
      try BranchKillPlan(of: processID, startTime: startTime - 1)
    }
    _ = try BranchKillPlan(of: processID, startTime: startTime).carryOut()
    _ = try branch.root.pidfd.wait()
  }

  @Test func planChangesNothing() throws {
    let branch = try Branch.start(5, 2, "calm")
    let plan = try BranchKillPlan(of: branch.root.processID)
    #expect(plan.members.count == 6 && plan.method == .pursuit)
    #expect(try branch.root.pidfd.waitNow() == nil)
    _ = try plan.carryOut()
    _ = try branch.root.pidfd.wait()
  }
}
