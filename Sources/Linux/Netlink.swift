// What the users of netlink sockets have in common.

internal import CLinux
internal import Glibc

extension FileDescriptor {
  /// Gives a netlink socket an address of the kernel's choice, and joins multicast groups.
  ///
  /// - Parameter groups: a mask of the first 32 groups of its protocol.
  ///
  /// Corresponds to bind(2) with struct sockaddr_nl, netlink(7).
  func bindNetlink(groups: UInt32, on object: String) throws(SystemCallError) {
    let address: [UInt32] = [UInt32(AF_NETLINK), 0, groups]
    try unsafe address.withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "bind", __NR_bind, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count), on: object)
    }
  }

  /// Lets more wait to be read than the system's limit for everybody allows.
  ///
  /// - Parameter size: in bytes, as the kernel accounts them.
  ///
  /// Corresponds to setsockopt(2) SO_RCVBUFFORCE, with CAP_NET_ADMIN; without it SO_RCVBUF.
  func enlargeReceiveBuffer(to size: Int32, on object: String) throws(SystemCallError) {
    do throws(SystemCallError) {
      try setSocketOption(SO_RCVBUFFORCE, [size], on: object)
    } catch {
      guard error.errno == .eperm else { throw error }
      try setSocketOption(SO_RCVBUF, [size], on: object)
    }
  }

  /// Lets only those messages come that a program keeps.
  ///
  /// - Parameter filter: struct sock_filter of classic BPF, 8 bytes each.
  ///
  /// Corresponds to setsockopt(2) SO_ATTACH_FILTER; Documentation/networking/filter.rst.
  func attach(filter: [UInt64], on object: String) throws(SystemCallError) {
    try unsafe filter.withBytes { (pointer, _) throws(SystemCallError) in
      // struct sock_fprog: how many statements, and where they are.
      try setSocketOption(SO_ATTACH_FILTER, unsafe [UInt64(filter.count), UInt64(address: pointer)], on: object)
    }
  }

  /// How many messages a netlink socket has been denied since it was made, since too many waited.
  ///
  /// Corresponds to getsockopt(2) SO_MEMINFO, Linux 4.12; SK_MEMINFO_DROPS in include/uapi/linux/sock_diag.h.
  func droppedMessages(on object: String) throws(SystemCallError) -> UInt32 {
    var counters = [UInt32](repeating: 0, count: 9)
    let number = number
    _ = try unsafe counters.withMutableBytes { (pointer, count) throws(SystemCallError) in
      var length = UInt32(count)
      return try withMemory(of: &length) { (lengthAddress) throws(SystemCallError) in
        try systemCall(
          "getsockopt", __NR_getsockopt, UInt64(descriptor: number), UInt64(SOL_SOCKET), UInt64(SO_MEMINFO),
          unsafe UInt64(address: pointer), lengthAddress, on: object)
      }
    }
    return counters[8]
  }

  private func setSocketOption<Value: BitwiseCopyable>(
    _ option: Int32, _ value: [Value], on object: String
  ) throws(SystemCallError) {
    try unsafe value.withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "setsockopt", __NR_setsockopt, UInt64(descriptor: number), UInt64(SOL_SOCKET), UInt64(option),
        unsafe UInt64(address: pointer), UInt64(count), on: object)
    }
  }

  /// Sends one message, header included, to the kernel.
  func sendNetlink(_ words: [UInt32], on object: String) throws(SystemCallError) {
    try unsafe words.withBytes { (pointer, count) throws(SystemCallError) in
      _ = try systemCall(
        "sendto", __NR_sendto, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(count), 0, 0, 0,
        on: object)
    }
  }
}

extension Span<UInt32> {
  /// The bytes before the first NUL in so many words, as far as they are there.
  func text(from start: Int, words: Int) -> [UInt8] {
    var text: [UInt8] = []
    for index in start..<Swift.max(start, Swift.min(start + words, count)) {
      for shift: UInt32 in [0, 8, 16, 24] {
        let byte = UInt8(truncatingIfNeeded: self[index] >> shift)
        if byte == 0 { return text }
        text.append(byte)
      }
    }
    return text
  }
}

/// Where the value of an attribute lies.
///
/// - Parameters:
///   - range: of the words that the attributes are in.
/// - Returns: the value's words; nil where there is no attribute of the type, or it reaches beyond the message.
///
/// Source: struct nlattr, include/uapi/linux/netlink.h.
func netlinkAttribute(_ type: UInt16, in words: Span<UInt32>, _ range: Range<Int>) -> Range<Int>? {
  var start = range.lowerBound
  while start < range.upperBound {
    let length = Int(words[start] & 0xffff)
    let end = start + (length + 3) / 4
    guard length >= 4, end <= range.upperBound else { return nil }
    // Two bits say that it is nested, and in what order its bytes are.
    if UInt16(words[start] >> 16) & 0x3fff == type { return start + 1..<end }
    start = end
  }
  return nil
}
