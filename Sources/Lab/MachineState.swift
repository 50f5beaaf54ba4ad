// What of the machine a course must leave as it was, and how to tell whether it did.

import Linux
import Processes
import struct SystemPackage.FilePath

/// The parts of the machine that a world keeps a course away from.
public struct MachineState: Hashable, Sendable {
  /// The hostname and the NIS domain name.
  let names: [[UInt8]]
  /// The mounts of the lab's own mount namespace, as /proc/self/mountinfo lists them.
  let mounts: Set<[UInt8]>
  /// The lab's children.
  let children: Set<ProcessIdentity>
  /// The machine's kernel: its name, release and architecture.
  public let kernel: String

  /// Looks at the machine.
  ///
  /// - Parameter expected: children that are there for the lab's own sake.
  /// - Throws: `LabFailure` when /proc cannot be read.
  static func read(apartFrom expected: [Int32]) throws(LabFailure) -> MachineState {
    try LabFailure.wrapping("the machine's state cannot be read") { () throws(SystemCallError) in
      let name = try SystemName()
      let mounts = try FileDescriptor.open("/proc/self/mountinfo").readAll()
      let own = try ProcessTable(reading: .stat).records.filter {
        $0.parentID == CallingProcess.processID && !expected.contains($0.processID)
      }
      let kernel = [name.kernelName, name.release, name.machine].map { String(decoding: $0, as: UTF8.self) }
      return MachineState(
        names: [name.hostName, name.domainName],
        mounts: Set(mounts.split(separator: UInt8(ascii: "\n")).map { Array($0) }),
        children: Set(own.filter { !$0.stat.isZombie }.map(\.identity)), kernel: kernel.joined(separator: " "))
    }
  }

  /// What is not as it was, one line each; empty when all is.
  public func changes(since before: MachineState) -> [String] {
    var changes: [String] = []
    if names != before.names {
      let now = names.map { String(decoding: $0, as: UTF8.self).escapingControls }
      changes.append("the hostname or domain name is now \(now.joined(separator: ", "))")
    }
    for mount in mounts.subtracting(before.mounts) {
      changes.append("a mount is new: \(String(decoding: mount, as: UTF8.self).escapingControls)")
    }
    for mount in before.mounts.subtracting(mounts) {
      changes.append("a mount is gone: \(String(decoding: mount, as: UTF8.self).escapingControls)")
    }
    for process in children.subtracting(before.children) {
      changes.append("a process is left: PID \(process.processID)")
    }
    return changes
  }
}
