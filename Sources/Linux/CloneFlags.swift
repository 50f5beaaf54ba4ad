// The namespace flags that clone3, unshare and setns share.

internal import CLinux

/// A set of CLONE_* flags that name kinds of namespace.
///
/// Source: clone(2), unshare(2), setns(2).
public struct CloneFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// CLONE_NEWTIME: unshare(2) and setns(2) give it to the children; clone3(2) to the new process.
  public static let newTime = CloneFlags(rawValue: 0x80)
  /// CLONE_NEWNS: a mount namespace.
  public static let newMount = CloneFlags(rawValue: 0x2_0000)
  /// CLONE_NEWCGROUP.
  public static let newCgroup = CloneFlags(rawValue: 0x200_0000)
  /// CLONE_NEWUTS.
  public static let newUTS = CloneFlags(rawValue: 0x400_0000)
  /// CLONE_NEWIPC.
  public static let newIPC = CloneFlags(rawValue: 0x800_0000)
  /// CLONE_NEWUSER.
  public static let newUser = CloneFlags(rawValue: 0x1000_0000)
  /// CLONE_NEWPID: unshare(2) and setns(2) give it to the children.
  public static let newPID = CloneFlags(rawValue: 0x2000_0000)
  /// CLONE_NEWNET.
  public static let newNetwork = CloneFlags(rawValue: 0x4000_0000)
}

extension CloneFlags: CustomStringConvertible {
  /// The flags as a C programmer writes them, for example `CLONE_NEWUSER|CLONE_NEWUTS`; `0` when empty.
  public var description: String {
    let names: [(CloneFlags, String)] = [
      (.newUser, "CLONE_NEWUSER"), (.newMount, "CLONE_NEWNS"), (.newPID, "CLONE_NEWPID"),
      (.newUTS, "CLONE_NEWUTS"), (.newIPC, "CLONE_NEWIPC"), (.newNetwork, "CLONE_NEWNET"),
      (.newCgroup, "CLONE_NEWCGROUP"), (.newTime, "CLONE_NEWTIME"),
    ]
    let set = names.filter { contains($0.0) }.map(\.1)
    return set.isEmpty ? "0" : set.joined(separator: "|")
  }
}

/// Moves the calling process into new namespaces.
///
/// - Parameter kinds: `.newPID` and `.newTime` take effect for children only.
/// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_ADMIN (not needed with `.newUser`), `EINVAL` in a
///   threaded program for `.newUser`, `ENOSPC` or `EUSERS` at a limit of nesting or of count.
///
/// Corresponds to unshare(2).
public func unshare(_ kinds: CloneFlags) throws(SystemCallError) {
  _ = try systemCall("unshare", __NR_unshare, kinds.rawValue, on: kinds.description)
}

/// Joins the namespace that a descriptor refers to, or several namespaces of the process of a pidfd.
///
/// - Parameters:
///   - namespace: a descriptor of a namespace, or a pidfd; of a pidfd whose process has exited too, until it is
///     reaped.
///   - kinds: what is joined of a pidfd; for a namespace's descriptor its kind, or empty for any.
/// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_ADMIN in the owners, `EINVAL` for a kind that does
///   not match, a user namespace that is the caller's own, or `.newUser` and `.newMount` in a threaded program,
///   `ESRCH` once the process of a pidfd is reaped.
///
/// Corresponds to setns(2); pidfds since Linux 5.8.
public func setns(
  _ namespace: borrowing FileDescriptor, _ kinds: CloneFlags = [], object: @autoclosure () -> String = ""
) throws(SystemCallError) {
  _ = try systemCall(
    "setns", __NR_setns, UInt64(descriptor: namespace.number), kinds.rawValue, on: object())
}
