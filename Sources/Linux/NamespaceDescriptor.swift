// What the kernel tells about a namespace that a descriptor refers to: kind, identity, owner, parent, and the
// PIDs of one PID namespace in another.

internal import CLinux
public import struct SystemPackage.FilePath

/// A descriptor of a namespace, which it keeps alive.
///
/// Source: ioctl_nsfs(2).
public struct NamespaceDescriptor: ~Copyable, Sendable {
  /// Holds the namespace: it lives while the descriptor is open.
  public let descriptor: FileDescriptor

  /// Takes over a descriptor of a file of nsfs.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Opens a namespace by a link of /proc/PID/ns or a file that it is bound to.
  ///
  /// - Throws: `SystemCallError` with `EACCES` without the right to look at the process, and any other errno of
  ///   open(2).
  public init(
    opening path: FilePath, in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) {
    descriptor = try FileDescriptor.open(path, in: directory)
  }

  private func ask(
    _ request: some BinaryInteger, _ name: StaticString, _ argument: UInt64 = 0
  ) throws(SystemCallError) -> Int {
    try ioControl(name, descriptor.number, request, argument)
  }

  private func askDescriptor(_ request: some BinaryInteger, _ name: StaticString) throws(SystemCallError)
    -> NamespaceDescriptor
  {
    NamespaceDescriptor(FileDescriptor(owning: Int32(try ask(request, name))))
  }

  private func askNumber(_ request: some BinaryInteger, _ name: StaticString) throws(SystemCallError) -> UInt64 {
    var answer: UInt64 = 0
    _ = try withMemory(of: &answer) { (address) throws(SystemCallError) in try ask(request, name, address) }
    return answer
  }

  /// The kind of namespace.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when the descriptor is not a namespace's.
  ///
  /// Corresponds to NS_GET_NSTYPE, Linux 4.11.
  public func kind() throws(SystemCallError) -> NamespaceKind {
    let flag = UInt64(try ask(CLINUX_NS_GET_NSTYPE, "ioctl(NS_GET_NSTYPE)"))
    guard let kind = NamespaceKind(cloneFlag: CloneFlags(rawValue: flag)) else {
      throw SystemCallError(call: "ioctl(NS_GET_NSTYPE)", errno: .einval, object: "namespace of flag \(flag)")
    }
    return kind
  }

  /// The number in its name, as in `uts:[4026531838]`; the kernel gives it anew once the namespace is gone.
  ///
  /// - Throws: `SystemCallError` of statx(2).
  public func inode() throws(SystemCallError) -> UInt64 {
    try descriptor.status().inode
  }

  /// The number that no other namespace gets until the machine restarts.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` where the kernel does not know it.
  ///
  /// Corresponds to NS_GET_ID, Linux 6.18.
  public func uniqueID() throws(SystemCallError) -> UInt64 {
    try askNumber(CLINUX_NS_GET_ID, "ioctl(NS_GET_ID)")
  }

  /// The user namespace that owns it; of a user namespace, its parent.
  ///
  /// - Throws: `SystemCallError` with `EPERM` when that is not the caller's user namespace nor below it.
  ///
  /// Corresponds to NS_GET_USERNS, Linux 4.9.
  public func owner() throws(SystemCallError) -> NamespaceDescriptor {
    try askDescriptor(CLINUX_NS_GET_USERNS, "ioctl(NS_GET_USERNS)")
  }

  /// The namespace that it is nested in.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for a kind other than user and PID, `EPERM` when the parent is out
  ///   of the caller's sight, as the initial namespace's always is.
  ///
  /// Corresponds to NS_GET_PARENT, Linux 4.9.
  public func parent() throws(SystemCallError) -> NamespaceDescriptor {
    try askDescriptor(CLINUX_NS_GET_PARENT, "ioctl(NS_GET_PARENT)")
  }

  /// The user who made this user namespace, as the caller's user namespace numbers it.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for another kind.
  ///
  /// Corresponds to NS_GET_OWNER_UID, Linux 4.11.
  public func ownerUserID() throws(SystemCallError) -> UInt32 {
    var answer: UInt32 = 0
    _ = try withMemory(of: &answer) { (address) throws(SystemCallError) in
      try ask(CLINUX_NS_GET_OWNER_UID, "ioctl(NS_GET_OWNER_UID)", address)
    }
    return answer
  }

  /// The PID in the caller's PID namespace of a process that this PID namespace numbers `processID`.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process, `ENOTTY` before Linux 6.11.
  ///
  /// Corresponds to NS_GET_TGID_FROM_PIDNS.
  public func callersPID(of processID: Int32) throws(SystemCallError) -> Int32 {
    Int32(
      try ask(CLINUX_NS_GET_TGID_FROM_PIDNS, "ioctl(NS_GET_TGID_FROM_PIDNS)", UInt64(UInt32(bitPattern: processID))))
  }

  /// The PID that a process, numbered `processID` in the caller's PID namespace, has in this PID namespace.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when it has none there, `ENOTTY` before Linux 6.11.
  ///
  /// Corresponds to NS_GET_TGID_IN_PIDNS.
  public func innerPID(of processID: Int32) throws(SystemCallError) -> Int32 {
    Int32(try ask(CLINUX_NS_GET_TGID_IN_PIDNS, "ioctl(NS_GET_TGID_IN_PIDNS)", UInt64(UInt32(bitPattern: processID))))
  }
}

/// A mount namespace as the list of all of them shows it.
///
/// Source: NS_MNT_GET_NEXT and its like, include/uapi/linux/nsfs.h.
@frozen
public struct ListedMountNamespace: ~Copyable, Sendable {
  /// The namespace that was found.
  public let namespace: NamespaceDescriptor
  /// The number by which statmount(2) and listmount(2) know it.
  public let id: UInt64
  /// How many mounts it has.
  public let mountCount: UInt32
}

extension NamespaceDescriptor {
  /// The number by which statmount(2) and listmount(2) know this mount namespace.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for another kind, `ENOTTY` before Linux 6.11.
  ///
  /// Corresponds to NS_GET_MNTNS_ID.
  public func mountNamespaceID() throws(SystemCallError) -> UInt64 {
    try askNumber(CLINUX_NS_GET_MNTNS_ID, "ioctl(NS_GET_MNTNS_ID)")
  }

  /// The mount namespace that follows this one in the kernel's list of those that the caller may see.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` after the last, `EINVAL` for another kind, `ENOTTY` before Linux 6.12.
  ///
  /// Corresponds to NS_MNT_GET_NEXT.
  public func nextMountNamespace() throws(SystemCallError) -> ListedMountNamespace {
    try neighbour(CLINUX_NS_MNT_GET_NEXT, "ioctl(NS_MNT_GET_NEXT)")
  }

  /// The mount namespace that precedes this one in the kernel's list of those that the caller may see.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` before the first, `EINVAL` for another kind, `ENOTTY` before
  ///   Linux 6.12.
  ///
  /// Corresponds to NS_MNT_GET_PREV.
  public func previousMountNamespace() throws(SystemCallError) -> ListedMountNamespace {
    try neighbour(CLINUX_NS_MNT_GET_PREV, "ioctl(NS_MNT_GET_PREV)")
  }

  private func neighbour(_ request: some BinaryInteger, _ name: StaticString) throws(SystemCallError)
    -> ListedMountNamespace
  {
    var information = clinux_mnt_ns_info(
      size: UInt32(MemoryLayout<clinux_mnt_ns_info>.size), nr_mounts: 0, mnt_ns_id: 0)
    let number = try withMemory(of: &information) { (address) throws(SystemCallError) in
      try ask(request, name, address)
    }
    return ListedMountNamespace(
      namespace: NamespaceDescriptor(FileDescriptor(owning: Int32(number))), id: information.mnt_ns_id,
      mountCount: information.nr_mounts)
  }
}
