// What a lab leaves of itself: nothing, even when it is killed; and what is left all the same, it tells.

import Linux
import Processes
import struct SystemPackage.FilePath
import Testing

@Suite(.serialized) struct LabRemainsTests {
  /// Milliseconds: dense where the lab makes its cgroup, its keeper and its first world.
  private static let moments: [UInt64] = [
    0, 1, 2, 4, 7, 11, 16, 22, 30, 40, 55, 75, 100, 140, 200, 300, 450, 600, 900, 1400,
  ]

  @Test(arguments: moments)
  func killedAtAnyMomentItLeavesNothing(milliseconds: UInt64) throws {
    let former = try Machine()
    let mark = FilePath("/nonexistent/killed-\(CallingProcess.processID)-\(milliseconds)")
    let claims = milliseconds % 3 == 0 ? ["S56", "S47", "S5"] : []
    let lab = try LabProgram.start(["check"] + claims, state: mark)
    let processID = lab.child.processID
    pause(nanoseconds: milliseconds * 1_000_000)
    let branch = ProcessTree(try ProcessTable()).descendants(of: processID).map(\.identity)
    try lab.child.pidfd.send(.kill)
    _ = try lab.child.pidfd.wait()
    try expectGone(branch, mark: mark.string, cgroup: "pangaea-lab-\(processID)")
    #expect(try Machine() == former)
  }

  /// What a kill could leave changed: the names and the mounts.
  private struct Machine: Equatable {
    let names: [[UInt8]]
    let mounts: [UInt8]

    init() throws {
      let name = try SystemName()
      names = [name.hostName, name.domainName]
      mounts = try FileDescriptor.open("/proc/self/mountinfo").readAll()
    }
  }

  /// Waits until no process of a branch is left, none that has a mark in its environment, and no cgroup of a name.
  private func expectGone(_ branch: [ProcessIdentity], mark: String, cgroup: String) throws {
    let end = monotonicNanoseconds() + 10_000_000_000
    var left: [String] = []
    repeat {
      left = branch.filter { (try? ProcessRecord.read($0, .stat).stat.isZombie) == false }.map { "\($0)" }
      left += try processes(markedWith: mark)
      left += directories(named: cgroup, below: "/sys/fs/cgroup", depth: 3)
      pause(nanoseconds: 20_000_000)
    } while !left.isEmpty && monotonicNanoseconds() < end
    #expect(left == [])
  }

  /// The lab's own forks, which have its environment: its keeper, inits that have only begun, those who look.
  private func processes(markedWith mark: String) throws -> [String] {
    try ProcessTable(reading: [.environment]).records.filter { record in
      guard let value = record.environment.value?.value(of: Array("XDG_STATE_HOME".utf8)) else { return false }
      return value.elementsEqual(mark.utf8)
    }.map { "\($0.identity)" }
  }

  private func directories(named name: String, below top: String, depth: Int) -> [String] {
    guard depth > 0, let directory = try? FileDescriptor.open(FilePath(top), .directory) else { return [] }
    var found: [String] = []
    for entry in ((try? directory.entryNames()) ?? []).map({ String(decoding: $0, as: UTF8.self) }) {
      guard (try? directory.status(of: FilePath(entry), followsLink: false))?.isDirectory == true else { continue }
      if entry == name { found.append("\(top)/\(entry)") }
      found += directories(named: name, below: "\(top)/\(entry)", depth: depth - 1)
    }
    return found
  }

  @Test(.enabled(if: LabProgram.isRoot, "root is needed"))
  func whatIsLeftIsTold() throws {
    let directory = try LabProgram.makeDirectory("remains")
    let file = try LabProgram.write(LabRemainsTests.waitingCourse, in: directory)
    let lab = try LabProgram.start(["check", "--course", file], namespaces: [.newUTS, .newMount])
    let world = try initOfWorld(of: lab.child.processID)
    let machine = lab.child.pidfd.descriptor.number

    var meddler = SystemCallProgram()
    meddler.append(.setns(.descriptor(machine), [.newUTS, .newMount], on: "the lab's machine"))
    meddler.append(.setHostname("changed"))
    meddler.append(.mount("none", on: "/", [.recursive, .private]))
    meddler.append(.mount("tmpfs", on: "/mnt", type: "tmpfs", []))
    meddler.append(.exit(0))
    let meddling = try meddler.start()
    #expect(try meddling.pidfd.wait() == .exited(0))

    let target = try PIDFD(opening: world)
    var guest = SystemCallProgram()
    guest.append(.setns(.descriptor(target.descriptor.number), .newUTS, on: "the world's UTS namespace"))
    guest.append(.execute(["/bin/sleep", "/usr/bin/sleep"], [Array("sleep".utf8), Array("60".utf8)], environment: []))
    let staying = try guest.start()
    try staying.report.awaitExecution()

    let run = try lab.end()
    try staying.pidfd.send(.kill)
    _ = try staying.pidfd.wait()
    let output = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == .exited(1) && output.contains("1 as expected"), "\(run.output)")
    #expect(output.contains("is changed") && output.contains("a mount is new: tmpfs at /mnt"), "\(run.output)")
    let left = "a process is left: PID \(staying.processID) sleep, in the UTS namespace of a world"
    #expect(output.contains(left), "\(run.output)")
    try LabProgram.remove(directory, files: ["course.md"])
  }

  /// Lasts long enough to be meddled with.
  private static let waitingCourse = """
    # Test
    ## Test
    ### T1: test
    ```claim holds
    It holds.
    ```
    ```sh A
    sleep 2
    ```
    ```facts
    A.alive is yes
    ```
    """

  /// Waits for the init of a lab's first world.
  private func initOfWorld(of lab: Int32) throws -> Int32 {
    let end = monotonicNanoseconds() + 10_000_000_000
    repeat {
      let children = ProcessTree(try ProcessTable()).children(of: lab)
      if let found = children.first(where: { $0.commandName.elementsEqual("init".utf8) }) { return found.processID }
      pause(nanoseconds: 5_000_000)
    } while monotonicNanoseconds() < end
    throw SystemCallError(call: "look", errno: .esrch, object: "the world's init")
  }
}
