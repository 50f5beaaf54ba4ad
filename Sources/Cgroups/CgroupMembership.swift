// /proc/PID/cgroup: the cgroup of a process in each hierarchy.

internal import Linux
internal import struct SystemPackage.FilePath

/// A process's place in one hierarchy, one line of /proc/PID/cgroup.
///
/// Source: cgroups(7), "/proc files".
struct CgroupMembership: Hashable, Sendable {
  /// The hierarchy's number; 0 for version 2.
  let hierarchyID: Int
  /// The controllers of a version 1 hierarchy; empty for version 2 and for a named hierarchy.
  let controllers: [CgroupController]
  /// The name of a version 1 hierarchy without controllers.
  let name: String?
  /// The cgroup, as seen from the reader's cgroup namespace: `/..` begins one that lies outside it.
  let path: FilePath
  /// Whether the cgroup has been removed meanwhile (a zombie may remain in it).
  let isDeleted: Bool

  /// Version 2 has the hierarchy number 0.
  var version: CgroupVersion { hierarchyID == 0 ? .v2 : .v1 }
}

extension CgroupMembership {
  /// The places that a file such as /proc/self/cgroup lists; lines that are none are left out.
  static func parse(_ text: [UInt8]) -> [CgroupMembership] {
    text.split(separator: UInt8(ascii: "\n")).compactMap(CgroupMembership.init(line:))
  }

  /// `hierarchy-ID:controller-list:path`; a path may have colons.
  init?(line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let number = Int(String(decoding: fields[0], as: UTF8.self)), number >= 0,
      fields[2].first == UInt8(ascii: "/")
    else { return nil }
    hierarchyID = number
    let list = String(decoding: fields[1], as: UTF8.self)
    name = list.hasPrefix("name=") ? String(list.dropFirst(5)) : nil
    controllers =
      name == nil ? list.split(separator: ",").map { CgroupController(rawValue: String($0)) } : []
    let deleted = Array(" (deleted)".utf8)
    isDeleted = fields[2].suffix(deleted.count).elementsEqual(deleted)
    path = FilePath(bytes: isDeleted ? fields[2].dropLast(deleted.count) : fields[2])
  }

  /// The places of a process.
  ///
  /// - Parameter processID: nil for the caller.
  /// - Throws: `SystemCallError` with `ENOENT` or `ESRCH` when there is no such process, or no /proc.
  static func read(of processID: Int32? = nil) throws(SystemCallError) -> [CgroupMembership] {
    let directory = processID.map(String.init) ?? "self"
    return parse(try FileDescriptor.open(FilePath("/proc/\(directory)/cgroup")).readAll())
  }
}
