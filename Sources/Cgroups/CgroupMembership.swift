// A line of /proc/PID/cgroup in the words of this module, and the file of a process.

internal import Linux
internal import struct SystemPackage.FilePath

extension CgroupMembership {
  /// Version 2 has the hierarchy number 0.
  var version: CgroupVersion { hierarchyID == 0 ? .v2 : .v1 }

  /// The name of a version 1 hierarchy without controllers.
  var hierarchyName: String? {
    controllers.first.flatMap { first in
      first.starts(with: "name=".utf8) ? String(decoding: first.dropFirst(5), as: UTF8.self) : nil
    }
  }

  /// The controllers of a version 1 hierarchy; none for version 2 and for a named hierarchy.
  var cgroupControllers: [CgroupController] {
    hierarchyName == nil ? controllers.map { CgroupController(rawValue: String(decoding: $0, as: UTF8.self)) } : []
  }

  /// The cgroup's path in its hierarchy.
  var filePath: FilePath { FilePath(bytes: pathOfCgroup) }

  /// The places of a process.
  ///
  /// - Parameter processID: nil for the caller.
  /// - Throws: `SystemCallError` with `ENOENT` or `ESRCH` when there is no such process, or no /proc.
  static func read(of processID: Int32? = nil) throws(SystemCallError) -> [CgroupMembership] {
    let directory = processID.map(String.init) ?? "self"
    let text = try FileDescriptor.open(FilePath("/proc/\(directory)/cgroup")).readAll()
    return parse(text.span)
  }
}
