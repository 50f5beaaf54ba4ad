// Sockets of the UNIX domain that have a name: one process waits there, another comes by.

internal import CLinux

/// A connection of the UNIX domain, or a place where one can be made.
///
/// Source: unix(7), SOCK_STREAM.
public struct UnixStream: ~Copyable, Sendable {
  /// The socket.
  public let descriptor: FileDescriptor

  private static func make() throws(SystemCallError) -> FileDescriptor {
    // AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC
    FileDescriptor(owning: Int32(try systemCall("socket", __NR_socket, 1, 0o2000001, 0)))
  }

  /// Waits for connections under a name, which must be free.
  ///
  /// - Parameter directory: where the name is; however long its own path is, it does not count towards the 108 bytes
  ///   of an address.
  /// - Throws: `SystemCallError` with `EADDRINUSE` when the name is taken, `ENOENT` without /proc, `ENAMETOOLONG`.
  ///
  /// Corresponds to bind(2) and listen(2).
  public init(
    listeningAt name: String, in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) {
    let socket = try UnixStream.make()
    try UnixStream.address("bind", __NR_bind, socket.number, name, directory.number)
    _ = try systemCall("listen", __NR_listen, UInt64(descriptor: socket.number), 8, on: name)
    descriptor = socket
  }

  /// Connects to who waits under a name.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` without the name, `ECONNREFUSED` when nobody waits any more.
  ///
  /// Corresponds to connect(2).
  public init(
    connectingTo name: String, in directory: borrowing FileDescriptor = .workingDirectory
  ) throws(SystemCallError) {
    let socket = try UnixStream.make()
    try UnixStream.address("connect", __NR_connect, socket.number, name, directory.number)
    descriptor = socket
  }

  /// Gives up the connection's form: the socket alone.
  public consuming func release() -> FileDescriptor {
    descriptor
  }

  private static func address(
    _ call: StaticString, _ number: Int32, _ socket: Int32, _ name: String, _ directory: Int32
  ) throws(SystemCallError) {
    let path = directory < 0 ? name : "/proc/self/fd/\(directory)/\(name)"
    // AF_UNIX in the machine's order, then the path and its end.
    var bytes = [1, 0] + Array(path.utf8) + [0]
    guard bytes.count <= 110 else {
      throw SystemCallError(call: call.description, errno: .enametoolong, object: path)
    }
    try unsafe bytes.withMutableBytes { (address, size) throws(SystemCallError) in
      _ = try systemCall(
        call, number, UInt64(descriptor: socket), unsafe UInt64(address: address), UInt64(size), on: name)
    }
  }
}
