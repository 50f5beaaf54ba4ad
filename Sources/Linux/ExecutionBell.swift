// A bell that the kernel rings at each exec: who must look at once at what a process became need not wake for more.

internal import CLinux
internal import Glibc

/// A socket of the process-event connector that hears execs alone.
///
/// It tells that there was one; what it was, a `ProcessEventSocket` tells, which must have begun to listen after this one
/// was hung up: the kernel announces to the latest first, so that an exec that rings has been announced already.
///
/// Source: drivers/connector/cn_proc.c, net/netlink/af_netlink.c (netlink_broadcast); socket(7), SO_ATTACH_FILTER.
public struct ExecutionBell: ~Copyable {
  /// Readable (poll) while it rings.
  public let descriptor: FileDescriptor
  private let messages = MessageRing(messageSize: 8)
  private static let name = "the announcements of execs"

  /// Hangs up a bell.
  ///
  /// - Throws: `SystemCallError` as `ProcessEventSocket.listen(buffering:)` does, and with any errno of setsockopt(2).
  public static func hang() throws(SystemCallError) -> ExecutionBell {
    let descriptor = try ProcessEventSocket.open(on: name)
    try descriptor.attach(filter: executions, on: name)
    try ProcessEventSocket.join(descriptor, on: name)
    return ExecutionBell(descriptor: descriptor)
  }

  private init(descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Ends the ringing.
  ///
  /// - Throws: `SystemCallError` with any errno of recvmmsg(2); it matters not how often it rang.
  public func silence() throws(SystemCallError) {
    do throws(SystemCallError) {
      while try messages.receive(from: descriptor, named: Self.name) == MessageRing.capacity {}
    } catch {
      guard error.errno == .enobufs else { throw error }
    }
  }

  /// A message is kept whole when `what` of its struct proc_event is PROC_EVENT_EXEC, and else dropped. The event comes
  /// after struct nlmsghdr of 16 bytes and struct cn_msg of 20, and is loaded in the order of the network.
  private static let executions: [UInt64] = [
    bpfStatement(0x20, 36), bpfStatement(0x15, UInt32(2).bigEndian, otherwise: 1), bpfStatement(0x06, .max),
    bpfStatement(0x06, 0),
  ]

  /// struct sock_filter: an operation, how many statements are passed over when a comparison fails, and a number.
  private static func bpfStatement(_ code: UInt16, _ number: UInt32, otherwise: UInt8 = 0) -> UInt64 {
    UInt64(code) | UInt64(otherwise) << 24 | UInt64(number) << 32
  }
}
