// Trials of file systems: a fresh /proc, the mount API, what a user namespace may mount.

internal import Linux
internal import struct SystemPackage.FilePath

/// Mounts.
enum MountTrials {
  static var all: [Trial] {
    [
      freshProc,
      trial(
        "mount-new", "a new file system, made and attached", "fsopen, fsmount, move_mount", since: KernelVersion(5, 2)
      ) { $0.appendMemory() },
      trial("mount-copy", "a copy of mounts", "open_tree(OPEN_TREE_CLONE)", since: KernelVersion(5, 2)) { program in
        program.appendClose(program.appendKeepingResult(.openTree("/", [.clone, .recursive])))
      },
      trial("mount-attributes", "mounts made read-only", "mount_setattr", since: KernelVersion(5, 12)) { program in
        let mount = program.appendFileSystem(of: "tmpfs")
        program.append(.setMountAttributes(.register(mount), set: .readOnly, recursive: true))
      },
      trial("pivot-root", "another root directory", "pivot_root") { program in
        program.appendMemory()
        program.append(.pivotRoot(".", oldRoot: "."))
        program.append(.unmount(".", .detach))
        program.append(.changeDirectory("/"))
      },
      trial("tmpfs-user", "tmpfs in a user namespace", "fsopen(tmpfs)", in: .owned(.newMount)) { $0.appendMemory() },
      trial(
        "overlay-user", "overlay in a user namespace", "fsopen(overlay)", in: .owned(.newMount),
        since: KernelVersion(5, 11), overlay),
      listing,
    ]
  }

  private static func trial(
    _ identifier: String, _ title: String, _ evidence: String, in world: TrialWorld = .asRun(.newMount),
    since: KernelVersion? = nil, isNeeded: Bool = false, _ steps: @escaping @Sendable (inout SystemCallProgram) -> Void
  ) -> Trial {
    var world = world
    world.needs = .administerSystem
    return Trial(
      identifier: identifier, subject: .mounts, title: title, isNeeded: isNeeded, since: since,
      attempt: { [world] () throws(Refusal) in
        try world.carryOut(steps)
        return evidence
      })
  }

  private static var freshProc: Trial {
    trial(
      "proc", "a fresh /proc in a new PID namespace", "mount(proc)", in: .asRun([.newMount, .newPID]), isNeeded: true
    ) { program in
      program.append(.mount("proc", on: "/proc", type: "proc", []))
      program.appendClose(program.appendKeepingResult(.open("/proc/1/status", .readOnly)))
    }
  }

  private static func overlay(_ program: inout SystemCallProgram) {
    program.appendMemory()
    for name: FilePath in ["lower", "upper", "work"] {
      program.append(.makeDirectory(name, in: .descriptor(-100)))
    }
    let options = [("lowerdir", "lower"), ("upperdir", "upper"), ("workdir", "work")]
    program.appendClose(program.appendFileSystem(of: "overlay", options))
  }

  private static var listing: Trial {
    Trial(
      identifier: "mounts-listed", subject: .mounts, title: "mounts listed by the kernel", since: KernelVersion(6, 8),
      attempt: { () throws(Refusal) in
        try attemptCall { () throws(SystemCallError) in
          var mounts: [UInt64] = []
          let count = try listMounts(into: &mounts)
          var reader = MountReader()
          if count > 0 { _ = try reader.status(of: mounts[0], .identity) }
        }
        return "listmount, statmount"
      })
  }
}
