// The stream of events on the kernel: what it announces, losses that are made, and asking whether a reading can be trusted.

import Linux
import Testing

@testable import Processes

extension TaskStatisticsSocket {
  fileprivate static let isListening = (try? TaskStatisticsSocket.listen()) != nil
}

@Suite struct ProcessEventStreamTests {
  static let hears = (try? ProcessEventSocket.listen()) != nil

  /// A loss is made: nobody listens while more happens than may wait.
  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func healsWhatTheKernelHadToDrop() throws {
    var stream = try ProcessEventStream(buffering: 4096)
    #expect(stream.source == .connector && stream.patience == nil)
    var history = ProcessHistory(.branch(CallingProcess.processID), from: stream.firstSnapshot)
    let gone = try start(["sh", "-c", "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"])
    #expect(try gone.pidfd.wait() == .exited(0))
    let stays = try start(["sh", "-c", "exec sleep 60"])
    history.take(try stream.next())
    #expect(history.isIncomplete)
    if TaskStatisticsSocket.isListening { #expect(history.lostStatistics > 100 && history.lostStatistics < 1_000_000) }
    let life = try #require(history.life(of: stays.processID))
    #expect(life.parentID == CallingProcess.processID && life.end == nil)
    #expect(history.life(of: gone.processID) == nil)
    // How many there were is known once there are others.
    try stays.pidfd.end()
    for _ in 0..<200 where history.lost == 0 {
      _ = try start(["sh", "-c", "true"]).pidfd.wait()
      history.take(try stream.next())
    }
    #expect(history.lost > 0 && history.lost < 1_000_000)
    #expect(history.life(of: stays.processID) == nil)
  }

  /// A program that executes another before it is read: its exec is heard first, the other's only when asked after it.
  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func hearsOfAReplacementBeforeItIsTold() throws {
    var stream = try ProcessEventStream()
    let child = try start(["sh", "-c", "kill -STOP $$; exec sleep 60"])
    let processID = child.processID
    func executions() throws -> Int {
      try stream.next().events.count { $0.processID == processID && $0.kind == .exec }
    }
    var told = 0
    for _ in 0..<1000 where told == 0 {
      try stream.wait(atMost: 10_000_000)
      told += try executions()
    }
    var answers = [stream.mayBeReplaced(processID)]
    try letExecute(child, until: "sleep")
    answers += [stream.mayBeReplaced(processID), stream.mayBeReplaced(1)]
    // It wakes who waits.
    var requests = stream.requests
    let isReadable = try poll(&requests, timeout: 0) == 1
    // What was heard for the answer is told all the same.
    let later = try executions()
    answers.append(stream.mayBeReplaced(processID))
    #expect(told == 1 && later == 1 && (isReadable || stream.patience == 0) && answers == [false, true, false, false])
    try child.pidfd.end()
  }

  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func wakesWhoWaits() throws {
    var stream = try ProcessEventStream()
    let child = try start(["sh", "-c", "exit 3"])
    let processID = child.processID
    #expect(try child.pidfd.wait() == .exited(3))
    var kinds: [ProcessEvent.Kind] = []
    for _ in 0..<1000 where !kinds.contains(.exit(.exited(3), parentID: CallingProcess.processID)) {
      try stream.wait(atMost: 10_000_000)
      kinds += try stream.next().events.filter { $0.processID == processID }.map(\.kind)
    }
    #expect(kinds.contains(.fork(parentID: CallingProcess.processID)) && kinds.contains(.exec))
    #expect(kinds.contains(.exit(.exited(3), parentID: CallingProcess.processID)))
  }
}
