// Cgroups on the running kernel: made below this process's own, used, and removed; nothing else is touched.

import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups

/// What this machine lets the tests do.
enum Machine {
  static let hierarchies = try? CgroupHierarchies.read()

  /// Whether a cgroup with these limits can be made here.
  static func admits(_ limits: CgroupLimits) -> Bool {
    guard let hierarchies, let plan = try? hierarchies.plan("probe", limits: limits) else { return false }
    return !plan.steps.isEmpty
  }
}

@Suite struct CgroupTests {
  /// Runs a test in a cgroup of its own that is killed and removed afterwards.
  func inCgroup(
    _ limits: CgroupLimits = CgroupLimits(), name: String = #function, _ body: (Cgroup) throws -> Void
  ) throws {
    let hierarchies = try CgroupHierarchies.read()
    let unique = "pangaea-test-\(name.prefix { $0 != "(" })-\(monotonicNanoseconds())"
    let cgroup = try hierarchies.make(unique, limits: limits)
    defer {
      #expect(throws: Never.self) {
        if cgroup.places.contains(where: \.exists) { try cgroup.kill() }
        try cgroup.remove()
      }
      #expect(cgroup.places.allSatisfy { !CgroupFile.exists($0.directory) })
    }
    try body(cgroup)
  }

  /// Starts a shell in a cgroup.
  func start(_ script: String, in cgroup: Cgroup) throws -> ProgramChild {
    var program = SystemCallProgram()
    for file in cgroup.joinFiles {
      let descriptor = program.appendKeepingResult(.open(file, .writeOnly))
      program.append(.write(Array("0".utf8), to: .register(descriptor), named: file))
    }
    program.append(
      .execute(
        ["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)]))
    let child = try program.start()
    try child.report.awaitExecution()
    return child
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits(memory: 4096))))
  func memoryCeilingKills() throws {
    try inCgroup(CgroupLimits(memory: 16 << 20)) { cgroup in
      let child = try start("head -c 200M /dev/zero | tail > /dev/null; exit 3", in: cgroup)
      #expect(try child.pidfd.wait() == .exited(3))
      let usage = try cgroup.usage()
      #expect(try #require(usage.outOfMemoryKills) >= 1)
      #expect(try #require(usage.memoryPeak) <= 16 << 20)
    }
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits(processes: 1))))
  func forkBombEnds() throws {
    try inCgroup(CgroupLimits(processes: 5)) { cgroup in
      let child = try start("for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait", in: cgroup)
      _ = try child.pidfd.wait()
      let usage = try cgroup.usage()
      #expect(try #require(usage.processLimitHits) >= 1)
      #expect(try #require(usage.processes) <= 5)
      #expect(try cgroup.members().count == 4)
    }
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits(cpus: 1))))
  func shareOfAProcessor() throws {
    try inCgroup(CgroupLimits(cpus: 0.1)) { cgroup in
      let child = try start("while :; do :; done", in: cgroup)
      pause(nanoseconds: 600_000_000)
      try child.pidfd.send(.kill)
      _ = try child.pidfd.wait()
      #expect(try #require(try cgroup.usage().throttledPeriods) >= 2)
    }
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits())))
  func frozenMembersStandStill() throws {
    try inCgroup { cgroup in
      let child = try start("while :; do :; done", in: cgroup)
      try cgroup.setFrozen(true)
      let before = try cpuTicks(of: child.processID)
      pause(nanoseconds: 60_000_000)
      #expect(try cpuTicks(of: child.processID) == before)
      try cgroup.setFrozen(false)
      pause(nanoseconds: 200_000_000)
      #expect(try cpuTicks(of: child.processID) > before)
      try cgroup.kill()
      #expect(try child.pidfd.wait() == .signaled(.kill))
    }
  }

  private func cpuTicks(of processID: Int32) throws -> Int {
    let text = String(decoding: try FileDescriptor.open(FilePath("/proc/\(processID)/stat")).readAll(), as: UTF8.self)
    let fields = text.split(separator: " ")
    return try #require(Int(fields[13])) + #require(Int(fields[14]))
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits())))
  func killEndsWhatForksMeanwhile() throws {
    try inCgroup { cgroup in
      let child = try start("f() { sleep 60 & (sleep 0.01; f) & }; f; while :; do f; sleep 0.02; done", in: cgroup)
      pause(nanoseconds: 100_000_000)
      try cgroup.kill()
      #expect(try cgroup.members().isEmpty)
      #expect(try child.pidfd.wait() == .signaled(.kill))
    }
  }

  @Test(.enabled(if: Machine.hierarchies?.hierarchy(of: .freezer) != nil && Machine.admits(CgroupLimits())))
  func killWithoutCgroupKill() throws {
    // The version 1 freezer alone, as on a machine without version 2.
    let hierarchies = try CgroupHierarchies.read()
    let freezer = try #require(hierarchies.hierarchy(of: .freezer))
    let place = try #require(hierarchies.own.places.first { $0.hierarchy == freezer })
    let cgroup = Cgroup(places: [place.appending("pangaea-test-freezer-\(monotonicNanoseconds())")])
    try makeDirectory(cgroup.places[0].directory)
    let child = try start("while :; do sleep 60 & sleep 0.01; done", in: cgroup)
    pause(nanoseconds: 50_000_000)
    try cgroup.kill()
    #expect(try child.pidfd.wait() == .signaled(.kill))
    try cgroup.remove()
    #expect(!CgroupFile.exists(place.directory.appending(cgroup.places[0].path.lastComponent!)))
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits(processes: 1))))
  func failingStepLeavesNothing() throws {
    let name = "pangaea-test-undo-\(monotonicNanoseconds())"
    let plan = try CgroupHierarchies.read().plan(name, limits: CgroupLimits(processes: .max))
    #expect(throws: CgroupError.self) { try plan.carryOut() }
    #expect(plan.cgroup.places.allSatisfy { !CgroupFile.exists($0.directory) })
  }

  @Test(.enabled(if: Machine.admits(CgroupLimits())))
  func removalTellsWhoIsLeft() throws {
    try inCgroup { cgroup in
      let child = try start("exec sleep 60", in: cgroup)
      #expect(throws: CgroupError.stillHasMembers([child.processID])) { try cgroup.remove(within: 0.05) }
      try child.pidfd.send(.kill)
      _ = try child.pidfd.wait()
    }
  }

  @Test(.enabled(if: Machine.hierarchies?.unified != nil && Machine.admits(CgroupLimits())))
  func childBeginsInside() throws {
    try inCgroup { cgroup in
      guard let directory = try cgroup.openUnified() else { throw CgroupError.notDelegated("unified") }
      var program = SystemCallProgram()
      program.append(
        .execute(["/bin/sleep"], ["sleep", "60"].map { Array($0.utf8) }, environment: []))
      let child = try program.start(cgroup: directory)
      try child.report.awaitExecution()
      let place = try CgroupHierarchies.read().cgroup(of: child.processID).unified
      #expect(place == cgroup.unified)
      try child.pidfd.send(.kill)
      _ = try child.pidfd.wait()
    }
  }
}
