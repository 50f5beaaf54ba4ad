// The names of the control groups that `run` makes. They tell which supervisor removes them, so that those of one that
// was killed can be told from those in use.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// `pangaea-NAMESPACE-PID`: the PID namespace of the supervisor, by its inode, and its PID there.
struct ControlGroupName {
  /// What this process calls the control group that it makes.
  static func own() throws(SystemCallError) -> String {
    try prefix() + String(CallingProcess.processID)
  }

  /// Removes the control groups in a directory whose supervisor is dead, unless they have members. What cannot be
  /// removed stays, as it disturbs nobody.
  static func removeAbandoned(below directory: FilePath) {
    do throws(SystemCallError) {
      let prefix = try prefix()
      for entry in try FileDescriptor.open(directory, .directory).entryNames() {
        let name = String(decoding: entry, as: UTF8.self)
        guard name.hasPrefix(prefix), let processID = Int32(name.dropFirst(prefix.count)) else { continue }
        if isAbandoned(processID) { try removeDirectory(directory.appending(name)) }
      }
    } catch {}
  }

  private static func prefix() throws(SystemCallError) -> String {
    let namespace = try FileDescriptor.workingDirectory.status(of: "/proc/self/ns/pid").inode
    return "pangaea-\(namespace)-"
  }

  /// Whether no process has the PID; this one has made none yet.
  private static func isAbandoned(_ processID: Int32) -> Bool {
    if processID == CallingProcess.processID { return true }
    do throws(SystemCallError) {
      _ = try PIDFD(opening: processID)
      return false
    } catch {
      return error.errno == .esrch
    }
  }
}
