// `features`: what the runtime can do, as JSON that engines read.

internal import CommandDescription
internal import Containers
internal import Linux
internal import OCI

/// The verb `features`.
enum FeaturesCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "features", abstract: "say what the runtime can do, as JSON", usage: [""],
      discussion: [
        "In the form of features.md of the runtime specification. What the machine allows is another matter."
      ])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    if try call.read(self, operands: 0...0) == nil { return 0 }
    try StandardOutput.write(features.json())
    return 0
  }

  /// What this runtime implements.
  static var features: Features {
    var features = Features()
    features.mountOptions = KnownMountOptions.all
    features.capabilities = Capability.allCases.map(\.name)
    features.cgroup.v1 = true
    features.cgroup.v2 = true
    features.cgroup.systemd = true
    features.cgroup.systemdUser = true
    features.cgroup.rdma = true
    var seccomp = Features.SystemCallFilter()
    seccomp.supportedFlags = Specification.Seccomp.Flag.allCases
    features.seccomp = seccomp
    features.hasAppArmor = true
    features.hasSELinux = true
    features.hasIDMappedMounts = true
    features.hasMemoryPolicy = true
    features.hasNetworkDevices = true
    features.intelRdt.isEnabled = true
    features.intelRdt.hasSchemata = true
    features.intelRdt.hasMonitoring = true
    features.annotations = ["org.opencontainers.runc.version": Release.version]
    return features
  }
}
