// Finds out why the kernel said no: the right that is missing, the setting that forbids, the user namespace that
// owns. What cannot be found out is left out.

public import Linux
public import struct SystemPackage.FilePath

/// A reason that was found, and what helps.
///
/// Source: user_namespaces(7), capabilities(7); the errors of the manual page of the call that failed.
public struct Diagnosis: Hashable, Sendable {
  /// The reason, a sentence without capital and full stop.
  public let why: String
  /// A setting, an option or a command that helps; nil where nothing does.
  public let remedy: String?

  init(_ why: String, remedy: String? = nil) {
    self.why = why
    self.remedy = remedy
  }
}

// MARK: Making namespaces

extension Diagnosis {
  /// Why namespaces could not be made.
  ///
  /// - Parameter kinds: what was asked for.
  public static func ofMaking(_ kinds: CloneFlags, _ reason: Errno) -> Diagnosis? {
    switch reason {
    case .eperm, .eacces: kinds.contains(.newUser) ? ofForbiddenUserNamespace() : ofMissingAdministration(kinds)
    case .enospc, .eusers: ofLimit(kinds)
    case .einval: ofUnknownKind(kinds)
    default: nil
    }
  }

  private static func ofMissingAdministration(_ kinds: CloneFlags) -> Diagnosis? {
    guard !hasCapability(.administerSystem) else { return nil }
    let names = kinds.kinds.map(\.name).joined(separator: ", ")
    return Diagnosis(
      "new namespaces (\(names)) need CAP_SYS_ADMIN, which this process lacks; in a user namespace of its own it has it",
      remedy: "add --user --map-root-user")
  }

  private static func ofForbiddenUserNamespace() -> Diagnosis? {
    if setting("kernel/unprivileged_userns_clone") == 0, !hasCapability(.administerSystem) {
      return Diagnosis(
        "the sysctl kernel.unprivileged_userns_clone is 0", remedy: "sysctl kernel.unprivileged_userns_clone=1")
    }
    if setting("kernel/apparmor_restrict_unprivileged_userns") == 1, !hasCapability(.administerSystem) {
      return Diagnosis(
        "the sysctl kernel.apparmor_restrict_unprivileged_userns is 1",
        remedy: "sysctl kernel.apparmor_restrict_unprivileged_userns=0")
    }
    if let id = unmappedID() {
      return Diagnosis("\(id) has no number in this user namespace, so it cannot own another one")
    }
    return isInChangedRoot() ? Diagnosis("the root directory was changed by chroot(2), which forbids it") : nil
  }

  private static func ofLimit(_ kinds: CloneFlags) -> Diagnosis? {
    for kind in kinds.kinds {
      let name = "max_\(kind.procName)_namespaces"
      if setting("user/\(name)") == 0 {
        return Diagnosis("the sysctl user.\(name) is 0", remedy: "sysctl user.\(name)=1000")
      }
    }
    if kinds.isDisjoint(with: [.newUser, .newPID]), let kind = kinds.kinds.first, kinds.kinds.count == 1 {
      return Diagnosis(
        "this user, or the owner of a user namespace above, has as many \(kind.name) namespaces as "
          + "user.max_\(kind.procName)_namespaces allows")
    }
    return nil
  }

  private static func ofUnknownKind(_ kinds: CloneFlags) -> Diagnosis? {
    for kind in kinds.kinds where exists("/proc/self/ns") && !exists(FilePath("/proc/self/ns/\(kind.procName)")) {
      return Diagnosis("this kernel has no \(kind.name) namespaces")
    }
    return nil
  }
}

// MARK: Joining namespaces

extension Diagnosis {
  /// Why namespaces of a process could not be joined.
  public static func ofJoining(_ kinds: [NamespaceKind], of processID: Int32, _ reason: Errno) -> Diagnosis? {
    if reason == .esrch { return ofEnded(processID) }
    let paths = kinds.map { ($0, FilePath("/proc/\(processID)/ns/\($0.procName)")) }
    return ofJoining(paths, joinsUserNamespace: kinds.contains(.user), reason)
  }

  /// Why a namespace that a file stands for could not be joined.
  public static func ofJoining(_ kind: NamespaceKind, at path: FilePath, _ reason: Errno) -> Diagnosis? {
    ofJoining([(kind, path)], joinsUserNamespace: kind == .user, reason)
  }

  private static func ofJoining(
    _ namespaces: [(kind: NamespaceKind, path: FilePath)], joinsUserNamespace: Bool, _ reason: Errno
  ) -> Diagnosis? {
    let own = inode(of: "/proc/self/ns/user")
    for (kind, path) in namespaces {
      if kind == .user, let own, inode(of: path) == own, reason == .einval {
        return Diagnosis("it is the user namespace that this process is in already", remedy: "leave --user out")
      }
      guard reason == .eperm, kind != .user, let owner = owner(of: path), owner != own else { continue }
      if joinsUserNamespace { continue }
      return Diagnosis(
        "the \(kind.name) namespace is owned by user namespace \(owner), which you have not joined",
        remedy: "add --user")
    }
    guard reason == .eperm, !hasCapability(.administerSystem) else { return nil }
    return Diagnosis("joining needs CAP_SYS_ADMIN, here and in the user namespace that owns what is joined")
  }

  /// That there is no /proc, should it be so.
  public static func ofMissingProc() -> Diagnosis? {
    exists("/proc/self") ? nil : Diagnosis("no proc is mounted on /proc", remedy: "mount -t proc proc /proc")
  }

  /// Why a file below /proc could not be opened, such as `/proc/self/uid_map` or `/proc/12/ns/uts`.
  public static func ofOpening(_ path: String, _ reason: Errno) -> Diagnosis? {
    guard path.hasPrefix("/proc/") else { return nil }
    if let missing = ofMissingProc() { return missing }
    if reason == .erofs { return Diagnosis("the proc on /proc is mounted read-only") }
    guard let processID = Int32(path.dropFirst("/proc/".count).prefix { $0 != "/" }) else { return nil }
    return ofOpening(processID, reason)
  }

  /// Why a file of a process in /proc could not be opened.
  public static func ofOpening(_ processID: Int32, _ reason: Errno) -> Diagnosis? {
    switch reason {
    case .enoent, .esrch:
      if exists(FilePath("/proc/\(processID)")) { return ofEnded(processID) }
      return ofUnseen(processID) ?? Diagnosis("there is no process \(processID)")
    case .eacces, .eperm:
      return Diagnosis("process \(processID) is another user's, or has privileges that this one lacks")
    default: return nil
    }
  }

  private static func owner(of path: FilePath) -> UInt64? {
    do throws(SystemCallError) {
      return try NamespaceDescriptor(opening: path).owner().inode()
    } catch {
      return nil
    }
  }
}

// MARK: Within a new world

extension Diagnosis {
  /// Why a map of a new user namespace could not be written.
  public static func ofMapping(_ reason: Errno) -> Diagnosis? {
    switch reason {
    case .eperm:
      Diagnosis(
        "the map has IDs that this user may not give away; besides the own one, newuidmap(1) can map those "
          + "of /etc/subuid and /etc/subgid")
    case .einval: Diagnosis("ranges of the map overlap, are empty, or have no number in the parent user namespace")
    default: nil
    }
  }

  /// Why supplementary groups could not be dropped, neither before nor after a user namespace was joined.
  public static func ofSetgroups(_ reason: Errno) -> Diagnosis? {
    guard reason == .eperm else { return nil }
    return Diagnosis(
      "the user namespace denies setgroups(2), and outside CAP_SETGID is missing", remedy: "add --preserve-credentials")
  }

  /// Why a proc could not be mounted.
  ///
  /// - Parameter kinds: the namespaces that were made with it.
  public static func ofMountingProc(in kinds: CloneFlags, _ reason: Errno) -> Diagnosis? {
    guard reason == .eperm, kinds.contains(.newUser) else { return nil }
    if !kinds.contains(.newPID) {
      return Diagnosis(
        "a proc shows a PID namespace, and this one is not owned by the new user namespace",
        remedy: "add --pid --fork")
    }
    return Diagnosis("part of the /proc that is mounted already is hidden, and a new one would show it")
  }
}

// MARK: What is looked at

extension Diagnosis {
  static func hasCapability(_ capability: Capability) -> Bool {
    do throws(SystemCallError) {
      return try ProcessCapabilities().effective.contains(capability)
    } catch {
      return false
    }
  }

  static func exists(_ path: FilePath) -> Bool { inode(of: path) != nil }

  private static func inode(of path: FilePath) -> UInt64? {
    do throws(SystemCallError) {
      return try FileDescriptor.workingDirectory.status(of: path).inode
    } catch {
      return nil
    }
  }

  /// A number of /proc/sys; nil where there is no such setting.
  private static func setting(_ name: String) -> UInt32? {
    UInt32(decimal: content(FilePath("/proc/sys/\(name)")).prefix { $0 != UInt8(ascii: "\n") })
  }

  static func content(_ path: FilePath) -> [UInt8] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(path).readAll()
    } catch {
      return []
    }
  }

  /// The caller's user or group, when the kernel does not know it in this user namespace.
  private static func unmappedID() -> String? {
    let ids = [
      ("user", UserIDs.current.effective, "/proc/self/uid_map" as FilePath),
      ("group", GroupIDs.current.effective, "/proc/self/gid_map"),
    ]
    for (kind, id, map) in ids {
      let ranges = [IDMapRange](kernelText: content(map))
      let isMapped = ranges.contains { $0.inner <= id && id - $0.inner < $0.count }
      if !isMapped { return "\(kind) \(id)" }
    }
    return nil
  }

  /// Whether the root directory is not one that mounts show: then nothing is mounted on `/`.
  private static func isInChangedRoot() -> Bool {
    let mounts = MountInfo.parse(content("/proc/self/mountinfo").span)
    return !mounts.isEmpty && !mounts.contains { $0.mountPoint.elementsEqual("/".utf8) }
  }
}
