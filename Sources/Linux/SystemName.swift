// The names that a UTS namespace holds: the hostname and the NIS domain name.

internal import CLinux
internal import Glibc

/// What the kernel says of itself and of the caller's UTS namespace.
///
/// Names are bytes that need not be UTF-8, at most 64. Source: uname(2), uts_namespaces(7).
public struct SystemName: Hashable, Sendable {
  /// For example `Linux`.
  public let kernelName: [UInt8]
  /// The hostname.
  public let hostName: [UInt8]
  /// For example `6.18.44`.
  public let release: [UInt8]
  /// The kernel's build.
  public let version: [UInt8]
  /// For example `x86_64`.
  public let machine: [UInt8]
  /// The NIS domain name; `(none)` when it was never set.
  public let domainName: [UInt8]

  /// The length of each member of `struct new_utsname`, with its NUL.
  private static let memberSize = 65

  /// Reads the names of the caller's UTS namespace.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to uname(2).
  public init() throws(SystemCallError) {
    var memory = [UInt8](repeating: 0, count: 6 * SystemName.memberSize)
    _ = try unsafe memory.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall("uname", __NR_uname, unsafe UInt64(address: pointer))
    }
    func member(_ index: Int) -> [UInt8] {
      Array(memory[(index * SystemName.memberSize)...].prefix(SystemName.memberSize).prefix { $0 != 0 })
    }
    kernelName = member(0)
    hostName = member(1)
    release = member(2)
    version = member(3)
    machine = member(4)
    domainName = member(5)
  }

  /// Sets the hostname of the caller's UTS namespace.
  ///
  /// - Parameter name: at most 64 bytes.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SYS_ADMIN in the user namespace that owns the UTS
  ///   namespace, `EINVAL` for a longer name.
  ///
  /// Corresponds to sethostname(2).
  public static func setHostName(_ name: [UInt8]) throws(SystemCallError) {
    try set("sethostname", __NR_sethostname, name)
  }

  /// Sets the NIS domain name of the caller's UTS namespace.
  ///
  /// - Parameter name: at most 64 bytes.
  /// - Throws: as `setHostName(_:)` does.
  ///
  /// Corresponds to setdomainname(2).
  public static func setDomainName(_ name: [UInt8]) throws(SystemCallError) {
    try set("setdomainname", __NR_setdomainname, name)
  }

  private static func set(_ call: StaticString, _ number: Int32, _ name: [UInt8]) throws(SystemCallError) {
    _ = try unsafe name.withBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        call, number, unsafe UInt64(address: pointer), UInt64(count), on: String(decoding: name, as: UTF8.self))
    }
  }
}
