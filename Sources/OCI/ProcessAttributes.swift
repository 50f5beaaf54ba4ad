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
      case addressSpace = "RLIMIT_AS"
      case core = "RLIMIT_CORE"
      case processorTime = "RLIMIT_CPU"
      case data = "RLIMIT_DATA"
      case fileSize = "RLIMIT_FSIZE"
      case locks = "RLIMIT_LOCKS"
      case lockedMemory = "RLIMIT_MEMLOCK"
      case messageQueues = "RLIMIT_MSGQUEUE"
      case nice = "RLIMIT_NICE"
      case openFiles = "RLIMIT_NOFILE"
      case processes = "RLIMIT_NPROC"
      case residentSet = "RLIMIT_RSS"
      case realtimePriority = "RLIMIT_RTPRIO"
      case realtimeTime = "RLIMIT_RTTIME"
      case pendingSignals = "RLIMIT_SIGPENDING"
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
      case other = "SCHED_OTHER"
      case fifo = "SCHED_FIFO"
      case roundRobin = "SCHED_RR"
      case batch = "SCHED_BATCH"
      case iso = "SCHED_ISO"
      case idle = "SCHED_IDLE"
      case deadline = "SCHED_DEADLINE"
    }

    /// The flags of sched_setattr(2).
    public enum Flag: String, CaseIterable, Sendable {
      case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
      case reclaim = "SCHED_FLAG_RECLAIM"
      case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
      case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
      case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
      case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
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
      case realtime = "IOPRIO_CLASS_RT"
      case bestEffort = "IOPRIO_CLASS_BE"
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
