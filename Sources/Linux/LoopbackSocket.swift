// TCP on the machine itself: a place on 127.0.0.1 where browsers knock, and the connections that come of it.

internal import CLinux
internal import Glibc

/// A socket that waits for connections on 127.0.0.1, and on no other address.
///
/// Source: ip(7), tcp(7).
public struct LoopbackListener: ~Copyable, Sendable {
  /// Readable (poll) while a connection waits.
  public let descriptor: FileDescriptor
  /// Where it listens.
  public let port: UInt16

  /// Begins to listen.
  ///
  /// - Parameter port: 0 for one that is free.
  /// - Throws: `SystemCallError` with `EADDRINUSE` when the port is taken, `EACCES` below 1024 without the right.
  ///
  /// Corresponds to bind(2) and listen(2).
  public init(port: UInt16 = 0) throws(SystemCallError) {
    // AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
    let socket = FileDescriptor(owning: Int32(try systemCall("socket", __NR_socket, 2, 0o2004001, 0)))
    let number = UInt64(descriptor: socket.number)
    var reuse: Int32 = 1
    _ = try withMemory(of: &reuse) { (address) throws(SystemCallError) in
      // A connection that ended a moment ago does not keep the port.
      try systemCall("setsockopt", __NR_setsockopt, number, UInt64(SOL_SOCKET), UInt64(SO_REUSEADDR), address, 4)
    }
    var address = SocketAddress(port: port)
    _ = try withMemory(of: &address) { (memory) throws(SystemCallError) in
      try systemCall("bind", __NR_bind, number, memory, 16, on: "127.0.0.1:\(port)")
    }
    _ = try systemCall("listen", __NR_listen, number, 64, on: "127.0.0.1:\(port)")
    var size: UInt32 = 16
    _ = try withMemory(of: &address) { (memory) throws(SystemCallError) in
      try withMemory(of: &size) { (size) throws(SystemCallError) in
        try systemCall("getsockname", __NR_getsockname, number, memory, size)
      }
    }
    descriptor = socket
    self.port = UInt16(bigEndian: address.port)
  }

  /// Takes a connection that waits.
  ///
  /// - Returns: nil when none waits any more.
  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Corresponds to accept4(2).
  public func accept() throws(SystemCallError) -> LoopbackStream? {
    do throws(SystemCallError) {
      // SOCK_CLOEXEC | SOCK_NONBLOCK
      let number = try systemCall("accept4", __NR_accept4, UInt64(descriptor: descriptor.number), 0, 0, 0o2004000)
      return LoopbackStream(FileDescriptor(owning: Int32(number)))
    } catch {
      if error.errno == .eagain || error.errno == .econnaborted { return nil }
      throw error
    }
  }
}

/// struct sockaddr_in of 127.0.0.1.
private struct SocketAddress {
  let family: UInt16 = 2
  /// In the network's order.
  var port: UInt16
  let address = UInt32(0x7f00_0001).bigEndian
  let padding: UInt64 = 0

  init(port: UInt16) { self.port = port.bigEndian }
}

/// A connection; neither reading nor writing waits.
///
/// Source: tcp(7).
public struct LoopbackStream: ~Copyable, Sendable {
  /// The socket.
  public let descriptor: FileDescriptor

  init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Connects to who listens on 127.0.0.1.
  ///
  /// - Throws: `SystemCallError` with `ECONNREFUSED` when nobody does.
  ///
  /// Corresponds to connect(2).
  public init(connectingTo port: UInt16) throws(SystemCallError) {
    // AF_INET, SOCK_STREAM | SOCK_CLOEXEC
    let socket = FileDescriptor(owning: Int32(try systemCall("socket", __NR_socket, 2, 0o2000001, 0)))
    let number = UInt64(descriptor: socket.number)
    var address = SocketAddress(port: port)
    _ = try withMemory(of: &address) { (memory) throws(SystemCallError) in
      try systemCall("connect", __NR_connect, number, memory, 16, on: "127.0.0.1:\(port)")
    }
    descriptor = socket
  }

  /// Gives up the connection's form: the socket alone.
  public consuming func release() -> FileDescriptor {
    descriptor
  }

  /// Reads what has come.
  ///
  /// - Returns: how many bytes; 0 once the other end sends no more, nil when nothing is there.
  /// - Throws: `SystemCallError` with `ECONNRESET` and any other errno of read(2).
  public func receive(into buffer: inout [UInt8]) throws(SystemCallError) -> Int? {
    do throws(SystemCallError) {
      return try descriptor.read(into: &buffer)
    } catch {
      if error.errno == .eagain { return nil }
      throw error
    }
  }

  /// Sends what the connection takes at once.
  ///
  /// - Returns: how many bytes it took; 0 when the other end does not read.
  /// - Throws: `SystemCallError` with `EPIPE` or `ECONNRESET` when the other end is gone; no signal is raised.
  ///
  /// Corresponds to sendto(2) with MSG_NOSIGNAL.
  public func send(_ bytes: [UInt8], from start: Int = 0) throws(SystemCallError) -> Int {
    let number = UInt64(descriptor: descriptor.number)
    do throws(SystemCallError) {
      return try unsafe bytes.withBytes { (pointer, count) throws(SystemCallError) in
        try systemCall(
          "sendto", __NR_sendto, number, unsafe UInt64(address: pointer + start), UInt64(count - start),
          UInt64(MSG_NOSIGNAL), 0, 0, on: "socket \(number)")
      }
    } catch {
      if error.errno == .eagain { return 0 }
      throw error
    }
  }
}
