// The runtime's own program, kept out of a container's reach. While a process of the runtime is in a container, and after
// `#!/proc/self/exe` there, /proc/PID/exe leads to the program's file outside, and root inside may be able to write to it
// (CVE-2019-5736). So the file that runs is never the one that is installed.

internal import Linux
internal import struct SystemPackage.FilePath

/// Runs the program from where nothing can be written.
public enum SelfProtection {
  /// Executes this program once more from a read-only mount of itself that has no place in any tree or, where that is
  /// not permitted, from a sealed copy in memory. Returns where it runs from such a place already.
  ///
  /// To be called before a container is made or joined, while there is one thread.
  ///
  /// - Throws: `ContainerError.failed` when neither can be had.
  public static func apply() throws(ContainerError) {
    do throws(SystemCallError) {
      try executeFromSafePlace()
    } catch {
      throw .failed(purpose: "protect the runtime's own program", error)
    }
  }

  private static func executeFromSafePlace() throws(SystemCallError) {
    let program = try ProgramImage.open()
    if try program.isOnReadOnlyMount() { return }
    if program.isSealed { return }
    let (arguments, environment) = (commandLineBytes(), CallersEnvironment.entries)
    do throws(SystemCallError) {
      let mount = try DetachedMount(openingTree: "/proc/self/exe")
      try mount.setAttributes(.readOnly)
      try ProgramImage.execute(mount.descriptor, arguments, environment: environment)
    } catch {
      guard [.eperm, .enosys, .einval].contains(error.errno) else { throw error }
    }
    let copy = try FileDescriptor.inMemory(named: "pangaea-oci", isExecutable: true)
    try copy.append(contentOf: program)
    try copy.seal()
    try ProgramImage.execute(copy, arguments, environment: environment)
  }
}
