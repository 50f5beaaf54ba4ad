// The cgroup of the lab's worlds, and the process that takes it away again: directories of cgroups outlast those
// who made them, so somebody must outlast the lab.

import Cgroups
import Linux
import struct SystemPackage.FilePath

/// A cgroup made for the lab, with a ceiling so high that only a runaway meets it. Each world has its own below it.
final class LabCgroup {
  /// What its directory is called in each hierarchy.
  static var name: String { "pangaea-lab-\(CallingProcess.processID)" }
  private let cgroup: Cgroup
  private let keeper: LabKeeper
  private var worlds = 0

  /// Makes the cgroup, with as many controllers as this user may have.
  ///
  /// - Throws: `CgroupError` when there is none to be had.
  init() throws(CgroupError) {
    let hierarchies: CgroupHierarchies
    do throws(SystemCallError) { hierarchies = try .read() } catch { throw .systemCall(error) }
    let plan = try LabCgroup.plan(LabCgroup.name, in: hierarchies)
    // The keeper is there before there is anything to keep.
    do throws(SystemCallError) { keeper = try LabKeeper(of: plan.cgroup) } catch { throw .systemCall(error) }
    cgroup = try plan.carryOut()
    do throws(SystemCallError) {
      for place in cgroup.places { try place.handOnControllers() }
      try tryJoining()
    } catch {
      keeper.dismiss()
      throw .systemCall(error)
    }
  }

  /// The widest plan that the machine admits.
  private static func plan(_ name: String, in hierarchies: CgroupHierarchies) throws(CgroupError) -> CgroupPlan {
    let ceiling = CgroupLimits(cpus: 1000, memory: 8 << 30, swap: nil, processes: 4000)
    let candidates = [
      ceiling, CgroupLimits(memory: ceiling.memory, swap: nil, processes: ceiling.processes),
      CgroupLimits(processes: ceiling.processes),
    ]
    for limits in candidates {
      if let plan = try? hierarchies.plan(name, limits: limits) { return plan }
    }
    let plan = try hierarchies.plan(name)
    if plan.cgroup.places.isEmpty { throw .notDelegated(hierarchies.own.places.first?.directory ?? "/sys/fs/cgroup") }
    return plan
  }

  /// Finds out, with a child that does nothing else, whether a process may become a member.
  private func tryJoining() throws(SystemCallError) {
    let world = try makeWorld()
    var trial = SystemCallProgram()
    for file in world.joinFiles { trial.appendWrite("0", to: file) }
    trial.append(.exit(0))
    let child = try trial.start()
    let report = Trial(child.report)
    _ = try child.pidfd.wait()
    remove(world)
    if let failure = report.failure { throw failure }
  }

  /// Makes the cgroup of one world.
  ///
  /// - Throws: `SystemCallError` of mkdir(2).
  func makeWorld() throws(SystemCallError) -> Cgroup {
    worlds += 1
    let world = Cgroup(places: cgroup.places.map { $0.appending("world-\(worlds)") })
    for place in world.places { try makeDirectory(place.directory, mode: 0o755) }
    return world
  }

  /// Ends what is left in a world's cgroup, and removes it; the keeper tries again what fails here.
  func remove(_ world: Cgroup) {
    try? world.kill()
    try? world.remove()
  }

  /// Whether a controller's limits can be set below this cgroup; `kill` asks for cgroup.kill.
  func offers(_ need: String) -> Bool {
    if need == "kill" {
      guard let unified = cgroup.unified else { return false }
      return isWritable(unified.directory.appending("cgroup.kill"))
    }
    return cgroup.place(of: CgroupController(rawValue: need)) != nil
  }

  /// Removes the cgroup.
  func remove() {
    keeper.dismiss()
  }
}

extension Cgroup {
  /// Where members of a world's cgroup sit: in version 2 below the cgroup itself, which could hand on no controller
  /// otherwise.
  var seat: Cgroup {
    Cgroup(places: places.map { $0.hierarchy.version == .v2 ? $0.appending("shells") : $0 })
  }

  /// Moves a world's init to its seat, once the world's cgroup namespace has this cgroup as its root, and hands the
  /// controllers on to what the terminals make.
  func settle(_ initID: Int32) throws(SystemCallError) {
    for place in places where place.hierarchy.version == .v2 {
      try makeDirectory(place.appending("shells").directory, mode: 0o755)
    }
    try seat.add(initID)
    for place in places { try place.handOnControllers() }
  }
}

extension Cgroup.Place {
  /// In version 2, lets the cgroups below this one have the controllers that it has.
  fileprivate func handOnControllers() throws(SystemCallError) {
    guard hierarchy.version == .v2 else { return }
    let offered = try FileDescriptor.open(directory.appending("cgroup.controllers")).readAll()
    for controller in offered.split(whereSeparator: { $0 == 0x20 || $0 == 0x0a }) {
      let order = "+" + String(decoding: controller, as: UTF8.self)
      try FileDescriptor.open(directory.appending("cgroup.subtree_control"), .writeOnly).write(order)
    }
  }
}

/// How a trial went.
private struct Trial {
  let failure: SystemCallError?

  init(_ report: borrowing ProgramReport) {
    do throws(SystemCallError) {
      try report.awaitExecution()
      failure = nil
    } catch {
      failure = error
    }
  }
}

/// A process that outlives the lab, however the lab ends, and then removes its cgroup.
private final class LabKeeper {
  private let processID: Int32
  private var lifeline: Int32

  /// Forks the keeper. The lab has one thread, so the child may go on in Swift.
  ///
  /// - Throws: `SystemCallError` with `EAGAIN` at a limit of processes.
  init(of cgroup: Cgroup) throws(SystemCallError) {
    let pipe = try Pipe()
    switch try forkProcess() {
    case .parent(let child):
      processID = child
      lifeline = try pipe.writing.duplicate().release()
    case .child: LabKeeper.keep(cgroup, pipe)
    }
  }

  /// Waits for the other end of the pipe to be closed, by the lab or by its death.
  private static func keep(_ cgroup: Cgroup, _ pipe: consuming Pipe) -> Never {
    let reading = pipe.reading
    let writing = pipe.writing
    _ = consume writing
    do throws(SystemCallError) {
      try CallingProcess.startSession()
      let null = try FileDescriptor.open("/dev/null", .readWrite)
      for standard: Int32 in 0...2 { try null.replace(standard) }
      var byte: [UInt8] = [0]
      _ = try reading.read(into: &byte)
    } catch {
      exitProcess(1)
    }
    do throws(CgroupError) {
      try cgroup.kill()
      try cgroup.remove()
      exitProcess(0)
    } catch {
      exitProcess(1)
    }
  }

  /// Lets the keeper do its work now, and waits until it has.
  func dismiss() {
    if lifeline < 0 { return }
    _ = FileDescriptor(owning: lifeline)
    lifeline = -1
    do throws(SystemCallError) {
      _ = try PIDFD(opening: processID).wait()
    } catch {
      // It has ended, and what it left is looked for by whoever asked.
    }
  }

  deinit { dismiss() }
}
