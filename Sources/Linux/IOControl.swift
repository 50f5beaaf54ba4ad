// ioctl(2), for the files of this folder whose subject is answered by one.

internal import CLinux

/// Makes an ioctl(2) call.
func ioControl(
  _ name: StaticString, _ descriptor: Int32, _ request: some BinaryInteger, _ argument: UInt64 = 0,
  on object: String = ""
) throws(SystemCallError) -> Int {
  try systemCall(
    name, __NR_ioctl, UInt64(descriptor: descriptor), UInt64(request), argument,
    on: object.isEmpty ? "descriptor \(descriptor)" : object)
}
