// What can go wrong with systemd.

public import Linux

/// Why systemd did not do what it was asked for.
///
/// Source: org.freedesktop.systemd1(5).
public enum SystemdError: Error, Hashable, Sendable {
  /// It is not there, or does not answer.
  case unreachable(SystemCallError)
  /// It answered with an error: the error's name, and what it said.
  case refused(String, String)
  /// It began, and did not succeed: the unit, and the job's result.
  case jobFailed(String, String)
  /// What is no name of a slice or a scope.
  case name(String, String)
}

extension SystemdError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let error): "cannot reach systemd: \(error)"
    case .refused(let name, let text): "systemd: \(text) (\(name))"
    case .jobFailed(let unit, let result): "error creating systemd unit `\(unit)`: got `\(result)`"
    case .name(let name, let problem): "`\(name)` \(problem)"
    }
  }
}
