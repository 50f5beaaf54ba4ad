// The sets of capabilities that a thread has, and the ways in which it may change them.

internal import CLinux

/// The three sets that capget(2) knows.
///
/// Source: capabilities(7).
public struct ProcessCapabilities: Hashable, Sendable {
  /// What the kernel checks.
  public var effective: CapabilitySet
  /// What may be made effective.
  public var permitted: CapabilitySet
  /// What an execve(2) of a file with such capabilities keeps.
  public var inheritable: CapabilitySet

  /// The three sets.
  public init(effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet) {
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
  }

  /// Those of a process, or of the calling thread.
  ///
  /// - Parameter processID: 0 for the calling thread.
  /// - Throws: `SystemCallError` with `ESRCH` when there is no such process.
  ///
  /// Corresponds to capget(2).
  public init(of processID: Int32 = 0) throws(SystemCallError) {
    var header: [UInt32] = [UInt32(_LINUX_CAPABILITY_VERSION_3), UInt32(bitPattern: processID)]
    var data = [UInt32](repeating: 0, count: 6)
    _ = try unsafe header.withMutableBytes { (header, _) throws(SystemCallError) in
      try unsafe data.withMutableBytes { (data, _) throws(SystemCallError) in
        try systemCall(
          "capget", __NR_capget, unsafe UInt64(address: header), unsafe UInt64(address: data),
          on: "PID \(processID)")
      }
    }
    func set(_ index: Int) -> CapabilitySet {
      CapabilitySet(rawValue: UInt64(data[index]) | UInt64(data[index + 3]) << 32)
    }
    effective = set(0)
    permitted = set(1)
    inheritable = set(2)
  }

  /// Makes them those of the calling thread.
  ///
  /// - Throws: `SystemCallError` with `EPERM` for a set that may not grow so.
  ///
  /// Corresponds to capset(2).
  public func apply() throws(SystemCallError) {
    let sets = [effective.rawValue, permitted.rawValue, inheritable.rawValue]
    var header: [UInt32] = [UInt32(_LINUX_CAPABILITY_VERSION_3), 0]
    let data = sets.map { UInt32(truncatingIfNeeded: $0) } + sets.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    _ = try unsafe header.withMutableBytes { (header, _) throws(SystemCallError) in
      try unsafe data.withBytes { (data, _) throws(SystemCallError) in
        try systemCall(
          "capset", __NR_capset, unsafe UInt64(address: header), unsafe UInt64(address: data),
          on: permitted.description)
      }
    }
  }
}

extension CapabilitySet {
  /// The bounding set of the calling thread: what execve(2) may give at most.
  ///
  /// Corresponds to PR_CAPBSET_READ.
  public static var bounding: CapabilitySet {
    ask { number in (UInt64(PR_CAPBSET_READ), number, 0) }
  }

  /// The ambient set of the calling thread: what it keeps across execve(2) of a program without privileges.
  ///
  /// Corresponds to PR_CAP_AMBIENT_IS_SET, Linux 4.3.
  public static var ambient: CapabilitySet {
    ask { number in (UInt64(PR_CAP_AMBIENT), UInt64(PR_CAP_AMBIENT_IS_SET), number) }
  }

  private static func ask(_ question: (UInt64) -> (UInt64, UInt64, UInt64)) -> CapabilitySet {
    var set: UInt64 = 0
    for number in 0...UInt64(Capability.lastOfKernel) {
      let (option, second, third) = question(number)
      if clinux_call(Int64(__NR_prctl), option, second, third, 0, 0, 0) == 1 { set |= 1 << number }
    }
    return CapabilitySet(rawValue: set)
  }
}

extension Capability {
  /// Takes it out of the calling thread's bounding set for good.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_SETPCAP.
  ///
  /// Corresponds to PR_CAPBSET_DROP.
  public func dropFromBoundingSet() throws(SystemCallError) {
    _ = try processControl("prctl(PR_CAPBSET_DROP)", PR_CAPBSET_DROP, UInt64(rawValue), on: name)
  }

  /// Puts it in the calling thread's ambient set.
  ///
  /// - Throws: `SystemCallError` with `EPERM` unless it is permitted and inheritable.
  ///
  /// Corresponds to PR_CAP_AMBIENT_RAISE.
  public func raiseAmbient() throws(SystemCallError) {
    _ = try processControl(
      "prctl(PR_CAP_AMBIENT_RAISE)", PR_CAP_AMBIENT, UInt64(PR_CAP_AMBIENT_RAISE), UInt64(rawValue), on: name)
  }

  /// Empties the calling thread's ambient set.
  ///
  /// - Throws: `SystemCallError` where a filter of system calls refuses it; the kernel does not.
  ///
  /// Corresponds to PR_CAP_AMBIENT_CLEAR_ALL.
  public static func clearAmbient() throws(SystemCallError) {
    _ = try processControl("prctl(PR_CAP_AMBIENT_CLEAR_ALL)", PR_CAP_AMBIENT, UInt64(PR_CAP_AMBIENT_CLEAR_ALL))
  }
}
