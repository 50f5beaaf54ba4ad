// Steps of a program that say how much a process may use, how it is scheduled, and what is filtered.

internal import CLinux

extension SystemCallProgram.Step {
  /// prlimit(2) of the process itself.
  public static func setLimit(_ resource: Resource, soft: UInt64, hard: UInt64) -> Self {
    Self(
      "prlimit64", .call(__NR_prlimit64),
      [
        .value(0), .value(UInt64(resource.rawValue), shown: "RLIMIT_" + resource.name.uppercased()),
        .bytes([soft, hard].flatMap(bytes(of:)), shown: "{\(soft), \(hard)}"), .null,
      ], on: resource.name)
  }

  /// sched_setattr(2) of the process itself.
  public static func setScheduling(_ attributes: SchedulingAttributes) -> Self {
    let words: [UInt32] = [48, attributes.policy.rawValue]
    let content =
      words.flatMap(bytes(of:)) + bytes(of: attributes.flags) + bytes(of: attributes.nice)
      + bytes(of: attributes.priority)
      + [attributes.runtime, attributes.deadline, attributes.period].flatMap(bytes(of:))
    let policy = "\(attributes.policy)"
    return Self(
      "sched_setattr", .call(__NR_sched_setattr), [.value(0), .bytes(content, shown: "{policy=\(policy)}"), .value(0)],
      on: policy)
  }

  /// ioprio_set(2) of the process itself.
  public static func setInputOutputPriority(_ priority: InputOutputPriority) -> Self {
    let number = UInt64(priority.kind.rawValue) << 13 | UInt64(priority.level)
    let shown = "\(priority.kind) \(priority.level)"
    return Self(
      "ioprio_set", .call(__NR_ioprio_set), [.value(1, shown: "IOPRIO_WHO_PROCESS"), .value(0), .value(number)],
      on: shown)
  }

  /// sched_setaffinity(2) of the process itself.
  public static func setProcessors(_ processors: [Int]) -> Self {
    let set = bits(processors)
    let shown = processors.map(String.init).joined(separator: ",")
    return Self(
      "sched_setaffinity", .call(__NR_sched_setaffinity),
      [.value(0), .value(UInt64(set.count)), .bytes(set, shown: "[\(shown)]")], on: shown)
  }

  /// set_mempolicy(2).
  public static func setMemoryPolicy(_ policy: MemoryPolicy) -> Self {
    let nodes = bits(policy.nodes)
    let shown = policy.nodes.map(String.init).joined(separator: ",")
    // The kernel reads one bit less than it is told of.
    let count = policy.nodes.isEmpty ? 0 : UInt64(nodes.count * 8 + 1)
    return Self(
      "set_mempolicy", .call(__NR_set_mempolicy),
      [
        .value(UInt64(policy.mode | policy.flags)), policy.nodes.isEmpty ? .null : .bytes(nodes, shown: "[\(shown)]"),
        .value(count),
      ], on: "memory policy \(policy.mode)")
  }

  /// A bit for each number, in whole words of the machine.
  private static func bits(_ numbers: [Int]) -> [UInt8] {
    var set = [UInt8](repeating: 0, count: ((numbers.max() ?? 0) / 64 + 1) * 8)
    for number in numbers where number >= 0 { set[number / 8] |= 1 << UInt8(number % 8) }
    return set
  }

  /// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: joins the keyring of a name, or makes it.
  public static func joinSessionKeyring(_ name: String) -> Self {
    Self(
      "keyctl", .call(__NR_keyctl),
      [.value(1, shown: "KEYCTL_JOIN_SESSION_KEYRING"), .bytes(Array(name.utf8), shown: "\"\(name)\"")], on: name)
  }

  /// seccomp(2) SECCOMP_SET_MODE_FILTER; with the flag for it its result is the descriptor of a listener.
  ///
  /// - Parameters:
  ///   - filter: struct sock_filter after struct sock_filter.
  ///   - flags: SECCOMP_FILTER_FLAG_*.
  public static func installFilter(_ filter: [UInt8], flags: UInt64) -> Self {
    Self(
      "seccomp", .call(__NR_seccomp),
      [
        .value(1, shown: "SECCOMP_SET_MODE_FILTER"), .value(flags),
        .counted(filter, size: 8, shown: "{\(filter.count / 8) instructions}"),
      ], on: "system call filter")
  }

  /// umask(2) with what a former step gave back.
  public static func setUmask(_ mask: SystemCallProgram.Register) -> Self {
    Self("umask", .call(__NR_umask), [.register(mask)])
  }
}
