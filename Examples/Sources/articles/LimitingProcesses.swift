// The code of "Limiting processes" (Cgroups).

import Cgroups
import Isolation
import Linux

enum LimitingProcesses {
  static func run() throws {
    let hierarchies = try CgroupHierarchies.read()
    show(hierarchies)
    do throws(CgroupError) {
      let plan = try plan(in: hierarchies)
      show(plan)
      try limitAWorld(plan)
      try limitAProcess(plan)
    } catch {
      tell(error)
    }
  }

  static func show(_ hierarchies: CgroupHierarchies) {
    print("layout \(hierarchies.layout.rawValue)")
    for hierarchy in hierarchies.all { print("\(hierarchy) at \(hierarchy.mountPoint)") }
  }

  static func plan(in hierarchies: CgroupHierarchies) throws(CgroupError) -> CgroupPlan {
    let limits = CgroupLimits(cpus: 0.5, memory: 64 << 20, processes: 20)
    return try hierarchies.plan("gondwana-\(CallingProcess.processID)", limits: limits)
  }

  static func show(_ plan: CgroupPlan) {
    for step in plan.steps { print(step) }
  }

  static func tell(_ error: CgroupError) {
    print(error)
    if let reason = error.reason { print("  why: \(reason)") }
    if let remedy = error.remedy { print("  try: \(remedy)") }
  }

  static func limitAWorld(_ cgroupPlan: CgroupPlan) throws(CgroupError) {
    var plan = StartingAWorld.plan()
    plan.command = IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin"])
    plan.cgroup = cgroupPlan
    do throws(IsolationError) {
      let world = try plan.start()
      do {
        try look(at: cgroupPlan.cgroup)
        try change(cgroupPlan.cgroup)
        try world.pidfd.end()
      } catch {
        print("cannot look: \(error)")
      }
      try world.removeTraces()
    } catch {
      if let reason = error.cgroup { throw reason }
      print(error)
    }
  }

  static func look(at cgroup: Cgroup) throws(SystemCallError) {
    let usage = try cgroup.usage()
    print("\(try cgroup.members().count) members use \(usage.memory ?? 0) bytes of memory")
    if let kills = usage.outOfMemoryKills, kills > 0 { print("\(kills) were killed for want of memory") }
  }

  static func change(_ cgroup: Cgroup) throws {
    var change = CgroupChange()
    change.processes = .most(30)
    change.memory = CgroupChange.Limit.none
    for step in try cgroup.steps(of: change) { print("\(step.directory)/\(step.setting.file): \(step.setting.value)") }
    try cgroup.apply(change)
    print("limit of processes \(try cgroup.limits().processes ?? 0)")
  }

  /// A control group for a process that there is already.
  static func limitAProcess(_ plan: CgroupPlan) throws(CgroupError) {
    do {
      let command = IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin"])
      let process = try IsolationPlan(command: command, namespaces: []).start()
      do {
        try limit(process.processID, by: plan)
      } catch {
        print("failed: \(error)")
      }
      try process.pidfd.end()
    } catch {
      print("cannot start: \(error)")
    }
  }

  static func limit(_ processID: Int32, by plan: CgroupPlan) throws {
    let cgroup = try plan.carryOut()
    do {
      try cgroup.add(processID)
      print("limited: \(try cgroup.members() == [processID])")
      try cgroup.kill()
    } catch {
      print("PID \(processID) is not limited: \(error)")
    }
    try cgroup.remove()
  }
}
