// The kernel's announcements of forks, execs and exits: who begot whom, however short either lives.

internal import CLinux
internal import Glibc

/// The stream of process events on this machine, from the process-event connector.
///
/// Source: connector, drivers/connector/cn_proc.c.
public struct ProcessEventSocket: ~Copyable {
  /// What was announced since the last look.
  public struct Batch: Sendable {
    /// In the order in which they were received; those of one processor are in the order of time.
    public var events: [ProcessEvent] = []
    /// How many announcements of the kernel did not reach this socket. Known from the gaps in its numbering: a loss is
    /// told once a later event of the same processor arrives.
    public var lost: UInt64 = 0
    /// Whether the kernel said that some were lost: look at /proc.
    public var isIncomplete = false

    /// Nothing.
    public init() {}
  }

  /// Readable (poll) while there are announcements.
  public let descriptor: FileDescriptor
  private let messages = MessageRing(messageSize: 128)
  /// For each processor the number that its next event will have; nil before its first.
  private var expected: [UInt32?] = []

  /// Begins to listen: everything from now on is announced.
  ///
  /// - Parameter size: of what may wait to be heard, in bytes as the kernel accounts them, about a thousand an event;
  ///   without CAP_NET_ADMIN no more than /proc/sys/net/core/rmem_max.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_NET_ADMIN before Linux 6.6, `EPROTONOSUPPORT` outside of the first network
  ///   namespace or in a kernel without connectors, `EOPNOTSUPP` outside of the first PID and user namespaces.
  public static func listen(buffering size: Int32 = 16 << 20) throws(SystemCallError) -> ProcessEventSocket {
    var events = ProcessEventSocket(descriptor: try open(on: name))
    try join(events.descriptor, on: name)
    try events.descriptor.enlargeReceiveBuffer(to: size, on: name)
    try events.subscribe()
    guard try events.isAcknowledged() else {
      throw SystemCallError(call: "send", errno: .eopnotsupp, object: name)
    }
    return events
  }

  /// A socket of connectors.
  static func open(on object: String) throws(SystemCallError) -> FileDescriptor {
    let number = try systemCall(
      "socket", __NR_socket, UInt64(AF_NETLINK), UInt64(SOCK_DGRAM.rawValue | UInt32(O_CLOEXEC | O_NONBLOCK)),
      connectorProtocol, on: object)
    return FileDescriptor(owning: Int32(number))
  }

  /// Makes a socket one of those that process events are announced to.
  static func join(_ socket: borrowing FileDescriptor, on object: String) throws(SystemCallError) {
    try socket.bindNetlink(groups: 1 << (processEventsIndex - 1), on: object)
  }

  private init(descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// What was announced since the last call.
  ///
  /// - Parameter limit: of messages that are taken at a time, about; what is beyond it waits.
  /// - Throws: `SystemCallError` with any errno of recvmmsg(2).
  public mutating func waiting(limit: Int = .max) throws(SystemCallError) -> Batch {
    var batch = Batch()
    while batch.events.count < limit {
      do throws(SystemCallError) {
        let count = try messages.receive(from: descriptor, named: ProcessEventSocket.name)
        for index in 0..<count {
          let message = messages.withMessage(index) { ProcessEventMessage($0) }
          if let message { note(message, in: &batch) }
        }
        if count < MessageRing.capacity { break }
      } catch {
        guard error.errno == .enobufs else { throw error }
        batch.isIncomplete = true
      }
    }
    return batch
  }

  private mutating func note(_ message: ProcessEventMessage, in batch: inout Batch) {
    let processor = Int(message.processor)
    // The kernel's answer to the subscription has none.
    guard processor < 65536 else { return }
    while expected.count <= processor { expected.append(nil) }
    if let next = expected[processor] { batch.lost += UInt64(message.sequence &- next) }
    expected[processor] = message.sequence &+ 1
    if let event = message.event { batch.events.append(event) }
  }

  private static let name = "process events"
  private static let connectorProtocol: UInt64 = 11
  /// NLMSG_DONE.
  private static let messageDone: UInt32 = 3
  private static let processEventsIndex: UInt32 = 1

  /// PROC_CN_MCAST_LISTEN.
  private func subscribe() throws(SystemCallError) {
    let own = ProcessEventSocket.self
    let headers: [UInt32] = [40, own.messageDone, 0, 0, own.processEventsIndex, 1, 0, 0, 4, 1]
    try descriptor.sendNetlink(headers, on: own.name)
  }

  /// The kernel answers before the request returns, or, outside of the first PID and user namespaces, never. Events that
  /// somebody else listens to may come before the answer.
  private mutating func isAcknowledged() throws(SystemCallError) -> Bool {
    while true {
      let count = try messages.receive(from: descriptor, named: ProcessEventSocket.name)
      if count == 0 { return false }
      for index in 0..<count {
        guard let error = messages.withMessage(index, ProcessEventMessage.acknowledgedError) else { continue }
        if error == 0 { return true }
        throw SystemCallError(call: "send", errno: Errno(rawValue: error), object: ProcessEventSocket.name)
      }
    }
  }
}
