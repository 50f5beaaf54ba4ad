// Many small messages in one system call: for sockets on which thousands arrive in a second.

internal import CLinux
internal import Glibc

/// Memory for messages that are received together.
///
/// Corresponds to recvmmsg(2).
@safe
struct MessageRing: ~Copyable {
  /// The most messages that one call takes.
  static let capacity = 64
  private let size: Int
  /// For each message struct mmsghdr: eight words, of which the third and fourth say where its struct iovec is and that
  /// it is one, and the eighth gets the length; struct iovec of two words; then its bytes.
  private let headers: UnsafeMutablePointer<UInt64>
  private let pieces: UnsafeMutablePointer<UInt64>
  private let bytes: UnsafeMutableRawPointer

  /// - Parameter size: of the longest message in bytes, a multiple of 8; longer ones are cut.
  init(messageSize size: Int) {
    self.size = size
    unsafe headers = .allocate(capacity: Self.capacity * 8)
    unsafe pieces = .allocate(capacity: Self.capacity * 2)
    unsafe headers.initialize(repeating: 0, count: Self.capacity * 8)
    unsafe bytes = .allocate(byteCount: Self.capacity * size, alignment: 8)
    for index in 0..<Self.capacity {
      unsafe pieces[index * 2] = UInt64(address: bytes + index * size)
      unsafe pieces[index * 2 + 1] = UInt64(size)
      unsafe headers[index * 8 + 2] = UInt64(address: pieces + index * 2)
      unsafe headers[index * 8 + 3] = 1
    }
  }

  deinit {
    unsafe headers.deallocate()
    unsafe pieces.deallocate()
    unsafe bytes.deallocate()
  }

  /// Receives what is there, up to the capacity.
  ///
  /// - Returns: how many messages; 0 when none is there.
  /// - Throws: `SystemCallError` with `ENOBUFS` when messages were lost, and any errno of recvmmsg(2).
  func receive(from socket: borrowing FileDescriptor, named name: String) throws(SystemCallError) -> Int {
    do throws(SystemCallError) {
      return try systemCall(
        "recvmmsg", __NR_recvmmsg, UInt64(descriptor: socket.number), unsafe UInt64(address: headers),
        UInt64(Self.capacity), UInt64(MSG_DONTWAIT), 0, on: name)
    } catch {
      guard error.errno == .eagain else { throw error }
      return 0
    }
  }

  /// Lends a message that was received, as words; what is left of a last, incomplete one is left out.
  func withMessage<Result>(_ index: Int, _ body: (Span<UInt32>) -> Result) -> Result {
    let count = unsafe Int(UInt32(truncatingIfNeeded: headers[index * 8 + 7])) / 4
    let start = unsafe (bytes + index * size).assumingMemoryBound(to: UInt32.self)
    return unsafe body(UnsafeBufferPointer(start: start, count: count).span)
  }
}
