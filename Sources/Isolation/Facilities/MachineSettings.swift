// What decides over facilities: the kernel, its settings and security modules, and what the caller is.

public import Cgroups
public import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// A release of the kernel.
///
/// Source: uname(2).
public struct KernelVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Before the first dot.
  public let major: Int
  /// After it.
  public let minor: Int

  /// A release by its first two numbers.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads the beginning of a release, for example `6.18.4-arch1`; nil when it has no two numbers.
  public init?(release: String) {
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2, release.first?.isNumber == true else { return nil }
    self.init(numbers[0], numbers[1])
  }

  /// Whether one release is older than another.
  public static func < (first: KernelVersion, second: KernelVersion) -> Bool {
    (first.major, first.minor) < (second.major, second.minor)
  }

  public var description: String { "\(major).\(minor)" }
}

/// The machine as far as it decides over facilities. What cannot be read is nil.
///
/// Source: proc_sys_kernel(5), proc_sys_user(5), namespaces(7).
public struct MachineSettings: Sendable {
  /// A setting of the kernel that this machine has.
  public struct Setting: Hashable, Sendable {
    /// As sysctl(8) has it, for example `user.max_uts_namespaces`.
    public let name: String
    /// Its value.
    public let value: String
  }

  /// For example `6.18.4`; nil where uname(2) fails.
  public let kernelRelease: String?
  /// For example `x86_64`.
  public let architecture: String?
  /// The caller's effective user.
  public let userID: UInt32
  /// The capabilities that the caller can use.
  public let capabilities: CapabilitySet?
  /// The capabilities that this kernel has.
  public let capabilitiesOfKernel: CapabilitySet
  /// Those of the settings that forbid which this kernel has.
  public let settings: [Setting]
  /// The active security modules; nil where securityfs is not mounted.
  public let securityModules: [String]?
  /// Whether system calls of the caller are filtered.
  public let isFiltered: Bool?
  /// The value of the option `hidepid` of /proc; nil where it is not set.
  public let hiddenProcesses: String?
  /// How the hierarchies of control groups are laid out.
  public let cgroupLayout: CgroupHierarchies.Layout?

  /// The first two numbers of the release.
  public var kernelVersion: KernelVersion? { kernelRelease.flatMap { KernelVersion(release: $0) } }

  /// The value of a setting; nil where this kernel does not have it.
  public func value(of name: String) -> String? {
    settings.first { $0.name == name }?.value
  }

  /// The settings of the kernel that can forbid a facility.
  private static let names =
    NamespaceKind.allCases.map { "user.max_\($0.procName)_namespaces" } + [
      "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns", "kernel.yama.ptrace_scope",
      "kernel.unprivileged_bpf_disabled",
    ]

  /// Reads them.
  public static func read() -> MachineSettings {
    let name = orNil { () throws(SystemCallError) in try SystemName() }
    let status = orNil { () throws(SystemCallError) in
      try ProcessRecord.read(CallingProcess.processID, .status)
    }?.status.value
    let modules = Diagnosis.text("/sys/kernel/security/lsm")
    return MachineSettings(
      kernelRelease: name.map { String(decoding: $0.release, as: UTF8.self) },
      architecture: name.map { String(decoding: $0.machine, as: UTF8.self) }, userID: UserIDs.current.effective,
      capabilities: orNil { () throws(SystemCallError) in try ProcessCapabilities().effective },
      capabilitiesOfKernel: .allOfKernel,
      settings: names.compactMap { name in Diagnosis.sysctl(name).map { Setting(name: name, value: $0) } },
      securityModules: modules.map { $0.split(separator: ",").map(String.init) },
      isFiltered: status?.seccompMode.map { $0 == .filter }, hiddenProcesses: hiddenProcesses(),
      cgroupLayout: orNil { () throws(SystemCallError) in try CgroupHierarchies.read().layout })
  }

  private static func hiddenProcesses() -> String? {
    let mounts = MountInfo.parse(Diagnosis.content("/proc/self/mountinfo").span)
    guard let proc = mounts.last(where: { $0.mountPoint.elementsEqual("/proc".utf8) }) else { return nil }
    let options = String(decoding: proc.superOptions + [UInt8(ascii: ",")] + proc.options, as: UTF8.self)
    let option = options.split(separator: ",").first { $0.hasPrefix("hidepid=") }
    return option.map { String($0.dropFirst("hidepid=".count)) }
  }

  private static func orNil<Value>(_ read: () throws(SystemCallError) -> Value) -> Value? {
    do throws(SystemCallError) {
      return try read()
    } catch {
      return nil
    }
  }
}

extension MachineSettings {
  /// What is behind a refusal that no setting explains: a missing /proc, a security module, or perhaps a filter.
  func diagnosis(of refusal: Refusal) -> Diagnosis? {
    guard let cause = refusal.cause else { return nil }
    if cause.errno == .enoent, cause.object.hasPrefix("/proc/") { return Diagnosis.ofMissingProc() }
    // Of the kernel itself clone3(2) has no such answer.
    if cause.call == "clone3", cause.errno == .eacces {
      let active = securityModules.map { "; active are " + $0.joined(separator: ", ") } ?? ""
      return Diagnosis("a security module refused it\(active)")
    }
    guard cause.errno == .eperm || cause.errno == .enosys, isFiltered == true else { return nil }
    return Diagnosis(
      "no setting forbids it, and the system calls of this process are filtered (Seccomp: 2 in /proc/self/status)")
  }
}
