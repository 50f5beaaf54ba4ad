// A mount namespace can be mounted on a file only in a mount namespace with a smaller number, so that none keeps itself
// alive. Since Linux 6.18 each processor takes its numbers from a stock of its own: what is made on another one than its
// maker's was may have the smaller number, and mounting it is EINVAL. Where such numbers grow is found out here.

internal import Linux
internal import struct SystemPackage.FilePath

/// Where a mount namespace has to be made, to be mounted in the caller's.
enum BindableMountNamespace {
  /// The processor on which new mount namespaces get larger numbers than the caller's has. What one processor hands out
  /// only grows, so this stays true.
  ///
  /// - Parameter kinds: those that are to be made, a user namespace with them gives the right to.
  /// - Returns: nil where that cannot be told, as before Linux 6.11, or no processor is such.
  static func processor(making kinds: CloneFlags) -> ProcessorSet? {
    do throws(SystemCallError) {
      // An ignored SIGCHLD, inherited, would have the kernel reap the trials unseen.
      Signal.child.restoreDefaultAction()
      let own = try number()
      for processor in try ProcessorSet.ofCaller().numbers.map(ProcessorSet.init) {
        if try isLarger(than: own, on: processor, kinds.intersection([.newUser, .newMount])) { return processor }
      }
    } catch {}
    return nil
  }

  private static func number() throws(SystemCallError) -> UInt64 {
    try NamespaceDescriptor(opening: "/proc/self/ns/mnt").mountNamespaceID()
  }

  /// Tries it, in a process of its own.
  private static func isLarger(
    than own: UInt64, on processor: ProcessorSet, _ kinds: CloneFlags
  ) throws(SystemCallError) -> Bool {
    switch try forkProcess() {
    case .parent(let child): return try PIDFD(opening: child).wait() == .exited(0)
    case .child: exitProcess(isNewLarger(than: own, on: processor, kinds) ? 0 : 1)
    }
  }

  private static func isNewLarger(than own: UInt64, on processor: ProcessorSet, _ kinds: CloneFlags) -> Bool {
    do throws(SystemCallError) {
      try processor.setOfCaller()
      try unshare(kinds)
      return try number() > own
    } catch {
      return false
    }
  }
}
