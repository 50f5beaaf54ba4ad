// Who decides about system calls in a container's stead waits at a socket for the descriptor to decide on.

public import Linux
public import struct SystemPackage.FilePath

/// Hands the descriptor of a filter's listener over.
///
/// - Parameters:
///   - listener: what the kernel gave for the filter.
///   - state: the container's process state, as JSON.
///   - path: the socket, `linux.seccomp.listenerPath`.
/// - Throws: `SystemCallError` with `ENOENT` or `ECONNREFUSED` when nobody waits there.
///
/// Source: runtime-spec, config-linux.md "The Container Process State".
public func handSeccompListener(
  _ listener: borrowing FileDescriptor, _ state: [UInt8], to path: FilePath
) throws(SystemCallError) {
  let connection = UnixSocket(try UnixStream(connectingTo: path.string).release())
  try connection.send(state, attaching: listener)
}
