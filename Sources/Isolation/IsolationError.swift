// What can go wrong when a world is made: what was being done, and the kernel's answer.

public import Cgroups
public import Linux

/// A step of an isolation that failed.
///
/// Source: syscalls(2), errno(3).
public struct IsolationError: Error, Hashable, Sendable {
  /// What was being done, as a person would say it, for example `make the new namespaces`.
  public let purpose: String
  /// The call that failed; nil when it was no call but the state of the control groups.
  public let cause: SystemCallError?
  /// What stood in the way of a control group.
  public let cgroup: CgroupError?

  /// What was being done, and the call that failed.
  public init(purpose: String, cause: SystemCallError) {
    self.purpose = purpose
    self.cause = cause
    self.cgroup = nil
  }

  /// A control group that could not be made, joined or removed.
  public init(purpose: String, cgroup: CgroupError) {
    self.purpose = purpose
    self.cgroup = cgroup
    if case .systemCall(let error) = cgroup { cause = error } else { cause = nil }
  }
}

extension IsolationError: CustomStringConvertible {
  public var description: String {
    let reason = cgroup?.description ?? cause?.description ?? ""
    return purpose.isEmpty ? reason : "cannot \(purpose): \(reason)"
  }
}

/// Does something, and says what it was for should it fail.
func attempt<Result: ~Copyable>(
  _ purpose: String, _ body: () throws(SystemCallError) -> Result
) throws(IsolationError) -> Result {
  do throws(SystemCallError) {
    return try body()
  } catch {
    throw IsolationError(purpose: purpose, cause: error)
  }
}
