// The seccomp section: which system calls are allowed, which fail, which are handed to somebody else.

internal import JSON

extension Specification {
  /// A filter of system calls.
  ///
  /// Source: config-linux.md, “Seccomp”; seccomp(2).
  public struct Seccomp: Hashable, Sendable {
    /// What happens to a system call that no rule is about.
    public var defaultAction: Action
    /// The errno of `defaultAction`, where it gives one; nil: EPERM.
    public var defaultErrnoRet: UInt32?
    /// The architectures whose system calls are filtered, besides the machine's own.
    public var architectures: [Architecture] = []
    /// What else is asked for.
    public var flags: [Flag] = []
    /// The socket to which the descriptor for `SCMP_ACT_NOTIFY` is sent, absolute.
    public var listenerPath: String?
    /// Free words that are sent along.
    public var listenerMetadata: String?
    /// The rules.
    public var syscalls: [SystemCallRule] = []

    /// A filter that does one thing with all system calls.
    public init(defaultAction: Action) {
      self.defaultAction = defaultAction
    }

    /// What happens to a system call.
    public enum Action: String, CaseIterable, Sendable {
      /// The same as `killThread`.
      case kill = "SCMP_ACT_KILL"
      /// The process is ended by SIGSYS.
      case killProcess = "SCMP_ACT_KILL_PROCESS"
      /// The thread is ended by SIGSYS.
      case killThread = "SCMP_ACT_KILL_THREAD"
      /// The thread gets SIGSYS.
      case trap = "SCMP_ACT_TRAP"
      /// The call fails.
      case fail = "SCMP_ACT_ERRNO"
      /// A tracer is asked.
      case trace = "SCMP_ACT_TRACE"
      /// The call is carried out.
      case allow = "SCMP_ACT_ALLOW"
      /// The call is carried out and logged.
      case log = "SCMP_ACT_LOG"
      /// Another process is asked, through the listener.
      case notify = "SCMP_ACT_NOTIFY"
    }

    /// The architectures that libseccomp has.
    public enum Architecture: String, CaseIterable, Sendable {
      /// x86 with 32 bits.
      case x86 = "SCMP_ARCH_X86"
      /// x86 with 64 bits.
      case x8664 = "SCMP_ARCH_X86_64"
      /// x86 with 64 bits and short pointers.
      case x32 = "SCMP_ARCH_X32"
      /// Arm with 32 bits.
      case arm = "SCMP_ARCH_ARM"
      /// Arm with 64 bits.
      case aarch64 = "SCMP_ARCH_AARCH64"
      /// MIPS.
      case mips = "SCMP_ARCH_MIPS"
      /// MIPS with 64 bits.
      case mips64 = "SCMP_ARCH_MIPS64"
      /// MIPS with 64 bits and short pointers.
      case mips64n32 = "SCMP_ARCH_MIPS64N32"
      /// MIPS, little-endian.
      case mipsel = "SCMP_ARCH_MIPSEL"
      /// MIPS with 64 bits, little-endian.
      case mipsel64 = "SCMP_ARCH_MIPSEL64"
      /// MIPS with 64 bits and short pointers, little-endian.
      case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
      /// PowerPC.
      case ppc = "SCMP_ARCH_PPC"
      /// PowerPC with 64 bits.
      case ppc64 = "SCMP_ARCH_PPC64"
      /// PowerPC with 64 bits, little-endian.
      case ppc64le = "SCMP_ARCH_PPC64LE"
      /// S/390 with 31 bits.
      case s390 = "SCMP_ARCH_S390"
      /// S/390 with 64 bits.
      case s390x = "SCMP_ARCH_S390X"
      /// PA-RISC.
      case parisc = "SCMP_ARCH_PARISC"
      /// PA-RISC with 64 bits.
      case parisc64 = "SCMP_ARCH_PARISC64"
      /// RISC-V with 64 bits.
      case riscv64 = "SCMP_ARCH_RISCV64"
      /// LoongArch with 64 bits.
      case loongarch64 = "SCMP_ARCH_LOONGARCH64"
      /// Motorola 68000.
      case m68k = "SCMP_ARCH_M68K"
      /// SuperH.
      case sh = "SCMP_ARCH_SH"
      /// SuperH, big-endian.
      case sheb = "SCMP_ARCH_SHEB"
    }

    /// The flags of seccomp(2).
    public enum Flag: String, CaseIterable, Sendable {
      /// The filter is that of all threads.
      case synchronizeThreads = "SECCOMP_FILTER_FLAG_TSYNC"
      /// What is not allowed is logged.
      case log = "SECCOMP_FILTER_FLAG_LOG"
      /// Speculative stores stay as they were.
      case allowSpeculation = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
      /// While the listener decides, only a fatal signal interrupts.
      case waitKillable = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
    }
  }

  /// What happens to some system calls.
  public struct SystemCallRule: Hashable, Sendable {
    /// The system calls; those that this machine doesn't have among them.
    public var names: [String]
    /// What happens to them.
    public var action: Seccomp.Action
    /// The errno of `action`, where it gives one; nil: EPERM.
    public var errnoRet: UInt32?
    /// What their arguments have to be; all of it, where several are given.
    public var args: [ArgumentRule] = []

    /// A rule about system calls with any arguments.
    public init(names: [String], action: Seccomp.Action) {
      self.names = names
      self.action = action
    }
  }

  /// What an argument of a system call has to be.
  public struct ArgumentRule: Hashable, Sendable {
    /// Which argument, from 0 to 5.
    public var index: UInt32
    /// What it is compared with; for `maskedEqual` the mask.
    public var value: UInt64
    /// For `maskedEqual` what is compared with.
    public var valueTwo: UInt64
    /// How they are compared.
    public var op: Operator

    /// A comparison.
    public init(index: UInt32, op: Operator, value: UInt64, valueTwo: UInt64 = 0) {
      self.index = index
      self.value = value
      self.valueTwo = valueTwo
      self.op = op
    }

    /// The comparisons.
    public enum Operator: String, CaseIterable, Sendable {
      /// Not equal.
      case notEqual = "SCMP_CMP_NE"
      /// Less than.
      case less = "SCMP_CMP_LT"
      /// Less than or equal.
      case lessOrEqual = "SCMP_CMP_LE"
      /// Equal.
      case equal = "SCMP_CMP_EQ"
      /// Greater than or equal.
      case greaterOrEqual = "SCMP_CMP_GE"
      /// Greater than.
      case greater = "SCMP_CMP_GT"
      /// Equal after the mask.
      case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }
  }
}

extension Specification.Seccomp: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var defaultAction: Action?
    self.init(defaultAction: .allow)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "defaultAction": defaultAction = try json.word()
      case "defaultErrnoRet": defaultErrnoRet = try json.uint32()
      case "architectures": architectures = try json.list { json throws(JSONError) in try json.word() }
      case "flags": flags = try json.list { json throws(JSONError) in try json.word() }
      case "listenerPath": listenerPath = try json.nonEmptyString()
      case "syscalls": syscalls = try json.list()
      case "listenerMetadata": listenerMetadata = try json.nonEmptyString()
      default: try json.skip()
      }
    }
    self.defaultAction = try required(defaultAction, "defaultAction", ofObjectAt: start)
  }
}

extension Specification.SystemCallRule: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var names: [String]?
    var action: Specification.Seccomp.Action?
    self.init(names: [], action: .allow)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "names": names = try json.strings()
      case "action": action = try json.word()
      case "errnoRet": errnoRet = try json.uint32()
      case "args": args = try json.list()
      default: try json.skip()
      }
    }
    self.names = try required(names, "names", ofObjectAt: start)
    self.action = try required(action, "action", ofObjectAt: start)
  }
}

extension Specification.ArgumentRule: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var index: UInt32?
    var value: UInt64?
    var valueTwo: UInt64 = 0
    var op: Operator?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "index": index = UInt32(try json.integer(in: 0...5))
      case "value": value = try json.unsignedInteger()
      case "valueTwo": valueTwo = try json.unsignedInteger()
      case "op": op = try json.word()
      default: try json.skip()
      }
    }
    self.init(
      index: try required(index, "index", ofObjectAt: start), op: try required(op, "op", ofObjectAt: start),
      value: try required(value, "value", ofObjectAt: start), valueTwo: valueTwo)
  }
}
