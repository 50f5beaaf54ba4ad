// The namespaces that a configuration asks for: new ones, and those of others, which are held by descriptor from the
// moment that their path was looked up.

internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// What a configuration says of namespaces. The descriptors are closed when the last reference goes.
final class JoinedNamespaces: Sendable {
  /// The kinds that are made.
  let new: CloneFlags
  /// Those of others, in the order in which they are joined.
  let joins: [PlannedJoin]

  /// - Throws: `ContainerError.specification` for a kind that is asked for twice, `.failed` when a path is no namespace
  ///   of its kind.
  init(_ namespaces: [Specification.Namespace]) throws(ContainerError) {
    var new: CloneFlags = []
    var joins: [PlannedJoin] = []
    // The user namespace gives the rights that the others need.
    let ordered = namespaces.filter { $0.type == .user } + namespaces.filter { $0.type != .user }
    do throws(ContainerError) {
      for namespace in ordered {
        let flag = namespace.type.flag
        guard !new.contains(flag), !joins.contains(where: { $0.kinds.contains(flag) }) else {
          let problem = "has two namespaces of type \(namespace.type.rawValue)"
          throw .specification(SpecificationError(path: "linux.namespaces", problem: problem))
        }
        if let path = namespace.path {
          joins.append(try Self.open(path, namespace.type))
        } else {
          new.formUnion(flag)
        }
      }
    } catch {
      Self.close(joins)
      throw error
    }
    self.new = new
    self.joins = joins
  }

  deinit { Self.close(joins) }

  private static func close(_ joins: [PlannedJoin]) {
    for join in joins { _ = FileDescriptor(owning: join.descriptor) }
  }

  private static func open(
    _ path: String, _ type: Specification.Namespace.Kind
  ) throws(ContainerError) -> PlannedJoin {
    let opened = try attempt("open the \(type.rawValue) namespace") { () throws(SystemCallError) in
      try FileDescriptor.open(FilePath(path))
    }
    return PlannedJoin(descriptor: opened.release(), kinds: type.flag, object: path)
  }
}

extension Specification.Namespace.Kind {
  /// CLONE_NEW*.
  var flag: CloneFlags {
    switch self {
    case .pid: .newPID
    case .network: .newNetwork
    case .mount: .newMount
    case .ipc: .newIPC
    case .uts: .newUTS
    case .user: .newUser
    case .cgroup: .newCgroup
    case .time: .newTime
    }
  }

  /// The name in /proc/PID/ns.
  var procName: String {
    switch self {
    case .network: "net"
    case .mount: "mnt"
    default: rawValue
    }
  }
}
