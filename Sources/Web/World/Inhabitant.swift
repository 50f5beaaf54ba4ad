// One process as the map shows it: what tells it apart, where it belongs, and nothing that changes all the time.

internal import Linux
public import Processes

/// A process on the map.
public struct Inhabitant: Hashable, Sendable {
  /// Its PID and start time.
  public let identity: ProcessIdentity
  /// As the kernel gives it: 0 for a parent outside of the PID namespace.
  public let parentID: Int32
  /// At most 15 bytes of any value but NUL, more for kernel threads.
  public let name: [UInt8]
  /// Whether it lives as processes do, is stopped, or ended and not waited for.
  public let condition: Condition
  /// The effective user; nil where it could not be read.
  public let userID: UInt32?
  /// Whether it is a thread of the kernel.
  public let isKernelThread: Bool
  /// Its eight memberships; nil where they could not be read.
  public let namespaces: NamespaceLinks?
  /// What takes further reading.
  public let details: Details

  /// What a process is doing, as far as the map tells: running and sleeping change too often.
  public enum Condition: String, Hashable, Sendable {
    /// Running, or waiting for something.
    case alive
    /// Stopped by a signal or a tracer.
    case stopped
    /// Ended and not waited for yet.
    case zombie

    init(state: UInt8) {
      switch state {
      case UInt8(ascii: "T"), UInt8(ascii: "t"): self = .stopped
      case UInt8(ascii: "Z"), UInt8(ascii: "X"): self = .zombie
      default: self = .alive
      }
    }
  }

  /// What is read once, and again only when the process has become another program.
  public struct Details: Hashable, Sendable {
    /// Its PIDs in the PID namespaces below the reader's, from the outermost to the innermost.
    public var insideIDs: [Int32] = []
    /// The container or systemd unit it belongs to.
    public var container: String?
    /// The arguments with a blank between them, the first 256 bytes.
    public var commandLine: [UInt8] = []
  }

  init(_ record: ProcessRecord, _ details: Details) {
    identity = record.identity
    parentID = record.parentID
    name = record.commandName
    condition = Condition(state: record.state)
    userID = record.owner.value?.userID
    isKernelThread = record.stat.isKernelThread
    namespaces = record.namespaces.value
    self.details = details
  }
}
