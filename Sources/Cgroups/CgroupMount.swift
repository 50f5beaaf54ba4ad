// The lines of /proc/PID/mountinfo that are control groups.

internal import Linux
internal import struct SystemPackage.FilePath

/// A mount of file system type cgroup or cgroup2.
struct CgroupMount: Hashable {
  let version: CgroupVersion
  let root: FilePath
  let mountPoint: FilePath
  /// The options of the file system itself, `rw,cpu,cpuacct` for version 1.
  let options: [String]

  /// The cgroup mounts of a mountinfo file, in its order; a later one may lie over an earlier one.
  static func parse(_ text: [UInt8]) -> [CgroupMount] {
    MountInfo.parse(text.span, linesWith: " - cgroup").compactMap(CgroupMount.init)
  }

  /// nil for another type of file system.
  private init?(_ mount: MountInfo) {
    switch String(decoding: mount.fileSystemType, as: UTF8.self) {
    case "cgroup": version = .v1
    case "cgroup2": version = .v2
    default: return nil
    }
    root = FilePath(bytes: mount.root)
    mountPoint = FilePath(bytes: mount.mountPoint)
    options = String(decoding: mount.superOptions, as: UTF8.self).split(separator: ",").map(String.init)
  }
}
