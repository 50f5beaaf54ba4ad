// What a person is told when /proc, or a process in it, cannot be seen.

internal import Isolation
internal import Linux
internal import Processes

extension Complaint {
  /// /proc itself cannot be read.
  ///
  /// - Parameter classic: what the original says under its name.
  static func unreadableProcfs(
    _ error: SystemCallError, classic: String? = nil, exitStatus: Int32 = 2
  ) -> Complaint {
    let missing = Diagnosis.ofMissingProc()
    return Complaint(
      error, doing: "read /proc", why: missing?.why, try: missing?.remedy, classic: classic, exitStatus: exitStatus)
  }

  /// There is no process of a PID, or it is out of sight.
  ///
  /// - Parameters:
  ///   - absent: the exit status when there is none.
  ///   - unseen: the exit status when there is one that cannot be looked at.
  static func unseen(_ processID: Int32, absent: Int32 = 1, unseen: Int32 = 2) -> Complaint {
    if isKernelThread(processID) {
      return Complaint(what: "PID \(processID) is a thread of the kernel", try: "add --kernel", exitStatus: absent)
    }
    guard let diagnosis = Diagnosis.ofUnseen(processID) else {
      return Complaint(what: "no process has PID \(processID)", exitStatus: absent)
    }
    return Complaint(
      what: "cannot see PID \(processID)", why: diagnosis.why, try: diagnosis.remedy, exitStatus: unseen)
  }

  private static func isKernelThread(_ processID: Int32) -> Bool {
    do throws(SystemCallError) {
      return try ProcessRecord.read(processID, .stat).stat.isKernelThread
    } catch {
      return false
    }
  }

  /// A process cannot be read: there is none, or /proc says no.
  static func unreadable(_ processID: Int32, _ error: SystemCallError) -> Complaint {
    if !ProcessTable.isProcfsMounted {
      return .unreadableProcfs(SystemCallError(call: "open", errno: .enoent))
    }
    if error.errno == .esrch || error.errno == .enoent { return .unseen(processID) }
    return Complaint(error, doing: "read PID \(processID)")
  }

  /// Says on standard error which of the wanted processes do not exist or cannot be seen.
  ///
  /// - Returns: the exit status: 0 when all can, 2 when one is out of sight, else 1.
  static func reportMissing(
    _ processIDs: [Int32], program: String, after output: inout OutputBuffer
  ) throws(Complaint) -> Int32 {
    if processIDs.isEmpty { return 0 }
    try output.flush()
    var status: Int32 = 0
    for processID in processIDs {
      let complaint = Complaint.unseen(processID)
      complaint.present(program: program, form: .verb)
      status = max(status, complaint.exitStatus)
    }
    return status
  }
}
