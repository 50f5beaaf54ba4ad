// A copy of this process that goes on in Swift: for a program that is sure to have one thread.

internal import CLinux

/// Which side of a fork this is.
///
/// Source: fork(2).
public enum ForkSide: Hashable, Sendable {
  /// In the caller, with the child's PID.
  case parent(child: Int32)
  /// In the child.
  case child
}

/// Splits this process in two.
///
/// Only for a program with a single thread: in the child of a threaded one, locks may be held for ever. A library
/// starts a `SystemCallProgram` instead.
/// - Throws: `SystemCallError` with `EAGAIN` at a limit of processes.
///
/// Corresponds to fork(2).
public func forkProcess() throws(SystemCallError) -> ForkSide {
  let child = clinux_fork()
  if child < 0 { throw SystemCallError(call: "fork", errno: Errno(rawValue: -child)) }
  return child == 0 ? .child : .parent(child: child)
}

/// Makes this process the leader of a new session, without a terminal.
///
/// - Throws: `SystemCallError` with `EPERM` when it leads a process group.
///
/// Corresponds to setsid(2).
public func startSession() throws(SystemCallError) {
  _ = try systemCall("setsid", __NR_setsid)
}

extension FileDescriptor {
  /// Puts the open file in the place of another descriptor number, which exec does not close.
  ///
  /// - Throws: `SystemCallError` with `EBADF` for a number out of range.
  ///
  /// Corresponds to dup2(2).
  public func replace(_ number: Int32) throws(SystemCallError) {
    if number == self.number { return }
    _ = try systemCall(
      "dup3", __NR_dup3, UInt64(descriptor: self.number), UInt64(descriptor: number), 0, on: "descriptor \(number)")
  }
}
