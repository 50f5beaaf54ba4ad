// The lines of /proc/PID/mountinfo that are control groups.

internal import Linux
internal import struct SystemPackage.FilePath

/// A mount of file system type cgroup or cgroup2.
///
/// Source: proc_pid_mountinfo(5).
struct CgroupMount: Hashable {
  let version: CgroupVersion
  let root: FilePath
  let mountPoint: FilePath
  /// The options of the file system itself, `rw,cpu,cpuacct` for version 1.
  let options: Set<String>

  /// The cgroup mounts of a mountinfo file, in its order; a later one may lie over an earlier one.
  static func parse(_ text: [UInt8]) -> [CgroupMount] {
    text.split(separator: UInt8(ascii: "\n")).compactMap(CgroupMount.init(line:))
  }

  /// `36 35 98:0 /root /mount-point options optional… - type source options`.
  init?(line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard let separator = fields.dropFirst(6).firstIndex(where: { $0.elementsEqual("-".utf8) }),
      separator + 3 < fields.count
    else { return nil }
    switch String(decoding: fields[separator + 1], as: UTF8.self) {
    case "cgroup": version = .v1
    case "cgroup2": version = .v2
    default: return nil
    }
    root = FilePath(bytes: CgroupMount.unescape(fields[3]))
    mountPoint = FilePath(bytes: CgroupMount.unescape(fields[4]))
    options = Set(String(decoding: fields[separator + 3], as: UTF8.self).split(separator: ",").map(String.init))
  }

  /// Space, tab, newline and backslash stand as three octal digits after a backslash.
  private static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) {
        result.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 48) })
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
