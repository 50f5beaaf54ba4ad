// The program by which version 2 of control groups decides who may use which device.

internal import CLinux

/// What may be done with a device.
///
/// Source: BPF_DEVCG_ACC_*, include/uapi/linux/bpf.h.
public struct DeviceAccess: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Making a device file (`m`).
  public static let makeNode = DeviceAccess(rawValue: 1)
  /// Opening it for reading (`r`).
  public static let read = DeviceAccess(rawValue: 2)
  /// Opening it for writing (`w`).
  public static let write = DeviceAccess(rawValue: 4)
  /// All of it.
  public static let all: DeviceAccess = [.makeNode, .read, .write]
}

/// Which kind of device.
///
/// Source: BPF_DEVCG_DEV_*, include/uapi/linux/bpf.h.
public enum DeviceKind: UInt8, Sendable {
  /// A block device (`b`).
  case block = 1
  /// A character device (`c`).
  case character = 2
}

/// Devices that are excepted from what holds by default.
///
/// Source: Documentation/admin-guide/cgroup-v1/devices.rst.
public struct DeviceException: Hashable, Sendable {
  /// Which kind.
  public var kind: DeviceKind
  /// The driver; nil for each.
  public var major: UInt32?
  /// Which of the driver's devices; nil for each.
  public var minor: UInt32?
  /// What is excepted.
  public var access: DeviceAccess

  /// Devices of a kind and number.
  public init(_ kind: DeviceKind, major: UInt32?, minor: UInt32?, access: DeviceAccess) {
    self.kind = kind
    self.major = major
    self.minor = minor
    self.access = access
  }
}

/// A program that allows or forbids the use of devices to the members of a cgroup.
///
/// An access that is allowed by an exception is allowed by one exception in full; one that is forbidden is forbidden
/// if any part of it is: as in version 1, Documentation/admin-guide/cgroup-v1/devices.rst.
public struct BPFDeviceProgram: Hashable, Sendable {
  /// What the kernel runs, 8 bytes to an instruction.
  let instructions: [UInt64]

  /// A program for a default and the exceptions from it.
  public init(allowsByDefault: Bool, exceptions: [DeviceException]) {
    // struct bpf_cgroup_dev_ctx: the kind in 16 bits and the access in the next, the major, the minor number.
    var program = [
      bpfInstruction(0x61, 2, 1, 0), bpfInstruction(0x54, 2, 0, 0, 0xffff),
      bpfInstruction(0x61, 3, 1, 0), bpfInstruction(0x74, 3, 0, 0, 16),
      bpfInstruction(0x61, 4, 1, 4), bpfInstruction(0x61, 5, 1, 8),
    ]
    for exception in exceptions { program += exception.instructions(allowing: !allowsByDefault) }
    instructions = program + BPFDeviceProgram.verdict(allowsByDefault)
  }

  fileprivate static func verdict(_ isAllowed: Bool) -> [UInt64] {
    [bpfInstruction(0xb7, 0, 0, 0, isAllowed ? 1 : 0), bpfInstruction(0x95)]
  }

  /// Attaches the program to a cgroup, in the place of those that are attached to it already.
  ///
  /// There is no moment without a program: a single one is replaced, more are detached when this one is there.
  ///
  /// - Parameter cgroup: a directory of version 2, not opened as a path.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_BPF and CAP_NET_ADMIN in the first user namespace, or where
  ///   a cgroup above admits no program.
  ///
  /// Corresponds to bpf(2) BPF_PROG_LOAD, BPF_PROG_QUERY, BPF_PROG_ATTACH and BPF_PROG_DETACH.
  public func attach(to cgroup: borrowing FileDescriptor) throws(SystemCallError) {
    // BPF_PROG_TYPE_CGROUP_DEVICE is 15, BPF_CGROUP_DEVICE is 6.
    let program = try loadBPF(instructions, type: 15, attachment: 6)
    let former = try BPFDeviceProgram.attached(to: cgroup)
    if former.count == 1 {
      let old = try BPFDeviceProgram.open(former[0])
      do {
        // BPF_F_ALLOW_MULTI | BPF_F_REPLACE
        return try BPFDeviceProgram.attach(program.number, to: cgroup.number, flags: 6, replacing: old.number)
      } catch  where error.errno == .einval {}  // Before Linux 5.6.
    }
    try BPFDeviceProgram.attach(program.number, to: cgroup.number, flags: 2)
    for number in former {
      let old = try BPFDeviceProgram.open(number)
      var attributes: [UInt64] = [BPFDeviceProgram.pair(cgroup.number, old.number), 6, 0]
      try bpf(9, &attributes, "bpf(BPF_PROG_DETACH)")
    }
  }

  /// The numbers of the programs that are attached to a cgroup itself.
  ///
  /// - Throws: `SystemCallError` with `EPERM` without CAP_NET_ADMIN.
  public static func attached(to cgroup: borrowing FileDescriptor) throws(SystemCallError) -> [UInt32] {
    var numbers = [UInt32](repeating: 0, count: 64)
    let target = cgroup.number
    let count = try unsafe numbers.withMutableBytes { (pointer, _) throws(SystemCallError) in
      var attributes: [UInt64] = [pair(target, 6), 0, unsafe UInt64(address: pointer), 64, 0]
      try bpf(16, &attributes, "bpf(BPF_PROG_QUERY)")
      return Int(attributes[3] & 0xffff_ffff)
    }
    return Array(numbers[..<count])
  }

  private static func open(_ number: UInt32) throws(SystemCallError) -> FileDescriptor {
    try bpfDescriptor(13, [UInt64(number), 0], "bpf(BPF_PROG_GET_FD_BY_ID)")
  }

  private static func attach(
    _ program: Int32, to cgroup: Int32, flags: UInt64, replacing old: Int32 = 0
  ) throws(SystemCallError) {
    var attributes: [UInt64] = [pair(cgroup, program), 6 | flags << 32, UInt64(UInt32(bitPattern: old))]
    try bpf(8, &attributes, "bpf(BPF_PROG_ATTACH)")
  }

  private static func pair(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) | UInt64(UInt32(bitPattern: second)) << 32
  }
}

extension DeviceException {
  /// Register 2 holds the kind, 3 the access, 4 and 5 the numbers.
  fileprivate func instructions(allowing isAllowed: Bool) -> [UInt64] {
    var jumps: [(code: UInt8, register: UInt8, source: UInt8, value: Int32)] = [(0x56, 2, 0, Int32(kind.rawValue))]
    var mask: [UInt64] = []
    if access != .all {
      mask = [bpfInstruction(0xbc, 1, 3), bpfInstruction(0x54, 1, 0, 0, Int32(access.rawValue))]
      // Allowed is what lies within the access, forbidden is what touches it.
      jumps.append(isAllowed ? (0x5e, 1, 3, 0) : (0x16, 1, 0, 0))
    }
    if let major { jumps.append((0x56, 4, 0, Int32(bitPattern: major))) }
    if let minor { jumps.append((0x56, 5, 0, Int32(bitPattern: minor))) }
    let verdict = BPFDeviceProgram.verdict(isAllowed)
    let size = jumps.count + mask.count + verdict.count
    var block: [UInt64] = []
    for (index, jump) in jumps.enumerated() {
      if index == 1 { block += mask }
      let distance = Int16(size - block.count - 1)
      block.append(bpfInstruction(jump.code, jump.register, jump.source, distance, jump.value))
    }
    return block + verdict
  }
}

extension DeviceKind {
  /// `b` or `c`; `u`, an unbuffered character device, is one too.
  public init?(letter: some StringProtocol) {
    switch letter {
    case "b": self = .block
    case "c", "u": self = .character
    default: return nil
    }
  }

  fileprivate var letter: String { self == .block ? "b" : "c" }
}

extension DeviceAccess {
  /// Of the letters `r`, `w` and `m`; others are passed over.
  public init(letters: some StringProtocol) {
    self = []
    if letters.contains("r") { insert(.read) }
    if letters.contains("w") { insert(.write) }
    if letters.contains("m") { insert(.makeNode) }
  }

  /// The letters of what is in it, in the order `rwm`.
  public var letters: String {
    (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.makeNode) ? "m" : "")
  }
}

extension DeviceException: CustomStringConvertible {
  /// As version 1 writes it, for example `c 1:3 rwm`.
  public var description: String {
    "\(kind.letter) \(major.map(String.init) ?? "*"):\(minor.map(String.init) ?? "*") \(access.letters)"
  }
}
