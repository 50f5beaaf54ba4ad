// The world in which a course is run: namespaces of its own, whose init dies with the lab, so that nothing a
// course does can outlast it or reach the machine.

import Cgroups
import Linux
import struct SystemPackage.FilePath

/// What a world is made of.
struct LabWorldPlan {
  /// Whether the world has a user namespace, in which an ordinary user is root.
  let hasUserNamespace: Bool
  /// The user and group who are root in it.
  let userID: UInt32
  let groupID: UInt32
  /// The program whose verbs stand on the terminals' PATH under the classic names.
  let program: FilePath
  /// The classic names that it answers to.
  let classicNames: [String]
  /// The cgroup that is the root of the world's cgroup namespace; nil for the lab's own.
  var cgroup: Cgroup?

  /// The hostname at the beginning.
  static let hostname = "pangaea"
  /// A tmpfs of the world's own lies over this directory.
  static let scratch = FilePath("/tmp")
  static let home = FilePath("/tmp/home")
  static let programs = FilePath("/tmp/bin")

  var namespaces: CloneFlags {
    var kinds: CloneFlags = [.newMount, .newPID, .newUTS, .newIPC]
    if hasUserNamespace { kinds.insert(.newUser) }
    return kinds
  }

  /// What the world's init does: it dies with the lab, makes the mounts, and then only adopts orphans.
  ///
  /// - Parameters:
  ///   - go: read before anything is made; the lab has written the id maps and cgroups then.
  ///   - lab: the lab's end of that pipe, closed here so that the lab's death is seen.
  func initProgram(go: Int32, lab: Int32) -> SystemCallProgram {
    var program = SystemCallProgram()
    program.append(.setParentDeathSignal(.kill))
    program.append(.close(.descriptor(lab)))
    program.append(.await(go, for: "the lab has set up ids and cgroups"))
    program.append(.startSession())
    program.append(.unshare(.newCgroup))
    appendMounts(to: &program)
    appendCgroupMounts(to: &program)
    program.append(.setHostname(LabWorldPlan.hostname))
    program.append(.setName("init"))
    let null = program.appendKeepingResult(.open("/dev/null", .readWrite))
    for standard: Int32 in 0...2 { program.append(.duplicate(.register(null), as: standard)) }
    program.append(.changeDirectory("/"))
    program.append(.ignore(.child))
    // Closes the pipe of the report as well: that tells the lab that all is made.
    program.append(.closeAll(from: 3))
    program.append(.waitForever())
    return program
  }

  private func appendMounts(to program: inout SystemCallProgram) {
    program.append(.mount("none", on: "/", [.recursive, .private]))
    let own = program.appendKeepingResult(.openTree(self.program, [.clone]))
    program.append(.mount("proc", on: "/proc", type: "proc", [.noSetUID, .noDevices, .noExecution]))
    program.append(.mount("tmpfs", on: LabWorldPlan.scratch, type: "tmpfs", [.noDevices], data: "mode=755"))
    program.append(.makeDirectory(LabWorldPlan.home))
    program.append(.makeDirectory(LabWorldPlan.programs))
    let target = LabWorldPlan.programs.appending("pangaea")
    let file = program.appendKeepingResult(.open(target, [.writeOnly, .create], mode: 0o755))
    program.append(.close(.register(file)))
    program.append(.attach(own, on: target))
    for name in classicNames {
      program.append(.makeSymbolicLink(LabWorldPlan.programs.appending(name), to: "pangaea"))
    }
  }

  /// In the world, each hierarchy's mount shows the world's cgroup as its root.
  private func appendCgroupMounts(to program: inout SystemCallProgram) {
    for place in cgroup?.places ?? [] {
      let hierarchy = place.hierarchy
      let names = hierarchy.controllers.map(\.rawValue).joined(separator: ",")
      let options = hierarchy.name.map { "none,name=" + $0 } ?? names
      // The kernel refuses a file system directly on itself: hence something between the two.
      program.append(.mount("none", on: hierarchy.mountPoint, type: "tmpfs", [.noSetUID, .noDevices, .noExecution]))
      program.append(
        .mount(
          "cgroup", on: hierarchy.mountPoint, type: hierarchy.version == .v2 ? "cgroup2" : "cgroup",
          [.noSetUID, .noDevices, .noExecution], data: hierarchy.version == .v2 ? nil : options))
    }
  }

  /// What starts a shell in the world: it joins the world, is adopted by its init, and has a terminal of its own.
  func shellProgram(
    world: Int32, terminal: Int32, shell: FilePath, arguments: [String], environment: [String]
  ) -> SystemCallProgram {
    var program = SystemCallProgram()
    for path in cgroup?.seat.joinFiles ?? [] { program.appendWrite("0", to: path) }
    program.append(.setns(.descriptor(world), namespaces.union(.newCgroup), on: "the lab's world"))
    program.append(.fork(parent: []))
    program.append(.fork(parent: .leaves))
    // A lab that was started in the background ignores what a terminal sends; its shells must not.
    for signal in [Signal.hangup, .interrupt, .quit, .terminate, .pipe, .child, .terminalStop] {
      program.append(.stopIgnoring(signal))
    }
    program.append(.startSession())
    program.append(.setControllingTerminal(.descriptor(terminal)))
    for standard: Int32 in 0...2 { program.append(.duplicate(.descriptor(terminal), as: standard)) }
    program.append(.changeDirectory(LabWorldPlan.home))
    program.append(.execute([shell], arguments.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) }))
    return program
  }
}

/// A running world. Its end is the end of everything in it.
struct LabWorld: ~Copyable {
  let plan: LabWorldPlan
  /// The PID of its init, as the lab sees it.
  let initID: Int32
  private let initFD: PIDFD

  /// Makes a world.
  ///
  /// - Throws: `SystemCallError` of the call that failed, when the machine does not let one be made.
  init(_ plan: LabWorldPlan) throws(SystemCallError) {
    let pipe = try Pipe()
    let program = plan.initProgram(go: pipe.reading.number, lab: pipe.writing.number)
    let child = try program.start(namespaces: plan.namespaces)
    do throws(SystemCallError) {
      try LabWorld.prepare(child.processID, plan)
      try pipe.writing.write([1])
      try child.report.awaitExecution()
      try plan.cgroup?.settle(child.processID)
    } catch {
      try child.pidfd.send(.kill)
      _ = try child.pidfd.wait()
      throw error
    }
    self.plan = plan
    initID = child.processID
    initFD = child.pidfd
  }

  private static func prepare(_ process: Int32, _ plan: LabWorldPlan) throws(SystemCallError) {
    func write(_ text: String, to path: FilePath) throws(SystemCallError) {
      try FileDescriptor.open(path, .writeOnly).write(text)
    }
    if plan.hasUserNamespace {
      let directory = FilePath("/proc/\(process)")
      try write("deny", to: directory.appending("setgroups"))
      try write("0 \(plan.userID) 1", to: directory.appending("uid_map"))
      try write("0 \(plan.groupID) 1", to: directory.appending("gid_map"))
    }
    try plan.cgroup?.add(process)
  }

  /// Starts a shell on a terminal of its own.
  ///
  /// - Returns: its PID as the lab sees it.
  /// - Throws: `SystemCallError` of the step that failed.
  func startShell(
    _ shell: FilePath, _ arguments: [String], environment: [String], on pty: borrowing PseudoTerminal
  ) throws(SystemCallError) -> Int32 {
    let program = plan.shellProgram(
      world: initFD.descriptor.number, terminal: pty.terminal.number, shell: shell, arguments: arguments,
      environment: environment)
    let blocked = SignalSet(rawValue: 0).setAsMask()
    defer { blocked.setAsMask() }
    let child = try program.start()
    do throws(SystemCallError) {
      try child.report.awaitExecution()
    } catch {
      _ = try child.pidfd.wait()
      throw error
    }
    _ = try child.pidfd.wait()
    return try pty.controller.terminalSession()
  }

  /// Ends the world: its init is killed, the kernel kills the rest, and this waits until all are gone.
  ///
  /// - Throws: `SystemCallError` when it had ended before.
  consuming func end() throws(SystemCallError) {
    try initFD.send(.kill)
    _ = try initFD.wait()
  }
}
