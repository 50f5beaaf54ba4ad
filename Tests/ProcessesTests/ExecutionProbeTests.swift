// What the kernel tells of an exec in its moment, and how it is put to the event that is announced of it.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Processes

@Suite struct ExecutionProbeTests {
  static let tells = (try? ExecutionProbe()) != nil

  /// Runs a program to its end, before anybody looks.
  private func run(_ arguments: [String], in program: (inout SystemCallProgram) -> Void = { _ in }) throws -> Int32 {
    var steps = SystemCallProgram()
    program(&steps)
    steps.append(
      .execute([Array("/bin/true".utf8)], arguments.map { Array($0.utf8) }, environment: [Array("PATH=/bin".utf8)]))
    let child = try steps.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    #expect(try child.pidfd.wait() == .exited(0))
    return child.processID
  }

  private func execution(of processID: Int32, _ probe: inout ExecutionProbe) throws -> ProcessExecution {
    let found = probe.waiting().filter { $0.processID == processID }
    #expect(found.count == 1)
    return try #require(found.first)
  }

  @Test(.enabled(if: tells, "no program may be run in the kernel here"))
  func tellsOfOneThatHasEnded() throws {
    var probe = try ExecutionProbe()
    let before = monotonicNanoseconds()
    let plain = try execution(of: run(["true", "", "two words", "\u{1b}é"]), &probe)
    #expect(plain.commandLine?.bytes == Array("true\0\0two words\0\u{1b}é\0".utf8))
    #expect(plain.time >= before && plain.time <= monotonicNanoseconds())
    let own = try #require(
      try ProcessRecord.read(CallingProcess.processID, .namespaces, from: .machine).namespaces.value)
    for kind in NamespaceKind.allCases { #expect(plain.namespaces.link(kind) == own.link(kind)) }
  }

  @Test(.enabled(if: tells, "no program may be run in the kernel here"))
  func tellsWhatItIsInAndWhereItWorks() throws {
    var probe = try ExecutionProbe()
    let here = try execution(of: run(["true"]), &probe)
    let again = try execution(of: run(["true"]), &probe)
    #expect(here.place == again.place)
    let elsewhere = try execution(of: run(["true"]) { $0.append(.changeDirectory("/proc")) }, &probe)
    #expect(elsewhere.place != here.place)
    let apart = try execution(of: run(["true"]) { $0.append(.unshare([.newUTS, .newIPC])) }, &probe)
    for kind in NamespaceKind.allCases {
      let isApart = kind == .uts || kind == .ipc
      #expect((apart.namespaces.link(kind) != here.namespaces.link(kind)) == isApart, "\(kind)")
    }
  }

  /// Those are read from /proc.
  @Test(.enabled(if: tells, "no program may be run in the kernel here"))
  func tellsNoArgumentsThatAreTooLong() throws {
    var probe = try ExecutionProbe()
    let fits = String(repeating: "x", count: 922)
    #expect(try execution(of: run(["true", fits]), &probe).commandLine?.bytes.count == 928)
    #expect(try execution(of: run(["true", fits + "x"]), &probe).commandLine == nil)
    #expect(try execution(of: run(["true"] + Array(repeating: "a", count: 5000)), &probe).commandLine == nil)
  }

  /// More than fit into the ring: what is beyond it is not told, and what comes after somebody has looked is.
  @Test(.enabled(if: tells, "no program may be run in the kernel here"))
  func goesOnAfterTheRingWasFull() throws {
    var probe = try ExecutionProbe(buffering: 65536)
    for _ in 0..<3 {
      for _ in 0..<100 { _ = try run(["true"]) }
      let told = probe.waiting().count
      #expect(told > 50 && told < 65)
    }
  }
}

@Suite struct ToldExecutionTests {
  private let beginning: UInt64 = 1_000_000_000_000

  private func event(_ time: UInt64, _ processID: Int32, _ kind: ProcessEvent.Kind) -> ProcessEvent {
    ProcessEvent(time: beginning + time, processID: processID, threadID: processID, kind: kind)
  }

  /// Of processes that there cannot be, so that /proc has nothing to say.
  private func told(_ time: UInt64, _ processID: Int32, _ name: String, uts: UInt64 = 1) -> ProcessExecution {
    var namespaces = NamespaceLinks()
    namespaces[.uts] = uts
    return ProcessExecution(
      time: beginning + time, processID: processID, commandLine: CommandLine(bytes: Array("\(name)\0".utf8)),
      namespaces: namespaces, place: .init(mount: 1, entry: 2, inode: 3))
  }

  private let first: Int32 = 2_000_000_001
  private let second: Int32 = 2_000_000_002

  private func history(_ batches: [ProcessEventStream.Batch]) throws -> ProcessHistory {
    var history = ProcessHistory(.branch(first), from: try ProcessTable(reading: .stat))
    for batch in batches { history.take(batch) }
    return history
  }

  private func names(_ history: ProcessHistory, _ number: Int) -> [String?] {
    (history.lives[number]?.programs ?? []).map { program in
      program.commandLine.map { String(decoding: $0.bytes.dropLast(), as: UTF8.self) }
    }
  }

  @Test func eachExecGetsItsOwn() throws {
    var batch = ProcessEventStream.Batch()
    batch.events = [
      event(10, first, .fork(parentID: 1)), event(21, first, .exec), event(31, first, .exec),
      event(40, second, .fork(parentID: first)), event(51, second, .exec),
      event(60, second, .exit(.exited(0), parentID: 1)),
    ]
    batch.executions = [told(20, first, "a"), told(30, first, "b"), told(50, second, "c", uts: 2)]
    let history = try history([batch])
    #expect(names(history, 0) == ["a", "b"] && names(history, 1) == ["c"])
    let program = try #require(history.lives[1]?.program)
    #expect(program.departures == [NamespaceLink(kind: .uts, inode: 2)] && !program.hasMoved && !program.isMissing)
  }

  @Test func whatIsToldBeforeItIsHeardWaits() throws {
    var early = ProcessEventStream.Batch()
    early.events = [event(10, first, .fork(parentID: 1)), event(21, first, .exec)]
    early.executions = [told(20, first, "a"), told(30, first, "b")]
    var late = ProcessEventStream.Batch()
    late.events = [event(31, first, .exec)]
    let history = try history([early, late])
    #expect(names(history, 0) == ["a", "b"])
  }

  @Test func ofTwoAtOnceTheEventWasLostOfTheFirst() throws {
    var batch = ProcessEventStream.Batch()
    batch.events = [event(10, first, .fork(parentID: 1)), event(31, first, .exec)]
    batch.executions = [told(20, first, "a"), told(30, first, "b"), told(40, 2_000_000_003, "c")]
    let history = try history([batch])
    #expect(names(history, 0) == ["b"])
  }

  @Test func withoutItTheProgramIsMissing() throws {
    var batch = ProcessEventStream.Batch()
    batch.events = [event(10, first, .fork(parentID: 1)), event(21, first, .exec)]
    let history = try history([batch])
    #expect(history.lives[0]?.program?.isMissing == true)
  }
}
