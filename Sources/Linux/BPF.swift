// What all programs for the kernel have in common: how an instruction is written, and the call that takes them.

internal import CLinux

/// An instruction.
///
/// Source: Documentation/bpf/standardization/instruction-set.rst.
func bpfInstruction(
  _ code: UInt8, _ destination: UInt8 = 0, _ source: UInt8 = 0, _ offset: Int16 = 0, _ immediate: Int32 = 0
) -> UInt64 {
  UInt64(code) | UInt64(destination | source << 4) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
    | UInt64(UInt32(bitPattern: immediate)) << 32
}

/// Makes a call that gives no descriptor.
///
/// - Parameter attributes: union bpf_attr, 8 bytes at a time; what the kernel answers is in them afterwards.
///
/// Corresponds to bpf(2).
@discardableResult
func bpf(_ command: UInt64, _ attributes: inout [UInt64], _ name: StaticString) throws(SystemCallError) -> Int {
  try unsafe attributes.withMutableBytes { (pointer, size) throws(SystemCallError) in
    try systemCall(name, __NR_bpf, command, unsafe UInt64(address: pointer), UInt64(size))
  }
}

/// Makes a call that gives a descriptor.
func bpfDescriptor(
  _ command: UInt64, _ attributes: [UInt64], _ name: StaticString
) throws(SystemCallError) -> FileDescriptor {
  var attributes = attributes
  return FileDescriptor(owning: Int32(try bpf(command, &attributes, name)))
}

/// Loads a program.
///
/// - Parameters:
///   - type: `BPF_PROG_TYPE_…`.
///   - attachment: `BPF_…` of enum bpf_attach_type.
///   - function: the id of a function or tracepoint of the kernel that the program attaches to.
/// - Throws: `SystemCallError` with `EPERM` without CAP_BPF, `EINVAL` or `EACCES` when the kernel refuses the program.
///
/// Corresponds to bpf(2) BPF_PROG_LOAD.
func loadBPF(
  _ instructions: [UInt64], type: UInt64, attachment: UInt64, function: UInt32 = 0
) throws(SystemCallError) -> FileDescriptor {
  // The helpers are for programs that say they are free under the GPL too; these instructions are.
  let license = Array("Dual BSD/GPL".utf8) + [0]
  return try unsafe instructions.withBytes { (program, size) throws(SystemCallError) in
    try unsafe license.withBytes { (license, _) throws(SystemCallError) in
      var attributes = [UInt64](repeating: 0, count: 15)
      attributes[0] = type | UInt64(size / 8) << 32
      attributes[1] = unsafe UInt64(address: program)
      attributes[2] = unsafe UInt64(address: license)
      attributes[8] = attachment << 32
      attributes[13] = UInt64(function) << 32
      return try bpfDescriptor(5, attributes, "bpf(BPF_PROG_LOAD)")
    }
  }
}
