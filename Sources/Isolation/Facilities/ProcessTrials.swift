// Trials of what can be known of processes, and of terminals.

internal import Linux
internal import struct SystemPackage.FilePath

/// Processes.
enum ProcessTrials {
  static var all: [Trial] {
    [
      trial("pidfd-information", "what a pidfd refers to", "ioctl(PIDFD_GET_INFO)", since: KernelVersion(6, 13)) {
        () throws(Refusal) in
        let process = try WaitingProcess()
        _ = try attemptCall { () throws(SystemCallError) in try process.child.pidfd.information() }
      },
      trial("pidfd-namespace", "a namespace by pidfd", "ioctl(PIDFD_GET_NAMESPACE)", since: KernelVersion(6, 11)) {
        () throws(Refusal) in
        let process = try WaitingProcess()
        _ = try attemptCall { () throws(SystemCallError) in
          try process.child.pidfd.namespace(.uts).descriptor.number
        }
      },
      trial(
        "pidfd-descriptor", "a descriptor of another process of one's own", "pidfd_getfd", since: KernelVersion(5, 6)
      ) { () throws(Refusal) in
        let process = try WaitingProcess()
        let waitsOn = process.waitsOn
        _ = try attemptCall(Diagnosis.ofTracing) { () throws(SystemCallError) in
          try process.child.pidfd.copyDescriptor(waitsOn).number
        }
      },
      trial("others-listed", "processes of other users are listed", "stat(/proc/PID)") { () throws(Refusal) in
        try withOther { (processID) throws(Refusal) in try requireListed(processID) }
      },
      trial("others-read", "their namespaces can be read", "readlink(/proc/PID/ns/mnt)") { () throws(Refusal) in
        try withOther { (processID) throws(Refusal) in
          try requireListed(processID)
          _ = try attemptCall({ _ in Diagnosis.ofMissing(.traceProcesses) }) { () throws(SystemCallError) in
            try FileDescriptor.workingDirectory.readLink(FilePath("/proc/\(processID)/ns/mnt"))
          }
        }
      },
      trial("process-events", "forks as they happen", "process-event connector") { () throws(Refusal) in
        try hearFork()
      },
      trial("task-iterator", "all tasks in one reading", "bpf(BPF_ITER_CREATE)", since: KernelVersion(5, 8)) {
        () throws(Refusal) in try iterate()
      },
      trial("terminal", "a pseudo-terminal", "open(/dev/ptmx), ioctl(TIOCGPTPEER)") { () throws(Refusal) in
        _ = try attemptCall { () throws(SystemCallError) in try PseudoTerminal().number() }
      },
    ]
  }

  private static func trial(
    _ identifier: String, _ title: String, _ evidence: String, since: KernelVersion? = nil,
    _ attempt: @escaping @Sendable () throws(Refusal) -> Void
  ) -> Trial {
    Trial(
      identifier: identifier, subject: .processes, title: title, since: since,
      attempt: { () throws(Refusal) in
        try attempt()
        return evidence
      })
  }

  /// Does something with a process of another user: one that is made for it where the right is there, else PID 1.
  private static func withOther(_ body: (Int32) throws(Refusal) -> Void) throws(Refusal) {
    let nobody: UInt32 = 65534
    let users = [IDMapRange](kernelText: Diagnosis.content("/proc/self/uid_map"))
    let isMapped = users.contains { $0.inner <= nobody && nobody - $0.inner < $0.count }
    if isMapped, Diagnosis.hasCapability(.setUserID), UserIDs.current.effective != nobody {
      let process = try WaitingProcess(.none) { $0.append(.setUserID(nobody)) }
      try body(process.child.processID)
    } else {
      try body(1)
    }
  }

  private static func requireListed(_ processID: Int32) throws(Refusal) {
    let path = FilePath("/proc/\(processID)")
    let hidden = MachineSettings.read().hiddenProcesses.map {
      Diagnosis("/proc is mounted with hidepid=\($0)", remedy: "mount -o remount,hidepid=0 /proc")
    }
    let owner = try attemptCall({ _ in hidden }) { () throws(SystemCallError) in
      _ = try FileDescriptor.open(path.appending("stat")).readAll()
      return try FileDescriptor.workingDirectory.status(of: path).userID
    }
    if owner == UserIDs.current.effective { throw .untried("there is no process of another user here") }
  }

  private static func hearFork() throws(Refusal) {
    do throws(SystemCallError) {
      var events = try ProcessEventSocket.listen()
      let process = try quiet { () throws(Refusal) in try WaitingProcess() }
      guard let process else { throw SystemCallError(call: "clone3", errno: .eagain) }
      for _ in 0..<100 {
        let heard = try events.waiting()
        if heard.isIncomplete || heard.events.contains(where: { $0.processID == process.child.processID }) { return }
        pause(nanoseconds: 2_000_000)
      }
      throw SystemCallError(call: "recv", errno: .etimedout, object: "process events")
    } catch {
      throw .refused(error, diagnosisOfEvents(error.errno))
    }
  }

  private static func quiet(_ start: () throws(Refusal) -> WaitingProcess) throws(SystemCallError) -> WaitingProcess? {
    do throws(Refusal) { return try start() } catch { return nil }
  }

  private static func diagnosisOfEvents(_ reason: Errno) -> Diagnosis? {
    switch reason {
    case .eperm: return Diagnosis.ofMissingInFirst(.administerNetwork)
    case .eprotonosupport: return Diagnosis("the kernel sends them in the first network namespace alone")
    case .eopnotsupp: return Diagnosis("the kernel sends them in the first PID and user namespaces alone")
    default: return nil
    }
  }

  private static func iterate() throws(Refusal) {
    let function = "bpf_iter_task"
    let types = try attemptCall { () throws(SystemCallError) in
      try KernelTypes(structures: [], functions: [function])
    }
    guard let id = types.function(function) else {
      throw .missing("the kernel has no \(function)", Diagnosis("it is not in /sys/kernel/btf/vmlinux"))
    }
    _ = try attemptCall(Diagnosis.ofLoadingBPF) { () throws(SystemCallError) in
      try BPFTaskProgram().run(attachedTo: id)
    }
  }
}
