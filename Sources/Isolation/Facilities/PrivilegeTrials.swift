// Trials of rights: given up, kept, kept from coming back.

internal import Linux

/// Rights.
enum PrivilegeTrials {
  static var all: [Trial] {
    [
      trial("no-new-privileges", "no new privileges", "prctl(PR_SET_NO_NEW_PRIVS)", .none) {
        $0.append(.setNoNewPrivileges())
      },
      trial("capabilities-given-up", "capabilities given up", "capset", .none) {
        $0.append(.setCapabilities(effective: 0, permitted: 0, inheritable: 0))
      },
      trial("bounding-set", "capabilities that cannot come back", "prctl(PR_CAPBSET_DROP)", .asRun([])) {
        $0.append(.dropBoundingCapability(0))
      },
      trial("ambient-set", "capabilities kept by another user", "prctl(PR_CAP_AMBIENT_RAISE)", .asRun([])) { program in
        program.append(.setCapabilities(effective: 1, permitted: 1, inheritable: 1))
        program.append(.raiseAmbientCapability(0))
      },
    ]
  }

  private static func trial(
    _ identifier: String, _ title: String, _ evidence: String, _ world: TrialWorld,
    _ steps: @escaping @Sendable (inout SystemCallProgram) -> Void
  ) -> Trial {
    var world = world
    world.needs = .setProcessCapabilities
    return Trial(
      identifier: identifier, subject: .privileges, title: title,
      attempt: { [world] () throws(Refusal) in
        try world.carryOut(steps)
        return evidence
      })
  }
}
