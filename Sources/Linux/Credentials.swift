// Whom the calling thread acts as: its user, its groups. The setters are the kernel's, which change one thread;
// a program with several threads uses them between fork and exec, in a SystemCallProgram.

internal import CLinux

/// The real, the effective and the saved ID of a process, of its users or of its groups.
///
/// Source: credentials(7).
public struct CredentialIDs: Hashable, Sendable {
  /// Who started the process.
  public let real: UInt32
  /// Who it acts as.
  public let effective: UInt32
  /// Who it may act as again.
  public let saved: UInt32

  /// The three, none checked.
  public init(real: UInt32, effective: UInt32, saved: UInt32) {
    self.real = real
    self.effective = effective
    self.saved = saved
  }

  /// Asks getresuid(2) or getresgid(2), which do not fail.
  fileprivate init(asking call: Int32) {
    var ids: (UInt32, UInt32, UInt32) = (0, 0, 0)
    unsafe withUnsafeMutableBytes(of: &ids) { bytes in
      let start = unsafe UInt64(address: bytes.baseAddress)
      _ = clinux_call(Int64(call), start, start + 4, start + 8, 0, 0, 0)
    }
    self.init(real: ids.0, effective: ids.1, saved: ids.2)
  }

  fileprivate func apply(_ name: StaticString, _ call: Int32, _ noun: StaticString) throws(SystemCallError) {
    _ = try systemCall(name, call, UInt64(real), UInt64(effective), UInt64(saved), on: "\(noun) \(effective)")
  }
}

/// The user IDs of the calling thread.
///
/// Source: credentials(7).
public enum UserIDs {
  /// The three.
  ///
  /// Corresponds to getresuid(2).
  public static var current: CredentialIDs { CredentialIDs(asking: __NR_getresuid) }

  /// Takes on others.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SETUID, `EINVAL` for an ID that the user namespace does
  ///   not map.
  ///
  /// Corresponds to setresuid(2).
  public static func apply(_ ids: CredentialIDs) throws(SystemCallError) {
    try ids.apply("setresuid", __NR_setresuid, "user")
  }
}

/// The group IDs of the calling thread.
///
/// Source: credentials(7).
public enum GroupIDs {
  /// The three.
  ///
  /// Corresponds to getresgid(2).
  public static var current: CredentialIDs { CredentialIDs(asking: __NR_getresgid) }

  /// Takes on others.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SETGID, `EINVAL` for an ID that the user namespace does
  ///   not map.
  ///
  /// Corresponds to setresgid(2).
  public static func apply(_ ids: CredentialIDs) throws(SystemCallError) {
    try ids.apply("setresgid", __NR_setresgid, "group")
  }
}

/// The supplementary groups of the calling thread.
///
/// - Throws: `SystemCallError` when they change meanwhile.
///
/// Corresponds to getgroups(2).
public func supplementaryGroups() throws(SystemCallError) -> [UInt32] {
  var groups = [UInt32](repeating: 0, count: 65536)
  let count = try unsafe groups.withMutableBytes { (pointer, _) throws(SystemCallError) in
    try systemCall("getgroups", __NR_getgroups, 65536, unsafe UInt64(address: pointer))
  }
  return Array(groups[..<count])
}

/// Replaces the supplementary groups of the calling thread.
///
/// - Throws: `SystemCallError` with `EPERM` without CAP_SETGID and where /proc/PID/setgroups says `deny`, `EINVAL`
///   for an ID that the user namespace does not map.
///
/// Corresponds to setgroups(2).
public func setSupplementaryGroups(_ groups: [UInt32]) throws(SystemCallError) {
  _ = try unsafe groups.withBytes { (pointer, _) throws(SystemCallError) in
    try systemCall(
      "setgroups", __NR_setgroups, UInt64(groups.count), unsafe UInt64(address: pointer), on: "\(groups)")
  }
}
