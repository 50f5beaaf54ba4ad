// What a new world is to be, as a value: it is built, printed and tested first, and carried out after.

public import Cgroups
public import Linux
public import struct SystemPackage.FilePath

/// A world for one command: the namespaces, their settings, its file system, its rights and its limits.
///
/// Nothing happens until `start()`. `steps` says what will.
///
/// The same plan makes a world for a person (`pangaea run`), joins one (`pangaea enter`), and makes an OCI container.
/// Of a container's configuration:
///
/// | config.json | here |
/// |---|---|
/// | `process.args`, `env` | `command` |
/// | `process.user`, `capabilities`, `noNewPrivileges` | `credentials` |
/// | `process.cwd` | `workingDirectory`, `process.createsWorkingDirectory` |
/// | `process.terminal`, `consoleSize` | `terminal` `.ofWorld`, `hasConsole` |
/// | `process.rlimits`, `user.umask`, `oomScoreAdj`, `scheduler`, `ioPriority`, `execCPUAffinity`, labels | `process` |
/// | `linux.seccomp`, `personality`, `memoryPolicy` | `process` |
/// | `root`, `linux.rootfsPropagation` | `root` |
/// | `mounts` | `mounts`, in order |
/// | `hostname`, `domainname`, `linux.timeOffsets` | the same names |
/// | `linux.namespaces` without a path | `namespaces` |
/// | `linux.namespaces` with a path, and those of `exec` | `joins` |
/// | `linux.uidMappings`, `gidMappings` | `idMaps`, and `becomesRootOfUserNamespace` |
/// | `linux.devices`, and those every container has | `devices`, `links` |
/// | `linux.maskedPaths`, `readonlyPaths`, `sysctl` | `maskedPaths`, `readOnlyPaths`, `kernelSettings` |
/// | `linux.cgroupsPath`, `resources` | `cgroup`; of `exec` `joinedCgroup` |
///
/// and always `commandIsFirst`, since a container's process is PID 1 itself, and `hasFreshProc` false, since /proc is
/// among its mounts. `create` sets `startGate`; the hooks before the root changes run in `start(beforeRootChange:)`.
///
/// Source: namespaces(7); runtime-spec 1.3, config.md and config-linux.md.
public struct IsolationPlan: Sendable {
  /// What the world runs.
  public var command: IsolatedCommand
  /// The kinds of namespace that are made anew.
  public var namespaces: CloneFlags
  /// Namespaces of others that are joined, in order, before anything else.
  public var joins: [PlannedJoin] = []
  /// The maps of a new user namespace; nil leaves them unwritten.
  public var idMaps: IDMaps?
  /// The first process is user 0 and group 0 of its user namespace while it lays out the world, so that what it makes
  /// is theirs.
  public var becomesRootOfUserNamespace = false
  /// The host name in a new UTS namespace; at most 64 bytes.
  public var hostname: String?
  /// The NIS domain name in a new UTS namespace; at most 64 bytes.
  public var domainname: String?
  /// Offsets of the clocks of a new time namespace.
  public var timeOffsets: TimeOffsets?
  /// Settings of the kernel for the namespaces of the world.
  public var kernelSettings: [KernelSetting] = []
  /// How mounts inside and outside tell each other; for a new mount namespace.
  public var propagation: MountPropagation = .private
  /// The root directory of the world; nil keeps the caller's.
  public var root: RootDirectory?
  /// The root directory of a joined process; a descriptor that the caller holds. nil keeps that of the mount
  /// namespace.
  public var joinedRoot: Int32?
  /// The working directory of a joined process; a descriptor that the caller holds.
  public var joinedDirectory: Int32?
  /// Mounts that are added, in order.
  public var mounts: [PlannedMount] = []
  /// Mount a proc of the new PID namespace on /proc.
  public var hasFreshProc: Bool
  /// Device files that are made after the mounts.
  public var devices: [PlannedDevice] = []
  /// Symbolic links that are made after the devices; what is there already stays.
  public var links: [PlannedLink] = []
  /// Files and directories that are hidden, after all else; one that is not there is passed over.
  public var maskedPaths: [FilePath] = []
  /// Files and directories that cannot be written, after all else; one that is not there is passed over.
  public var readOnlyPaths: [FilePath] = []
  /// Where the command starts; nil keeps the caller's directory, or `/` in a new root.
  public var workingDirectory: FilePath?
  /// Who the command is, and what it may do.
  public var credentials = PlannedCredentials()
  /// What else of the command is set.
  public var process = PlannedProcess()
  /// The signal that the world gets when the caller ends.
  public var parentDeathSignal: Signal?
  /// The command's own terminal, which becomes its standard streams and controlling terminal.
  public var terminal: PlannedTerminal?
  /// The terminal is bound to /dev/console, too.
  public var hasConsole = false
  /// Start the command in a session of its own.
  public var startsSession = false
  /// Descriptors other than 0, 1 and 2 that the command is to have.
  public var keptDescriptors: [Int32] = []
  /// The control group that is made for the world, with its limits; nil makes none.
  public var cgroup: CgroupPlan?
  /// The control group of a joined process, which the command becomes a member of; nil joins none.
  public var joinedCgroup: Cgroup?
  /// The command is the world's first process itself: no init of ours attends to it.
  public var commandIsFirst = false
  /// A listening socket at which the command waits, all else done, until somebody lets it start; see `StartGate`. nil
  /// starts it at once.
  public var startGate: Int32?
  /// Where the mount is that the root directory lies on, if that has to stop telling others of what is mounted on it;
  /// `start` finds out.
  var sharedMountPoint: FilePath?
  /// The first process moves into the joined control group of version 2 rather than begin there, which is tried first.
  var movesIntoCgroup = false
  /// The first process waits before its root directory changes; `start` sees to that.
  var pausesBeforeRootChange = false

  /// A plan with the kinds to make, and nothing else changed.
  ///
  /// With `.newPID` and `.newMount` a fresh /proc is planned too.
  public init(command: IsolatedCommand, namespaces: CloneFlags) {
    self.command = command
    self.namespaces = namespaces
    self.hasFreshProc = namespaces.isSuperset(of: [.newPID, .newMount])
  }

  /// Whether the first process attends to the command, as its parent: in a new PID namespace somebody has to reap;
  /// only a child enters a PID namespace that was joined, or a time namespace with offsets.
  public var hasInit: Bool {
    !commandIsFirst && (namespaces.contains(.newPID) || onlyChildrenEnter)
  }

  /// Whether a namespace takes in only the children of who joined or made it.
  var onlyChildrenEnter: Bool {
    timeOffsets != nil || !joinedKinds.union(lateNamespaces).isDisjoint(with: [.newPID, .newTime])
  }
}

/// A terminal for the command alone.
///
/// Source: pty(7).
public enum PlannedTerminal: Hashable, Sendable {
  /// One that the caller made: the descriptor of the session's end.
  case made(Int32)
  /// One that is made inside, so that it has a name in the world's own /dev/pts. The caller gets the other end
  /// through a socket, before the command runs.
  case ofWorld(socket: Int32, size: WindowSize)
}

/// Namespaces that are joined by one setns(2).
public struct PlannedJoin: Hashable, Sendable {
  /// A pidfd, or a descriptor of a namespace; the caller holds it until the start.
  public var descriptor: Int32
  /// What is joined of a pidfd's process; of a namespace's descriptor its kind.
  public var kinds: CloneFlags
  /// What the descriptor refers to, for plans and errors, for example `PID 12`.
  public var object: String

  /// A namespace to be joined, and what to call it in an error.
  public init(descriptor: Int32, kinds: CloneFlags, object: String) {
    self.descriptor = descriptor
    self.kinds = kinds
    self.object = object
  }
}

/// The root directory of a world.
///
/// Source: pivot_root(2), chroot(2).
public struct RootDirectory: Hashable, Sendable {
  /// A directory outside.
  public var path: FilePath
  /// Nothing in it can be written; mounts that are added can.
  public var isReadOnly: Bool
  /// A new /dev with the usual devices is laid over the root's own, if it has a directory of that name.
  public var hasFreshDevices: Bool
  /// How the root's mounts tell their peers of mounts below them, once it is the root; nil leaves them as they are.
  public var propagation: PropagationChange?
  /// Enter by pivot_root(2); else, for a root in memory that cannot be left so, by chroot(2) after a move.
  public var isPivotedTo = true

  /// A root directory; by default writable, with a new /dev.
  public init(path: FilePath, isReadOnly: Bool = false, hasFreshDevices: Bool = true) {
    self.path = path
    self.isReadOnly = isReadOnly
    self.hasFreshDevices = hasFreshDevices
  }
}

/// Offsets of a time namespace's clocks.
///
/// Source: time_namespaces(7).
public struct TimeOffsets: Hashable, Sendable {
  /// Seconds added to CLOCK_MONOTONIC; nil for none.
  public var monotonic: Int64?
  /// Seconds added to CLOCK_BOOTTIME; nil for none.
  public var boottime: Int64?
  /// Nanoseconds added to CLOCK_MONOTONIC besides its seconds, below 1,000,000,000.
  public var monotonicNanoseconds: UInt32 = 0
  /// Nanoseconds added to CLOCK_BOOTTIME besides its seconds, below 1,000,000,000.
  public var boottimeNanoseconds: UInt32 = 0

  /// The offsets of both clocks.
  public init(monotonic: Int64? = nil, boottime: Int64? = nil) {
    self.monotonic = monotonic
    self.boottime = boottime
  }

  /// The lines for /proc/self/timens_offsets.
  var text: String {
    let lines = [
      monotonic.map { "monotonic \($0) \(monotonicNanoseconds)\n" },
      boottime.map { "boottime \($0) \(boottimeNanoseconds)\n" },
    ]
    return lines.compactMap(\.self).joined()
  }
}
