// What a person is told when unshare fails: the step in its own words, and in those of util-linux under the classic
// name.

internal import Isolation
internal import Linux

/// A step of unshare that failed.
struct UnshareFailure {
  let plan: UnsharePlan
  let failure: SystemCallProgram.Failure

  private var error: SystemCallError { failure.error }

  /// The complaint; a silent one where another process has told the reason.
  var complaint: Complaint {
    if isToldAlready { return .silent(exitStatus: 1) }
    let diagnosis = diagnosis
    return Complaint(
      what: "cannot \(failure.purpose): \(error.call) \(error.object): \(error.errno.name)", why: diagnosis?.why,
      try: diagnosis?.remedy, classic: "\(classic): \(error.errno.message)", exitStatus: exitStatus)
  }

  /// Who awaits a companion that failed has nothing to add, nor has one whose caller is gone, nor newuidmap's caller.
  private var isToldAlready: Bool {
    switch (error.call, error.errno) {
    case ("read", .ecanceled), ("ppoll", .esrch), ("fork+execve+wait4", .echild): true
    default: false
    }
  }

  private var exitStatus: Int32 {
    guard ["execve", "fork+execve+wait4"].contains(error.call) else { return 1 }
    return error.errno == .enoent ? 127 : 126
  }

  private var diagnosis: Diagnosis? {
    switch error.call {
    case "unshare": .ofMaking(plan.namespaces, error.errno)
    case "openat": .ofOpening(error.object, error.errno)
    case "write" where error.object.hasSuffix("_map"): .ofMapping(error.errno)
    case "mount" where failure.purpose == "mount proc": .ofMountingProc(in: plan.namespaces, error.errno)
    default: nil
    }
  }

  private var classic: String {
    switch error.call {
    case "unshare": "unshare failed"
    case "clone3", "socketpair+clone3": "fork failed"
    case "openat": "cannot open \(error.object)"
    case "write": "write failed \(error.object)"
    case "mount": classicMount
    case "chroot": "cannot change root directory to '\(error.object)'"
    case "chdir": "cannot chdir to '\(error.object)'"
    case "setresuid": "setuid failed"
    case "setresgid": "setgid failed"
    case "execve": "failed to execute \(programName)"
    case "fork+execve+wait4": "failed to execute \(error.object)"
    default: "\(error.call) failed"
    }
  }

  private var classicMount: String {
    let propagation = "propagation of "
    guard error.object.hasPrefix(propagation) else { return "mount \(error.object) failed" }
    let target = error.object.dropFirst(propagation.count)
    return "cannot change \(target == "/" ? "root" : target) filesystem propagation"
  }

  private var programName: String {
    String(decoding: plan.command.program ?? plan.command.arguments.first ?? [], as: UTF8.self)
  }
}
