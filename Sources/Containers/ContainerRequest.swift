// What an engine asks for when a container is made.

public import struct SystemPackage.FilePath

/// A container that is to be made.
public struct ContainerRequest: Hashable, Sendable {
  /// The container's name.
  public var identifier: String
  /// The directory with the configuration; a relative one starts at the caller's.
  public var bundle: FilePath
  /// The configuration; a relative one starts at the bundle.
  public var configuration: FilePath = "config.json"
  /// A socket that gets the controlling end of the container's terminal.
  public var consoleSocket: FilePath?
  /// A file that gets the PID of the container's first process.
  public var pidFile: FilePath?
  /// A socket that gets a pidfd of the container's first process.
  public var pidfdSocket: FilePath?
  /// How many descriptors from 3 on the container's first process gets too.
  public var preservedDescriptors: Int32 = 0
  /// Enter the root file system by pivot_root(2); else, for a root in memory, by chroot(2).
  public var pivotsRoot = true
  /// Give the container a session keyring of its own.
  public var makesKeyring = true

  /// Who makes the control group.
  public var cgroupDriver: CgroupDriver = .cgroupfs

  /// What it means that control groups, or rules for devices, cannot be had; nil: for root of the machine a directory may
  /// be missing where no limit is wanted, for others also the rules.
  public var lack: LackOfRights?

  /// What it means that the caller has not all rights over control groups.
  public enum LackOfRights: Hashable, Sendable {
    /// Nothing, unless a limit is wanted.
    case noFailure
    /// The container is not made.
    case failure
  }

  /// Who makes control groups.
  public enum CgroupDriver: Hashable, Sendable {
    /// This library, in the file system.
    case cgroupfs
    /// systemd: `cgroupsPath` is `SLICE:PREFIX:NAME`.
    case systemd
    /// Nobody: the container stays in its maker's.
    case disabled
  }

  /// A request with nothing but what is needed.
  public init(identifier: String, bundle: FilePath) {
    self.identifier = identifier
    self.bundle = bundle
  }
}

/// A process that is to join a container.
public struct ExecutionRequest: Hashable, Sendable {
  /// The process as JSON, as the specification's `process`; nil takes that of the container's configuration.
  public var process: [UInt8]?
  /// What it runs; empty leaves what `process` says.
  public var arguments: [String] = []
  /// Variables that are added to the environment, or take the place of others.
  public var environment: [String] = []
  /// Where it starts.
  public var workingDirectory: String?
  /// The user's number.
  public var userID: UInt32?
  /// The group's number.
  public var groupID: UInt32?
  /// Groups besides.
  public var additionalGroups: [UInt32] = []
  /// Capabilities that it has besides, for example `CAP_NET_ADMIN`.
  public var capabilities: [String] = []
  /// Whether it has a terminal; nil leaves what `process` says.
  public var hasTerminal: Bool?
  /// Whether it can gain no rights; nil leaves what `process` says.
  public var hasNoNewPrivileges: Bool?
  /// Its AppArmor profile.
  public var appArmorProfile: String?
  /// Its SELinux label.
  public var processLabel: String?
  /// A control group below the container's that it is put in; nil for where the container's first process is.
  public var cgroup: String?
  /// A socket that gets the controlling end of its terminal.
  public var consoleSocket: FilePath?
  /// A file that gets its PID.
  public var pidFile: FilePath?
  /// A socket that gets a pidfd of it.
  public var pidfdSocket: FilePath?
  /// How many descriptors from 3 on it gets too.
  public var preservedDescriptors: Int32 = 0
  /// Whether it may join a container that is paused, and wait there.
  public var joinsPaused = false

  /// A process as the container's first one.
  public init() {}
}
