// Trials of the eight kinds of namespace: made, joined, kept, told apart.

internal import Linux
internal import struct SystemPackage.FilePath

/// The kinds of namespace.
enum NamespaceTrials {
  static var all: [Trial] {
    [userNamespace] + ownedKinds.map(alone) + ownedKinds.map(owned) + [
      allAtOnce, joining, clocks, keeping, identity, listing,
    ]
  }

  private static var ownedKinds: [NamespaceKind] { NamespaceKind.allCases.filter { $0 != .user } }

  private static func since(_ kind: NamespaceKind) -> KernelVersion? {
    switch kind {
    case .time: KernelVersion(5, 6)
    case .cgroup: KernelVersion(4, 6)
    default: nil
    }
  }

  private static var userNamespace: Trial {
    Trial(
      identifier: "namespace-user", subject: .namespaces, title: "user namespace",
      isNeeded: WorldTrials.usesUserNamespace, attempt: { () throws(Refusal) in try make(.newUser) })
  }

  /// A kind that the namespaces of the caller's user namespace own.
  private static func alone(_ kind: NamespaceKind) -> Trial {
    Trial(
      identifier: "namespace-\(kind.procName)", subject: .namespaces, title: "\(kind.name) namespace",
      isNeeded: WorldTrials.kinds.contains(kind.cloneFlag) && !WorldTrials.usesUserNamespace, since: since(kind),
      attempt: { () throws(Refusal) in try make(kind.cloneFlag) })
  }

  /// A kind together with the user namespace that owns it.
  private static func owned(_ kind: NamespaceKind) -> Trial {
    Trial(
      identifier: "namespace-\(kind.procName)-user", subject: .namespaces,
      title: "\(kind.name) namespace in a new user namespace",
      isNeeded: WorldTrials.kinds.contains(kind.cloneFlag) && WorldTrials.usesUserNamespace, since: since(kind),
      attempt: { () throws(Refusal) in try make([kind.cloneFlag, .newUser]) })
  }

  private static var allAtOnce: Trial {
    Trial(
      identifier: "namespace-all", subject: .namespaces, title: "all eight at once", since: KernelVersion(5, 6),
      attempt: { () throws(Refusal) in try make(CloneFlags(NamespaceKind.allCases)) })
  }

  private static func make(_ kinds: CloneFlags) throws(Refusal) -> String {
    try TrialWorld(namespaces: kinds).carryOut { _ in }
    return "clone3(\(kinds))"
  }

  private static var joining: Trial {
    Trial(
      identifier: "namespace-join", subject: .namespaces, title: "several joined at once, by pidfd",
      since: KernelVersion(5, 8),
      attempt: { () throws(Refusal) in
        let kinds: CloneFlags = [.newUser, .newUTS, .newIPC]
        let target = try WaitingProcess(TrialWorld(namespaces: kinds))
        let number = target.child.pidfd.descriptor.number
        let processID = target.child.processID
        try TrialWorld.none.carryOut { $0.append(.setns(.descriptor(number), kinds, on: "PID \(processID)")) }
        return "setns(PIDFD, \(kinds))"
      })
  }

  private static var clocks: Trial {
    Trial(
      identifier: "time-offsets", subject: .namespaces, title: "offsets of clocks", since: KernelVersion(5, 6),
      attempt: { () throws(Refusal) in
        try TrialWorld.asRun([]).carryOut { program in
          program.append(.unshare(.newTime))
          program.appendWrite(TimeOffsets(monotonic: 10).text, to: "/proc/self/timens_offsets")
        }
        return "write(/proc/self/timens_offsets)"
      })
  }

  private static var keeping: Trial {
    Trial(
      identifier: "namespace-kept", subject: .namespaces, title: "kept by a bind mount",
      attempt: { () throws(Refusal) in
        try TrialWorld.asRun([.newMount, .newUTS]).carryOut { program in
          program.appendMemory()
          program.appendClose(program.appendKeepingResult(.open("kept", [.writeOnly, .create])))
          program.append(.bindNamespace("/proc/self/ns/uts", on: "kept"))
        }
        return "mount(/proc/self/ns/uts, MS_BIND)"
      })
  }

  private static var identity: Trial {
    Trial(
      identifier: "namespace-id", subject: .namespaces, title: "an identity that is never reused",
      since: KernelVersion(6, 18),
      attempt: { () throws(Refusal) in
        _ = try attemptCall { () throws(SystemCallError) in
          try NamespaceDescriptor(opening: "/proc/self/ns/uts").uniqueID()
        }
        return "ioctl(NS_GET_ID)"
      })
  }

  private static var listing: Trial {
    Trial(
      identifier: "mount-namespaces-listed", subject: .namespaces, title: "mount namespaces that no process holds",
      since: KernelVersion(6, 12),
      attempt: { () throws(Refusal) in
        do throws(SystemCallError) {
          _ = try NamespaceDescriptor(opening: "/proc/self/ns/mnt").nextMountNamespace().id
        } catch {
          // After the last there is none.
          guard error.errno == .enoent else { throw .refused(error, Diagnosis.ofMissingInFirst(.administerSystem)) }
        }
        return "ioctl(NS_MNT_GET_NEXT)"
      })
  }
}

extension SystemCallProgram {
  /// Adds the steps that lay an empty file system in memory over the root, and go there. Absolute paths still begin
  /// at the root below it.
  mutating func appendMemory() {
    let mount = appendFileSystem(of: "tmpfs")
    append(.attach(mount, on: "/"))
    append(.changeDirectory(to: .register(mount), named: "tmpfs"))
    appendClose(mount)
  }

  /// Adds the steps that make a file system of a type, not attached anywhere.
  mutating func appendFileSystem(of type: String, _ options: [(String, String)] = []) -> Register {
    let context = appendKeepingResult(.openFileSystem(type))
    for (key, value) in options { append(.configure(context, key, value)) }
    append(.createFileSystem(context, of: type))
    let mount = appendKeepingResult(.makeMount(context, [], of: type))
    appendClose(context)
    return mount
  }
}
