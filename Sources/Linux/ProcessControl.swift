// What a thread says of itself by prctl(2).

internal import CLinux

/// Makes a prctl(2) call.
func processControl(
  _ name: StaticString, _ option: Int32, _ second: UInt64 = 0, _ third: UInt64 = 0, on object: String = ""
) throws(SystemCallError) -> Int {
  try systemCall(name, __NR_prctl, UInt64(option), second, third, 0, 0, on: object)
}

/// Attributes of the calling process that are set by prctl(2).
public enum ProcessAttribute {
  /// Sends the calling process a signal when the thread that made it ends; nil for none.
  ///
  /// Cleared by fork(2) and by the execution of a program with privileges.
  /// - Throws: `SystemCallError` with `EINVAL` for what is no signal.
  ///
  /// Corresponds to PR_SET_PDEATHSIG.
  public static func setParentDeathSignal(_ signal: Signal?) throws(SystemCallError) {
    _ = try processControl(
      "prctl(PR_SET_PDEATHSIG)", PR_SET_PDEATHSIG, UInt64(signal?.rawValue ?? 0), on: signal?.name ?? "")
  }

  /// Whether descendants whose parents end become children of this process.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_SET_CHILD_SUBREAPER, Linux 3.4.
  public static func setChildSubreaper(_ isSubreaper: Bool) throws(SystemCallError) {
    _ = try processControl("prctl(PR_SET_CHILD_SUBREAPER)", PR_SET_CHILD_SUBREAPER, isSubreaper ? 1 : 0)
  }

  /// Whether the process is a subreaper.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_GET_CHILD_SUBREAPER.
  public static func isChildSubreaper() throws(SystemCallError) -> Bool {
    var answer: Int32 = 0
    _ = try withMemory(of: &answer) { (address) throws(SystemCallError) in
      try processControl("prctl(PR_GET_CHILD_SUBREAPER)", PR_GET_CHILD_SUBREAPER, address)
    }
    return answer != 0
  }

  /// From here on no execution gives privileges that the process does not have; for good.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_SET_NO_NEW_PRIVS.
  public static func setNoNewPrivileges() throws(SystemCallError) {
    _ = try processControl("prctl(PR_SET_NO_NEW_PRIVS)", PR_SET_NO_NEW_PRIVS, 1)
  }

  /// Whether no execution gives privileges.
  ///
  /// Corresponds to PR_GET_NO_NEW_PRIVS.
  public static var hasNoNewPrivileges: Bool {
    clinux_call(Int64(__NR_prctl), UInt64(PR_GET_NO_NEW_PRIVS), 0, 0, 0, 0, 0) == 1
  }

  /// Whether other processes of the user may look into this one.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_SET_DUMPABLE.
  public static func setDumpable(_ isDumpable: Bool) throws(SystemCallError) {
    _ = try processControl("prctl(PR_SET_DUMPABLE)", PR_SET_DUMPABLE, isDumpable ? 1 : 0)
  }

  /// Whether permitted capabilities outlive a change from user 0 to another.
  ///
  /// - Throws: `SystemCallError` with `EPERM` when SECBIT_KEEP_CAPS_LOCKED is set.
  ///
  /// Corresponds to PR_SET_KEEPCAPS.
  public static func setKeepCapabilities(_ keeps: Bool) throws(SystemCallError) {
    _ = try processControl("prctl(PR_SET_KEEPCAPS)", PR_SET_KEEPCAPS, keeps ? 1 : 0)
  }

  /// Names the calling thread, in /proc/PID/comm.
  ///
  /// - Parameter name: cut to 15 bytes.
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_SET_NAME.
  public static func setName(_ name: String) throws(SystemCallError) {
    let bytes = Array(name.utf8.prefix(15)) + [0]
    _ = try unsafe bytes.withBytes { (pointer, _) throws(SystemCallError) in
      try processControl("prctl(PR_SET_NAME)", PR_SET_NAME, unsafe UInt64(address: pointer), on: name)
    }
  }
}
