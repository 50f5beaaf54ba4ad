// A program of system calls as a value: what a child does between fork and exec, printable before it is
// carried out. CLinux's program.c runs it without allocating, locking or entering Swift.

internal import CLinux
public import struct SystemPackage.FilePath

/// A list of system calls, made beforehand and then run in this process or in a new child.
///
/// The steps are run in order. The first that fails ends the program, unless it tolerates the errno. The last is
/// usually `.execute`. Made so that a threaded program can start an isolated child: between fork and exec nothing
/// but these calls happens.
///
/// Source: fork(2): what a child of a program with threads may call until it executes another.
public struct SystemCallProgram: Sendable {
  /// A place that keeps the result of a step, such as a descriptor, for later steps.
  public struct Register: Hashable, Sendable {
    let number: UInt8
  }

  /// An argument of a step. How it is shown is worked out only when a plan is printed.
  public struct Argument: Sendable {
    /// What the kernel gets.
    enum Content: Sendable {
      case value(UInt64)
      /// The result of a former step.
      case register(Register)
      /// NUL-terminated for the kernel.
      case path(FilePath)
      /// NUL-terminated already, and there for ever.
      case literal(StaticString)
      case bytes([UInt8])
      /// A NULL-terminated array of NUL-terminated texts.
      case texts([[UInt8]])
      /// A count of pieces, 16 bits, and the address of the bytes: struct sock_fprog.
      case counted([UInt8], size: Int)
    }

    let content: Content
    /// What a plan says instead of the content; nil for most, which a start then need not make anything for.
    private let words: (@Sendable () -> String)?

    private init(_ content: Content, shown words: (@Sendable () -> String)? = nil) {
      self.content = content
      self.words = words
    }

    /// As a plan has it.
    var shown: String { words?() ?? content.description }

    /// A number.
    public static func value(_ number: UInt64) -> Argument { Argument(.value(number)) }

    /// A number, and how to show it in a plan.
    public static func value(_ number: UInt64, shown: @autoclosure @escaping @Sendable () -> String) -> Argument {
      Argument(.value(number), shown: shown)
    }

    /// A descriptor's number, and what a plan calls it, which is printed before there is a number.
    public static func descriptor(_ number: Int32, named name: StaticString) -> Argument {
      Argument(.value(UInt64(descriptor: number))) { "\(name)" }
    }

    /// A descriptor's number.
    public static func descriptor(_ number: Int32) -> Argument {
      number == -100
        ? Argument(.value(UInt64(descriptor: number))) { "AT_FDCWD" } : Argument(.value(UInt64(descriptor: number)))
    }

    /// The result of a former step.
    public static func register(_ register: Register) -> Argument { Argument(.register(register)) }

    /// A path or a text.
    public static func path(_ path: FilePath) -> Argument { Argument(.path(path)) }

    /// A text that is part of this program.
    static func literal(_ text: StaticString) -> Argument { Argument(.literal(text)) }

    /// Bytes without a terminator, and how to show them in a plan.
    public static func bytes(_ bytes: [UInt8], shown: @autoclosure @escaping @Sendable () -> String) -> Argument {
      Argument(.bytes(bytes), shown: shown)
    }

    /// Bytes that the kernel finds through a count of pieces and an address, and how to show them in a plan.
    static func counted(
      _ bytes: [UInt8], size: Int, shown: @autoclosure @escaping @Sendable () -> String
    ) -> Argument {
      Argument(.counted(bytes, size: size), shown: shown)
    }

    /// Texts, and how to show them in a plan.
    static func texts(_ texts: [[UInt8]], shown: @autoclosure @escaping @Sendable () -> String) -> Argument {
      Argument(.texts(texts), shown: shown)
    }
  }

  /// What a step does.
  enum Operation: Sendable {
    case call(Int32)
    case await
    case fork
    case execute
    case run
    case write
    case exit
    case companion
    case skip
    case keepCapabilities
    case owner
    case lives
    case closeOnExecute
    case closeOthers
    case send
    case report
    case gate
    case sibling
    case file(OnFile)
  }

  /// One system call of a program.
  public struct Step: Sendable {
    /// The call's name, for a plan and for errors.
    public let call: String
    /// What the call is made on, for errors.
    public var object: String { describeObject() }
    /// What the step is for, as a person would say it; steps that belong together have the same.
    public internal(set) var purpose: String = ""
    /// Errnos that are no failure here.
    public var tolerated: [Errno] = []
    /// How many following steps are left out after a tolerated failure.
    public var skippedWhenTolerated: Int = 0
    /// Where the result is kept.
    public var result: Register?
    let operation: Operation
    var arguments: [Argument]
    private let describeObject: @Sendable () -> String

    init(
      _ call: String, _ operation: Operation, _ arguments: [Argument],
      on object: @autoclosure @escaping @Sendable () -> String = ""
    ) {
      self.call = call
      self.describeObject = object
      self.operation = operation
      self.arguments = arguments
    }
  }

  /// The steps, in order.
  public private(set) var steps: [Step] = []
  /// A bit for each register that holds a result.
  private var registersInUse: UInt128 = 0
  private var purpose: String = ""

  /// A program without steps.
  ///
  /// - Parameter expected: so many can be added before those that are there have to be copied.
  public init(expecting expected: Int = 0) {
    steps.reserveCapacity(expected)
  }

  /// Says what the steps that follow are for.
  public mutating func begin(_ purpose: String) {
    self.purpose = purpose
  }

  /// Adds a step.
  public mutating func append(_ step: Step) {
    var step = step
    step.purpose = purpose
    steps.append(step)
  }

  /// Adds a step and keeps its result for later ones.
  ///
  /// At most 128 results are kept at a time; `appendClose` frees one.
  public mutating func appendKeepingResult(_ step: Step) -> Register {
    var step = step
    let register = unusedRegister()
    step.result = register
    append(step)
    return register
  }

  /// Adds close(2) of a descriptor that a former step made; its place may be used again.
  public mutating func appendClose(_ register: Register) {
    append(.close(.register(register)))
    free(register)
  }

  /// The place of a result that no later step wants, and that is no descriptor, may be used again.
  public mutating func free(_ register: Register) {
    registersInUse &= ~(1 << UInt128(register.number))
  }

  /// Begins steps that are left out when the result of a former step is 0.
  ///
  /// - Returns: what `endSkip` wants where they end.
  public mutating func beginSkip(when result: Register) -> Int {
    append(.skip(0, when: result))
    return steps.count
  }

  /// Ends steps that may be left out.
  ///
  /// - Parameter start: what `beginSkip` gave.
  public mutating func endSkip(_ start: Int) {
    steps[start - 1].arguments[1] = Step.skipCount(steps.count - start)
  }

  private mutating func unusedRegister() -> Register {
    let number = (~registersInUse).trailingZeroBitCount
    precondition(number < Int(CLINUX_REGISTERS), "a program keeps at most 128 results at a time")
    registersInUse |= 1 << UInt128(number)
    return Register(number: UInt8(number))
  }

  /// Adds a companion: a process that is forked here, while this one is still what it was, does the steps of
  /// `body` and exits.
  ///
  /// Made for work on a process that has moved to where the right to do it is lost: its companion stayed behind.
  ///
  /// - Parameter body: adds the steps; its argument is the companion's end of a pair of sockets. When one of
  ///   them fails, `run()` throws in the companion too, and this process finds its end of the pair closed.
  /// - Returns: this process's end of the pair, and the companion's PID.
  public mutating func appendCompanion(
    _ body: (inout SystemCallProgram, Argument) -> Void
  ) -> (socket: Argument, processID: Argument) {
    let start = steps.count
    let processID = unusedRegister()
    let socket = appendKeepingResult(.companion(steps: 0, processID: processID.number))
    body(&self, .register(socket))
    append(.exit(0))
    steps[start].arguments = Step.companion(steps: steps.count - start - 1, processID: processID.number).arguments
    return (.register(socket), .register(processID))
  }
}

extension SystemCallProgram.Step {
  /// The same step, with failures of these errnos passed over.
  ///
  /// - Parameter skipping: how many of the following steps to leave out then.
  public func tolerating(_ errnos: Errno..., skipping: Int = 0) -> Self {
    precondition(errnos.count <= Int(CLINUX_TOLERATED))
    var copy = self
    copy.tolerated = errnos
    copy.skippedWhenTolerated = skipping
    return copy
  }
}

extension SystemCallProgram.Argument: CustomStringConvertible {
  public var description: String { shown }
}

extension SystemCallProgram.Step: CustomStringConvertible {
  /// The step as strace(1) would show it, for example `sethostname("blue", 4)`.
  public var description: String {
    let shown = arguments.map(\.description).joined(separator: ", ")
    let kept = result.map { " = $\($0.number)" } ?? ""
    return "\(call)(\(shown))\(kept)"
  }
}

extension SystemCallProgram.Argument.Content: CustomStringConvertible {
  /// As a plan has it, where the argument does not say otherwise.
  var description: String {
    switch self {
    case .value(let number): String(Int64(bitPattern: number))
    case .register(let register): "$\(register.number)"
    case .path(let path): "\"\(path.string)\""
    case .literal(let text): "\"\(text)\""
    case .bytes(let bytes), .counted(let bytes, _): "/* \(bytes.count) bytes */"
    case .texts(let texts): "/* \(texts.count) texts */"
    }
  }
}
