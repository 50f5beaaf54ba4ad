// Carries a program of system calls out: in this process, or in a child.

internal import CLinux

/// A child that runs, or has run, a program of system calls.
///
/// Source: fork(2), clone(2).
@frozen
public struct ProgramChild: ~Copyable, Sendable {
  /// The child's PID as the caller sees it.
  public let processID: Int32
  /// Holds the child: its number cannot be reused while this is open.
  public let pidfd: PIDFD
  /// Tells whether the program came to its end.
  public let report: ProgramReport
}

/// The reading end of the pipe through which a child says which step failed.
///
/// Source: pipe(7).
public struct ProgramReport: ~Copyable, Sendable {
  private let pipe: FileDescriptor
  private let program: SystemCallProgram

  init(pipe: consuming FileDescriptor, program: SystemCallProgram) {
    self.pipe = pipe
    self.program = program
  }

  /// Waits until the child has executed its program, or exited.
  ///
  /// - Throws: `SystemCallError` of the step that failed: its call, errno and object.
  ///
  /// Source: execve(2): the pipe of the report is closed on exec.
  public borrowing func awaitExecution() throws(SystemCallError) {
    if let failure = try awaitOutcome() { throw failure.error }
  }

  /// Waits until the child has executed its program, or exited; gives the step that failed.
  ///
  /// - Throws: `SystemCallError` when the report cannot be read.
  ///
  /// Source: pipe(7).
  public borrowing func awaitOutcome() throws(SystemCallError) -> SystemCallProgram.Failure? {
    while true {
      switch try awaitProgress() {
      case .reached: continue
      case .failed(let failure): return failure
      case .ended: return nil
      }
    }
  }

  /// How far a program has come.
  public enum Progress: Sendable {
    /// It is at a step that tells so, with this purpose.
    case reached(String)
    /// A step failed.
    case failed(SystemCallProgram.Failure)
    /// It has executed, or its process has exited.
    case ended
  }

  /// Waits until the child has come to a step that tells so, has executed its program, or exited.
  ///
  /// - Throws: `SystemCallError` when the report cannot be read.
  ///
  /// Source: pipe(7).
  public borrowing func awaitProgress() throws(SystemCallError) -> Progress {
    var answer = [UInt8](repeating: 0, count: MemoryLayout<clinux_failure>.size)
    let count = try pipe.read(into: &answer)
    guard count == answer.count else { return .ended }
    let report = unsafe answer.withUnsafeBytes { unsafe $0.loadUnaligned(as: clinux_failure.self) }
    if report.error == 0 { return .reached(program.steps[Int(report.step)].purpose) }
    return .failed(program.failure(report))
  }
}

/// The two numbers that a process which waited at a gate reports when it could not go on.
extension SystemCallError {
  /// Reads them.
  ///
  /// - Parameters:
  ///   - report: what the connection gave until its end.
  ///   - object: what the process was to execute.
  /// - Returns: nil when the process executed.
  public init?(gateReport report: [UInt8], object: String) {
    guard report.count == MemoryLayout<clinux_failure>.size else { return nil }
    let failure = unsafe report.withUnsafeBytes { unsafe $0.loadUnaligned(as: clinux_failure.self) }
    let calls: [Int32: String] = [
      __NR_execve: "execve", __NR_seccomp: "seccomp", __NR_capset: "capset", __NR_prctl: "prctl",
      __NR_sendmsg: "sendmsg",
    ]
    let call = calls[Int32(bitPattern: failure.step)] ?? "system call \(failure.step)"
    self.init(call: call, errno: Errno(rawValue: failure.error), object: call == "execve" ? object : "")
  }
}

extension SystemCallProgram {
  /// A step that failed, and how.
  ///
  /// Source: the manual page of the call that failed; syscalls(2).
  public struct Failure: Error {
    /// The step's index; the number of steps when they ended and none executed a program.
    public let step: Int
    /// What the step was for; empty where the program does not say.
    public let purpose: String
    /// The call that failed, and why.
    public let error: SystemCallError
  }

  /// Runs the program in this process, which it usually replaces.
  ///
  /// - Throws: `Failure` of the step that failed; the steps before it have taken effect. `ENOEXEC` when
  ///   the steps ended and none executed a program. After a fork step, and in a companion, it is that process
  ///   in which it throws.
  ///
  /// Source: the manual page of the call that each step names; execve(2).
  public func run() throws(Failure) -> Never {
    let memory = SystemCallProgramMemory(self, report: -1, signalMask: SignalSet.blocked.rawValue)
    var flat = unsafe memory.program
    let failure = unsafe clinux_program_run(&flat)
    withExtendedLifetime(memory) {}
    throw self.failure(failure)
  }

  /// Starts a child that runs the program.
  ///
  /// - Parameters:
  ///   - namespaces: new namespaces that the child begins in.
  ///   - cgroup: a directory of cgroup v2 that the child begins in, Linux 5.7.
  ///   - signalMask: what the executed program has blocked at its start; nil for what the caller has blocked now.
  /// - Throws: `SystemCallError` of clone3 with `EPERM` without the rights, `ENOSPC` or `EUSERS` at a limit of
  ///   nesting or count, `EAGAIN` at a limit of processes, `ENOMEM` when the PID namespace's init has ended.
  ///
  /// Corresponds to clone3(2). A step's failure comes from the child's report, not from here.
  public func start(
    namespaces: CloneFlags = [], cgroup: borrowing FileDescriptor = FileDescriptor(borrowing: -1),
    signalMask: SignalSet? = nil
  ) throws(SystemCallError) -> ProgramChild {
    let pipe = try Pipe()
    let memory = SystemCallProgramMemory(
      self, report: pipe.writing.number, signalMask: (signalMask ?? .blocked).rawValue)
    var flat = unsafe memory.program
    var pidfd: Int32 = -1
    let processID = unsafe clinux_program_start(&flat, namespaces.rawValue, cgroup.number, &pidfd)
    withExtendedLifetime(memory) {}
    guard processID > 0 else {
      throw SystemCallError(
        call: "clone3", errno: Errno(rawValue: -processID), object: namespaces.description)
    }
    return ProgramChild(
      processID: processID, pidfd: PIDFD(FileDescriptor(owning: pidfd)),
      report: ProgramReport(pipe: pipe.reading, program: self))
  }

  fileprivate func failure(_ failure: clinux_failure) -> Failure {
    guard failure.step < steps.count else {
      return Failure(
        step: steps.count, purpose: "", error: SystemCallError(call: "execve", errno: .enoexec))
    }
    let step = steps[Int(failure.step)]
    return Failure(
      step: Int(failure.step), purpose: step.purpose,
      error: SystemCallError(call: step.call, errno: Errno(rawValue: failure.error), object: step.object))
  }
}
