// Trials of control groups: made for the trial, and removed with it.

internal import Cgroups
internal import Linux
internal import struct SystemPackage.FilePath

/// Control groups.
enum CgroupTrials {
  static var all: [Trial] {
    [
      trial("cgroup-own", "one of one's own") { (hierarchies) throws(Refusal) in
        try withCgroup(hierarchies) { (cgroup) throws(Refusal) in
          "mkdir(\(cgroup.places.map(\.directory.string).joined(separator: ", ")))"
        }
      },
      trial("cgroup-subtree", "one below it, with controllers handed on", makeSubtree),
      limit("cgroup-cpu", "a limit of processor time", CgroupLimits(cpus: 1)),
      limit("cgroup-memory", "a limit of memory", CgroupLimits(memory: 64 << 20)),
      limit("cgroup-processes", "a limit of processes", CgroupLimits(processes: 16)),
      trial("cgroup-start", "a process begins in one", since: KernelVersion(5, 7), beginInside),
      trial("cgroup-freeze", "freezing", freeze),
      trial("cgroup-kill", "killing at one stroke", since: KernelVersion(5, 14), kill),
    ]
  }

  private typealias Attempt = @Sendable (CgroupHierarchies) throws(Refusal) -> String

  private static func trial(
    _ identifier: String, _ title: String, since: KernelVersion? = nil, _ attempt: @escaping Attempt
  ) -> Trial {
    Trial(
      identifier: identifier, subject: .cgroups, title: title, since: since,
      attempt: { () throws(Refusal) in
        let hierarchies = try attemptCall { () throws(SystemCallError) in try CgroupHierarchies.read() }
        if hierarchies.layout == .none {
          throw .missing(
            "no hierarchy is mounted",
            Diagnosis("/proc/self/mountinfo has none", remedy: "mount -t cgroup2 none /sys/fs/cgroup"))
        }
        return try attempt(hierarchies)
      })
  }

  private static func limit(_ identifier: String, _ title: String, _ limits: CgroupLimits) -> Trial {
    trial(identifier, title) { (hierarchies) throws(Refusal) in
      try withCgroup(hierarchies, limits) { (cgroup) throws(Refusal) in
        limits.controllers.flatMap { controller -> [String] in
          guard let version = cgroup.place(of: controller)?.hierarchy.version else { return [] }
          return limits.settings(of: controller, version).filter { !$0.isOptional }.map { "\($0.file) (\(version))" }
        }.last ?? ""
      }
    }
  }

  /// Makes a cgroup to try something else in; that it cannot be made says nothing about what was to be tried.
  private static func inCgroup(
    _ hierarchies: CgroupHierarchies, _ body: (Cgroup) throws(Refusal) -> String
  ) throws(Refusal) -> String {
    var hasBegun = false
    do throws(Refusal) {
      return try withCgroup(hierarchies) { (cgroup) throws(Refusal) in
        hasBegun = true
        return try body(cgroup)
      }
    } catch {
      throw hasBegun ? error : .untried("no control group can be made to try it in", error.diagnosis)
    }
  }

  /// Makes a cgroup, does something with it, and removes it with whoever is in it.
  private static func withCgroup(
    _ hierarchies: CgroupHierarchies, _ limits: CgroupLimits = CgroupLimits(),
    _ body: (Cgroup) throws(Refusal) -> String
  ) throws(Refusal) -> String {
    let name = "pangaea-doctor-\(CallingProcess.processID)-\(monotonicNanoseconds())"
    let cgroup: Cgroup
    do throws(CgroupError) {
      cgroup = try hierarchies.make(name, limits: limits)
    } catch {
      throw .refused(error)
    }
    if cgroup.places.isEmpty { throw refusal(hierarchies, name) }
    let outcome: Result<String, Refusal>
    do throws(Refusal) { outcome = .success(try body(cgroup)) } catch { outcome = .failure(error) }
    do throws(CgroupError) {
      try cgroup.kill()
      try cgroup.remove()
    } catch {
      throw .refused(error)
    }
    return try outcome.get()
  }

  /// Why none of the directories in which one could be made is the caller's.
  private static func refusal(_ hierarchies: CgroupHierarchies, _ name: String) -> Refusal {
    guard let place = hierarchies.own.unified ?? hierarchies.own.places.first else {
      return .missing("no mount shows the own control group")
    }
    do throws(SystemCallError) {
      try makeDirectory(place.directory.appending(name))
      try removeDirectory(place.directory.appending(name))
      return .untried("\(place.directory) can be written to, and was passed over")
    } catch {
      let reason = CgroupError.notDelegated(place.directory)
      return .refused(error, reason.reason.map { Diagnosis($0, remedy: reason.remedy) })
    }
  }

  /// In version 2 the outer one hands on whatever it was handed itself.
  private static func makeSubtree(_ hierarchies: CgroupHierarchies) throws(Refusal) -> String {
    try inCgroup(hierarchies) { (cgroup) throws(Refusal) in
      var handedOn: [String] = []
      if let directory = cgroup.unified?.directory {
        handedOn = try attemptCall { () throws(SystemCallError) in
          let offered = try FileDescriptor.open(directory.appending("cgroup.controllers")).readAll()
          let controllers = offered.split { $0 == 0x20 || $0 == 0x0a }.map { String(decoding: $0, as: UTF8.self) }
          let file = try FileDescriptor.open(directory.appending("cgroup.subtree_control"), .writeOnly)
          for controller in controllers { try file.write("+\(controller)") }
          return controllers
        }
      }
      do throws(CgroupError) { _ = try hierarchies.make("below", below: cgroup) } catch { throw .refused(error) }
      return handedOn.isEmpty ? "mkdir" : "cgroup.subtree_control: \(handedOn.joined(separator: " "))"
    }
  }

  private static func beginInside(_ hierarchies: CgroupHierarchies) throws(Refusal) -> String {
    try requireUnified(hierarchies)
    return try inCgroup(hierarchies) { (cgroup) throws(Refusal) in
      let opened = try attemptCall { () throws(SystemCallError) in try cgroup.openUnified() }
      guard let directory = opened else { throw .untried("it could not be made in version 2") }
      let child = try TrialWorld.none.start(in: directory) { $0.append(.exit(0)) }
      try TrialWorld.none.finish(child)
      return "clone3(CLONE_INTO_CGROUP)"
    }
  }

  private static func freeze(_ hierarchies: CgroupHierarchies) throws(Refusal) -> String {
    try inCgroup(hierarchies) { (cgroup) throws(Refusal) in
      let process = try WaitingProcess()
      do throws(CgroupError) {
        try join(process.child.processID, cgroup)
        try cgroup.setFrozen(true)
        try cgroup.setFrozen(false)
      } catch {
        throw .refused(error)
      }
      return cgroup.unified == nil ? "freezer.state (v1)" : "cgroup.freeze (v2)"
    }
  }

  private static func kill(_ hierarchies: CgroupHierarchies) throws(Refusal) -> String {
    try requireUnified(hierarchies)
    return try inCgroup(hierarchies) { (cgroup) throws(Refusal) in
      guard let place = cgroup.unified else { throw .untried("it could not be made in version 2") }
      let process = try WaitingProcess()
      let status = try attemptCall { () throws(SystemCallError) in
        try cgroup.add(process.child.processID)
        try FileDescriptor.open(place.directory.appending("cgroup.kill"), .writeOnly).write("1")
        return try process.child.pidfd.wait()
      }
      guard status == .signaled(.kill) else { throw .missing("the member ended with \(status)") }
      return "cgroup.kill (v2)"
    }
  }

  private static func join(_ processID: Int32, _ cgroup: Cgroup) throws(CgroupError) {
    do throws(SystemCallError) { try cgroup.add(processID) } catch { throw .systemCall(error) }
  }

  private static func requireUnified(_ hierarchies: CgroupHierarchies) throws(Refusal) {
    if hierarchies.unified == nil {
      throw .missing(
        "version 2 is not mounted", Diagnosis("the layout of the hierarchies is \(hierarchies.layout.rawValue)"))
    }
  }
}
