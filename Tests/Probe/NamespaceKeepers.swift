// Processes that keep a namespace in a way that no link of theirs in /proc/PID/ns shows. Each prints a line once the
// namespace is there, and stays until it is killed.

internal import Linux
internal import struct SystemPackage.FilePath

/// Keeps a UTS namespace by a thread that moved into it alone.
func holdNamespaceByThread() async {
  await Task.detached {
    do throws(SystemCallError) {
      try unshare(.newUTS)
      try FileDescriptor.standardOutput.write("ready\n")
    } catch {
      print(error)
    }
    while true { pause(nanoseconds: 1_000_000_000) }
  }.value
}

/// Keeps a network namespace by a socket that was made in it.
func holdNamespaceBySocket() {
  do throws(SystemCallError) {
    let former = try FileDescriptor.open("/proc/self/ns/net")
    try unshare(.newNetwork)
    // Given up, so that it stays open until the process ends.
    _ = try UnixSocketPair().first.descriptor.duplicate().release()
    try setns(former)
    try FileDescriptor.standardOutput.write("ready\n")
    while true { pause(nanoseconds: 1_000_000_000) }
  } catch {
    print(error)
  }
}
