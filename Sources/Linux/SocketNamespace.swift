// The network namespace that a socket belongs to, which can be another than its process's.

internal import CLinux

extension FileDescriptor {
  /// The network namespace of this socket.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no socket, `EPERM` without CAP_NET_ADMIN in the namespace.
  ///
  /// Corresponds to ioctl(2) with SIOCGSKNS, Linux 4.10.
  public func networkNamespace() throws(SystemCallError) -> NamespaceDescriptor {
    let socketNamespace: UInt32 = 0x894c
    return NamespaceDescriptor(
      FileDescriptor(owning: Int32(try ioControl("ioctl(SIOCGSKNS)", number, socketNamespace))))
  }
}

extension NamespaceDescriptor {
  /// Gives up ownership: the caller closes the number.
  public consuming func release() -> Int32 {
    descriptor.release()
  }
}

extension PIDFD {
  /// Gives up ownership: the caller closes the number.
  public consuming func release() -> Int32 {
    descriptor.release()
  }
}

extension DetachedMount {
  /// Gives up ownership: the caller closes the number.
  public consuming func release() -> Int32 {
    descriptor.release()
  }
}
