// What a runtime says that it can do. The words that configurations are read with are those that it names.

internal import JSON

/// What a runtime implements, whatever the machine allows.
///
/// Source: features.md and features-linux.md.
public struct Features: Hashable, Sendable {
  /// The lowest version of the specification that is read.
  public var ociVersionMin = "1.0.0"
  /// The highest version of the specification that is read.
  public var ociVersionMax = Specification.version
  /// The kinds of hooks.
  public var hooks = Specification.Hooks().byName.map(\.name)
  /// The options of mounts that are not the file system's own.
  public var mountOptions: [String] = []
  /// The kinds of namespaces.
  public var namespaces = Specification.Namespace.Kind.allCases.map(\.rawValue).sorted()
  /// The capabilities that have a name.
  public var capabilities: [String] = []
  /// Which control groups are managed, and how.
  public var cgroup = ControlGroups()
  /// The filter of system calls; nil where there is none.
  public var seccomp: SystemCallFilter?
  /// Whether AppArmor's profiles are set.
  public var hasAppArmor = false
  /// Whether SELinux's labels are set.
  public var hasSELinux = false
  /// Whether memory policies are set.
  public var hasMemoryPolicy = false
  /// What is done with resctrl.
  public var intelRdt = ResourceDirector()
  /// Whether owners of mounts are mapped.
  public var hasIDMappedMounts = false
  /// Whether network interfaces are moved.
  public var hasNetworkDevices = false
  /// Annotations of configurations that change what the runtime does; with a dot at the end, all that begin so.
  public var potentiallyUnsafeConfigAnnotations: [String] = []
  /// Free words about the runtime.
  public var annotations: [String: String] = [:]

  /// The words of the specification, and nothing else.
  public init() {}

  /// How control groups are managed.
  public struct ControlGroups: Hashable, Sendable {
    /// Version 1.
    public var v1 = false
    /// Version 2.
    public var v2 = false
    /// The system's systemd.
    public var systemd = false
    /// A user's systemd.
    public var systemdUser = false
    /// The controller of RDMA.
    public var rdma = false

    /// Not at all.
    public init() {}
  }

  /// What of the filter of system calls is implemented.
  public struct SystemCallFilter: Hashable, Sendable {
    /// The actions.
    public var actions = Specification.Seccomp.Action.allCases
    /// The comparisons.
    public var operators = Specification.ArgumentRule.Operator.allCases
    /// The architectures.
    public var architectures = Specification.Seccomp.Architecture.allCases
    /// The flags that may stand in a configuration.
    public var knownFlags = Specification.Seccomp.Flag.allCases
    /// The flags that have an effect.
    public var supportedFlags: [Specification.Seccomp.Flag] = []

    /// The words of the specification, and no flag that has an effect.
    public init() {}
  }

  /// What is done with resctrl.
  public struct ResourceDirector: Hashable, Sendable {
    /// Whether containers are put into classes of service.
    public var isEnabled = false
    /// Whether `schemata` is read.
    public var hasSchemata = false
    /// Whether `enableMonitoring` is read.
    public var hasMonitoring = false

    /// Nothing.
    public init() {}
  }
}

// MARK: JSON

extension Features {
  /// The features as JSON, indented and with a line break at its end.
  public func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("ociVersionMin", ociVersionMin)
      json.member("ociVersionMax", ociVersionMax)
      json.member("hooks", hooks)
      json.member("mountOptions", mountOptions)
      json.member("linux") { $0.object { writeLinux(to: &$0) } }
      json.unlessEmpty("annotations", annotations)
      json.unlessEmpty("potentiallyUnsafeConfigAnnotations", potentiallyUnsafeConfigAnnotations)
    }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  private func writeLinux(to json: inout JSONWriter) {
    json.member("namespaces", namespaces)
    json.member("capabilities", capabilities)
    json.optional("cgroup", cgroup)
    if let seccomp { json.optional("seccomp", seccomp) } else { json.enabled("seccomp", false) }
    json.enabled("apparmor", hasAppArmor)
    json.enabled("selinux", hasSELinux)
    if hasMemoryPolicy {
      json.member("memoryPolicy") { json in
        json.object { json in
          json.member("modes", Specification.MemoryPolicy.Mode.allCases.map(\.rawValue))
          json.member("flags", Specification.MemoryPolicy.Flag.allCases.map(\.rawValue))
        }
      }
    }
    json.optional("intelRdt", intelRdt)
    json.member("mountExtensions") { $0.object { $0.enabled("idmap", hasIDMappedMounts) } }
    json.enabled("netDevices", hasNetworkDevices)
  }
}

extension JSONWriter {
  fileprivate mutating func enabled(_ name: String, _ isEnabled: Bool) {
    member(name) { $0.object { $0.member("enabled", isEnabled) } }
  }
}

extension Features.ControlGroups: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("v1", v1)
    json.member("v2", v2)
    json.member("systemd", systemd)
    json.member("systemdUser", systemdUser)
    json.member("rdma", rdma)
  }
}

extension Features.SystemCallFilter: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("enabled", true)
    json.member("actions", actions.map(\.rawValue).sorted())
    json.member("operators", operators.map(\.rawValue).sorted())
    json.member("archs", architectures.map(\.rawValue).sorted())
    json.member("knownFlags", knownFlags.map(\.rawValue))
    json.member("supportedFlags", supportedFlags.map(\.rawValue))
  }
}

extension Features.ResourceDirector: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("enabled", isEnabled)
    json.member("schemata", hasSchemata)
    json.member("monitoring", hasMonitoring)
  }
}
