// A socket of the engine's that gets a descriptor: the controlling end of a terminal, a pidfd, a listener of seccomp.

internal import Linux
internal import struct SystemPackage.FilePath

/// A connection to a socket that somebody named; closed with the last reference.
final class ReceivingSocket {
  private let stream: UnixStream

  /// - Throws: `ContainerError.failed` when nobody listens there.
  init(_ path: FilePath, for what: String) throws(ContainerError) {
    stream = try attempt("connect to the socket for \(what)") { () throws(SystemCallError) in
      let name = path.lastComponent?.string ?? ""
      let above = path.parentDirectory
      let directory = try FileDescriptor.open(above.isEmpty ? "." : above, [.path, .directory])
      return try UnixStream(connectingTo: name, in: directory)
    }
  }

  /// The socket's number.
  var number: Int32 { stream.descriptor.number }

  /// Sends bytes with a descriptor.
  func send(
    _ bytes: [UInt8], attaching attachment: borrowing FileDescriptor, for what: String
  ) throws(ContainerError) {
    let (socket, attached) = (number, attachment.number)
    try attempt("send \(what)") { () throws(SystemCallError) in
      try UnixSocket(FileDescriptor(borrowing: socket)).send(bytes, attaching: FileDescriptor(borrowing: attached))
    }
  }
}

extension FilePath {
  /// Writes a PID for an engine: aside first and renamed then, so that nobody reads half of it.
  func writeProcessID(_ processID: Int32) throws(ContainerError) {
    let draft = parentDirectory.appending(".\(lastComponent?.string ?? "pid")")
    try attempt("write the PID file") { () throws(SystemCallError) in
      try FileDescriptor.open(draft, [.writeOnly, .create, .truncate], mode: 0o666).write("\(processID)")
      try renameFile(draft, to: self)
    }
  }
}
