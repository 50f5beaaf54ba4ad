// Which system calls a program may make, as a value, in the words of libseccomp and of the OCI specification.

/// Rules for system calls.
///
/// Source: runtime-spec, config-linux.md "Seccomp"; seccomp_rule_add(3).
public struct SeccompProfile: Hashable, Sendable {
  /// What happens to a system call for which no rule holds.
  public var defaultAction: Action
  /// The errno of the default action; nil for EPERM.
  public var defaultErrorNumber: UInt32?
  /// The processor architectures whose calls the rules are for, such as `SCMP_ARCH_X86_64`; the machine's own is always
  /// among them. A call of any other ends the process.
  public var architectures: [String] = []
  /// How the filter is installed; nil for `specAllow` alone, as runc has it.
  public var flags: [Flag]?
  /// The rules. Of several for the same call and arguments, libseccomp takes the one that forbids more.
  public var rules: [Rule] = []

  /// Rules that are to be added.
  public init(defaultAction: Action) {
    self.defaultAction = defaultAction
  }

  /// What happens to a system call.
  public enum Action: String, Sendable, CaseIterable {
    /// The thread ends; the old name of `killThread`.
    case kill = "SCMP_ACT_KILL"
    /// The process ends.
    case killProcess = "SCMP_ACT_KILL_PROCESS"
    /// The thread ends.
    case killThread = "SCMP_ACT_KILL_THREAD"
    /// The thread gets SIGSYS.
    case trap = "SCMP_ACT_TRAP"
    /// The call fails with an errno.
    case fail = "SCMP_ACT_ERRNO"
    /// A tracer is told, with a number.
    case trace = "SCMP_ACT_TRACE"
    /// The call is made.
    case allow = "SCMP_ACT_ALLOW"
    /// The call is made, and logged.
    case log = "SCMP_ACT_LOG"
    /// A listener decides.
    case notify = "SCMP_ACT_NOTIFY"
  }

  /// How a filter is installed.
  ///
  /// Source: seccomp(2).
  public enum Flag: String, Sendable, CaseIterable {
    /// For all threads of the process at once.
    case synchronizesThreads = "SECCOMP_FILTER_FLAG_TSYNC"
    /// What is not allowed is logged.
    case log = "SECCOMP_FILTER_FLAG_LOG"
    /// The processor may go on speculating past stores.
    case specAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    /// Only a fatal signal interrupts a call that waits for the listener.
    case waitKillable = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
  }

  /// A rule for some system calls.
  public struct Rule: Hashable, Sendable {
    /// The calls; those that libseccomp does not know are passed over.
    public var names: [String]
    /// What happens to them.
    public var action: Action
    /// The errno, or the tracer's number; nil for EPERM.
    public var errorNumber: UInt32?
    /// All have to hold; of several for one argument, one.
    public var conditions: [Condition]

    /// A rule.
    public init(_ names: [String], _ action: Action, errorNumber: UInt32? = nil, conditions: [Condition] = []) {
      self.names = names
      self.action = action
      self.errorNumber = errorNumber
      self.conditions = conditions
    }
  }

  /// A comparison of an argument.
  public struct Condition: Hashable, Sendable {
    /// Which argument, 0 to 5.
    public var argument: UInt32
    /// How it is compared.
    public var comparison: Comparison
    /// With what; of `maskedEqual` the mask.
    public var value: UInt64
    /// Of `maskedEqual`, what is left by the mask.
    public var secondValue: UInt64

    /// A comparison.
    public init(argument: UInt32, _ comparison: Comparison, _ value: UInt64, _ secondValue: UInt64 = 0) {
      self.argument = argument
      self.comparison = comparison
      self.value = value
      self.secondValue = secondValue
    }
  }

  /// How an argument is compared, without a sign.
  public enum Comparison: String, Sendable, CaseIterable {
    /// It is not the value.
    case notEqual = "SCMP_CMP_NE"
    /// It is less.
    case less = "SCMP_CMP_LT"
    /// It is less, or the value.
    case lessOrEqual = "SCMP_CMP_LE"
    /// It is the value.
    case equal = "SCMP_CMP_EQ"
    /// It is greater, or the value.
    case greaterOrEqual = "SCMP_CMP_GE"
    /// It is greater.
    case greater = "SCMP_CMP_GT"
    /// It is the second value, once the bits that are not in the first are gone.
    case maskedEqual = "SCMP_CMP_MASKED_EQ"
  }
}

/// Why a profile cannot become a filter.
///
/// Source: seccomp_rule_add(3), seccomp(2).
public enum SeccompError: Error, Hashable, Sendable {
  /// An architecture that libseccomp does not know.
  case unknownArchitecture(String)
  /// A rule that libseccomp does not take: the call, and the errno.
  case refusedRule(String, errorNumber: Int32)
  /// A listener is asked for write(2), which who installs the filter must be able to make itself.
  case notifiesWrite
  /// There is no listener's path for `notify`, or no `notify` for the path.
  case listener(String)
  /// Something else that libseccomp or the kernel refused.
  case failed(String, errorNumber: Int32)
}

extension SeccompError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownArchitecture(let name): "seccomp: unknown architecture `\(name)`"
    case .refusedRule(let call, let number): "seccomp: rule for `\(call)` refused: errno \(number)"
    case .notifiesWrite: "seccomp: SCMP_ACT_NOTIFY cannot be used for the write syscall"
    case .listener(let problem): "seccomp: \(problem)"
    case .failed(let what, let number): "seccomp: \(what): errno \(number)"
    }
  }
}
