// Tables of fake trees, where races can be staged, and of the real /proc.

import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

@Suite struct ProcessTableTests {
  @Test func readsOnlyWhatIsAsked() throws {
    let fake = try FakeProcfs(
      "mkdir 7 8; echo '\(statLine(7))' >7/stat; echo '\(statLine(8, "a b) (c"))' >8/stat; printf 'a\\0b\\0' >7/cmdline"
    )
    let table = try ProcessTable(reading: .commandLine, from: fake.source)
    #expect(Set(table.records.map(\.processID)) == [7, 8])
    #expect(table[7]?.commandLine.value?.arguments == [Array("a".utf8), Array("b".utf8)])
    #expect(table[8]?.commandLine.error == .enoent)
    #expect(table[8]?.commandName == Array("a b) (c".utf8))
    if case .notAsked? = table[7]?.status {} else { Issue.record("status was read although nobody asked") }
  }

  @Test func vanishedAndBrokenProcessesAreNoTrouble() throws {
    let fake = try FakeProcfs(
      "mkdir 5 6 7 self; echo '\(statLine(7))' >7/stat; echo nonsense >6/stat; touch 9 uptime")
    let table = try ProcessTable(reading: .stat, from: fake.source)
    #expect(table.records.map(\.processID) == [7])
    #expect(Set(table.unreadable.map(\.errno)) == [.einval, .enotdir])
  }

  @Test func aPIDThatChangesHandsIsReadAgain() throws {
    // status is a FIFO: while it is read, the PID goes to another process.
    let fake = try FakeProcfs(
      "mkdir 7; echo '\(statLine(7, "old", start: 100))' >7/stat; mkfifo 7/status")
    let path = fake.path.string
    let script =
      "cd \(path)/7; echo '\(statLine(7, "new", start: 200))' >next; printf 'Pid:\\t7\\nUmask:\\t0002\\n' >later; "
      + "exec 3>status; mv next stat; mv later status; printf 'Pid:\\t7\\nUmask:\\t0001\\n' >&3"
    var writer = SystemCallProgram()
    writer.append(
      .execute(["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: [Array("PATH=/bin".utf8)]))
    let child = try writer.start()
    let record = try ProcessRecord.read(7, .status, from: fake.source)
    _ = try child.pidfd.wait()
    #expect(record.startTime == 200)
    #expect(record.commandName == Array("new".utf8))
    #expect(record.status.value?.umask == 2)
  }

  @Test func anIdentityIsNotItsPID() throws {
    let fake = try FakeProcfs("mkdir 7; echo '\(statLine(7, start: 200))' >7/stat")
    let old = ProcessIdentity(processID: 7, startTime: 100)
    #expect(throws: SystemCallError.self) { try ProcessRecord.read(old, .stat, from: fake.source) }
    let present = ProcessIdentity(processID: 7, startTime: 200)
    #expect(try ProcessRecord.read(present, .stat, from: fake.source).identity == present)
  }

  @Test func noSuchProcess() throws {
    let fake = try FakeProcfs("mkdir 7")
    let error = #expect(throws: SystemCallError.self) { try ProcessRecord.read(4, .stat, from: fake.source) }
    #expect(error?.errno == .esrch)
  }

  @Test func aMegabyteOfArguments() throws {
    let fake = try FakeProcfs(
      "mkdir 7; echo '\(statLine(7))' >7/stat; head -c 1048576 /dev/zero | tr '\\0' x >7/cmdline")
    let record = try ProcessRecord.read(7, .commandLine, from: fake.source)
    #expect(record.commandLine.value?.bytes.count == 1_048_576)
  }

  @Test func namespacesAreReadOneByOne() throws {
    let fake = try FakeProcfs(
      "mkdir -p 7/ns; echo '\(statLine(7))' >7/stat; ln -s 'uts:[12]' 7/ns/uts; ln -s 'pid:[13]' 7/ns/pid")
    let links = try #require(ProcessRecord.read(7, .namespaces, from: fake.source).namespaces.value)
    #expect(links[.uts] == 12)
    #expect(links.link(.pid)?.description == "pid:[13]")
    #expect(links[.network] == nil)
    #expect(links.firstError == .enoent)
  }

  @Test func threadsKnowTheirProcess() throws {
    let fake = try FakeProcfs(
      "mkdir -p 7/task/7 7/task/9; echo '\(statLine(7))' >7/stat; cp 7/stat 7/task/7/; "
        + "echo '\(statLine(9, "worker"))' >7/task/9/stat; echo '11 ' >7/task/9/children; echo '10 ' >7/task/7/children"
    )
    let record = try ProcessRecord.read(7, [.threads, .children], from: fake.source)
    let threads = try #require(record.threads.value)
    #expect(Set(threads.map(\.processID)) == [7, 9])
    #expect(threads.allSatisfy { $0.threadGroupID == 7 })
    #expect(record.children.value == [10, 11])
  }

  @Test func theMachinesOwnTable() throws {
    let own = CallingProcess.processID
    let all: ProcessFields = [
      .owner, .status, .commandLine, .environment, .workingDirectory, .rootDirectory, .executable, .limits, .cgroup,
      .namespaces, .children, .threads, .securityLabel, .waitChannel, .outOfMemory, .loginUser,
    ]
    let table = try ProcessTable(reading: all)
    let record = try #require(table[own])
    #expect(record.status.value?.processID == own)
    #expect(record.owner.value?.userID == record.status.value?.userIDs.effective)
    #expect(record.threads.value?.isEmpty == false)
    #expect(record.namespaces.value?[.user] != nil)
    #expect(record.limits.value?.isEmpty == false)
    #expect(record.executable.value != nil)
    let tree = ProcessTree(table)
    #expect(tree.ancestors(of: own).contains { $0.processID == record.parentID })
  }

  @Test func noProcfsAtAll() throws {
    #expect(throws: SystemCallError.self) { try Procfs(at: "/nonexistent") }
  }
}

@Suite struct LineageTests {
  @Test func aForkedChildHasEverythingButItsNumbersAndTimes() throws {
    var program = SystemCallProgram()
    let pipe = try Pipe()
    program.append(.duplicate(.descriptor(pipe.reading.number), as: 0))
    program.append(.execute(["/bin/cat"], [Array("cat".utf8)], environment: [Array("ONLY=1".utf8)]))
    let child = try program.start()
    try child.report.awaitExecution()
    let lineage = try Lineage.read(child.processID)
    let departing = lineage.comparisons.filter { $0.relation == .departs }.map(\.trait)
    #expect(lineage.parent?.processID == CallingProcess.processID)
    #expect(departing.contains(.processID))
    #expect(departing.contains(.environment))
    for kind in NamespaceKind.allCases {
      #expect(lineage.comparisons.first { $0.trait == .namespace(kind) }?.relation == .shared)
    }
    for trait in [Lineage.Trait.userIDs, .groupIDs, .workingDirectory, .rootDirectory, .umask, .session, .cgroup] {
      #expect(lineage.comparisons.first { $0.trait == trait }?.relation == .shared, "\(trait)")
    }
    try child.pidfd.send(.kill)
    _ = try child.pidfd.wait()
  }

  @Test func whatCannotBeReadIsUnknown() throws {
    let fake = try FakeProcfs(
      "mkdir 7 8; echo '\(statLine(7, start: 1))' >7/stat; echo '\(statLine(8, parent: 7))' >8/stat")
    let lineage = try Lineage.read(8, from: fake.source)
    let environment = try #require(lineage.comparisons.first { $0.trait == .environment })
    #expect(environment.relation == .unknown)
    #expect(environment.process.error == .enoent)
    #expect(lineage.parent?.processID == 7)
  }

  @Test func twoNamesThatAreNoTextAreNotTheSame() throws {
    let fake = try FakeProcfs(
      "mkdir 7 8; echo '\(statLine(7, start: 1))' >7/stat; echo '\(statLine(8, parent: 7))' >8/stat; "
        + "printf '0::/a\\376\\n' >7/cgroup; printf '0::/a\\377\\n' >8/cgroup")
    let lineage = try Lineage.read(8, from: fake.source)
    let cgroup = try #require(lineage.comparisons.first { $0.trait == .cgroup })
    #expect(cgroup.process.value == Array("0::/a".utf8) + [0xff] && cgroup.relation == .departs)
  }

  @Test func aRootHasNothingToCompareWith() throws {
    let fake = try FakeProcfs("mkdir 7; echo '\(statLine(7, parent: 0))' >7/stat")
    let lineage = try Lineage.read(7, from: fake.source)
    #expect(lineage.parent?.processID == nil)
    #expect(lineage.comparisons.allSatisfy { $0.relation == .unknown })
  }
}
