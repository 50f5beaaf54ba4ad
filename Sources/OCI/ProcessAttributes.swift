// What a process gets by calls of its own: limits, scheduling, priority of input and output, processors.

internal import JSON

extension Specification {
  /// One of the limits of getrlimit(2).
  public struct ResourceLimit: Hashable, Sendable {
    /// Which limit.
    public var type: Kind
    /// The value in force; 2⁶⁴ − 1: none.
    public var soft: UInt64
    /// The value up to which the soft one may be raised; 2⁶⁴ − 1: none.
    public var hard: UInt64

    /// A limit.
    public init(type: Kind, soft: UInt64, hard: UInt64) {
      self.type = type
      self.soft = soft
      self.hard = hard
    }

    /// The limits by their names in getrlimit(2).
    public enum Kind: String, CaseIterable, Sendable {
      /// Bytes of address space.
      case addressSpace = "RLIMIT_AS"
      /// Bytes of a core dump.
      case core = "RLIMIT_CORE"
      /// Seconds of processor time.
      case processorTime = "RLIMIT_CPU"
      /// Bytes of data.
      case data = "RLIMIT_DATA"
      /// Bytes of a file that is written.
      case fileSize = "RLIMIT_FSIZE"
      /// File locks; of no effect since Linux 2.4.
      case locks = "RLIMIT_LOCKS"
      /// Bytes of locked memory.
      case lockedMemory = "RLIMIT_MEMLOCK"
      /// Bytes of POSIX message queues.
      case messageQueues = "RLIMIT_MSGQUEUE"
      /// 20 minus the lowest nice value.
      case nice = "RLIMIT_NICE"
      /// One more than the greatest file descriptor.
      case openFiles = "RLIMIT_NOFILE"
      /// Processes of the user.
      case processes = "RLIMIT_NPROC"
      /// Resident pages; of no effect since Linux 2.4.
      case residentSet = "RLIMIT_RSS"
      /// The highest real-time priority.
      case realtimePriority = "RLIMIT_RTPRIO"
      /// Microseconds of real-time scheduling without a blocking call.
      case realtimeTime = "RLIMIT_RTTIME"
      /// Queued signals of the user.
      case pendingSignals = "RLIMIT_SIGPENDING"
      /// Bytes of the stack.
      case stack = "RLIMIT_STACK"
    }
  }

  /// How a process is scheduled.
  ///
  /// Source: sched_setattr(2).
  public struct Scheduler: Hashable, Sendable {
    /// The policy.
    public var policy: Policy
    /// The nice value for `SCHED_OTHER` and `SCHED_BATCH`, from -20 to 19.
    public var nice: Int32 = 0
    /// The priority for `SCHED_FIFO` and `SCHED_RR`, from 1 to 99.
    public var priority: Int32 = 0
    /// What else is asked for.
    public var flags: [Flag] = []
    /// For `SCHED_DEADLINE`: how long it runs in each period, in nanoseconds.
    public var runtime: UInt64 = 0
    /// For `SCHED_DEADLINE`: within which time it is to have run, in nanoseconds.
    public var deadline: UInt64 = 0
    /// For `SCHED_DEADLINE`: the period, in nanoseconds.
    public var period: UInt64 = 0

    /// A policy with nothing else.
    public init(policy: Policy) {
      self.policy = policy
    }

    /// The policies of sched(7).
    public enum Policy: String, CaseIterable, Sendable {
      /// The usual one.
      case other = "SCHED_OTHER"
      /// Real time, until it blocks.
      case fifo = "SCHED_FIFO"
      /// Real time, in turns.
      case roundRobin = "SCHED_RR"
      /// For what nobody waits for.
      case batch = "SCHED_BATCH"
      /// Reserved by the kernel and not there.
      case iso = "SCHED_ISO"
      /// Only where nothing else wants to run.
      case idle = "SCHED_IDLE"
      /// So much time in each period.
      case deadline = "SCHED_DEADLINE"
    }

    /// The flags of sched_setattr(2).
    public enum Flag: String, CaseIterable, Sendable {
      /// Children get the usual policy.
      case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
      /// Time that others leave may be used.
      case reclaim = "SCHED_FLAG_RECLAIM"
      /// SIGXCPU where a deadline is missed.
      case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
      /// The policy stays as it is.
      case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
      /// The parameters stay as they are.
      case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
      /// A least utilization is given.
      case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
      /// A greatest utilization is given.
      case utilizationClampMaximum = "SCHED_FLAG_UTIL_CLAMP_MAX"
    }
  }

  /// The priority of reading and writing.
  ///
  /// Source: ioprio_set(2).
  public struct IOPriority: Hashable, Sendable {
    /// The class.
    public var `class`: Class
    /// The place within the class, from 0, the highest, to 7.
    public var priority: Int32

    /// A priority.
    public init(class: Class, priority: Int32) {
      self.class = `class`
      self.priority = priority
    }

    /// The classes of ioprio_set(2).
    public enum Class: String, CaseIterable, Sendable {
      /// Before all others.
      case realtime = "IOPRIO_CLASS_RT"
      /// The usual one.
      case bestEffort = "IOPRIO_CLASS_BE"
      /// Only where nobody else reads or writes.
      case idle = "IOPRIO_CLASS_IDLE"
    }
  }

  /// The processors of a program that enters a container, each as a list such as `0-3,7`.
  public struct CPUAffinity: Hashable, Sendable {
    /// Until it has been moved into the container's control group.
    public var initial: String?
    /// From then on.
    public var final: String?

    /// Wherever the control group allows.
    public init() {}
  }
}

extension Specification.ResourceLimit: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var type: Kind?
    var soft: UInt64?
    var hard: UInt64?
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "type": type = try json.word()
      case "soft": soft = try json.unsignedInteger()
      case "hard": hard = try json.unsignedInteger()
      default: try json.skip()
      }
    }
    self.init(
      type: try required(type, "type", ofObjectAt: start), soft: try required(soft, "soft", ofObjectAt: start),
      hard: try required(hard, "hard", ofObjectAt: start))
  }
}

extension Specification.Scheduler: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var policy: Policy?
    self.init(policy: .other)
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "policy": policy = try json.word()
      case "nice": nice = try json.int32()
      case "priority": priority = try json.int32()
      case "flags": flags = try json.list { json throws(JSONError) in try json.word() }
      case "runtime": runtime = try json.unsignedInteger()
      case "deadline": deadline = try json.unsignedInteger()
      case "period": period = try json.unsignedInteger()
      default: try json.skip()
      }
    }
    self.policy = try required(policy, "policy", ofObjectAt: start)
  }
}

extension Specification.IOPriority: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    let start = json.offset
    var `class`: Class?
    var priority: Int32 = 0
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "class": `class` = try json.word()
      case "priority": priority = Int32(try json.integer(in: 0...7))
      default: try json.skip()
      }
    }
    self.init(class: try required(`class`, "class", ofObjectAt: start), priority: priority)
  }
}

extension Specification.CPUAffinity: ReadFromJSON {
  init(_ json: inout JSONReader) throws(JSONError) {
    self.init()
    try json.beginObject()
    while let field = try json.nextField() {
      switch field {
      case "initial": initial = try json.nonEmptyString()
      case "final": final = try json.nonEmptyString()
      default: try json.skip()
      }
    }
  }
}
