// Steps of a program for a process that stays: it leaves its children to the kernel, waits for ever, or hands a
// file's content to another process.

internal import CLinux

extension SystemCallProgram.Step {
  /// rt_sigaction(2) SIG_IGN; of `.child` it has the kernel reap every child unseen.
  public static func ignore(_ signal: Signal) -> Self {
    setAction(of: signal, handler: 1, shown: "SIG_IGN")
  }

  /// rt_sigaction(2) SIG_DFL: what the caller ignored is not ignored by the program that is executed.
  public static func stopIgnoring(_ signal: Signal) -> Self {
    setAction(of: signal, handler: 0, shown: "SIG_DFL")
  }

  private static func setAction(of signal: Signal, handler: UInt64, shown: String) -> Self {
    // The kernel's struct sigaction: handler, flags, restorer, mask.
    let action: [UInt64] = [handler, 0, 0, 0]
    return Self(
      "rt_sigaction", .call(__NR_rt_sigaction),
      [
        .value(UInt64(signal.rawValue), shown: "SIG" + signal.name),
        .bytes(action.flatMap(bytes(of:)), shown: "{\(shown)}"), .null, .value(8),
      ], on: "SIG" + signal.name)
  }

  /// Tells whoever started the program that it came this far; see `ProgramReport.awaitProgress`.
  public static func reportProgress() -> Self {
    Self("write", .report, [.value(0, shown: "REPORT"), .value(0, shown: "/* this far */")])
  }

  /// accept4(2) and read(2): tells that it came this far, and waits until somebody connects and says to go on. Failures
  /// after it go there; see `SystemCallError.init(gateReport:object:)`.
  public static func waitAtGate(_ listening: Int32) -> Self {
    Self("accept4+read", .gate, [.descriptor(listening)], on: "start gate")
  }

  /// clone3(2) CLONE_PARENT: a sibling goes on with the next step; this process sends its pidfd and exits with 0.
  ///
  /// Made for namespaces that take in children only. The caller then has the sibling as its child.
  public static func forkSibling(sendingPIDFDThrough socket: Int32) -> Self {
    Self(
      "clone3+sendmsg", .sibling,
      [.descriptor(socket, named: "CHANNEL"), .value(0, shown: "{flags=CLONE_PARENT|CLONE_PIDFD, exit_signal=0}")],
      on: "a process in the namespaces")
  }

  /// ppoll(2) of nothing, without a time limit: all signals are blocked here, so only SIGKILL ends it.
  public static func waitForever() -> Self {
    Self("ppoll", .call(__NR_ppoll), [.null, .value(0), .null, .null])
  }

  /// prctl(2) PR_SET_NAME: the name in /proc/PID/comm, at most 15 bytes.
  public static func setName(_ name: String) -> Self {
    Self(
      "prctl", .call(__NR_prctl),
      [.value(15, shown: "PR_SET_NAME"), .bytes(Array(name.utf8) + [0], shown: "\"\(name)\"")], on: name)
  }

  /// sendfile(2): up to `count` bytes of a file go to another descriptor, a pipe for example.
  public static func sendFile(
    from file: SystemCallProgram.Argument, to descriptor: SystemCallProgram.Argument, count: UInt64,
    on object: String
  ) -> Self {
    Self("sendfile", .call(__NR_sendfile), [descriptor, file, .null, .value(count)], on: object)
  }
}
