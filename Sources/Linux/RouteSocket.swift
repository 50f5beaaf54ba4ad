// Network interfaces and their addresses over rtnetlink: found, moved into another network namespace, renamed, and given
// addresses.

internal import CLinux
internal import Glibc

/// A socket on which the kernel is asked about the interfaces of one network namespace: that in which it was made.
///
/// Source: rtnetlink(7), netlink(7).
public struct RouteSocket: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// Takes over a socket that was made in another namespace.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Makes one in the caller's network namespace.
  ///
  /// - Throws: `SystemCallError` with any errno of socket(2).
  public init() throws(SystemCallError) {
    let number = try systemCall("socket", __NR_socket, 16, 0o2000003, 0, on: "NETLINK_ROUTE")
    descriptor = FileDescriptor(owning: Int32(number))
  }

  /// An address of an interface, as far as it can be given to another one.
  public struct Address: Hashable, Sendable {
    /// AF_INET or AF_INET6.
    let family: UInt8
    let prefixLength: UInt8
    /// Attributes as the kernel has them: the address, that of the other end, the broadcast address.
    let attributes: [UInt8]
  }

  /// The index of an interface.
  ///
  /// - Throws: `SystemCallError` with `ENODEV` when there is none of that name.
  public func index(of name: String) throws(SystemCallError) -> Int32 {
    let answers = try ask(.getLink, LinkMessage(index: 0).bytes + Attribute.text(.name, name), on: name)
    guard let answer = answers.first, answer.count >= 8 else {
      throw SystemCallError(call: "rtnetlink", errno: .enodev, object: name)
    }
    return Int32(bitPattern: Self.word(answer, 4))
  }

  /// Moves an interface into another network namespace, where it has another name and is down.
  ///
  /// - Parameter namespace: a descriptor of the namespace.
  /// - Throws: `SystemCallError` with `EEXIST` when the name is taken there, `EINVAL` for an interface that cannot be
  ///   moved, `EPERM` without CAP_NET_ADMIN on both sides.
  public func move(_ index: Int32, to namespace: borrowing FileDescriptor, as name: String) throws(SystemCallError) {
    let target = bytes(of: UInt32(bitPattern: namespace.number))
    let content = LinkMessage(index: index).bytes + Attribute.bytes(.namespace, target) + Attribute.text(.name, name)
    _ = try ask(.newLink, content, on: name)
  }

  /// Brings an interface up.
  ///
  /// - Throws: `SystemCallError` with `ENODEV`, `EPERM`.
  public func bringUp(_ index: Int32) throws(SystemCallError) {
    _ = try ask(.newLink, LinkMessage(index: index, isUp: true).bytes, on: "interface \(index)")
  }

  /// The addresses of an interface that were given to it for good and that others can reach it by.
  ///
  /// - Throws: `SystemCallError` with any errno of sendto(2) and recvfrom(2).
  public func addresses(of index: Int32) throws(SystemCallError) -> [Address] {
    let answers = try ask(.getAddress, [0, 0, 0, 0] + bytes(of: UInt32(0)), dumps: true, on: "interface \(index)")
    return answers.compactMap { answer in
      // struct ifaddrmsg: family, length of the prefix, flags (IFA_F_PERMANENT 0x80), scope, index.
      guard answer.count >= 8, Int32(bitPattern: Self.word(answer, 4)) == index else { return nil }
      let start = answer.startIndex
      guard answer[start + 2] & 0x80 != 0, answer[start + 3] == 0 else { return nil }
      let kept = Attribute.parse(answer.dropFirst(8)).filter { Attribute.ofAddress.contains($0.kind) }
      return Address(
        family: answer[start], prefixLength: answer[start + 1],
        attributes: kept.flatMap { Attribute.bytes($0.kind, Array($0.content)) })
    }
  }

  /// Gives an address to an interface.
  ///
  /// - Throws: `SystemCallError` with `EEXIST` when it has it, `EPERM`, `ENODEV`.
  public func add(_ address: Address, to index: Int32) throws(SystemCallError) {
    let content =
      [address.family, address.prefixLength, 0x80, 0] + bytes(of: UInt32(bitPattern: index)) + address.attributes
    _ = try ask(.newAddress, content, on: "interface \(index)")
  }
}

// MARK: Messages

extension RouteSocket {
  /// RTM_*.
  private enum Request: UInt16 {
    case newLink = 16
    case getLink = 18
    case newAddress = 20
    case getAddress = 22

    /// NLM_F_REQUEST, NLM_F_ACK; of an address NLM_F_CREATE and NLM_F_EXCL; of a list NLM_F_DUMP.
    func flags(dumps: Bool) -> UInt16 {
      if dumps { return 0x301 }
      return self == .newAddress ? 0x605 : 0x5
    }
  }

  /// struct ifinfomsg.
  private struct LinkMessage {
    let index: Int32
    var isUp = false

    var bytes: [UInt8] {
      let flags: UInt32 = isUp ? 1 : 0
      return [0, 0, 0, 0] + Linux.bytes(of: UInt32(bitPattern: index)) + Linux.bytes(of: flags)
        + Linux.bytes(of: flags)
    }
  }

  /// struct rtattr with its content.
  private struct Attribute {
    /// IFLA_IFNAME and IFLA_NET_NS_FD.
    enum Kind: UInt16 {
      case name = 3
      case namespace = 28
    }

    /// IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST.
    static let ofAddress: Set<UInt16> = [1, 2, 4]

    let kind: UInt16
    let content: ArraySlice<UInt8>

    static func text(_ kind: Kind, _ text: String) -> [UInt8] { bytes(kind, Array(text.utf8) + [0]) }

    static func bytes(_ kind: Kind, _ content: [UInt8]) -> [UInt8] { bytes(kind.rawValue, content) }

    static func bytes(_ kind: UInt16, _ content: [UInt8]) -> [UInt8] {
      let padding = (4 - content.count % 4) % 4
      return Linux.bytes(of: UInt16(content.count + 4)) + Linux.bytes(of: kind) + content
        + Array(repeating: 0, count: padding)
    }

    static func parse(_ text: ArraySlice<UInt8>) -> [Attribute] {
      var found: [Attribute] = []
      var rest = text
      while rest.count >= 4 {
        let length = Int(RouteSocket.halfWord(rest, 0))
        guard length >= 4, length <= rest.count else { break }
        found.append(
          Attribute(kind: RouteSocket.halfWord(rest, 2) & 0x3fff, content: rest.dropFirst(4).prefix(length - 4)))
        rest = rest.dropFirst((length + 3) / 4 * 4)
      }
      return found
    }
  }

  /// Sends a request and gathers what is answered, without the headers.
  private func ask(
    _ request: Request, _ content: [UInt8], dumps: Bool = false, on object: String
  ) throws(SystemCallError) -> [ArraySlice<UInt8>] {
    let header =
      bytes(of: UInt32(content.count + 16)) + bytes(of: request.rawValue) + bytes(of: request.flags(dumps: dumps))
      + bytes(of: UInt32(1)) + bytes(of: UInt32(0))
    try descriptor.write(header + content)
    var answers: [ArraySlice<UInt8>] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      var rest = buffer[..<(try descriptor.read(into: &buffer))]
      rest = buffer[..<rest.endIndex]
      while rest.count >= 16 {
        let length = Int(Self.word(rest, 0))
        guard length >= 16, length <= rest.count else { break }
        let payload = rest.dropFirst(16).prefix(length - 16)
        switch Self.halfWord(rest, 4) {
        case 2:  // NLMSG_ERROR; 0 is an acknowledgement.
          let error = payload.count >= 4 ? -Int32(bitPattern: Self.word(payload, 0)) : 0
          if error != 0 { throw SystemCallError(call: "rtnetlink", errno: Errno(rawValue: error), object: object) }
          return answers
        case 3: return answers  // NLMSG_DONE
        default: answers.append(payload)
        }
        rest = rest.dropFirst((length + 3) / 4 * 4)
      }
    }
  }

  private static func word(_ text: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    UInt32(halfWord(text, offset)) | UInt32(halfWord(text, offset + 2)) << 16
  }

  private static func halfWord(_ text: ArraySlice<UInt8>, _ offset: Int) -> UInt16 {
    let start = text.startIndex + offset
    return UInt16(text[start]) | UInt16(text[start + 1]) << 8
  }
}

extension SystemCallProgram.Step {
  /// socket(2) of rtnetlink; its result is the socket.
  public static func openRouteSocket() -> Self {
    Self(
      "socket", .call(__NR_socket),
      [
        .value(16, shown: "AF_NETLINK"), .value(0o2000003, shown: "SOCK_RAW|SOCK_CLOEXEC"),
        .value(0, shown: "NETLINK_ROUTE"),
      ], on: "NETLINK_ROUTE")
  }
}
