// Messages between processes of one machine, each with a descriptor if need be.

internal import CLinux
internal import Glibc

/// A connected socket of the UNIX domain that keeps messages apart.
///
/// Source: unix(7), SOCK_SEQPACKET.
public struct UnixSocket: ~Copyable, Sendable {
  /// The socket.
  public let descriptor: FileDescriptor

  /// Takes over a socket.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Sends a message.
  ///
  /// - Parameters:
  ///   - bytes: at least one.
  ///   - attachment: a descriptor that the receiver gets a copy of.
  /// - Throws: `SystemCallError` with `EPIPE` when the other end is closed, `EMSGSIZE` for one too long.
  ///
  /// Corresponds to sendmsg(2) with SCM_RIGHTS and MSG_NOSIGNAL.
  public func send(
    _ bytes: [UInt8], attaching attachment: borrowing FileDescriptor = FileDescriptor(borrowing: -1)
  ) throws(SystemCallError) {
    var content = bytes
    let attached = attachment.number
    var control: [UInt64] = attached < 0 ? [] : controlMessage(with: attached)
    _ = try exchange("sendmsg", __NR_sendmsg, &content, &control, UInt64(MSG_NOSIGNAL))
  }

  /// A message that was received.
  @frozen
  public struct Message: ~Copyable, Sendable {
    /// Empty when the other end is closed.
    public let bytes: [UInt8]
    /// The descriptor that was attached, close-on-exec; of several, the first.
    public var attachment: FileDescriptor?
  }

  /// Waits for a message.
  ///
  /// - Parameter limit: longer ones are cut.
  /// - Throws: `SystemCallError` with `ECONNRESET` and any other errno of recvmsg(2).
  ///
  /// Corresponds to recvmsg(2) with MSG_CMSG_CLOEXEC.
  public func receive(limit: Int = 65536) throws(SystemCallError) -> Message {
    var content = [UInt8](repeating: 0, count: limit)
    var control = controlMessage(with: -1)
    control[0] = 0
    let count = try exchange("recvmsg", __NR_recvmsg, &content, &control, UInt64(MSG_CMSG_CLOEXEC))
    let isAttached = control[0] == controlMessageSize && control[1] == levelAndType
    let number = Int32(truncatingIfNeeded: control[2])
    return Message(
      bytes: Array(content[..<count]), attachment: isAttached ? FileDescriptor(owning: number) : nil)
  }

  private func exchange(
    _ name: StaticString, _ call: Int32, _ content: inout [UInt8], _ control: inout [UInt64], _ flags: UInt64
  ) throws(SystemCallError) -> Int {
    let number = descriptor.number
    let controlSize = control.isEmpty ? 0 : controlMessageSize
    return try unsafe content.withMutableBytes { (content, size) throws(SystemCallError) in
      try unsafe control.withMutableBytes { (control, _) throws(SystemCallError) in
        var piece = unsafe (UInt64(address: content), UInt64(size))
        return try withMemory(of: &piece) { (pieceAddress) throws(SystemCallError) in
          var header = unsafe [
            0, 0, pieceAddress, 1, controlSize == 0 ? 0 : UInt64(address: control), controlSize, 0,
          ]
          return try unsafe header.withMutableBytes { (header, _) throws(SystemCallError) in
            try systemCall(
              name, call, UInt64(descriptor: number), unsafe UInt64(address: header), flags, on: "socket \(number)")
          }
        }
      }
    }
  }
}

/// cmsg_level and cmsg_type of a descriptor: SOL_SOCKET (1), SCM_RIGHTS (1).
private let levelAndType: UInt64 = 1 | 1 << 32

/// Length of struct cmsghdr with one descriptor: the kernel drops what a peer attaches beyond it.
private let controlMessageSize: UInt64 = 20

/// struct cmsghdr with one descriptor: length, level and type, the number, padding.
private func controlMessage(with descriptor: Int32) -> [UInt64] {
  [controlMessageSize, levelAndType, UInt64(UInt32(bitPattern: descriptor))]
}

/// Two sockets connected to each other; either may be consumed alone.
///
/// Source: socketpair(2), unix(7).
@frozen
public struct UnixSocketPair: ~Copyable, Sendable {
  /// One end.
  public let first: UnixSocket
  /// The other end.
  public let second: UnixSocket

  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Corresponds to socketpair(2) with AF_UNIX and SOCK_SEQPACKET.
  public init() throws(SystemCallError) {
    var ends: [Int32] = [-1, -1]
    // AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC
    _ = try unsafe ends.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall("socketpair", __NR_socketpair, 1, 0o2000005, 0, unsafe UInt64(address: pointer))
    }
    first = UnixSocket(FileDescriptor(owning: ends[0]))
    second = UnixSocket(FileDescriptor(owning: ends[1]))
  }
}
