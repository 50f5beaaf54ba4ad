// The addresses of the network interfaces that the caller's network namespace has.

internal import CLinux
internal import Glibc

/// An address of a network interface.
///
/// Source: rtnetlink(7), RTM_NEWADDR.
public struct InterfaceAddress: Hashable, Sendable {
  /// The interface's name, for example `eth0`.
  public let interface: String
  /// The address as text, for example `192.0.2.1`, `2001:db8::1`.
  public let address: String
  /// Whether it has 16 bytes; an IPv4 address has 4.
  public let isIPv6: Bool
  /// The interface is the loopback.
  public let isLoopback: Bool
  /// The interface is up.
  public let isUp: Bool
  /// An IPv6 address that is valid on its link alone (fe80::/10).
  public let isLinkLocal: Bool

  /// The addresses of the caller's network namespace, in the kernel's order.
  ///
  /// - Throws: `SystemCallError` with any errno of getifaddrs(3).
  public static func all() throws(SystemCallError) -> [InterfaceAddress] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else {
      throw SystemCallError(call: "getifaddrs", errno: Errno(rawValue: errno))
    }
    defer { unsafe freeifaddrs(list) }
    var addresses: [InterfaceAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe InterfaceAddress(entry.pointee) { addresses.append(address) }
      unsafe next = entry.pointee.ifa_next
    }
    return addresses
  }

  private init?(_ entry: ifaddrs) {
    guard let address = unsafe entry.ifa_addr, let name = unsafe entry.ifa_name else { return nil }
    let family = unsafe Int32(address.pointee.sa_family)
    guard family == AF_INET || family == AF_INET6 else { return nil }
    // struct sockaddr_in has its address after family and port, struct sockaddr_in6 after the flow label too.
    let start = unsafe UnsafeRawPointer(address) + (family == AF_INET ? 4 : 8)
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard unsafe inet_ntop(family, start, &text, socklen_t(text.count)) != nil else { return nil }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    self.address = String(decoding: bytes, as: UTF8.self)
    interface = unsafe String(cString: name)
    isIPv6 = family == AF_INET6
    isLoopback = unsafe entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
    isUp = unsafe entry.ifa_flags & UInt32(IFF_UP) != 0
    isLinkLocal = isIPv6 && self.address.lowercased().hasPrefix("fe8")
  }
}
