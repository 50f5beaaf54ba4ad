// What can go wrong with a container, in the one line that engines look for.

public import Cgroups
public import Isolation
public import Linux
public import OCI

/// Why something cannot be done with a container.
public enum ContainerError: Error, Hashable, Sendable {
  /// No container can be called so.
  case invalidIdentifier(String)
  /// The name is taken.
  case exists(String)
  /// No container is called so.
  case doesNotExist(String)
  /// What was asked for needs another state.
  case wrongState(String)
  /// What was asked for makes no sense, or this machine cannot do it.
  case refused(String)
  /// A field of config.json or of process.json.
  case specification(SpecificationError)
  /// A hook that has to succeed did not.
  case hook(HookFailure)
  /// A step of isolation.
  case isolation(IsolationError)
  /// A control group.
  case cgroup(CgroupError)
  /// A call, and what it was made for, for example `write the container's state`.
  case failed(purpose: String, SystemCallError)
}

extension ContainerError {
  /// What was asked for needs a process; engines look for the words before the colon.
  static let notRunning = ContainerError.wrongState("container not running: it is stopped")
}

extension ContainerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidIdentifier(let text): "invalid container ID format: \(String(reflecting: text))"
    case .exists(let text): "container with given ID already exists: \(text)"
    case .doesNotExist(let text): "container does not exist: \(text)"
    case .wrongState(let text), .refused(let text): text
    case .specification(let error): "invalid configuration: \(error)"
    case .hook(let failure): failure.description
    case .isolation(let error): error.commandFailure ?? error.description
    case .cgroup(.systemCall(let error)): "cannot handle the container's control group: \(error)"
    case .cgroup(let error): error.description
    case .failed(let purpose, let error): "cannot \(purpose): \(error)"
    }
  }
}

/// Does something, and says what it was for should it fail.
func attempt<Result: ~Copyable>(
  _ purpose: @autoclosure () -> String, _ body: () throws(SystemCallError) -> Result
) throws(ContainerError) -> Result {
  do throws(SystemCallError) {
    return try body()
  } catch {
    throw .failed(purpose: purpose(), error)
  }
}

extension IsolationError {
  /// What engines look for to tell a command that is missing, or may not be executed, from other failures: the words of
  /// runc, with the command's name.
  fileprivate var commandFailure: String? {
    guard let cause, ["find the command", "become the command"].contains(purpose) else { return nil }
    guard ["faccessat", "execve", "execveat"].contains(cause.call) else { return nil }
    let name = cause.object
    switch cause.errno {
    case .enoent where !name.contains("/"): return "exec: \"\(name)\": executable file not found in $PATH"
    case .enoent: return "exec: \"\(name)\": no such file or directory"
    case .eacces: return "exec: \"\(name)\": permission denied"
    default: return nil
    }
  }
}
