// Programs that the kernel runs whenever something happens to a task, and that tell of it through a ring.

internal import CLinux

extension BPFTaskProgram {
  /// Keeps the time on the stack, 8 bytes: nanoseconds of CLOCK_MONOTONIC.
  public mutating func keepTime(at place: Int16) {
    emit(0x85, 0, 0, 0, 5)
    emit(0x7b, 10, 0, place)
  }

  /// Keeps the difference of two 8-byte values of the stack in place of the first.
  public mutating func subtract(_ second: Int16, from first: Int16) {
    emit(0x79, 1, 10, first)
    emit(0x79, 2, 10, second)
    emit(0x1f, 1, 2)
    emit(0x7b, 10, 1, first)
  }

  /// Makes room for a record in a ring; where there is none the program ends. What follows writes there, up to `submit`.
  ///
  /// - Parameter size: in bytes.
  public mutating func reserve(_ size: Int32, in ring: borrowing BPFRing) {
    emit(0x18, 1, 1, 0, ring.map.number)
    emit(0)
    emit(0xb7, 2, 0, 0, size)
    emit(0xb7, 3)
    emit(0x85, 0, 0, 0, 131)
    exitIfZero(0)
    emit(0xbf, 8, 0)
  }

  /// Writes bytes of the stack into the record.
  ///
  /// - Parameter offset: in the record.
  public mutating func fill(_ offset: Int32, with size: Int32, from place: Int16) {
    emit(0xbf, 1, 8)
    emit(0x07, 1, 0, 0, offset)
    emit(0xb7, 2, 0, 0, size)
    emit(0xbf, 3, 10)
    emit(0x07, 3, 0, 0, Int32(place))
    emit(0x85, 0, 0, 0, 113)
  }

  /// Copies the memory of the process that runs into the record.
  ///
  /// - Parameters:
  ///   - offset: in the record.
  ///   - limit: of bytes.
  ///   - address: where on the stack the address is.
  ///   - count: where on the stack it is how many bytes there are, 8 bytes; 0 takes its place when they cannot be read.
  public mutating func fill(_ offset: Int32, upTo limit: Int32, from address: Int16, count: Int16) {
    emit(0xbf, 1, 8)
    emit(0x07, 1, 0, 0, offset)
    emit(0x79, 2, 10, count)
    emit(0xb5, 2, 0, 1, limit)
    emit(0xb7, 2, 0, 0, limit)
    emit(0x79, 3, 10, address)
    emit(0x85, 0, 0, 0, 112)
    emit(0x15, 0, 0, 2)
    emit(0xb7, 1)
    emit(0x7b, 10, 1, count)
  }

  /// Lets the record be read; nobody is woken for it.
  public mutating func submit() {
    emit(0xbf, 1, 8)
    emit(0xb7, 2, 0, 0, 1)
    emit(0x85, 0, 0, 0, 132)
  }

  /// Has the kernel run the program at a tracepoint from now on.
  ///
  /// - Parameter tracepoint: the id of the type of its function, such as `btf_trace_sched_process_exec`.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_BPF and CAP_PERFMON, `EINVAL` or `EACCES` when the kernel
  ///   refuses the program.
  ///
  /// Corresponds to bpf(2) BPF_PROG_LOAD and BPF_RAW_TRACEPOINT_OPEN, Linux 5.5.
  public func attach(toTracepoint tracepoint: UInt32) throws(SystemCallError) -> BPFAttachment {
    // BPF_PROG_TYPE_TRACING is 26, BPF_TRACE_RAW_TP is 23.
    let program = try loadBPF(finished, type: 26, attachment: 23, function: tracepoint)
    return BPFAttachment(
      link: try bpfDescriptor(17, [0, UInt64(program.number)], "bpf(BPF_RAW_TRACEPOINT_OPEN)"))
  }
}

/// A program that the kernel runs at a tracepoint for as long as this is there.
///
/// Corresponds to bpf(2) BPF_RAW_TRACEPOINT_OPEN.
public struct BPFAttachment: ~Copyable {
  private let link: FileDescriptor

  fileprivate init(link: consuming FileDescriptor) {
    self.link = link
  }
}
