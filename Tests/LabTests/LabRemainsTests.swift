// What a lab leaves of itself: nothing, even when it is killed; and what is left all the same, it tells.

import Cgroups
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

  /// Everything that could be left is made by a meddler, on a machine of the lab's own.
  @Test(.enabled(if: LabProgram.isRoot, "root is needed"))
  func whatIsLeftIsTold() throws {
    let directory = try LabProgram.makeDirectory("remains")
    let file = try LabProgram.write(LabRemainsTests.waitingCourse, in: directory)
    let pin = directory.appending("pin")
    try FileDescriptor.open(pin, [.writeOnly, .create], mode: 0o600).write("")
    let lab = try LabProgram.start(["check", "--course", file], namespaces: [.newUTS, .newMount])
    let world = try initOfWorld(of: lab.child.processID)
    try awaitMounts(of: world)
    let cgroup = try LeftCgroup(of: lab.child.processID)
    let inside = try PIDFD(opening: world)
    let number = inside.descriptor.number
    let sleeper = try startSleeper { $0.append(.setns(.descriptor(number), .newUTS, on: "the world's UTS namespace")) }
    let member = try startSleeper { $0.appendWrite("0", to: cgroup.own.appending("cgroup.procs")) }
    try meddle(with: lab.child.pidfd.descriptor.number, world, pin)
    try letGo(world)

    let run = try lab.end()
    for process in [sleeper, member] {
      try PIDFD(opening: process).send(.kill)
      _ = try PIDFD(opening: process).wait()
    }
    try cgroup.remove()
    let output = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == .exited(1) && output.contains("1 as expected"), "\(run.output)")
    for left in [
      "the hostname was", "and is changed", "a mount is left: tmpfs at /mnt, of a file system of a world",
      "at /media, a peer of a mount of a world", "a mount is changed: tmpfs at /srv was",
      "a mount is left: nsfs at \(pin), the UTS namespace of a world", "a cgroup is left: \(cgroup.own)",
      "a process is left: PID \(sleeper) sleep, in the UTS namespace of a world",
      "a process is left: PID \(member) sleep, in the lab's cgroup",
    ] {
      #expect(output.contains(left), "\(left): \(run.output)")
    }
    try LabProgram.remove(directory, files: ["course.md", "pin"])
  }

  /// Others mount, make cgroups and start processes while the lab runs: the machine is clean all the same.
  @Test(.enabled(if: LabProgram.isRoot, "root is needed"))
  func whatOthersDoIsNotTheLabs() throws {
    let directory = try LabProgram.makeDirectory("others")
    let file = try LabProgram.write(LabRemainsTests.waitingCourse, in: directory)
    let lab = try LabProgram.start(["check", "--course", file], namespaces: [.newUTS, .newMount])
    let world = try initOfWorld(of: lab.child.processID)
    try awaitMounts(of: world)
    let other = try CgroupHierarchies.read().own.places[0].directory.appending("pangaea-test-\(lab.child.processID)")
    try makeDirectory(other)
    let sleeper = try startSleeper()
    var mounting = SystemCallProgram()
    mounting.append(.setns(.descriptor(lab.child.pidfd.descriptor.number), .newMount, on: "the lab's machine"))
    mounting.append(.mount("tmpfs", on: "/mnt", type: "tmpfs", []))
    mounting.append(.unmount("/srv"))
    mounting.append(.exit(0))
    #expect(try mounting.start().pidfd.wait() == .exited(0))
    try letGo(world)

    let run = try lab.end()
    try PIDFD(opening: sleeper).send(.kill)
    _ = try PIDFD(opening: sleeper).wait()
    try removeDirectory(other)
    let output = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == .exited(0) && output.contains("Machine: clean"), "\(run.output)")
    let others = output.split(separator: "Others meanwhile: ").dropFirst().first ?? ""
    for part in ["1 mount new (tmpfs at /mnt)", "1 mount gone (tmpfs at /srv)", "cgroup", "process"] {
      #expect(others.contains(part), "\(part): \(run.output)")
    }
    try LabProgram.remove(directory, files: ["course.md"])
  }

  /// Lasts until it is let go; its world has mounts that could come out of it.
  private static let waitingCourse = """
    # Test
    ## Test
    ### T1: test
    ```claim holds
    It holds.
    ```
    ```sh A
    mount -t tmpfs none /mnt; mkdir /mnt/shared; mount --bind /etc /mnt/shared; mount --make-shared /mnt/shared
    until [ -e /tmp/go ]; do sleep 0.1; done
    ```
    ```facts
    A.alive is yes
    ```
    """

  private func awaitMounts(of world: Int32) throws {
    let end = monotonicNanoseconds() + 10_000_000_000
    repeat {
      let text = try FileDescriptor.open(FilePath("/proc/\(world)/mountinfo")).readAll()
      if MountInfo.parse(text.span).contains(where: {
        $0.mountPoint.elementsEqual("/mnt/shared".utf8) && $0.peerGroup != nil
      }) {
        return
      }
      pause(nanoseconds: 20_000_000)
    } while monotonicNanoseconds() < end
    throw SystemCallError(call: "look", errno: .enoent, object: "the world's mounts")
  }

  private func letGo(_ world: Int32) throws {
    try FileDescriptor.open(FilePath("/proc/\(world)/root/tmp/go"), [.writeOnly, .create], mode: 0o600).write("")
  }

  /// Gives the lab's machine another name and mounts of a world, and changes one that it has.
  private func meddle(with machine: Int32, _ world: Int32, _ pin: FilePath) throws {
    let inside = try PIDFD(opening: world)
    var program = SystemCallProgram()
    program.append(.setns(.descriptor(inside.descriptor.number), .newMount, on: "the world"))
    let whole = program.appendKeepingResult(.openTree("/mnt", .clone))
    let shared = program.appendKeepingResult(.openTree("/mnt/shared", .clone))
    program.append(.setns(.descriptor(machine), [.newUTS, .newMount], on: "the lab's machine"))
    program.append(.attach(whole, on: "/mnt"))
    program.append(.attach(shared, on: "/media"))
    program.append(.mount(FilePath("/proc/\(world)/ns/uts"), on: pin, .bind))
    program.append(.mount("none", on: "/srv", [.remount, .bind, .noSetUID]))
    program.append(.setHostname("changed"))
    program.append(.exit(0))
    let meddling = try program.start()
    #expect(try meddling.pidfd.wait() == .exited(0))
  }

  /// Starts what sleeps, after it has gone where its first steps lead.
  private func startSleeper(after steps: (inout SystemCallProgram) -> Void = { _ in }) throws -> Int32 {
    var program = SystemCallProgram()
    steps(&program)
    program.append(
      .execute(["/bin/sleep", "/usr/bin/sleep"], [Array("sleep".utf8), Array("60".utf8)], environment: []))
    let child = try program.start()
    try child.report.awaitExecution()
    return child.processID
  }

  /// A cgroup that bears the lab's name, in a place where the lab does not look for what it made.
  private struct LeftCgroup {
    let parent: FilePath
    let own: FilePath

    init(of lab: Int32) throws {
      parent = try CgroupHierarchies.read().own.places[0].directory.appending("pangaea-test-\(lab)")
      own = parent.appending("pangaea-lab-\(lab)")
      try makeDirectory(parent)
      try makeDirectory(own)
    }

    func remove() throws {
      try removeDirectory(own)
      try removeDirectory(parent)
    }
  }

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
