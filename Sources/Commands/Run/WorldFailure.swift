// What a failed isolation means to a person: the step, the reason that was found out, and what helps.

internal import Cgroups
internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

extension Complaint {
  /// What a failed isolation means to a person, with the exit statuses of env(1) for the command itself.
  ///
  /// - Parameter plan: what was to be done; nil while there was none yet.
  init(_ error: IsolationError, running command: IsolatedCommand, plan: IsolationPlan? = nil) {
    let failure = WorldFailure(error: error, command: command, plan: plan)
    guard let cause = error.cause, cause.call == "execve" else {
      let diagnosis = failure.diagnosis
      self.init(
        what: failure.what, why: error.cgroup?.reason ?? diagnosis.why,
        try: error.cgroup?.remedy ?? diagnosis.remedy, exitStatus: 125)
      return
    }
    self = failure.complaintOfExecution(cause.errno)
  }
}

/// A step that failed, and the reason for it.
private struct WorldFailure {
  let error: IsolationError
  let command: IsolatedCommand
  let plan: IsolationPlan?

  typealias Reason = (why: String?, remedy: String?)

  /// What could not be done.
  var what: String {
    guard let cause = error.cause else { return error.description }
    if let root = plan?.root?.path, cause.object == root.string, cause.errno == .enoent || cause.errno == .enotdir {
      return "there is no directory \(root) to be the root"
    }
    guard isRefusedMap(cause) else { return error.description }
    return "cannot map users and groups: \(cause.call) ended with \(cause.object)"
  }

  /// Whether newuidmap(1) or newgidmap(1) ran, and refused; it has said why.
  private func isRefusedMap(_ cause: SystemCallError) -> Bool {
    ["newuidmap", "newgidmap"].contains(cause.call) && cause.errno == .echild
  }

  /// What can be found out.
  var diagnosis: Reason {
    guard let cause = error.cause else { return (nil, nil) }
    if isOfJoiningCgroup(cause) { return ofJoiningCgroup(cause) }
    switch cause.call {
    case "clone3", "unshare": return ofMaking(cause)
    case "setns": return ofJoining(cause)
    case "newuidmap" where cause.errno == .enoent, "newgidmap" where cause.errno == .enoent:
      return ("\(cause.call) is not installed", "install newuidmap and newgidmap: apt-get install uidmap")
    case "write": return ofWriting(cause)
    case "fsopen", "fsconfig", "fsmount", "mount": return ofMounting(cause)
    case "openat2" where cause.errno == .enoent: return ofMissingTarget(cause)
    case "openat2" where cause.errno == .eloop && ["/proc", "/dev"].contains(cause.object):
      return ("it is a symbolic link, and what is mounted there would lie elsewhere", "make it a directory")
    case "openat2", "open_tree", "chdir",
      "fchdir" where cause.errno == .eacces:
      return ofMissingRight(cause)
    case "move_mount" where cause.errno == .einval || cause.errno == .enotdir: return ofLaying(cause)
    case "readlink", "openat", "open": return ofOpening(cause)
    default: return (nil, nil)
    }
  }

  private func reason(_ diagnosis: Diagnosis?) -> Reason { (diagnosis?.why, diagnosis?.remedy) }

  private func ofMaking(_ cause: SystemCallError) -> Reason {
    guard let plan else { return (nil, nil) }
    let kinds = cause.call == "unshare" ? plan.lateNamespaces : plan.cloneFlags
    let found = reason(Diagnosis.ofMaking(kinds, cause.errno))
    guard found.why != nil, cause.errno == .eperm, !plan.namespaces.contains(.newUser) else { return found }
    return (found.why, "add --user-namespace, and do not share the user namespace")
  }

  private func ofJoining(_ cause: SystemCallError) -> Reason {
    guard let join = plan?.joins.first(where: { $0.object == cause.object }) else { return (nil, nil) }
    if cause.object.hasPrefix("PID "), let processID = Int32(cause.object.dropFirst(4)) {
      return reason(Diagnosis.ofJoining(join.kinds.kinds, of: processID, cause.errno))
    }
    guard let kind = join.kinds.kinds.first else { return (nil, nil) }
    return reason(Diagnosis.ofJoining(kind, at: FilePath("/proc/self/fd/\(join.descriptor)"), cause.errno))
  }

  private func ofWriting(_ cause: SystemCallError) -> Reason {
    if cause.object.hasSuffix("_map") { return reason(Diagnosis.ofMapping(cause.errno)) }
    guard cause.object.hasSuffix("timens_offsets"), cause.errno == .erange else { return (nil, nil) }
    return ("a clock of a time namespace can be set neither before 0 nor beyond 146 years", nil)
  }

  private func ofMounting(_ cause: SystemCallError) -> Reason {
    guard let plan, cause.object == "proc" else { return (nil, nil) }
    return reason(Diagnosis.ofMountingProc(in: plan.namespaces, cause.errno))
  }

  /// Of a new root all that lacks is told at once.
  private func ofMissingTarget(_ cause: SystemCallError) -> Reason {
    guard let plan, let root = plan.root?.path else { return ("there is nothing of that name to be mounted on", nil) }
    let missing = plan.mountPoints.filter { !exists($0.path, in: root) }
    if missing.isEmpty { return ("\(root) has no \(cause.object) to be mounted on", nil) }
    let files = missing.filter { !$0.isDirectory }.map(\.path)
    let parents = files.map { $0.removingLastComponent() }.filter { !exists($0, in: root) }
    let commands = [("mkdir -p", missing.filter(\.isDirectory).map(\.path) + parents), ("touch", files)].compactMap {
      (command, paths) in
      paths.isEmpty ? nil : command + paths.map { " \(root.appending($0.components))" }.joined()
    }
    let names = missing.map(\.path.string).joined(separator: ", ")
    return ("\(root) has no \(names) to be mounted on", commands.joined(separator: "; "))
  }

  private func exists(_ path: FilePath, in root: FilePath) -> Bool {
    do throws(SystemCallError) {
      let root = try FileDescriptor.open(root, [.path, .directory])
      _ = try root.open(path, .path, resolve: [.inRoot, .noMagicLinks])
      return true
    } catch {
      return error.errno != .enoent
    }
  }

  private func isOfJoiningCgroup(_ cause: SystemCallError) -> Bool {
    ["write", "openat", "clone3"].contains(cause.call)
      && ["/cgroup.procs", "/tasks"].contains(where: cause.object.hasSuffix)
  }

  private func ofJoiningCgroup(_ cause: SystemCallError) -> Reason {
    guard plan?.joinedCgroup != nil, cause.errno == .eacces || cause.errno == .eperm else { return (nil, nil) }
    return ("the caller may not put processes into that control group", "--no-cgroup stays in the caller's")
  }

  /// Root in a user namespace is only the caller to everybody outside.
  private func ofMissingRight(_ cause: SystemCallError) -> Reason {
    guard cause.errno == .eacces, let plan, plan.namespaces.contains(.newUser) else { return (nil, nil) }
    for path in [plan.root?.path, FilePath(cause.object)].compactMap(\.self) {
      do throws(SystemCallError) {
        let owner = try FileDescriptor.workingDirectory.status(of: path).userID
        if owner != UserIDs.current.effective {
          return ("\(path) is user \(owner)'s, over whose files root in a user namespace of its own has no rights", nil)
        }
      } catch {}
    }
    return (nil, nil)
  }

  /// A file is laid over a file, a directory over a directory.
  private func ofLaying(_ cause: SystemCallError) -> Reason {
    if ["/proc", "/dev"].contains(cause.object), let place = plan?.root?.path.appending(cause.object),
      isDirectory(place) == false
    {
      return ("\(place) is not a directory", nil)
    }
    for mount in plan?.mounts ?? [] where mount.target.string == cause.object {
      guard case .bind(let source, _) = mount.source else { continue }
      let target = mount.target
      let place = plan?.root.map { $0.path.appending(target.components) } ?? target
      guard let isDirectory = isDirectory(source), let isOnDirectory = self.isDirectory(place) else { continue }
      if isDirectory != isOnDirectory {
        let names = isDirectory ? ("directory", "file") : ("file", "directory")
        return ("\(source) is a \(names.0), and \(place) is a \(names.1)", nil)
      }
    }
    return (nil, nil)
  }

  private func ofOpening(_ cause: SystemCallError) -> Reason {
    reason(Diagnosis.ofOpening(cause.object, cause.errno))
  }

  private func exists(_ path: FilePath) -> Bool { isDirectory(path) != nil }

  private func isDirectory(_ path: FilePath) -> Bool? { WorldFailure.isDirectory(path) }

  fileprivate static func isDirectory(_ path: FilePath) -> Bool? {
    do throws(SystemCallError) {
      return try FileDescriptor.workingDirectory.status(of: path).isDirectory
    } catch {
      return nil
    }
  }
}

extension IsolationPlan {
  /// What has to be there to be mounted on, and whether it has to be a directory.
  fileprivate var mountPoints: [(path: FilePath, isDirectory: Bool)] {
    var points: [(path: FilePath, isDirectory: Bool)] = []
    if hasFreshProc { points.append(("/proc", true)) }
    if root?.hasFreshDevices == true { points.append(("/dev", true)) }
    for mount in mounts where !mount.createsTarget {
      switch mount.source {
      case .bind(let source, _): points.append((mount.target, WorldFailure.isDirectory(source) != false))
      case .fileSystem, .remount: points.append((mount.target, true))
      case .symbolicLink: break
      }
    }
    return points
  }
}

// MARK: The command itself

extension WorldFailure {
  /// The command was not found, or it cannot be executed.
  func complaintOfExecution(_ reason: Errno) -> Complaint {
    let program = String(decoding: command.program ?? command.arguments.first ?? [], as: UTF8.self)
    guard reason == .enoent || reason == .enotdir else {
      return Complaint(
        what: "cannot execute '\(program)': \(reason.message)", why: reasonNotExecuted(program, reason), exitStatus: 126
      )
    }
    return Complaint(what: "cannot find the command '\(program)'", why: reasonNotFound(program), exitStatus: 127)
  }

  private func reasonNotFound(_ program: String) -> String {
    guard program.contains("/") else { return "no directory of PATH has it" }
    if let place = outside(program), exists(place) { return "the file is there, but not the interpreter that it names" }
    return "there is no such file"
  }

  private func reasonNotExecuted(_ program: String, _ reason: Errno) -> String? {
    guard reason == .eacces, let place = outside(program) else { return nil }
    if isDirectory(place) == true { return "it is a directory" }
    do throws(SystemCallError) {
      let status = try FileDescriptor.workingDirectory.status(of: place)
      return status.permissions & 0o111 == 0 ? "nobody may execute it" : nil
    } catch {
      return nil
    }
  }

  /// The program's file as the caller sees it; nil where that cannot be told from its name.
  private func outside(_ program: String) -> FilePath? {
    guard program.contains("/"), plan?.joins.isEmpty ?? true, plan?.mounts.isEmpty ?? true else { return nil }
    guard let root = plan?.root?.path else { return FilePath(program) }
    return root.appending(FilePath(program).components)
  }
}
