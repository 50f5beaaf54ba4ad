// What a person is told when nsenter fails: the step in its own words, and in those of util-linux under the classic
// name.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// A failure of nsenter.
struct NsenterFailure {
  let plan: JoinPlan
  let error: JoinError

  /// What a person is told.
  var complaint: Complaint {
    switch error {
    case .noTarget:
      return Complaint(
        what: "no process is given", try: "add --target PID",
        classic: "no target PID specified\(plan.joinsAll ? " for --all" : "")", exitStatus: 1)
    case .noSource(let name):
      return Complaint(
        what: "neither a file nor a process is given for \(name)", try: "add --target PID",
        classic: "neither filename nor target pid supplied for \(name)", exitStatus: 1)
    case .nothingToJoin:
      let missing = plan.joinsAll ? Diagnosis.ofMissingProc() : nil
      return Complaint(
        what: missing == nil ? "no namespace is given" : "cannot find the namespaces of PID \(plan.target ?? 0)",
        why: missing?.why,
        try: missing?.remedy ?? "--all, or one of --mount --uts --ipc --net --pid --user --cgroup --time",
        classic: "no namespace specified", exitStatus: 1)
    case .noUnifiedCgroups:
      return Complaint(
        what: "cannot join the control group", why: "/sys/fs/cgroup is not a hierarchy of version 2",
        try: "pangaea enter --cgroup", classic: "--join-cgroup is only supported in cgroup v2", exitStatus: 1)
    case .noCgroup:
      return Complaint(
        what: "process \(plan.target ?? 0) has no control group to join", classic: "failed to get cgroup path",
        exitStatus: 1)
    case .failed(let purpose, let cause):
      return complaint(of: cause, purpose)
    }
  }

  private func complaint(of cause: SystemCallError, _ purpose: String) -> Complaint {
    let diagnosis = diagnosis(of: cause)
    let isExecution = cause.call == "execve"
    return Complaint(
      what: "cannot \(purpose): \(cause.call): \(cause.errno.name)", why: diagnosis?.why,
      try: diagnosis?.remedy, classic: "\(classic(cause)): \(cause.errno.message)",
      exitStatus: isExecution ? (cause.errno == .enoent ? 127 : 126) : 1)
  }

  private func diagnosis(of cause: SystemCallError) -> Diagnosis? {
    switch cause.call {
    case "openat", "statx": return .ofOpening(cause.object, cause.errno)
    case "setns" where cause.object.hasPrefix("PID "):
      let kinds = plan.joinsAll ? NamespaceKind.allCases : plan.namespaces.map(\.kind)
      return .ofJoining(kinds, of: plan.target ?? 0, cause.errno)
    case "setns":
      return diagnosis(ofJoining: String(cause.object.dropFirst("ns/".count)), cause.errno)
    case "setgroups":
      return Diagnosis.ofSetgroups(cause.errno)
    default:
      return nil
    }
  }

  private func diagnosis(ofJoining name: String, _ reason: Errno) -> Diagnosis? {
    for joined in plan.namespaces where joined.kind.procName == name {
      if case .file(let path) = joined.source { return .ofJoining(joined.kind, at: path, reason) }
    }
    return nil
  }

  private func classic(_ cause: SystemCallError) -> String {
    switch cause.call {
    case "openat": return cause.object == "." ? "cannot open current working directory" : "cannot open \(cause.object)"
    case "statx": return "stat of \(cause.object) failed"
    case "setns" where cause.object.hasPrefix("PID "): return "reassociate to namespaces failed"
    case "setns": return "reassociate to namespace '\(cause.object)' failed"
    case "ioctl(NS_GET_USERNS)": return "failed to open parent namespace"
    case "fchdir": return "change directory by \(cause.object) file descriptor failed"
    case "chdir": return "cannot change directory to \(cause.object)"
    case "write": return "write \(cause.object) failed"
    case "clone3": return "fork failed"
    case "setresuid": return "setuid() failed"
    case "setresgid": return "setgid() failed"
    case "execve": return "failed to execute \(cause.object)"
    default: return "\(cause.call) failed"
    }
  }
}
