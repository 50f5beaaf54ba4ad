// What the kernel tells about the process of a pidfd, with no race against its number being reused.

internal import CLinux
internal import struct SystemPackage.FilePath

/// A process as its pidfd shows it.
///
/// Source: PIDFD_GET_INFO in the kernel's include/uapi/linux/pidfd.h, Linux 6.13.
public struct PIDFDInformation: Hashable, Sendable {
  /// In the caller's PID namespace.
  public let processID: Int32
  /// In the caller's PID namespace; 0 when the parent is outside it.
  public let parentID: Int32
  /// As the caller's user namespace has them.
  public let userIDs: CredentialIDs
  /// As the caller's user namespace has them.
  public let groupIDs: CredentialIDs
  /// The id of the process's cgroup v2, the inode of its directory; nil where there is none.
  public let cgroupID: UInt64?
}

extension PIDFD {
  /// Asks for PID, parent, credentials and cgroup.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when the process has been reaped, `ENOTTY` before Linux 6.13.
  ///
  /// Corresponds to PIDFD_GET_INFO, include/uapi/linux/pidfd.h.
  public func information() throws(SystemCallError) -> PIDFDInformation {
    var raw = clinux_pidfd_info()
    raw.mask = UInt64(CLINUX_PIDFD_INFO_PID | CLINUX_PIDFD_INFO_CREDS | CLINUX_PIDFD_INFO_CGROUPID)
    let number = descriptor.number
    _ = try withMemory(of: &raw) { (address) throws(SystemCallError) in
      try ioControl("ioctl(PIDFD_GET_INFO)", number, CLINUX_PIDFD_GET_INFO, address)
    }
    return PIDFDInformation(
      processID: Int32(bitPattern: raw.tgid), parentID: Int32(bitPattern: raw.ppid),
      userIDs: CredentialIDs(real: raw.ruid, effective: raw.euid, saved: raw.suid),
      groupIDs: CredentialIDs(real: raw.rgid, effective: raw.egid, saved: raw.sgid),
      cgroupID: raw.mask & UInt64(CLINUX_PIDFD_INFO_CGROUPID) == 0 ? nil : raw.cgroupid)
  }

  /// How the process ended, as wait(2) has it: it is known from here on, whoever has waited for the process.
  ///
  /// - Returns: nil while the process lives, and until it has been reaped.
  /// - Throws: `SystemCallError` with `ESRCH` when it has been reaped before Linux 6.15, and when it is not to be seen
  ///   from here; `ENOTTY` before Linux 6.13.
  ///
  /// Corresponds to PIDFD_GET_INFO with PIDFD_INFO_EXIT, include/uapi/linux/pidfd.h.
  public func waitStatusOfReaped() throws(SystemCallError) -> Int32? {
    var raw = clinux_pidfd_info()
    raw.mask = UInt64(CLINUX_PIDFD_INFO_EXIT)
    let number = descriptor.number
    _ = try withMemory(of: &raw) { (address) throws(SystemCallError) in
      try ioControl("ioctl(PIDFD_GET_INFO)", number, CLINUX_PIDFD_GET_INFO, address)
    }
    return raw.mask & UInt64(CLINUX_PIDFD_INFO_EXIT) == 0 ? nil : raw.exit_code
  }

  /// The PID of the process in the caller's PID namespace.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when it has been reaped, or is not to be seen from here.
  ///
  /// Before Linux 6.13 out of /proc/self/fdinfo.
  ///
  /// Source: pidfd_open(2), for the `Pid` of fdinfo.
  public func processID() throws(SystemCallError) -> Int32 {
    do throws(SystemCallError) {
      return try information().processID
    } catch {
      guard error.errno == .enotty || error.errno == .einval else { throw error }
    }
    let path = FilePath("/proc/self/fdinfo/\(descriptor.number)")
    let lines = try FileDescriptor.open(path).readAll().split(separator: UInt8(ascii: "\n"))
    let prefix = Array("Pid:".utf8)
    guard let line = lines.first(where: { $0.starts(with: prefix) }),
      let number = Int32(String(decoding: line.dropFirst(prefix.count), as: UTF8.self).filter { $0 != "\t" }),
      number > 0
    else { throw SystemCallError(call: "read", errno: .esrch, object: path.string) }
    return number
  }

  /// The process's namespace of a kind.
  ///
  /// - Parameter forChildren: of the PID or time kind, the one that its children are born into.
  /// - Throws: `SystemCallError` with `ESRCH` when the process has exited, `EACCES` or `EPERM` without the right to
  ///   look at it, `ENOTTY` before Linux 6.11.
  ///
  /// Corresponds to PIDFD_GET_*_NAMESPACE, include/uapi/linux/pidfd.h.
  public func namespace(
    _ kind: NamespaceKind, forChildren: Bool = false
  ) throws(SystemCallError) -> NamespaceDescriptor {
    let request: Int32 =
      switch kind {
      case .cgroup: CLINUX_PIDFD_GET_CGROUP_NAMESPACE
      case .ipc: CLINUX_PIDFD_GET_IPC_NAMESPACE
      case .mount: CLINUX_PIDFD_GET_MNT_NAMESPACE
      case .network: CLINUX_PIDFD_GET_NET_NAMESPACE
      case .pid where forChildren: CLINUX_PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
      case .pid: CLINUX_PIDFD_GET_PID_NAMESPACE
      case .time where forChildren: CLINUX_PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE
      case .time: CLINUX_PIDFD_GET_TIME_NAMESPACE
      case .user: CLINUX_PIDFD_GET_USER_NAMESPACE
      case .uts: CLINUX_PIDFD_GET_UTS_NAMESPACE
      }
    let number = try ioControl(
      "ioctl(PIDFD_GET_NAMESPACE)", descriptor.number, request, on: "\(kind.name) namespace")
    return NamespaceDescriptor(FileDescriptor(owning: Int32(number)))
  }

  /// A copy of a descriptor of the process.
  ///
  /// - Throws: `SystemCallError` with `EBADF` when the process has no such descriptor, `EPERM` without the right to
  ///   trace it, `ESRCH` when it has exited.
  ///
  /// Corresponds to pidfd_getfd(2), Linux 5.6.
  public func copyDescriptor(_ number: Int32) throws(SystemCallError) -> FileDescriptor {
    let copy = try systemCall(
      "pidfd_getfd", __NR_pidfd_getfd, UInt64(descriptor: descriptor.number), UInt64(descriptor: number),
      on: "descriptor \(number)")
    return FileDescriptor(owning: Int32(copy))
  }
}
