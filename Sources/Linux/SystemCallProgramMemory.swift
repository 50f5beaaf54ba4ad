// Lays a program out flat, as CLinux's interpreter reads it.

internal import CLinux
internal import Glibc

/// The memory of one laid-out program; it lives as long as this object.
@safe
final class SystemCallProgramMemory {
  /// A mapping is as large as most programs want all in all.
  private static let usualSize = 1 << 18
  /// Of a mapping: the address of the one before it, and its own size.
  private static let headerSize = 16

  /// The mapping that was made last, and what is unused of it. They lie outside of the heap, which the child lacks.
  private var mapping: UnsafeMutableRawPointer?
  private var unused = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var program: clinux_program

  /// Lays out the steps.
  ///
  /// - Parameters:
  ///   - report: the descriptor that a failing step is reported to; -1 for none.
  ///   - signalMask: the mask that the executed program starts with.
  init(_ source: SystemCallProgram, report: Int32, signalMask: UInt64) {
    unsafe program = unsafe clinux_program()
    let steps = unsafe allocate(source.steps.count * MemoryLayout<clinux_step>.stride)
      .bindMemory(to: clinux_step.self, capacity: source.steps.count)
    for (index, step) in source.steps.enumerated() { unsafe (steps + index).initialize(to: layOut(step)) }
    unsafe program = clinux_program(
      steps: UnsafePointer(steps), count: UInt32(source.steps.count), report: report,
      signal_mask: signalMask, reports_calls: 0)
  }

  deinit {
    while let last = unsafe mapping {
      unsafe mapping = last.load(as: UnsafeMutableRawPointer?.self)
      unsafe munmap(last, last.load(fromByteOffset: 8, as: Int.self))
    }
  }

  private func layOut(_ step: SystemCallProgram.Step) -> clinux_step {
    var flat = clinux_step()
    (flat.operation, flat.number) = encoded(step.operation)
    flat.into = step.result?.number ?? UInt8(CLINUX_DISCARD)
    flat.skip = UInt8(step.skippedWhenTolerated)
    var arguments = InlineArray<6, UInt64>(repeating: 0)
    for (index, argument) in step.arguments.enumerated() {
      arguments[index] = value(of: argument)
      if case .register = argument.content { flat.from_registers |= 1 << index }
    }
    flat.argument = (
      arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
    )
    var tolerated = InlineArray<4, Int32>(repeating: 0)
    for (index, errno) in step.tolerated.enumerated() { tolerated[index] = errno.rawValue }
    flat.tolerated = (tolerated[0], tolerated[1], tolerated[2], tolerated[3])
    return flat
  }

  private func encoded(_ operation: SystemCallProgram.Operation) -> (UInt8, Int32) {
    switch operation {
    case .call(let number): (UInt8(CLINUX_CALL.rawValue), number)
    case .await: (UInt8(CLINUX_AWAIT.rawValue), 0)
    case .fork: (UInt8(CLINUX_FORK.rawValue), 0)
    case .execute: (UInt8(CLINUX_EXECUTE.rawValue), __NR_execve)
    case .run: (UInt8(CLINUX_RUN.rawValue), 0)
    case .write: (UInt8(CLINUX_WRITE.rawValue), 0)
    case .exit: (UInt8(CLINUX_EXIT.rawValue), 0)
    case .companion: (UInt8(CLINUX_COMPANION.rawValue), 0)
    case .skip: (UInt8(CLINUX_SKIP.rawValue), 0)
    case .keepCapabilities: (UInt8(CLINUX_KEEP_CAPABILITIES.rawValue), 0)
    case .owner: (UInt8(CLINUX_OWNER.rawValue), 0)
    case .lives: (UInt8(CLINUX_LIVES.rawValue), 0)
    case .closeOnExecute: (UInt8(CLINUX_CLOSE_ON_EXECUTE.rawValue), 0)
    case .closeOthers: (UInt8(CLINUX_CLOSE_OTHERS.rawValue), 0)
    case .send: (UInt8(CLINUX_SEND.rawValue), 0)
    case .report: (UInt8(CLINUX_REPORT.rawValue), 0)
    case .gate: (UInt8(CLINUX_GATE.rawValue), 0)
    case .sibling: (UInt8(CLINUX_SIBLING.rawValue), 0)
    case .file(let operation): (operation.number, 0)
    }
  }

  private func value(of argument: SystemCallProgram.Argument) -> UInt64 {
    switch argument.content {
    case .value(let number): number
    case .register(let register): UInt64(register.number)
    case .path(let path): unsafe UInt64(address: keep(path.terminatedBytes))
    case .literal(let text): unsafe UInt64(address: text.utf8Start)
    case .bytes(let bytes): unsafe UInt64(address: keep(bytes))
    case .texts(let texts): unsafe UInt64(address: keep(texts))
    case .counted(let bytes, let size): unsafe UInt64(address: keep(bytes, countedBy: size))
    }
  }

  private func keep(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
    let place = unsafe allocate(bytes.count + 1)
    unsafe bytes.withUnsafeBytes {
      unsafe place.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(place), byteCount: $0.count)
    }
    unsafe place.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return unsafe place
  }

  private func keep(_ bytes: [UInt8], countedBy size: Int) -> UnsafeMutableRawPointer {
    let header = unsafe allocate(16)
    unsafe header.storeBytes(of: UInt64(bytes.count / size), as: UInt64.self)
    unsafe header.storeBytes(of: UInt64(address: keep(bytes)), toByteOffset: 8, as: UInt64.self)
    return unsafe header
  }

  /// A NULL-terminated array of NUL-terminated texts.
  private func keep(_ texts: [[UInt8]]) -> UnsafeMutableRawPointer {
    let size = MemoryLayout<UInt64>.stride
    let table = unsafe allocate((texts.count + 1) * size)
    for (index, text) in texts.enumerated() {
      unsafe table.storeBytes(of: UInt64(address: keep(text)), toByteOffset: index * size, as: UInt64.self)
    }
    unsafe table.storeBytes(of: 0, toByteOffset: texts.count * size, as: UInt64.self)
    return unsafe table
  }

  private func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let wanted = (size + 7) & ~7
    if unsafe unused.count < max(wanted, 1) { map(wanted) }
    guard let place = unsafe unused.baseAddress else { preconditionFailure("a mapping has an address") }
    unsafe unused = UnsafeMutableRawBufferPointer(start: place + wanted, count: unused.count - wanted)
    return unsafe place
  }

  private func map(_ wanted: Int) {
    let size = max(Self.usualSize, wanted + Self.headerSize)
    let new = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let new = unsafe new, unsafe new != MAP_FAILED else { fatalError("no memory for a program of system calls") }
    unsafe new.storeBytes(of: unsafe mapping, as: UnsafeMutableRawPointer?.self)
    unsafe new.storeBytes(of: size, toByteOffset: 8, as: Int.self)
    unsafe mapping = new
    unsafe unused = UnsafeMutableRawBufferPointer(start: new + Self.headerSize, count: size - Self.headerSize)
  }
}
