// Which processors a process may run on.

internal import CLinux
internal import Glibc

/// A set of processors, numbered from 0 as in /proc/cpuinfo.
///
/// Source: cpuset(7), sched_setaffinity(2).
public struct ProcessorSet: Hashable, Sendable {
  /// A bit for each, the lowest first; as large as the largest kernel wants it.
  let mask: [UInt8]
  private static let size = 1024

  /// The set of one processor.
  ///
  /// - Parameter number: 0 to 8191.
  public init(_ number: Int) {
    var mask = [UInt8](repeating: 0, count: Self.size)
    mask[number / 8] = 1 << UInt8(number % 8)
    self.mask = mask
  }

  private init(mask: [UInt8]) {
    self.mask = mask
  }

  /// Those that the calling thread may run on.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` on a machine with more than 8192.
  ///
  /// Corresponds to sched_getaffinity(2).
  public static func ofCaller() throws(SystemCallError) -> ProcessorSet {
    var mask = [UInt8](repeating: 0, count: size)
    _ = try unsafe mask.withMutableBytes { (pointer, count) throws(SystemCallError) in
      try systemCall("sched_getaffinity", __NR_sched_getaffinity, 0, UInt64(count), unsafe UInt64(address: pointer))
    }
    return ProcessorSet(mask: mask)
  }

  /// The processors, ascending.
  public var numbers: [Int] {
    (0..<mask.count * 8).filter { mask[$0 / 8] & 1 << UInt8($0 % 8) != 0 }
  }

  /// Has the calling thread run on these alone.
  ///
  /// - Throws: `SystemCallError` with `EINVAL` when none of them is there, or the caller's cpuset has none of them.
  ///
  /// Corresponds to sched_setaffinity(2).
  public func setOfCaller() throws(SystemCallError) {
    _ = try unsafe mask.withBytes { (pointer, count) throws(SystemCallError) in
      try systemCall(
        "sched_setaffinity", __NR_sched_setaffinity, 0, UInt64(count), unsafe UInt64(address: pointer), on: description)
    }
  }
}

extension ProcessorSet: CustomStringConvertible {
  /// The numbers with commas between, for example `0,1`.
  public var description: String { numbers.map(String.init).joined(separator: ",") }
}

extension SystemCallProgram.Step {
  /// sched_setaffinity(2) of the calling thread.
  public static func setProcessors(_ processors: ProcessorSet) -> Self {
    let mask = processors.mask
    return Self(
      "sched_setaffinity", .call(__NR_sched_setaffinity),
      [.value(0), .value(UInt64(mask.count)), .bytes(mask, shown: "[\(processors)]")], on: "processor \(processors)")
  }
}
