// The runtime's own program, kept out of a container's reach. While a process of the runtime is in a container, and after
// `#!/proc/self/exe` there, /proc/PID/exe leads to the program's file outside, and root inside may be able to write to it
// (CVE-2019-5736). So the file that runs is never the one that is installed.

internal import Linux

/// Runs the program from where nothing can be written. For every verb that makes or joins a container; for `start`, where
/// a hook runs inside.
public enum SelfProtection {
  /// Returns where the program runs from a read-only mount, as `pangaea-oci` does wherever it may: `ProtectedStart` has
  /// begun it anew from one. Else executes it once more, from a sealed copy in memory.
  ///
  /// To be called before a container is made or joined, while there is one thread.
  ///
  /// - Throws: `ContainerError.failed` when there is no such copy to be had.
  ///
  /// Source: memfd_create(2), execveat(2).
  public static func apply() throws(ContainerError) {
    do throws(SystemCallError) {
      try executeFromSafePlace()
    } catch {
      throw .failed(purpose: "protect the runtime's own program", error)
    }
  }

  private static func executeFromSafePlace() throws(SystemCallError) {
    let program = try ProgramImage.open()
    if try program.isOnProtectedMount() { return }
    if program.isSealed { return }
    let copy = try FileDescriptor.inMemory(named: "pangaea-oci", isExecutable: true)
    try copy.append(contentOf: program)
    try copy.seal()
    try ProgramImage.execute(copy, commandLineBytes(), environment: CallersEnvironment.entries)
  }
}
