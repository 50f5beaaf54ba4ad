// Waiting for descriptors: a few at a time with ppoll(2), many with epoll(7).

internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or is awaited for (POLL*, EPOLL*).
///
/// Source: poll(2).
public struct Readiness: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// There is something to read, or the end.
  public static let readable = Readiness(rawValue: 0x1)
  /// Exceptional: a file of cgroup or mountinfo has changed.
  public static let priority = Readiness(rawValue: 0x2)
  /// A write would not wait.
  public static let writable = Readiness(rawValue: 0x4)
  /// Told always: an error.
  public static let error = Readiness(rawValue: 0x8)
  /// Told always: the other end is gone.
  public static let hangUp = Readiness(rawValue: 0x10)
  /// Told always: the number is no open descriptor.
  public static let invalid = Readiness(rawValue: 0x20)
}

/// One descriptor of several that are waited for.
public struct PollRequest: Sendable {
  /// By number, as the descriptor stays with its owner; negative ones are passed over.
  public var descriptor: Int32
  /// What to wait for.
  public var awaited: Readiness
  /// Set by `poll`.
  public internal(set) var ready: Readiness = []

  /// What is awaited of a descriptor, which must stay open meanwhile.
  public init(_ descriptor: borrowing FileDescriptor, _ awaited: Readiness = .readable) {
    self.descriptor = descriptor.number
    self.awaited = awaited
  }
}

/// Waits until a descriptor of several is ready.
///
/// - Parameter timeout: in nanoseconds; nil waits without end.
/// - Returns: how many are ready; 0 when the time was over.
/// - Throws: `SystemCallError` with any errno of poll(2).
///
/// Corresponds to ppoll(2).
public func poll(_ requests: inout [PollRequest], timeout: UInt64? = nil) throws(SystemCallError) -> Int {
  var flat = requests.map { pollfd(fd: $0.descriptor, events: Int16($0.awaited.rawValue), revents: 0) }
  // The kernel writes the remaining time back, so an interrupted call goes on where it was.
  var time = timespec(tv_sec: Int((timeout ?? 0) / 1_000_000_000), tv_nsec: Int((timeout ?? 0) % 1_000_000_000))
  let count = flat.count
  let ready = try withMemory(of: &time) { (timeAddress) throws(SystemCallError) in
    try unsafe flat.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "ppoll", __NR_ppoll, unsafe UInt64(address: pointer), UInt64(count), timeout == nil ? 0 : timeAddress, 0, 8)
    }
  }
  for index in requests.indices {
    requests[index].ready = Readiness(rawValue: UInt16(bitPattern: flat[index].revents))
  }
  return ready
}

/// A set of descriptors that the kernel watches.
///
/// Source: epoll(7).
public struct EventPoll: ~Copyable, Sendable {
  /// How many are told of at a time.
  public static let most = 64
  /// The epoll descriptor.
  public let descriptor: FileDescriptor

  /// A descriptor that became ready.
  public struct Event: Hashable, Sendable {
    /// What the program called the descriptor when it was added.
    public let tag: UInt64
    /// What is so now.
    public let ready: Readiness
  }

  /// - Throws: `SystemCallError` with `EMFILE` when there are too many descriptors.
  ///
  /// Corresponds to epoll_create1(2).
  public init() throws(SystemCallError) {
    descriptor = FileDescriptor(owning: Int32(try systemCall("epoll_create1", __NR_epoll_create1, 0o2000000)))
  }

  /// Watches a descriptor; one that is closed is watched no more.
  ///
  /// - Throws: `SystemCallError` with `EEXIST` when it is watched, `EPERM` for a plain file.
  public func add(_ other: borrowing FileDescriptor, _ awaited: Readiness, tag: UInt64) throws(SystemCallError) {
    try control(CLINUX_EPOLL_ADD, other.number, awaited, tag)
  }

  /// Changes what a watched descriptor is awaited for.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func change(_ other: borrowing FileDescriptor, _ awaited: Readiness, tag: UInt64) throws(SystemCallError) {
    try control(CLINUX_EPOLL_CHANGE, other.number, awaited, tag)
  }

  /// Watches a descriptor no more.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` when it is not watched.
  public func remove(_ other: borrowing FileDescriptor) throws(SystemCallError) {
    try control(CLINUX_EPOLL_REMOVE, other.number, [], 0)
  }

  /// Waits until watched descriptors are ready.
  ///
  /// - Parameter milliseconds: nil waits without end.
  /// - Returns: at most `most`; empty when the time was over.
  /// - Throws: `SystemCallError` with any errno of epoll_wait(2).
  public func wait(milliseconds: Int32? = nil) throws(SystemCallError) -> [Event] {
    var events = [clinux_epoll_event](repeating: clinux_epoll_event(), count: Self.most)
    let number = descriptor.number
    let count = try unsafe events.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "epoll_pwait", __NR_epoll_pwait, UInt64(descriptor: number), unsafe UInt64(address: pointer), UInt64(Self.most),
        UInt64(descriptor: milliseconds ?? -1), 0, 8)
    }
    return events[..<count].map {
      Event(tag: $0.data, ready: Readiness(rawValue: UInt16(truncatingIfNeeded: $0.events)))
    }
  }

  private func control(
    _ operation: clinux_epoll_operation, _ other: Int32, _ awaited: Readiness, _ tag: UInt64
  ) throws(SystemCallError) {
    var event = clinux_epoll_event(events: UInt32(awaited.rawValue), data: tag)
    _ = try withMemory(of: &event) { (address) throws(SystemCallError) in
      try systemCall(
        "epoll_ctl", __NR_epoll_ctl, UInt64(descriptor: descriptor.number), UInt64(operation.rawValue),
        UInt64(descriptor: other), address, on: "descriptor \(other)")
    }
  }
}
