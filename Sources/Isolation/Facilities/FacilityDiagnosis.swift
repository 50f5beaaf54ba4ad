// Reasons that only the trials of facilities look for.

internal import Linux
internal import struct SystemPackage.FilePath

extension Diagnosis {
  /// Why a process could not be started in new namespaces.
  static func ofStarting(in kinds: CloneFlags, _ reason: Errno) -> Diagnosis? {
    if reason == .eperm, !kinds.contains(.newUser), let missing = ofMissing(.administerSystem) { return missing }
    return ofMaking(kinds, reason)
  }

  /// Something that ran out, so that nothing could be tried; nil where nothing did.
  static func ofShortage(_ error: SystemCallError) -> Diagnosis? {
    switch error.errno {
    case .emfile: Diagnosis("this process may have no more open files (ulimit -n)")
    case .eagain where error.call == "clone3": Diagnosis("a limit of processes is reached (ulimit -u, or pids.max)")
    case .enomem where error.call == "clone3": Diagnosis("there is no memory for another process")
    default: nil
    }
  }

  /// A capability that the caller lacks; nil when it has it.
  static func ofMissing(_ capability: Capability) -> Diagnosis? {
    hasCapability(capability) ? nil : Diagnosis("it needs \(capability.name), which this process lacks")
  }

  /// A capability that the caller lacks in the first user namespace, where alone it counts; nil when it has it there.
  static func ofMissingInFirst(_ capability: Capability) -> Diagnosis? {
    if let missing = ofMissing(capability) { return missing }
    let whole = IDMapRange(inner: 0, outer: 0, count: .max)
    if [IDMapRange](kernelText: content("/proc/self/uid_map")) == [whole] { return nil }
    return Diagnosis(
      "it needs \(capability.name) in the first user namespace, and this process is in another one")
  }

  /// Why a process that is root in its own user namespace has no rights there.
  static func ofRestrictedUserNamespace() -> Diagnosis? {
    guard sysctl("kernel.apparmor_restrict_unprivileged_userns") == "1", !hasCapability(.administerSystem) else {
      return nil
    }
    return Diagnosis(
      "the sysctl kernel.apparmor_restrict_unprivileged_userns is 1, so AppArmor takes the rights in a new user "
        + "namespace away", remedy: "sysctl kernel.apparmor_restrict_unprivileged_userns=0")
  }

  /// A file system that the kernel does not have.
  static func ofMissingFileSystem(_ type: String) -> Diagnosis? {
    let known = (text("/proc/filesystems") ?? "").split(whereSeparator: \.isWhitespace)
    if known.isEmpty || known.contains(type[...]) { return nil }
    return Diagnosis("\(type) is not in /proc/filesystems", remedy: "modprobe \(type)")
  }

  /// Why a BPF program could not be loaded.
  static func ofLoadingBPF(_ reason: Errno) -> Diagnosis? {
    guard reason == .eperm else { return nil }
    if let missing = [Capability.useBPF, .monitorPerformance].first(where: { !hasCapability($0) }),
      !hasCapability(.administerSystem)
    {
      let setting = sysctl("kernel.unprivileged_bpf_disabled").map { " (kernel.unprivileged_bpf_disabled is \($0))" }
      return Diagnosis("it needs \(missing.name), which this process lacks\(setting ?? "")")
    }
    return ofMissingInFirst(.useBPF)
  }

  /// Why a descriptor of another process could not be copied.
  static func ofTracing(_ reason: Errno) -> Diagnosis? {
    guard reason == .eperm, let scope = sysctl("kernel.yama.ptrace_scope"), scope != "0" else { return nil }
    return Diagnosis("the sysctl kernel.yama.ptrace_scope is \(scope)", remedy: "sysctl kernel.yama.ptrace_scope=0")
  }

  /// A setting of the kernel by its name with dots; nil where there is none.
  static func sysctl(_ name: String) -> String? {
    text(FilePath("/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })))
  }

  /// The text of a small file without the newline at its end; nil where it cannot be read.
  static func text(_ path: FilePath) -> String? {
    let bytes = content(path)
    guard !bytes.isEmpty else { return nil }
    return String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }
}
