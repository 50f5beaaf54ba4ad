// Steps of a program that work together with a companion, or that depend on what was found on the way.

internal import CLinux
public import struct SystemPackage.FilePath

extension SystemCallProgram.Step {
  /// Forks a companion that does the following steps; see `appendCompanion`.
  static func companion(steps: Int, processID: UInt8) -> Self {
    Self(
      "socketpair+clone3", .companion,
      [
        .value(UInt64(steps), shown: "/* for the next \(steps) steps */"),
        .value(UInt64(processID), shown: "/* PID = $\(processID) */"),
      ])
  }

  /// Waits until the other end of a pair of sockets or of a pipe says to go on. Its end is `ECANCELED`.
  public static func await(_ descriptor: SystemCallProgram.Argument, for what: String) -> Self {
    Self("read", .await, [descriptor, .value(0, shown: "/* until \(what) */")], on: what)
  }

  /// Tells who awaits at the other end of a pair of sockets or of a pipe to go on.
  public static func tell(_ descriptor: SystemCallProgram.Argument, _ what: String) -> Self {
    Self("write", .write, [descriptor, .bytes([1], shown: "/* \(what) */"), .value(1)], on: what)
  }

  /// sendmsg(2) with SCM_RIGHTS: who holds the other end of a socket gets a copy of a descriptor.
  public static func send(
    _ descriptor: SystemCallProgram.Argument, _ what: String, through socket: SystemCallProgram.Argument
  ) -> Self {
    Self("sendmsg", .send, [socket, descriptor], on: what)
  }

  /// wait4(2): reaps a child.
  public static func wait(for processID: SystemCallProgram.Argument) -> Self {
    Self("wait4", .call(__NR_wait4), [processID, .null, .value(0), .null])
  }

  /// Leaves out steps when a former step succeeded with 0; its result is negative after a tolerated failure.
  public static func skip(_ count: Int, when result: SystemCallProgram.Register) -> Self {
    Self("skip", .skip, [.register(result), skipCount(count)])
  }

  static func skipCount(_ count: Int) -> SystemCallProgram.Argument {
    .value(UInt64(count), shown: "/* \(count), when 0 */")
  }

  /// capset(2) and prctl(2) PR_CAP_AMBIENT: the permitted capabilities outlive exec.
  public static func keepPermittedCapabilities() -> Self {
    Self("capset+prctl", .keepCapabilities, [.value(0, shown: "/* permitted, also inheritable and ambient */")])
  }

  /// statx(2); its result is the user that owns an open file, as the process's user namespace has it.
  public static func owningUser(of descriptor: SystemCallProgram.Argument, named name: FilePath) -> Self {
    Self("statx", .owner, [descriptor, .value(0, shown: "/* stx_uid */")], on: name.string)
  }

  /// statx(2); its result is the group that owns an open file, as the process's user namespace has it.
  public static func owningGroup(of descriptor: SystemCallProgram.Argument, named name: FilePath) -> Self {
    Self("statx", .owner, [descriptor, .value(1, shown: "/* stx_gid */")], on: name.string)
  }

  /// setresuid(2) with a number found by a former step.
  public static func setUserID(_ id: SystemCallProgram.Register) -> Self {
    Self("setresuid", .call(__NR_setresuid), Array(repeating: .register(id), count: 3))
  }

  /// setresgid(2) with a number found by a former step.
  public static func setGroupID(_ id: SystemCallProgram.Register) -> Self {
    Self("setresgid", .call(__NR_setresgid), Array(repeating: .register(id), count: 3))
  }

  /// ppoll(2) of a pidfd: `ESRCH` when its process has ended.
  public static func requireLife(of pidfd: SystemCallProgram.Argument, named name: String) -> Self {
    Self("ppoll", .lives, [pidfd], on: name)
  }

  /// pidfd_open(2); its result is a pidfd.
  public static func openPIDFD(_ processID: Int32) -> Self {
    Self("pidfd_open", .call(__NR_pidfd_open), [.value(UInt64(processID)), .value(0)], on: "PID \(processID)")
  }

  /// rt_sigaction(2) SIG_DFL: an inherited disposition is forgotten.
  public static func resetDisposition(of signal: Signal) -> Self {
    Self(
      "rt_sigaction", .call(__NR_rt_sigaction),
      [
        .value(UInt64(signal.rawValue), shown: "SIG" + signal.name),
        .bytes(Array(repeating: 0, count: 32), shown: "SIG_DFL"), .null, .value(8),
      ])
  }

  /// mount(2) MS_BIND of a link in /proc/PID/ns: the namespace lives on while the mount does.
  public static func bindNamespace(_ link: FilePath, on file: FilePath) -> Self {
    Self(
      "mount", .call(__NR_mount),
      [.path(link), .path(file), .null, .value(MountFlags.bind.rawValue, shown: "MS_BIND"), .null],
      on: "\(link.string) on \(file.string)")
  }

  /// mount(2) of a propagation, on a mount and all below it.
  public static func setPropagation(_ propagation: MountPropagation, of target: FilePath) -> Self {
    let flags: MountFlags = [propagation.flag, .recursive]
    return Self(
      "mount", .call(__NR_mount),
      [
        .path(FilePath("none")), .path(target), .null, .value(flags.rawValue, shown: flags.description), .null,
      ], on: "propagation of \(target.string)")
  }
}
