// Whom `enter` joins is a process, not a number: a PID that was given away meanwhile is nobody.

import Isolation
import Linux
import Processes
import Testing

@Suite struct EnterTargetTests {
  @Test func aReusedPIDIsAnother() throws {
    let own = try ProcessRecord.read(CallingProcess.processID, .stat).identity
    let former = ProcessIdentity(processID: own.processID, startTime: own.startTime - 1)
    #expect {
      _ = try EnterTarget(former)
    } throws: {
      ($0 as? IsolationError)?.cause?.errno == .esrch
    }
    let isOwn = try EnterTarget(own).differing.isEmpty
    #expect(isOwn)
  }
}
