// From rules to the program that the kernel runs for each system call: libseccomp does it.

internal import CSeccomp
internal import Linux

/// A compiled filter.
///
/// Source: seccomp(2).
public struct SeccompFilter: Hashable, Sendable {
  /// struct sock_filter after struct sock_filter, 8 bytes each.
  public var program: [UInt8]
  /// SECCOMP_FILTER_FLAG_*, without that of a listener.
  public var flags: UInt64
  /// Whether some calls are decided by a listener.
  public var hasListener: Bool
}

extension SeccompProfile {
  /// Compiles the rules.
  ///
  /// Calls that libseccomp does not know are passed over, and so is a rule that does what the default does. Where all
  /// else fails with an errno, calls that are newer than every one that the rules name are ENOSYS: the C library then
  /// does by older ones what it would take for forbidden.
  ///
  /// - Throws: `SeccompError` for a name or a rule that libseccomp does not take, `.notifiesWrite` where a listener is asked
  ///   for write(2).
  ///
  /// Source: seccomp_rule_add(3), seccomp_export_bpf(3).
  public func compile() throws(SeccompError) -> SeccompFilter {
    if rules.contains(where: { $0.action == .notify && $0.names.contains("write") }) { throw .notifiesWrite }
    var compilation = try Compilation(default: action(defaultAction, defaultErrorNumber))
    try compilation.add(architectures: architectures)
    for rule in rules { try compilation.add(rule, action: action(rule.action, rule.errorNumber)) }
    let newer = defaultAction == .fail ? compilation.refusalOfNewer(than: rules.flatMap(\.names)) : []
    return SeccompFilter(program: newer + (try compilation.program()), flags: filterFlags, hasListener: hasListener)
  }

  /// Whether some calls are decided by a listener.
  public var hasListener: Bool { defaultAction == .notify || rules.contains { $0.action == .notify } }

  /// The kernel's numbers, seccomp(2).
  var filterFlags: UInt64 {
    (flags ?? [.specAllow]).reduce(0) { bits, flag in
      switch flag {
      // With a listener, threads are brought in line by an error of its own.
      case .synchronizesThreads: bits | (hasListener ? 1 | 1 << 4 : 1)
      case .log: bits | 1 << 1
      case .specAllow: bits | 1 << 2
      case .waitKillable: bits | 1 << 5
      }
    }
  }

  /// SECCOMP_RET_*, with the errno in the lower half.
  private func action(_ action: Action, _ errorNumber: UInt32?) -> UInt32 {
    let data = (errorNumber ?? 1) & 0xffff
    return switch action {
    case .kill, .killThread: 0
    case .killProcess: 0x8000_0000
    case .trap: 0x0003_0000
    case .fail: 0x0005_0000 | data
    case .trace: 0x7ff0_0000 | data
    case .notify: 0x7fc0_0000
    case .log: 0x7ffc_0000
    case .allow: 0x7fff_0000
    }
  }
}

/// libseccomp's filter in the making.
@safe private struct Compilation: ~Copyable {
  private let context: scmp_filter_ctx
  private let defaultAction: UInt32
  private var architectures: [UInt32] = [seccomp_arch_native()]

  init(default action: UInt32) throws(SeccompError) {
    guard let made = unsafe seccomp_init(action) else { throw .failed("init", errorNumber: 22) }
    unsafe context = made
    defaultAction = action
    // SCMP_FLTATR_CTL_OPTIMIZE: a binary tree, so that the last rule is found as fast as the first. Before libseccomp
    // 2.5 there is none, and the filter is as good.
    _ = unsafe seccomp_attr_set(context, 8, 2)
  }

  deinit { unsafe seccomp_release(context) }

  /// The machine's own architecture is in every filter.
  mutating func add(architectures: [String]) throws(SeccompError) {
    for name in architectures where name != "SCMP_ARCH_NATIVE" {
      guard name.hasPrefix("SCMP_ARCH_") else { throw .unknownArchitecture(name) }
      let token = unsafe seccomp_arch_resolve_name(name.dropFirst("SCMP_ARCH_".count).lowercased())
      guard token != 0 else { throw .unknownArchitecture(name) }
      let result = unsafe seccomp_arch_add(context, token)
      // -EEXIST: it is there already.
      guard result == 0 || result == -17 else { throw .failed(name, errorNumber: -result) }
      if !self.architectures.contains(token) { self.architectures.append(token) }
    }
  }

  /// Instructions that come first: ENOSYS for a number above all those of the names, in each architecture by itself.
  func refusalOfNewer(than names: [String]) -> [UInt8] {
    architectures.flatMap { architecture in
      let numbers = names.map { unsafe seccomp_syscall_resolve_name_arch(architecture, $0) }
      guard let newest = numbers.max(), newest >= 0 else { return [] as [UInt8] }
      return Instruction.refusal(above: UInt32(newest), in: architecture).flatMap(\.bytes)
    }
  }

  func add(_ rule: SeccompProfile.Rule, action: UInt32) throws(SeccompError) {
    if action == defaultAction { return }
    let comparisons = rule.conditions.map(\.comparison)
    let arguments = Set(rule.conditions.map(\.argument))
    // libseccomp compares an argument once: several comparisons of one are alternatives.
    let alternatives = arguments.count == comparisons.count ? [rule.conditions] : rule.conditions.map { [$0] }
    for name in rule.names {
      let number = unsafe seccomp_syscall_resolve_name(name)
      guard number != -1 else { continue }
      for conditions in alternatives { try add(name, number, action, conditions) }
    }
  }

  private func add(
    _ name: String, _ number: Int32, _ action: UInt32, _ conditions: [SeccompProfile.Condition]
  ) throws(SeccompError) {
    let arguments = conditions.map {
      scmp_arg_cmp(arg: $0.argument, op: $0.comparison.number, datum_a: $0.value, datum_b: $0.secondValue)
    }
    let result = unsafe seccomp_rule_add_array(context, action, number, UInt32(arguments.count), arguments)
    // -EEXIST: a rule for the same is there already.
    guard result == 0 || result == -17 else { throw .refusedRule(name, errorNumber: -result) }
  }

  /// A program has at most 4096 instructions, 32 KiB: a pipe takes it whole.
  func program() throws(SeccompError) -> [UInt8] {
    do throws(SystemCallError) {
      let pipe = try Pipe()
      let result = unsafe seccomp_export_bpf(context, pipe.writing.number)
      guard result == 0 else { throw SystemCallError(call: "export", errno: Errno(rawValue: -result)) }
      return try pipe.closeWriting().readAll()
    } catch {
      throw .failed(error.call, errorNumber: error.errno.rawValue)
    }
  }
}

/// struct sock_filter.
private struct Instruction {
  /// Of AUDIT_ARCH_X86_64, whose numbers from 2³⁰ on are those of x32.
  private static let (x86, firstOfX32): (UInt32, UInt32) = (0xc000_003e, 0x4000_0000)

  var code: UInt16
  var whenTrue: UInt8 = 0
  var whenFalse: UInt8 = 0
  var value: UInt32

  var bytes: [UInt8] {
    [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8), whenTrue, whenFalse]
      + (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// struct seccomp_data has the number of the call first, and the architecture after it.
  static func refusal(above newest: UInt32, in architecture: UInt32) -> [Instruction] {
    let isX86 = architecture == x86
    let load: (UInt32) -> Instruction = { Instruction(code: 0x20, value: $0) }
    return [load(4), Instruction(code: 0x15, whenFalse: isX86 ? 4 : 3, value: architecture), load(0)]
      + (isX86 ? [Instruction(code: 0x35, whenTrue: 2, value: firstOfX32)] : [])
      + [Instruction(code: 0x25, whenFalse: 1, value: newest), Instruction(code: 0x06, value: 0x0005_0026)]
  }
}

extension SeccompProfile.Comparison {
  /// enum scmp_compare.
  fileprivate var number: UInt32 {
    switch self {
    case .notEqual: 1
    case .less: 2
    case .lessOrEqual: 3
    case .equal: 4
    case .greaterOrEqual: 5
    case .greater: 6
    case .maskedEqual: 7
    }
  }
}

/// Which libseccomp compiles: another one knows other calls.
var libraryVersion: String {
  guard let version = unsafe seccomp_version() else { return "" }
  return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
}
