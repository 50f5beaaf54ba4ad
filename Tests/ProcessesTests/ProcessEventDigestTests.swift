// Which processes are to be looked at again: bounded in rate and number, with losses counted.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Processes

@Suite struct ProcessEventDigestTests {
  static let hears = (try? ProcessEventSocket.listen()) != nil

  private func run(_ command: String) throws -> Int32 {
    var program = SystemCallProgram()
    program.append(
      .execute(
        ["/bin/sh"], ["sh", "-c", command].map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)]))
    let child = try program.start(signalMask: SignalSet())
    let processID = child.processID
    #expect(try child.pidfd.wait() == .exited(0))
    return processID
  }

  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func namesWhoIsToBeLookedAtAgain() throws {
    var digest = ProcessEventDigest()
    #expect(digest.refusal == nil && digest.due == .max)
    let processID = try run("true")
    var requests = [PollRequest(digest.descriptor)]
    #expect(try poll(&requests, timeout: 1_000_000_000) == 1)
    digest.wake()
    #expect(digest.due <= monotonicNanoseconds())
    switch digest.hear() {
    case .processes(let heard): #expect(heard.contains(processID) && heard == heard.sorted())
    case .much: #expect(digest.lost == 0)
    }
    #expect(digest.due == .max)
    // So soon after, it rests.
    let now = monotonicNanoseconds()
    digest.wake()
    #expect(digest.due > now && digest.due <= now + 100_000_000)
  }

  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func countsWhatItCouldNotHear() throws {
    var digest = ProcessEventDigest(buffering: 4096)
    _ = try run("i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done")
    #expect(digest.hear() == .much)
    // How many there were is known once there are others.
    for _ in 0..<200 where digest.lost == 0 {
      _ = try run("true")
      _ = digest.hear()
    }
    #expect(digest.lost > 0 && digest.lost < 1_000_000)
  }
}
