// What the kernel tells of each task when it ends: the most memory it had, and the time it took, however short it lived.

internal import CLinux
internal import Glibc
internal import struct SystemPackage.FilePath

/// What one task, a process's first or another thread, had used when it ended.
///
/// Source: include/uapi/linux/taskstats.h.
public struct TaskStatistics: Hashable, Sendable {
  /// The task's number in the machine's first PID namespace; of a process's first thread the PID.
  public let taskID: Int32
  /// The most memory that its process had resident, in bytes; 0 for a kernel thread.
  public let peakMemory: UInt64
  /// Nanoseconds on processors.
  public let processorTime: UInt64
  /// Nanoseconds from its start to its end.
  public let elapsedTime: UInt64
  /// Its name at the end, of at most 15 bytes.
  public let commandName: [UInt8]

  /// Statistics from their parts.
  public init(
    taskID: Int32, peakMemory: UInt64, processorTime: UInt64, elapsedTime: UInt64, commandName: [UInt8] = []
  ) {
    self.taskID = taskID
    self.commandName = commandName
    self.peakMemory = peakMemory
    self.processorTime = processorTime
    self.elapsedTime = elapsedTime
  }
}

extension TaskStatistics {
  /// Reads a message from struct nlmsghdr on; nil where it has no statistics of a single task.
  ///
  /// Of struct taskstats, in words: the time on processors in nanoseconds at 18, the name at 20, the elapsed time in
  /// microseconds at 36, the peak of memory in KiB at 50.
  init?(message words: Span<UInt32>) {
    // TASKSTATS_TYPE_AGGR_PID has TASKSTATS_TYPE_PID and TASKSTATS_TYPE_STATS in it.
    guard words.count > 5, let both = netlinkAttribute(4, in: words, 5..<words.count),
      let number = netlinkAttribute(1, in: words, both), let statistics = netlinkAttribute(3, in: words, both),
      number.count == 1, statistics.count >= 52
    else { return nil }
    func value(_ word: Int) -> UInt64 {
      UInt64(words[statistics.lowerBound + word]) | UInt64(words[statistics.lowerBound + word + 1]) << 32
    }
    self.init(
      taskID: Int32(bitPattern: words[number.lowerBound]), peakMemory: value(50) &* 1024,
      processorTime: value(18), elapsedTime: value(36) &* 1000,
      commandName: words.text(from: statistics.lowerBound + 20, words: 8))
  }
}

/// The stream of statistics of tasks that end.
///
/// Source: Documentation/accounting/taskstats.rst.
public struct TaskStatisticsSocket: ~Copyable {
  /// Readable (poll) while there are statistics.
  public let descriptor: FileDescriptor
  /// What has ended since the last look.
  public struct Batch: Sendable {
    /// In the order in which they were received.
    public var statistics: [TaskStatistics] = []
    /// Of how many tasks the statistics did not reach this socket, since too many waited to be heard.
    public var lost: UInt64 = 0

    /// Nothing.
    public init() {}
  }

  /// How many were denied, by the kernel's count.
  private var denied: UInt32 = 0
  private let messages = MessageRing(messageSize: 1024)

  private static let name = "task statistics"
  private static let genericProtocol: UInt64 = 16
  /// GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_FAMILY_ID.
  private static let control: (family: UInt16, get: UInt8, name: UInt16, id: UInt16) = (16, 3, 2, 1)
  /// TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK.
  private static let register: (command: UInt8, processors: UInt16) = (1, 3)

  /// Begins to listen on all processors.
  ///
  /// - Parameter size: of what may wait to be heard, in bytes as the kernel accounts them.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_NET_ADMIN, `ENOENT` in a kernel without the statistics, `EINVAL`
  ///   outside of the first PID and user namespaces.
  public static func listen(buffering size: Int32 = 16 << 20) throws(SystemCallError) -> TaskStatisticsSocket {
    let number = try systemCall(
      "socket", __NR_socket, UInt64(AF_NETLINK), UInt64(SOCK_RAW.rawValue | UInt32(O_CLOEXEC | O_NONBLOCK)),
      genericProtocol, on: name)
    let socket = TaskStatisticsSocket(descriptor: FileDescriptor(owning: Int32(number)))
    try socket.descriptor.bindNetlink(groups: 0, on: name)
    try socket.descriptor.enlargeReceiveBuffer(to: size, on: name)
    let family = try socket.family()
    let processors = try FileDescriptor.open("/sys/devices/system/cpu/possible").readAll().prefix { $0 > 0x20 }
    try socket.request(family, register.command, (register.processors, Array(processors)))
    _ = try socket.answer()
    return socket
  }

  private init(descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// What has ended since the last call.
  ///
  /// - Throws: `SystemCallError` with any errno of recvmmsg(2) and getsockopt(2).
  public mutating func waiting() throws(SystemCallError) -> Batch {
    var batch = Batch()
    var hasLost = false
    while true {
      do throws(SystemCallError) {
        let count = try messages.receive(from: descriptor, named: Self.name)
        for index in 0..<count {
          messages.withMessage(index) { if let one = TaskStatistics(message: $0) { batch.statistics.append(one) } }
        }
        if count < MessageRing.capacity { break }
      } catch {
        guard error.errno == .enobufs else { throw error }
        hasLost = true
      }
    }
    // Asked when nothing waits any more: until then each loss belongs to the overflow that was told.
    guard hasLost else { return batch }
    let total = try descriptor.droppedMessages(on: Self.name)
    batch.lost = UInt64(total &- denied)
    denied = total
    return batch
  }

  /// Sends struct nlmsghdr, struct genlmsghdr and one attribute with a text, asking for an acknowledgement.
  private func request(
    _ family: UInt16, _ command: UInt8, _ attribute: (type: UInt16, text: [UInt8])
  ) throws(SystemCallError) {
    let attributeLength = 4 + attribute.text.count + 1
    // NLM_F_REQUEST | NLM_F_ACK
    var words: [UInt32] = [0, UInt32(family) | 5 << 16, 1, 0, UInt32(command) | 1 << 8]
    words.append(UInt32(attributeLength) | UInt32(attribute.type) << 16)
    var text = attribute.text
    while text.count % 4 != 0 || text.count == attribute.text.count { text.append(0) }
    for start in stride(from: 0, to: text.count, by: 4) {
      words.append((0..<4).reduce(0) { $0 | UInt32(text[start + $1]) << UInt32(8 * $1) })
    }
    words[0] = UInt32(words.count * 4)
    try descriptor.sendNetlink(words, on: Self.name)
  }

  /// The kernel's answers to a request, which it gives before the request returns: the acknowledgement last.
  ///
  /// - Returns: the words of the answer before it; empty where there is none.
  private func answer() throws(SystemCallError) -> [UInt32] {
    var answer: [UInt32] = []
    for index in 0..<(try messages.receive(from: descriptor, named: Self.name)) {
      let words = messages.withMessage(index) { words in words.indices.map { words[$0] } }
      // NLMSG_ERROR, with the negated errno or 0.
      guard words.count > 4, words[1] & 0xffff == 2 else {
        answer = words
        continue
      }
      guard words[4] == 0 else {
        throw SystemCallError(call: "send", errno: Errno(rawValue: -Int32(bitPattern: words[4])), object: Self.name)
      }
    }
    return answer
  }

  /// The number that the kernel has given to the protocol of the statistics.
  private func family() throws(SystemCallError) -> UInt16 {
    try request(Self.control.family, Self.control.get, (Self.control.name, Array("TASKSTATS".utf8)))
    let words = try answer()
    guard words.count > 5, let value = netlinkAttribute(Self.control.id, in: words.span, 5..<words.count) else {
      throw SystemCallError(call: "recv", errno: .enoent, object: Self.name)
    }
    return UInt16(truncatingIfNeeded: words[value.lowerBound])
  }
}
