// Programs that the kernel runs for a task: once for each, or for each open file, and what they write then is all
// processes in one reading; or whenever something happens to one. For those who have the right to load them.

/// A program of the kernel that is about a task, put together instruction by instruction.
///
/// Register 6 holds the context, register 7 the task. Memory of the kernel is read by copying it to the stack, where
/// an address that leads nowhere gives zeros. Source: Documentation/bpf/standardization/instruction-set.rst.
public struct BPFTaskProgram: Sendable {
  /// Where an address comes from.
  public enum Base: Sendable {
    /// The task that the program runs for.
    case task
    /// An address that was stored on the stack.
    case stack(Int16)
  }

  private var instructions: [UInt64] = []
  /// Jumps to the end of the program.
  private var exits: [Int] = []

  /// A program that does nothing without a task.
  ///
  /// - Parameter place: where in the context the task's address is: of an iterator at 8, of a tracepoint as its arguments
  ///   are.
  public init(taskAt place: Int16 = 8) {
    emit(0xbf, 6, 1)
    emit(0x79, 7, 6, place)
    exitIfZero(7)
  }

  mutating func emit(
    _ code: UInt8, _ destination: UInt8 = 0, _ source: UInt8 = 0, _ offset: Int16 = 0, _ immediate: Int32 = 0
  ) {
    instructions.append(bpfInstruction(code, destination, source, offset, immediate))
  }

  mutating func exitIfZero(_ register: UInt8) {
    exits.append(instructions.count)
    emit(0x15, register)
  }

  /// Copies memory of the kernel to the stack.
  ///
  /// - Parameters:
  ///   - size: in bytes.
  ///   - place: on the stack, negative.
  public mutating func read(_ size: Int32, to place: Int16, from base: Base, _ offset: Int32) {
    switch base {
    case .task: emit(0xbf, 3, 7)
    case .stack(let address): emit(0x79, 3, 10, address)
    }
    emit(0x07, 3, 0, 0, offset)
    copy(size, to: place)
  }

  /// Copies an element's member of an array in the kernel's memory to the stack.
  ///
  /// - Parameters:
  ///   - index: where on the stack the index is, 4 bytes.
  ///   - shift: the binary logarithm of an element's size.
  public mutating func read(
    _ size: Int32, to place: Int16, from address: Int16, _ offset: Int32, index: Int16, shift: Int32
  ) {
    emit(0x61, 3, 10, index)
    emit(0x67, 3, 0, 0, shift)
    emit(0x79, 4, 10, address)
    emit(0x0f, 3, 4)
    emit(0x07, 3, 0, 0, offset)
    copy(size, to: place)
  }

  /// bpf_probe_read_kernel of the address in register 3.
  private mutating func copy(_ size: Int32, to place: Int16) {
    emit(0xbf, 1, 10)
    emit(0x07, 1, 0, 0, Int32(place))
    emit(0xb7, 2, 0, 0, size)
    emit(0x85, 0, 0, 0, 113)
  }

  /// Keeps the address of the task that reads what is written: bpf_get_current_task.
  public mutating func keepReader(at place: Int16) {
    emit(0x85, 0, 0, 0, 35)
    emit(0x7b, 10, 0, place)
  }

  /// Keeps an address of the context on the stack; without one the iteration ends.
  public mutating func keepAddress(at place: Int16, ofContext offset: Int16) {
    emit(0x79, 1, 6, offset)
    exitIfZero(1)
    emit(0x7b, 10, 1, place)
  }

  /// Keeps a number of 4 bytes of the context on the stack.
  public mutating func keepNumber(at place: Int16, ofContext offset: Int16) {
    emit(0x61, 1, 6, offset)
    emit(0x63, 10, 1, place)
  }

  /// Leaves the iteration without writing when two 4-byte values of the stack are equal.
  public mutating func exitIfEqual(_ first: Int16, _ second: Int16) {
    emit(0x61, 1, 10, first)
    emit(0x61, 2, 10, second)
    exits.append(instructions.count)
    emit(0x1d, 1, 2)
  }

  /// Leaves the iteration without writing unless a value of the stack, masked, is this.
  public mutating func exitUnless(_ place: Int16, masked mask: Int32, is value: Int32) {
    emit(0x61, 1, 10, place)
    emit(0x57, 1, 0, 0, mask)
    exits.append(instructions.count)
    emit(0x55, 1, 0, 0, value)
  }

  /// Writes bytes of the stack to the reader: bpf_seq_write.
  public mutating func write(_ size: Int32, from place: Int16) {
    emit(0x79, 1, 6, 0)
    emit(0x79, 1, 1, 0)
    emit(0xbf, 2, 10)
    emit(0x07, 2, 0, 0, Int32(place))
    emit(0xb7, 3, 0, 0, size)
    emit(0x85, 0, 0, 0, 127)
  }

  /// The instructions with their end, and all jumps leading there.
  var finished: [UInt64] {
    var program = self
    let end = program.instructions.count
    program.emit(0xb7)
    program.emit(0x95)
    for index in exits {
      program.instructions[index] |= UInt64(UInt16(end - index - 1)) << 16
    }
    return program.instructions
  }

  /// Runs the program over all tasks or files of the caller's PID namespace and reads what it wrote.
  ///
  /// - Parameter function: the id of the iterator's function, such as `bpf_iter_task`.
  /// - Returns: what was written, 4 bytes to a number.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_BPF and CAP_PERFMON, `EINVAL` or `EACCES` when the kernel
  ///   refuses the program.
  ///
  /// Corresponds to bpf(2) BPF_PROG_LOAD, BPF_LINK_CREATE and BPF_ITER_CREATE, Linux 5.8.
  public func run(attachedTo function: UInt32) throws(SystemCallError) -> [UInt32] {
    // BPF_PROG_TYPE_TRACING is 26, BPF_TRACE_ITER is 28.
    let program = try loadBPF(finished, type: 26, attachment: 28, function: function)
    let link = try bpfDescriptor(28, [UInt64(program.number), 28, 0, 0], "bpf(BPF_LINK_CREATE)")
    var output = [UInt8](repeating: 0, count: 65536)
    let count = try bpfDescriptor(33, [UInt64(link.number)], "bpf(BPF_ITER_CREATE)").readToEnd(into: &output)
    let bytes = unsafe output.span.bytes
    var words: [UInt32] = []
    words.reserveCapacity(count / 4)
    for place in stride(from: 0, to: count - count % 4, by: 4) {
      unsafe words.append(bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }
    return words
  }
}
