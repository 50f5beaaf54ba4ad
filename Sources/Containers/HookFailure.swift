// How a hook failed: which one, and why.

public import Linux

/// A hook that did not succeed.
public struct HookFailure: Hashable, Sendable {
  /// Why it did not.
  public enum Reason: Hashable, Sendable {
    /// It ended otherwise than with status 0.
    case ended(ExitStatus)
    /// It was ended after so many seconds.
    case timedOut(Int)
    /// It could not be started.
    case notStarted(SystemCallError)
  }

  /// The kind, as config.json has it, for example `createRuntime`.
  public let kind: String
  /// Its place in the list, from 0.
  public let index: Int
  /// The program.
  public let path: String
  /// Why it did not succeed.
  public let reason: Reason
  /// The end of what it printed on its standard error.
  public let output: String
}

extension HookFailure: CustomStringConvertible {
  public var description: String {
    let said = output.isEmpty ? "" : ", stderr: \(output)"
    return "error running \(kind) hook #\(index): \(path): \(why)\(said)"
  }

  private var why: String {
    switch reason {
    case .ended(.exited(let status)): "exit status \(status)"
    case .ended(let status): "ended by a signal: status \(status.shellStatus)"
    case .timedOut(let seconds): "timeout of \(seconds) s"
    case .notStarted(let error): error.description
    }
  }
}
