// The kernel's announcements of forks: who begot whom, however short either lives.

internal import CLinux
internal import Glibc

/// The stream of forks on this machine, from the process-event connector.
///
/// The numbers are those of the machine's first PID namespace. Source: connector, include/uapi/linux/cn_proc.h.
public struct ForkEvents: ~Copyable {
  /// A new process; threads are left out.
  public struct Fork: Hashable, Sendable {
    /// Who forked.
    public let parentID: Int32
    /// What came of it.
    public let childID: Int32
  }

  private let socket: FileDescriptor
  private var buffer = [UInt8](repeating: 0, count: 512)

  /// Begins to listen: every fork from now on is announced.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_NET_ADMIN, `EPROTONOSUPPORT` outside of the first network
  ///   namespace or in a kernel without connectors, `EOPNOTSUPP` outside of the first PID and user namespaces.
  public static func listen() throws(SystemCallError) -> ForkEvents {
    let number = try systemCall(
      "socket", __NR_socket, UInt64(AF_NETLINK), UInt64(SOCK_DGRAM.rawValue | UInt32(O_CLOEXEC | O_NONBLOCK)),
      connectorProtocol, on: "process events")
    var events = ForkEvents(socket: FileDescriptor(owning: Int32(number)))
    try events.bindToProcessEvents()
    try events.enlargeBuffer()
    try events.subscribe()
    guard try events.isAcknowledged() else {
      throw SystemCallError(call: "send", errno: .eopnotsupp, object: "process events")
    }
    return events
  }

  private init(socket: consuming FileDescriptor) {
    self.socket = socket
  }

  /// The forks that were announced since the last call.
  ///
  /// - Returns: nil when announcements were lost because there were too many: look at /proc.
  /// - Throws: `SystemCallError` with any errno of recv(2).
  public mutating func waiting() throws(SystemCallError) -> [Fork]? {
    var forks: [Fork] = []
    var isComplete = true
    while true {
      do throws(SystemCallError) {
        let count = try receive()
        if let fork = ForkEvents.parse(buffer[..<count]) { forks.append(fork) }
      } catch {
        if error.errno == .eagain { return isComplete ? forks : nil }
        guard error.errno == .enobufs else { throw error }
        isComplete = false
      }
    }
  }

  /// A message: struct nlmsghdr (16 bytes), struct cn_msg (20), then struct proc_event: what, CPU, time, and of a
  /// fork the parent's thread and process, the child's thread and process.
  static func parse(_ message: ArraySlice<UInt8>) -> Fork? {
    guard message.count >= 68, word(message, 36) == 1 else { return nil }
    guard word(message, 60) == word(message, 64) else { return nil }
    return Fork(
      parentID: Int32(bitPattern: word(message, 56)), childID: Int32(bitPattern: word(message, 64)))
  }

  private static let connectorProtocol: UInt64 = 11
  /// NLMSG_DONE.
  private static let messageDone: UInt32 = 3
  private static let processEventsIndex: UInt32 = 1

  private static func word(_ message: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    unsafe message.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
  }

  /// struct sockaddr_nl: family, PID, and the groups as a mask.
  private func bindToProcessEvents() throws(SystemCallError) {
    let address: [UInt32] = [UInt32(AF_NETLINK), 0, 1 << (ForkEvents.processEventsIndex - 1)]
    let number = socket.number
    try unsafe address.withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "bind", __NR_bind, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count),
        on: "process events")
    }
  }

  private func enlargeBuffer() throws(SystemCallError) {
    let number = socket.number
    try unsafe [Int32(16 << 20)].withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "setsockopt", __NR_setsockopt, UInt64(descriptor: number), UInt64(SOL_SOCKET), UInt64(SO_RCVBUFFORCE),
        unsafe UInt64(address: pointer), UInt64(count), on: "process events")
    }
  }

  /// PROC_CN_MCAST_LISTEN.
  private func subscribe() throws(SystemCallError) {
    let headers: [UInt32] = [40, ForkEvents.messageDone, 0, 0, ForkEvents.processEventsIndex, 1, 0, 0, 4, 1]
    let number = socket.number
    try unsafe headers.withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "sendto", __NR_sendto, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count), 0, 0, 0,
        on: "process events")
    }
  }

  /// The kernel answers before the request returns, or, outside of the first PID and user namespaces, never.
  private mutating func isAcknowledged() throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      _ = try receive()
      return true
    } catch {
      guard error.errno == .eagain else { throw error }
      return false
    }
  }

  private mutating func receive() throws(SystemCallError) -> Int {
    let number = socket.number
    return try unsafe buffer.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "recvfrom", __NR_recvfrom, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count), 0, 0, 0,
        on: "process events")
    }
  }
}
