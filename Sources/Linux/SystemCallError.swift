// The one error that the kernel's answers become.

/// A system call that failed: which, on what, and the kernel's reason.
///
/// Source: the ERRORS section of the call's manual page.
public struct SystemCallError: Error, Hashable, Sendable {
  /// The call's name as its manual page has it, for example `setns`.
  public let call: String
  /// The kernel's reason.
  public let errno: Errno
  /// What the call was made on: a path, `PID 12`, `UTS namespace`; empty where there is nothing to name.
  public let object: String

  /// An error of a call on an object; the object may be left empty.
  public init(call: String, errno: Errno, object: String = "") {
    self.call = call
    self.errno = errno
    self.object = object
  }
}

extension SystemCallError: CustomStringConvertible {
  /// One line: call, object, reason, for example
  /// open \`/nix\`: No such file or directory (ENOENT).
  public var description: String {
    let subject = object.isEmpty ? "" : " `\(object)`"
    return "\(call)\(subject): \(errno.message) (\(errno.name))"
  }
}
