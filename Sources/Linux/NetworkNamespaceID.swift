// The small number by which one network namespace knows another, as ip(8) and lsns(8) show it.

internal import CLinux

extension NamespaceDescriptor {
  /// The number that the caller's network namespace has given to this one; nil when it has given none.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` for a namespace of another kind, and any errno of socket(2).
  ///
  /// Corresponds to RTM_GETNSID of rtnetlink(7), Linux 3.20.
  public func networkID() throws(SystemCallError) -> Int32? {
    // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE
    let socket = FileDescriptor(owning: Int32(try systemCall("socket", __NR_socket, 16, 0o2000003, 0)))
    // struct nlmsghdr: length, type RTM_GETNSID and NLM_F_REQUEST, sequence, port; struct rtgenmsg; struct rtattr:
    // length 8, type NETNSA_FD; the descriptor.
    let request: [UInt32] = [28, 90 | 1 << 16, 0, 0, 0, 8 | 3 << 16, UInt32(bitPattern: descriptor.number)]
    try socket.write(unsafe request.span.withUnsafeBytes { unsafe Array($0) })
    var answer = [UInt32](repeating: 0, count: 64)
    let count = try unsafe answer.withMutableBytes { (pointer, size) throws(SystemCallError) in
      try systemCall(
        "read", __NR_read, UInt64(descriptor: socket.number), unsafe UInt64(address: pointer), UInt64(size),
        on: "rtnetlink")
    }
    return try number(in: answer[..<(count / 4)])
  }

  private func number(in answer: ArraySlice<UInt32>) throws(SystemCallError) -> Int32? {
    let type = answer.count < 7 ? 0 : answer[1] & 0xffff
    // NLMSG_ERROR carries the negated errno; RTM_NEWNSID an attribute NETNSA_NSID.
    if type == 2 {
      throw SystemCallError(
        call: "RTM_GETNSID", errno: Errno(rawValue: -Int32(bitPattern: answer[4])), object: "network namespace")
    }
    guard type == 88, answer[5] >> 16 == 1 else {
      throw SystemCallError(call: "RTM_GETNSID", errno: .eio, object: "network namespace")
    }
    let number = Int32(bitPattern: answer[6])
    return number < 0 ? nil : number
  }
}
