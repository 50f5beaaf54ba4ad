// What can be asked for when a container is checkpointed or restored.

public import struct SystemPackage.FilePath

/// What checkpoint and restore have in common.
public struct CheckpointOptions: Hashable, Sendable {
  /// What criu does about control groups.
  public enum CgroupMode: Int32, Sendable {
    /// Nothing.
    case ignore = 0
    /// Makes those that are missing, and sets them up.
    case soft = 3
    /// Sets all of them up.
    case full = 4
    /// Sets all of them up, and none may be there before.
    case strict = 5
  }

  /// The directory of the images.
  public var images: FilePath = "checkpoint"
  /// The directory of criu's log and sockets; nil: that of the images.
  public var work: FilePath?
  /// Keep TCP connections that are open.
  public var keepsTCP = false
  /// Let UNIX sockets be connected to others outside.
  public var allowsUnixSockets = false
  /// The container has a terminal of outside.
  public var isShellJob = false
  /// Keep locks of files.
  public var keepsFileLocks = false
  /// Fetch pages only when they are needed.
  public var isLazy = false
  /// Drop pages from the parent's images that are in these.
  public var removesDuplicates = false
  /// What is done about control groups.
  public var cgroupMode = CgroupMode.soft
  /// The program criu, a name or a path.
  public var criu = "criu"

  /// The options that criu has by itself.
  public init() {}
}

/// A checkpoint that is to be made.
public struct CheckpointRequest: Hashable, Sendable {
  /// What it has in common with a restore.
  public var options = CheckpointOptions()
  /// Images of an earlier checkpoint, relative to these: what was not written to since then is not kept again.
  public var parent: FilePath?
  /// Let the container go on.
  public var leavesRunning = false
  /// Only keep the memory; the container goes on.
  public var isPreDump = false
  /// Gets a NUL byte once pages can be fetched.
  public var statusDescriptor: Int32?
  /// The host that the memory is sent to, with a port; nil: it is kept in the images.
  public var pageServer: PageServer?

  /// Where pages are sent to, or fetched from.
  public struct PageServer: Hashable, Sendable {
    /// A name or a number of the host.
    public let address: String
    /// The port.
    public let port: UInt16

    /// A host and a port.
    public init(address: String, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// A checkpoint in `checkpoint`, after which the container is removed.
  public init() {}
}

/// A container that is to be made from a checkpoint.
public struct RestoreRequest: Hashable, Sendable {
  /// What it has in common with a checkpoint.
  public var options = CheckpointOptions()
  /// The container; descriptors from 3 on are not passed on.
  public var container: ContainerRequest
  /// The security profile in the place of the former one, as `apparmor:NAME` or `selinux:LABEL`.
  public var securityProfile: String?
  /// The label of mounts in the place of the former one.
  public var securityMountContext: String?

  /// A container that is made from the images in `checkpoint`.
  public init(_ container: ContainerRequest) {
    self.container = container
  }
}
