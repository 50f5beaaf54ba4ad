// The descriptors of the caller that a program in a container gets too.

internal import Linux

/// The first ones from 3 on.
///
/// - Throws: `ContainerError.refused` when the caller has not so many: the runtime's own must not be taken for them.
func inheritedDescriptors(_ count: Int32) throws(ContainerError) -> [Int32] {
  let numbers = Array(3..<3 + count)
  if let missing = numbers.first(where: { !FileDescriptor.isInherited($0) }) {
    throw .refused("descriptor \(missing) is to be passed on, but it is not open")
  }
  return numbers
}
