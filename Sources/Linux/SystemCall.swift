// The one place where a raw system call is made, an interrupted one is made again, and a failure becomes
// an error.

internal import CLinux

/// Makes a system call until it is not interrupted.
///
/// - Returns: the kernel's result, 0 or positive.
/// - Throws: `SystemCallError` with `name`, the errno and `object`.
@inline(__always)
func systemCall(
  _ name: StaticString,
  _ number: some BinaryInteger,
  _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0,
  on object: @autoclosure () -> String = ""
) throws(SystemCallError) -> Int {
  while true {
    let result = clinux_call(Int64(number), a, b, c, d, e, f)
    if result >= 0 || result < -4095 { return Int(result) }
    if result == -4 { continue }
    throw SystemCallError(call: name.description, errno: Errno(rawValue: Int32(-result)), object: object())
  }
}

extension UInt64 {
  /// A descriptor as an argument of a system call; negative ones (AT_FDCWD) are sign-extended.
  init(descriptor number: Int32) {
    self = UInt64(bitPattern: Int64(number))
  }

  /// A pointer as an argument of a system call.
  init(address pointer: UnsafeRawPointer?) {
    self = UInt64(UInt(bitPattern: pointer))
  }
}
