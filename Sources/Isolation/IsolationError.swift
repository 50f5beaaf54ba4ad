// What can go wrong when a world is made: what was being done, and the kernel's answer.

public import Linux

/// A step of an isolation that failed.
public struct IsolationError: Error, Hashable, Sendable {
  /// What was being done, as a person would say it, for example `make the new namespaces`.
  public let purpose: String
  /// The call that failed.
  public let cause: SystemCallError

  public init(purpose: String, cause: SystemCallError) {
    self.purpose = purpose
    self.cause = cause
  }
}

extension IsolationError: CustomStringConvertible {
  public var description: String { purpose.isEmpty ? "\(cause)" : "cannot \(purpose): \(cause)" }
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
