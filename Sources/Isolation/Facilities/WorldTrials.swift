// The trial that sums up: a world as `run` makes it when nothing else is asked.

internal import Linux

/// The world of `run`.
enum WorldTrials {
  /// Whether `run` makes a user namespace for this caller.
  static var usesUserNamespace: Bool { UserIDs.current.effective != 0 }

  /// The kinds that `run` makes for this caller.
  static var kinds: CloneFlags {
    let kinds: CloneFlags = [.newMount, .newPID, .newUTS, .newIPC, .newCgroup]
    return usesUserNamespace ? kinds.union(.newUser) : kinds
  }

  static var all: [Trial] {
    [
      Trial(
        identifier: "run", subject: .world, title: "the world that `run` makes by default", isNeeded: true,
        attempt: { () throws(Refusal) in try makeWorld() })
    ]
  }

  private static func makeWorld() throws(Refusal) -> String {
    var plan = IsolationPlan(
      command: IsolatedCommand(["true"], environment: ["PATH=/usr/bin:/bin"]), namespaces: kinds)
    plan.parentDeathSignal = .kill
    if usesUserNamespace {
      plan.idMaps = .own(
        user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: 0, insideGroup: 0)
    }
    do throws(IsolationError) {
      let world = try plan.start()
      try attempt("wait for the world's end") { () throws(SystemCallError) in _ = try world.pidfd.wait() }
      try world.removeTraces()
    } catch {
      guard let cause = error.cause else { throw .missing(error.description) }
      // A machine without true(1) has run the world up to its last step.
      if cause.call == "execve", cause.errno == .enoent { return kinds.description }
      throw .refused(cause, diagnosis(of: cause))
    }
    return kinds.description
  }

  private static func diagnosis(of error: SystemCallError) -> Diagnosis? {
    if error.call == "clone3" { return moreRights ?? Diagnosis.ofMaking(kinds, error.errno) }
    guard error.errno == .eperm || error.errno == .eacces else { return nil }
    if usesUserNamespace, let restriction = Diagnosis.ofRestrictedUserNamespace() { return restriction }
    if error.object == "proc" { return Diagnosis.ofMountingProc(in: kinds, error.errno) }
    return moreRights
  }

  /// Root without rights, as in a container.
  private static var moreRights: Diagnosis? {
    guard !usesUserNamespace, let missing = Diagnosis.ofMissing(.administerSystem) else { return nil }
    return Diagnosis(missing.why, remedy: "pangaea run --user-namespace -- COMMAND")
  }
}
